import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';

import {
  IAclEntry,
  IActivity,
  IDeletedSecret,
  IDetails,
  IScope,
  ISecret,
  ISecretsClient,
  IStatus,
  IVersion,
  Permission,
  PrincipalKind,
  SecretsError,
  Value
} from './tokens';

/** Statuses that a proxy or a hub answers with when the server itself is not there. */
const UNAVAILABLE = [424, 502, 503, 504];

/** The last moment that a date can hold, in milliseconds; the server takes later ones. */
const MAX_TIME = 8.64e15;

/** The secrets REST API of a Jupyter server. */
export class SecretsClient implements ISecretsClient {
  constructor(
    private readonly _settings: ServerConnection.ISettings,
    private readonly _trans: TranslationBundle
  ) {}

  async status(): Promise<IStatus> {
    // The sidebar asks again and again: that must not keep an idle server from being culled.
    const answer = await this._request(
      'jupyter-secrets/status?no_track_activity=1'
    );
    const { state, message, keys, on_purpose, admin, revision } =
      answer as unknown as IListedStatus;
    return {
      state,
      message,
      keys,
      isOnPurpose: on_purpose,
      isAdmin: admin,
      revision
    };
  }

  async listScopes(withSecrets = false): Promise<readonly IScope[]> {
    const query = withSecrets ? '?secrets=true' : '';
    const answer = await this._request('jupyter-secrets/overview' + query);
    return (answer.scopes as IListedScope[]).map(scope => ({
      ...scope,
      secrets: scope.secrets?.map(toSecret) ?? null
    }));
  }

  async createScope(scope: string): Promise<void> {
    await this._request('api/2.0/secrets/scopes/create', { scope });
  }

  async deleteScope(scope: string): Promise<void> {
    await this._request('api/2.0/secrets/scopes/delete', { scope });
  }

  async listSecrets(scope: string): Promise<readonly ISecret[]> {
    const query = URLExt.objectToQueryString({ scope });
    const { secrets } = await this._request(
      'jupyter-secrets/describe-secrets' + query
    );
    return (secrets as IListedSecret[]).map(toSecret);
  }

  async putSecret(
    scope: string,
    key: string,
    value: Value,
    ifVersion?: number
  ): Promise<string | null> {
    const { weakness } = await this._request('jupyter-secrets/put', {
      scope,
      key,
      ...(typeof value === 'string'
        ? { string_value: value }
        : { bytes_value: encodeBase64(value) }),
      if_version: ifVersion
    });
    return typeof weakness === 'string' ? weakness : null;
  }

  async getValue(scope: string, key: string): Promise<Uint8Array> {
    const query = URLExt.objectToQueryString({ scope, key });
    const { value } = await this._request('api/2.0/secrets/get' + query);
    return Uint8Array.from(atob(value as string), c => c.charCodeAt(0));
  }

  async updateSecret(
    scope: string,
    key: string,
    { comment, expires, isSensitive }: Partial<IDetails>
  ): Promise<void> {
    await this._request('jupyter-secrets/update', {
      scope,
      key,
      comment,
      // The server takes 0 for never, and what is undefined is not sent at all.
      expires_at: expires === null ? 0 : expires?.getTime(),
      sensitive: isSensitive
    });
  }

  async deleteSecret(scope: string, key: string): Promise<void> {
    await this._request('api/2.0/secrets/delete', { scope, key });
  }

  async listVersions(scope: string, key: string): Promise<readonly IVersion[]> {
    const query = URLExt.objectToQueryString({ scope, key });
    const { versions } = await this._request(
      'jupyter-secrets/versions' + query
    );
    return (versions as IListedVersion[])
      .map(version => ({
        version: version.version,
        created: new Date(version.created_at),
        createdBy: version.created_by
      }))
      .reverse();
  }

  async listDeleted(scope: string): Promise<readonly IDeletedSecret[]> {
    const query = URLExt.objectToQueryString({ scope, deleted: 'true' });
    const { secrets } = await this._request(
      'jupyter-secrets/describe-secrets' + query
    );
    return (secrets as IListedSecret[]).map(secret => ({
      key: secret.key,
      deleted: new Date(secret.deleted_at ?? 0),
      deletedBy: secret.deleted_by ?? ''
    }));
  }

  async restoreSecret(
    scope: string,
    key: string,
    version?: number
  ): Promise<void> {
    await this._request('jupyter-secrets/restore', { scope, key, version });
  }

  async listAcl(scope: string): Promise<readonly IAclEntry[]> {
    const query = URLExt.objectToQueryString({ scope });
    const { items } = await this._request('api/2.0/secrets/acls/list' + query);
    return (items as IListedAclEntry[]).map(item => ({
      kind: item.kind,
      // It is in full where the name alone would be ambiguous.
      name: item.principal.startsWith(`${item.kind}:`)
        ? item.principal.slice(item.kind.length + 1)
        : item.principal,
      permission: item.permission
    }));
  }

  async putAcl(
    scope: string,
    principal: string,
    permission: Permission
  ): Promise<void> {
    const body = { scope, principal, permission };
    await this._request('api/2.0/secrets/acls/put', body);
  }

