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
  export const showVersions = 'jupyter-secrets:show-versions';
  export const restoreDeleted = 'jupyter-secrets:restore-deleted';
  export const editPermissions = 'jupyter-secrets:edit-permissions';
  export const showActivity = 'jupyter-secrets:show-activity';
  export const copyCode = 'jupyter-secrets:copy-code';
  export const copyReference = 'jupyter-secrets:copy-reference';
  export const copyValue = 'jupyter-secrets:copy-value';
  export const revealValue = 'jupyter-secrets:reveal-value';
  export const insertCode = 'jupyter-secrets:insert-code';
  export const showStore = 'jupyter-secrets:show-store';
  export const lockStore = 'jupyter-secrets:lock-store';
  export const dismissReminder = 'jupyter-secrets:dismiss-reminder';
}

/** What somebody may do in a scope; each permission includes the ones before it. */
export type Permission = 'READ' | 'WRITE' | 'MANAGE';

/** A scope, as the server lists it. */
export interface IScope {
  readonly name: string;
  /** What we may do in it; null for nothing, and then nothing more is known. */
  readonly permission: Permission | null;
  /** How many secrets are in it. */
  readonly count: number | null;
  /** What is in it, if that was asked for. */
  readonly secrets: readonly ISecret[] | null;
}

/** A secret, as the server lists it: never its value. */
export interface ISecret {
  readonly key: string;
  /** The version of its value; a put that names it replaces no other one. */
  readonly version: number;
  readonly updated: Date;
  readonly updatedBy: string;
  readonly details: IDetails;
}

/** One version of a secret's value, as the server lists it. */
export interface IVersion {
  readonly version: number;
  readonly created: Date;
  readonly createdBy: string;
}

/** A secret that was deleted and can be restored. */
export interface IDeletedSecret {
  readonly key: string;
  readonly deleted: Date;
  readonly deletedBy: string;
}

/** What may have permissions; each kind has names of its own. */
export type PrincipalKind = 'user' | 'group' | 'service';

/** Who may do what in a scope. */
export interface IAclEntry {
  readonly kind: PrincipalKind;
  readonly name: string;
  readonly permission: Permission;
}

/** A record of the audit log, as far as it is shown. */
export interface IActivity {
  readonly time: Date;
  readonly action: string;
  readonly outcome: string;
  readonly principal: string;
  readonly key: string;
  readonly notebook: string;
  /** `http`, `kernel`, `cli` or `hub`. */
  readonly via: string;
}

/** A value: text, or the bytes of a file that is none. */
export type Value = string | Uint8Array;

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
  /** Another one after each change of the store, whoever made it. */
  readonly revision: string;
}

/** What the sidebar asks of the server. Every call rejects with a `SecretsError`. */
export interface ISecretsClient {
  status(): Promise<IStatus>;
  /** All scopes in one request, and what is in them too if that is wanted. */
  listScopes(withSecrets?: boolean): Promise<readonly IScope[]>;
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
    value: Value,
    ifVersion?: number
  ): Promise<string | null>;
  /** A value itself, which leaves an audit record. */
  getValue(scope: string, key: string): Promise<Uint8Array>;
  /** Change what is given; the rest stays. */
  updateSecret(
    scope: string,
    key: string,
    change: Partial<IDetails>
  ): Promise<void>;
  deleteSecret(scope: string, key: string): Promise<void>;
  /** The versions that are kept, the newest first. */
  listVersions(scope: string, key: string): Promise<readonly IVersion[]>;
  /** The secrets of a scope that can be restored, the one deleted last first. */
  listDeleted(scope: string): Promise<readonly IDeletedSecret[]>;
  /** Undo a deletion; or make the value of a version the newest one again. */
  restoreSecret(scope: string, key: string, version?: number): Promise<void>;
  listAcl(scope: string): Promise<readonly IAclEntry[]>;
  /** `principal` is a name in full: `group:data-science`. */
  putAcl(
    scope: string,
    principal: string,
    permission: Permission
  ): Promise<void>;
  deleteAcl(scope: string, principal: string): Promise<void>;
  /** The service principals in full; none for whoever is no administrator. */
  listServicePrincipals(): Promise<readonly string[]>;
  /** The newest audit records of a scope, or of a secret in it; the newest last. */
  listActivity(
    scope: string,
    key: string | undefined
  ): Promise<readonly IActivity[]>;
  /** The secrets that a kernel was given and holds, as `scope/key`. */
  kernelSecrets(kernelId: string): Promise<readonly string[]>;
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

/** The reference that stands for a secret in a kernel's environment. */
export function getReference(scope: string, key: string): string {
  return `{{secrets/${scope}/${key}}}`;
}

const ORDER: readonly (Permission | null)[] = [null, 'READ', 'WRITE', 'MANAGE'];

/** Whether a permission is enough for what takes another one. */
export function allows(held: Permission | null, needed: Permission): boolean {
  return ORDER.indexOf(held) >= ORDER.indexOf(needed);
}

/** Whether two names of scopes or keys mean the same: the server ignores case. */
export function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
