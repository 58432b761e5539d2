import {
  IAclEntry,
  IActivity,
  IDetails,
  IScope,
  ISecret,
  ISecretsClient,
  Permission,
  SecretsError,
  Value
} from '../tokens';

export const PASSPHRASE = 'correct horse battery staple';

/** The value of every secret. */
export const VALUE = 'hunter2-SeCrEt';

const PLAIN: IDetails = { comment: '', expires: null, isSensitive: true };

/** A server that keeps everything in memory, and fails on demand. */
export class MemoryClient implements ISecretsClient {
  constructor(readonly scopes: Record<string, string[]> = {}) {}

  failure: SecretsError | null = null;
  forbidden = '';
  store = { message: '', keys: ['file'], isOnPurpose: true, isAdmin: true };
  permissions: Record<string, Permission | null> = {};
  acl: readonly IAclEntry[] = [];
  revision = 1;
  weakness: string | null = null;
  replaced: number | undefined;
  readonly details: Record<string, Partial<IDetails>> = {};
  readonly calls: string[] = [];

  async status() {
    this._call('status', this.failure?.kind === 'noConnection');
    const state = this.failure ? ('locked' as const) : ('ready' as const);
    return { ...this.store, state, revision: String(this.revision) };
  }

  async listScopes(withSecrets = false): Promise<readonly IScope[]> {
    this._call(withSecrets ? 'listAll' : 'listScopes');
    return Object.entries(this.scopes).map(([name, keys]) => ({
      name,
      permission:
        this.permissions[name] === undefined
          ? 'MANAGE'
          : this.permissions[name],
      count: keys.length,
      secrets: withSecrets ? this._secretsOf(name) : null
    }));
  }

  async createScope(scope: string) {
    this._call('createScope');
    this.scopes[scope] = [];
  }

  async deleteScope(scope: string) {
    this._call('deleteScope');
    delete this.scopes[scope];
  }

  async listSecrets(scope: string): Promise<readonly ISecret[]> {
    this._call(`listSecrets ${scope}`);
    if (scope === this.forbidden) {
      throw new SecretsError('refused', 'No READ permission.');
    }
    return this._secretsOf(scope);
  }

  async putSecret(
    scope: string,
    key: string,
    value: Value,
    ifVersion?: number
  ) {
    this._call(`putSecret ${scope} ${key}`);
    this.replaced = ifVersion;
    this.scopes[scope] = [...new Set([...this.scopes[scope], key])];
    return this.weakness;
  }

  async updateSecret(scope: string, key: string, change: Partial<IDetails>) {
    this._call('updateSecret');
    this.details[`${scope}/${key}`] = change;
  }

  async deleteSecret(scope: string, key: string) {
    this._call('deleteSecret');
    this.scopes[scope] = this.scopes[scope].filter(other => other !== key);
  }

  async getValue(scope: string, key: string) {
    this._call(`getValue ${scope} ${key}`);
    return new TextEncoder().encode(VALUE);
  }

  async listVersions() {
    this._call('listVersions');
    return [2, 1].map(version => ({
      version,
      created: new Date(0),
      createdBy: 'alice'
    }));
  }

  async listDeleted() {
    this._call('listDeleted');
    return [{ key: 'gone', deleted: new Date(0), deletedBy: 'alice' }];
  }

  async restoreSecret(scope: string, key: string, version?: number) {
    this._call(`restoreSecret ${scope} ${key} ${version ?? ''}`.trim());
    this.scopes[scope] = [...new Set([...this.scopes[scope], key])];
  }

  async listAcl() {
    this._call('listAcl');
    return this.acl;
  }

  async putAcl(scope: string, principal: string, permission: Permission) {
    this._call(`putAcl ${scope} ${principal} ${permission}`);
  }

  async deleteAcl(scope: string, principal: string) {
    this._call(`deleteAcl ${scope} ${principal}`);
  }

  async listServicePrincipals() {
    this._call('listServicePrincipals');
    return ['service:etl'];
  }

  async listActivity(): Promise<readonly IActivity[]> {
    this._call('listActivity');
    return [];
  }

  async kernelSecrets() {
    this._call('kernelSecrets');
    return ['prod/db'];
  }

  async lock() {
    this._call('lock');
    this.failure = new SecretsError('locked', 'The store is locked.');
  }

  async unlock(passphrase?: string) {
    this._call('unlock', passphrase !== PASSPHRASE);
    this.failure = null;
  }

  private _secretsOf(scope: string): ISecret[] {
    return this.scopes[scope].map(key => ({
      key,
      version: 7,
      updated: new Date(0),
      updatedBy: 'alice',
      details: { ...PLAIN, ...this.details[`${scope}/${key}`] }
    }));
  }

  private _call(name: string, fails = this.failure !== null): void {
    this.calls.push(name);
    if (fails) {
      throw this.failure ?? new SecretsError('refused', 'No.');
    }
  }
}
