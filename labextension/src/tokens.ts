/** The ids of the commands. */
export namespace CommandIDs {
  export const showPanel = 'jupyter-secrets:show-panel';
  export const refreshList = 'jupyter-secrets:refresh-list';
  export const createScope = 'jupyter-secrets:create-scope';
  export const deleteScope = 'jupyter-secrets:delete-scope';
  export const addSecret = 'jupyter-secrets:add-secret';
  export const editDetails = 'jupyter-secrets:edit-details';
  export const replaceValue = 'jupyter-secrets:replace-value';
  export const deleteSecret = 'jupyter-secrets:delete-secret';
  export const copyCode = 'jupyter-secrets:copy-code';
  export const insertCode = 'jupyter-secrets:insert-code';
  export const lockStore = 'jupyter-secrets:lock-store';
  export const dismissReminder = 'jupyter-secrets:dismiss-reminder';
}

/** A scope, as the server lists it. */
export interface IScope {
  readonly name: string;
}

/** A secret, as the server lists it: never its value. */
export interface ISecret {
  readonly key: string;
  /** The version of its value; a put that names it replaces no other one. */
  readonly version: number;
  readonly updated: Date;
  readonly details: IDetails;
}

/** What is said about a secret besides its value. */
export interface IDetails {
  readonly comment: string;
  /** When it is to be replaced at the latest; null if none is set. */
  readonly expires: Date | null;
  /** Whether it is redacted in outputs. */
  readonly isSensitive: boolean;
}

/** A scope of the list, or a secret in it if there is a key. */
export interface ISelection {
  readonly scope: string;
  readonly key?: string;
}

/**
 * How the store is doing, and what that leaves us to do.
 *
 * Asking for it reads no secret and leaves no audit record, unlike listing.
 */
export interface IStatus {
  readonly state: 'uninitialised' | 'ready' | 'locked' | 'failed';
  readonly message: string;
  /** The kinds of its keys; of a locked store a hint, and none if they are not known. */
  readonly keys: readonly string[];
  /** Whether somebody locked it: what opens it may well be available. */
  readonly isOnPurpose: boolean;
  /** Whether we may lock and unlock it. */
  readonly isAdmin: boolean;
}

/** What the sidebar asks of the server. Every call rejects with a `SecretsError`. */
export interface ISecretsClient {
  status(): Promise<IStatus>;
  listScopes(): Promise<readonly IScope[]>;
  createScope(scope: string): Promise<void>;
  deleteScope(scope: string): Promise<void>;
  listSecrets(scope: string): Promise<readonly ISecret[]>;
  /**
   * Store a value, in place of a version if one is named, 0 for none: another one is not replaced.
   * What it answers says, after the secret's name, why it is not fully redacted.
   */
  putSecret(
    scope: string,
    key: string,
    value: string,
    ifVersion?: number
  ): Promise<string | null>;
  /** Change what is given; the rest stays. */
  updateSecret(
    scope: string,
    key: string,
    change: Partial<IDetails>
  ): Promise<void>;
  deleteSecret(scope: string, key: string): Promise<void>;
  lock(): Promise<void>;
  /** Without a passphrase, by the key file or whatever else needs no input. */
  unlock(passphrase?: string): Promise<void>;
}

/**
 * Why a call failed, as far as it changes what a person can do about it:
 * the extension is `missing` on the server, the store is `locked`, there is `noConnection`,
 * or the server `refused` and its message says why.
 */
export type FailureKind = 'missing' | 'locked' | 'noConnection' | 'refused';

/** A call that failed. The message is for people and never holds a value. */
export class SecretsError extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string
  ) {
    super(message);
    this.name = 'SecretsError';
  }
}

/** The Python expression that gets a secret. */
export function getCode(scope: string, key: string): string {
  return `dbutils.secrets.get(scope=${JSON.stringify(scope)}, key=${JSON.stringify(key)})`;
}

/** Whether two names of scopes or keys mean the same: the server ignores case. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