  async deleteAcl(scope: string, principal: string): Promise<void> {
    await this._request('api/2.0/secrets/acls/delete', { scope, principal });
  }

  async listServicePrincipals(): Promise<readonly string[]> {
    const answer = await this._request('jupyter-secrets/principals/list');
    return (answer.principals as { name: string }[]).map(
      ({ name }) => `service:${name}`
    );
  }

  async listActivity(
    scope: string,
    key: string | undefined
  ): Promise<readonly IActivity[]> {
    const query = URLExt.objectToQueryString({
      scope,
      limit: '1000',
      ...(key && { key })
    });
    const { records } = await this._request('jupyter-secrets/audit' + query);
    return (records as IListedRecord[]).map(record => ({
      time: new Date(record.time),
      action: record.action,
      outcome: record.outcome,
      principal: record.principal ?? '',
      key: record.key ?? '',
      notebook: record.notebook ?? '',
      via: record.via ?? ''
    }));
  }

  async kernelSecrets(kernelId: string): Promise<readonly string[]> {
    const query = URLExt.objectToQueryString({
      kernel_id: kernelId,
      no_track_activity: '1'
    });
    const answer = await this._request(
      'jupyter-secrets/kernel-secrets' + query
    );
    return answer.secrets as string[];
  }

  async lock(): Promise<void> {
    await this._request('jupyter-secrets/lock', {});
  }

  async unlock(passphrase?: string): Promise<void> {
    await this._request('jupyter-secrets/unlock', { passphrase });
  }

  /** GET, or POST if there is a body: a value only ever travels in a body. */
  private async _request(path: string, body?: Body): Promise<Answer> {
    const url = URLExt.join(this._settings.baseUrl, path);
    const init: RequestInit = body
      ? { method: 'POST', body: JSON.stringify(body) }
      : { method: 'GET' };
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this._settings);
    } catch {
      throw this._noConnection();
    }
    const answer = await parse(response);
    if (!response.ok) {
      throw this._failure(response, answer);
    }
    return answer;
  }

  /** Tell failures apart: our own answers carry an `error_code`, nobody else's do. */
  private _failure(response: Response, answer: Answer): SecretsError {
    const message = String(answer.message || response.statusText);
    if (answer.error_code === 'STORE_LOCKED') {
      return new SecretsError('locked', message);
    }
    if (answer.error_code) {
      return new SecretsError('refused', message);
    }
    if (response.status === 404) {
      return new SecretsError('missing', message);
    }
    if (UNAVAILABLE.includes(response.status)) {
      return this._noConnection();
    }
    if (response.status === 401 || response.status === 403) {
      return new SecretsError(
        'refused',
        this._trans.__(
          'The server no longer knows who you are: reload the page and log in.'
        )
      );
    }
    return new SecretsError('refused', message);
  }

  private _noConnection(): SecretsError {
    return new SecretsError(
      'noConnection',
      this._trans.__('The server does not answer.')
    );
  }
}

/** A secret in the server's words; times are in milliseconds. */
interface IListedSecret {
  readonly key: string;
  readonly version: number;
  readonly updated_at: number;
  readonly updated_by: string;
  readonly deleted_at: number | null;
  readonly deleted_by: string | null;
  readonly comment: string | null;
  readonly expires_at: number | null;
  readonly sensitive: boolean;
}

/** A scope in the server's words. */
interface IListedScope extends Omit<IScope, 'secrets'> {
  readonly secrets: readonly IListedSecret[] | null;
}

/** A version in the server's words. */
interface IListedVersion {
  readonly version: number;
  readonly created_at: number;
  readonly created_by: string;
}

/** An entry of an ACL in the server's words. */
interface IListedAclEntry {
  readonly principal: string;
  readonly kind: PrincipalKind;
  readonly permission: Permission;
}

/** A record of the audit log in the server's words, as far as it is shown. */
interface IListedRecord {
  readonly time: number;
  readonly action: string;
  readonly outcome: string;
  readonly principal?: string;
  readonly key?: string;
  readonly notebook?: string;
  readonly via?: string;
}

/** The store in the server's words. */
interface IListedStatus extends Pick<
  IStatus,
  'state' | 'message' | 'keys' | 'revision'
> {
  readonly on_purpose: boolean;
  readonly admin: boolean;
}

type Body = Readonly<Record<string, string | number | boolean | undefined>>;
type Answer = Readonly<Record<string, unknown>>;

function toSecret(secret: IListedSecret): ISecret {
  return {
    key: secret.key,
    version: secret.version,
    updated: new Date(secret.updated_at),
    updatedBy: secret.updated_by,
    details: {
      comment: secret.comment ?? '',
      expires: secret.expires_at
        ? new Date(Math.min(secret.expires_at, MAX_TIME))
        : null,
      isSensitive: secret.sensitive
    }
  };
}

/** Bytes as base64. */
function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary);
}

/** The JSON object in a response, or an empty one: an error page may be anything. */
async function parse(response: Response): Promise<Answer> {
  try {
    return Object((await response.json()) as unknown) as Answer;
  } catch {
    return {};
  }
}
