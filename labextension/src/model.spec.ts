import { nullTranslator } from '@jupyterlab/translation';
import { signalToPromise } from '@jupyterlab/testing';

import { SecretsModel } from './model';
import { IDetails, ISecret, ISecretsClient, SecretsError } from './tokens';

const PASSPHRASE = 'correct horse battery staple';

const PLAIN: IDetails = { comment: '', expires: null, isSensitive: true };

/** A server that keeps everything in memory, and fails on demand. */
class MemoryClient implements ISecretsClient {
  constructor(readonly scopes: Record<string, string[]> = {}) {}

  failure: SecretsError | null = null;
  forbidden = '';
  store = { message: '', keys: ['file'], isOnPurpose: true, isAdmin: true };
  weakness: string | null = null;
  replaced: number | undefined;
  readonly details: Record<string, Partial<IDetails>> = {};
  readonly calls: string[] = [];

  async status() {
    this._call('status', this.failure?.kind === 'noConnection');
    const state = this.failure ? ('locked' as const) : ('ready' as const);
    return { ...this.store, state };
  }

  async listScopes() {
    this._call('listScopes');
    return Object.keys(this.scopes).map(name => ({ name }));
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
    return this.scopes[scope].map(key => ({
      key,
      version: 7,
      updated: new Date(0),
      details: { ...PLAIN, ...this.details[`${scope}/${key}`] }
    }));
  }

