import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { TranslationBundle } from '@jupyterlab/translation';

import {
  IDetails,
  IScope,
  ISecret,
  ISecretsClient,
  IStatus,
  SecretsError
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
    const answer = await this._request('jupyter-secrets/status');
    const { state, message, keys, on_purpose, admin } =
      answer as unknown as IListedStatus;
    return {
      state,
      message,
      keys,
      isOnPurpose: on_purpose,
      isAdmin: admin
    };
  }

  async listScopes(): Promise<readonly IScope[]> {
    const { scopes } = await this._request('api/2.0/secrets/scopes/list');
    return ((scopes ?? []) as { name: string }[]).map(({ name }) => ({ name }));
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
    return ((secrets ?? []) as IListedSecret[]).map(secret => ({
      key: secret.key,
      version: secret.version,
      updated: new Date(secret.updated_at),
      details: {
        comment: secret.comment ?? '',
        expires: secret.expires_at
          ? new Date(Math.min(secret.expires_at, MAX_TIME))
          : null,
        isSensitive: secret.sensitive
      }
    }));
  }

  async putSecret(
    scope: string,
    key: string,
    value: string,
    ifVersion?: number
  ): Promise<string | null> {
    const body = { scope, key, string_value: value, if_version: ifVersion };
    const { weakness } = await this._request('jupyter-secrets/put', body);
    return typeof weakness === 'string' ? weakness : null;
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
  readonly comment: string | null;
  readonly expires_at: number | null;
  readonly sensitive: boolean;
}

/** The store in the server's words. */
interface IListedStatus extends Pick<IStatus, 'state' | 'message' | 'keys'> {
  readonly on_purpose: boolean;
  readonly admin: boolean;
}

type Body = Readonly<Record<string, string | number | boolean | undefined>>;
type Answer = Readonly<Record<string, unknown>>;

/** The JSON object in a response, or an empty one: an error page may be anything. */
async function parse(response: Response): Promise<Answer> {
  try {
    return Object((await response.json()) as unknown) as Answer;
  } catch {
    return {};
  }
}