  async putSecret(
    scope: string,
    key: string,
    value: string,
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

  async lock() {
    this._call('lock');
    this.failure = new SecretsError('locked', 'The store is locked.');
  }

  async unlock(passphrase?: string) {
    this._call('unlock', passphrase !== PASSPHRASE);
    this.failure = null;
  }

  private _call(name: string, fails = this.failure !== null): void {
    this.calls.push(name);
    if (fails) {
      throw this.failure ?? new SecretsError('refused', 'No.');
    }
  }
}

describe('SecretsModel', () => {
  let client: MemoryClient;
  let model: SecretsModel;

  beforeEach(() => {
    client = new MemoryClient({ prod: ['db', 'token'], test: ['db'] });
    model = new SecretsModel(client, nullTranslator.load(''));
  });

  afterEach(() => model.dispose());

  const keys = (scope: string) =>
    model.scopes
      ?.find(entry => entry.name === scope)
      ?.secrets?.map(secret => secret.key);

  const until = async (condition: () => boolean) => {
    while (!condition()) {
      await signalToPromise(model.stateChanged);
    }
  };

  describe('the list', () => {
    it('is unknown, not empty, before the first answer', async () => {
      expect(model.scopes).toBeNull();
      expect(model.isEmpty).toBe(false);
    });

    it('knows when there is no scope at all', async () => {
      delete client.scopes.prod;
      delete client.scopes.test;
      await model.refresh();

      expect(model.isEmpty).toBe(true);
    });

    it('asks for the secrets of a scope when it is opened', async () => {
      await model.refresh();
      expect(keys('prod')).toBeUndefined();

      await model.setExpanded('prod', true);

      expect(keys('prod')).toEqual(['db', 'token']);
      expect(client.calls).toEqual([
        'listScopes',
        'status',
        'listSecrets prod'
      ]);
    });

    it('keeps scopes open over a refresh, and lists them again', async () => {
      await model.refresh();
      await model.setExpanded('prod', true);
      client.scopes.prod.push('new');

      await model.refresh();

      expect(keys('prod')).toEqual(['db', 'token', 'new']);
    });

    it('shows what was answered last, in whatever order answers arrive', async () => {
      let answer: (names: { name: string }[]) => void = () => undefined;
      client.listScopes = () => new Promise(resolve => (answer = resolve));
      const first = model.refresh();
      const late = answer;
      const second = model.refresh();

      answer([{ name: 'new' }]);
      await second;
      late([{ name: 'old' }]);
      await first;

      expect(model.scopes?.map(entry => entry.name)).toEqual(['new']);
    });

    it('shows in its place that one scope is closed to us', async () => {
      client.forbidden = 'prod';
      await model.refresh();

      await model.setExpanded('prod', true);

      expect(model.failure).toBeNull();
      expect(model.scopes?.[0].failure?.message).toBe('No READ permission.');
    });
  });

  describe('the filter', () => {
    it('finds keys in scopes that were never opened', async () => {
      await model.refresh();

      model.query = ' TOK';
      await until(() => !model.isBusy);

      expect(model.scopes?.map(entry => entry.name)).toEqual(['prod']);
      expect(model.scopes?.[0].expanded).toBe(true);
      expect(keys('prod')).toEqual(['token']);
    });

    it('shows a scope whose own name matches as it is', async () => {
      await model.refresh();

      model.query = 'test';
      await until(() => !model.isBusy);

      expect(model.scopes).toMatchObject([{ name: 'test', expanded: false }]);
    });

    it('asks for each scope once, however fast one types', async () => {
      await model.refresh();

      model.query = 't';
      model.query = 'to';
      await until(() => !model.isBusy);

      expect(
        client.calls.filter(call => call === 'listSecrets prod')
      ).toHaveLength(1);
    });
  });

  describe('changes', () => {
    beforeEach(() => model.refresh());

    it('opens a new scope', async () => {
      await model.createScope('dev');

      expect(model.scopes?.[2]).toMatchObject({
        name: 'dev',
        expanded: true,
        secrets: []
      });
    });

    it('forgets a deleted scope', async () => {
      await model.deleteScope('prod');

      expect(model.scopes?.map(entry => entry.name)).toEqual(['test']);
    });

    it('shows an added secret', async () => {
      await model.addSecret('prod', 'new', 'value');

      expect(keys('prod')).toEqual(['db', 'token', 'new']);
    });

    it('never replaces a secret when one is added under its key', async () => {
      await expect(model.addSecret('prod', 'DB', 'value')).rejects.toThrow(
        'already has a key DB'
      );

      expect(client.calls).not.toContain('putSecret prod DB');
    });

    it('adds a secret only where there is none, and replaces the version it listed', async () => {
      await model.addSecret('prod', 'new', 'value');
      expect(client.replaced).toBe(0);

      const secret = { scope: 'prod', key: 'db' };
      await model.replaceValue('prod', 'db', 'value', model.versionOf(secret));

      expect(client.replaced).toBe(7);
    });

    it('knows what is said about a secret, once it was listed', async () => {
      expect(model.detailsOf({ scope: 'prod', key: 'db' })).toBeNull();

      await model.updateSecret('prod', 'db', { comment: 'Mine' });
      await model.setExpanded('prod', true);

      expect(model.detailsOf({ scope: 'prod', key: 'db' })?.comment).toBe(
        'Mine'
      );
    });

    it('forgets a deleted secret', async () => {
      await model.deleteSecret('prod', 'db');

      expect(keys('prod')).toEqual(['token']);
    });

    it('holds no value', async () => {
      await model.addSecret('prod', 'new', 'hunter2-SeCrEt');

      expect(JSON.stringify(model.scopes)).not.toContain('hunter2');
    });

    it('lets a failure through to whoever asked', async () => {
      client.failure = new SecretsError('refused', 'No.');

      await expect(model.createScope('dev')).rejects.toThrow('No.');
    });
  });

  describe('the lock', () => {
    beforeEach(() => model.refresh());

    it('hides the list, and gives it back with the keyboard in it', async () => {
      await model.lock();
      expect(model.failure?.kind).toBe('locked');

      await model.unlock(PASSPHRASE);

      expect(model.failure).toBeNull();
      expect(model.consumeFocus({ scope: 'prod' })).toBe(true);
    });

    it('stays as it is when the passphrase is wrong', async () => {
      await model.lock();

      await expect(model.unlock('guess')).rejects.toThrow('locked');

      expect(model.failure?.kind).toBe('locked');
    });

    it('is opened without a passphrase when none was typed', async () => {
      const unlock = jest.spyOn(client, 'unlock').mockResolvedValue();

      await model.unlock('');

      expect(unlock).toHaveBeenCalledWith(undefined);
    });

    it('tells anew what is in the way when an attempt fails', async () => {
      await model.lock();
      client.store = {
        ...client.store,
        message: 'Its key file is missing.',
        isOnPurpose: false
      };

      await expect(model.unlock('')).rejects.toThrow('locked');

      expect(model.status).toMatchObject(client.store);
    });

    it('is locked and unlocked by admins only, as far as is known', async () => {
      client.store = { ...client.store, isAdmin: false };
      const unasked = new SecretsModel(client, nullTranslator.load(''));
      expect(unasked.isAdmin).toBe(true);
      unasked.dispose();

      await model.refresh();
      await until(() => !model.isAdmin);
    });
  });

  describe('failures', () => {
    it.each(['locked', 'noConnection'] as const)(
      'looks by itself whether the store is still %s',
      async kind => {
        client.failure = new SecretsError(kind, 'Not now.');
        model.resume();
        await until(() => model.failure !== null);

        client.failure = null;
        await until(() => model.failure === null && !model.isBusy);

        expect(model.scopes).toHaveLength(2);
      }
    );

    it('does not look while nobody watches', async () => {
      client.failure = new SecretsError('locked', 'Not now.');
      await model.refresh();
      await new Promise(resolve => setTimeout(resolve, 50));

      expect(client.calls).not.toContain('status');
    });

    it('keeps what was open until the store is back', async () => {
      await model.refresh();
      await model.setExpanded('prod', true);
      client.failure = new SecretsError('locked', 'Not now.');
      await model.refresh();
      client.failure = null;
      await model.refresh();

      expect(model.scopes?.[0].expanded).toBe(true);
    });

    it('offers no scope to add to', async () => {
      client.failure = new SecretsError('locked', 'Not now.');

      expect(await model.scopeNames()).toBeNull();
    });

    it.each([
      ['locked', true, null],
      ['locked', false, 'locked'],
      ['noConnection', true, 'noConnection']
    ] as const)(
      'is, being %s to a admin (%j), the obstacle %j',
      async (kind, isAdmin, obstacle) => {
        await model.refresh();
        client.store = { ...client.store, isAdmin };
        await model.refresh();
        await until(() => model.isAdmin === isAdmin);
        client.failure = new SecretsError(kind, 'Not now.');

        await model.refresh();

        expect(model.obstacle).toBe(obstacle);
      }
    );

    it('is over before the unlocking takes the keyboard: it never will', async () => {
      client.failure = new SecretsError('locked', 'Not now.');
      await model.refresh();
      model.focusUnlock();
      client.failure = null;

      await model.refresh();

      expect(model.consumeUnlockFocus()).toBe(false);
    });
  });

  describe('the selection', () => {
    beforeEach(() => model.refresh());

    it('takes the keyboard once', async () => {
      model.focus({ scope: 'prod', key: 'db' });

      expect(model.consumeFocus({ scope: 'prod' })).toBe(false);
      expect(model.consumeFocus({ scope: 'prod', key: 'db' })).toBe(true);
      expect(model.consumeFocus({ scope: 'prod', key: 'db' })).toBe(false);
    });

    it.each([
      ['prod', { scope: 'test' }],
      ['test', { scope: 'prod' }],
      ['other', { scope: 'prod' }]
    ])('has a neighbour to go to when %s goes', async (scope, neighbour) => {
      expect(model.neighbour(scope)).toEqual(neighbour);
    });
  });
});
