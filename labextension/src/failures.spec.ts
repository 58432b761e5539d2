import { nullTranslator } from '@jupyterlab/translation';
import { signalToPromise } from '@jupyterlab/testing';

import { SecretsModel } from './model';
import { MemoryClient, PASSPHRASE } from './testing/memoryClient';
import { SecretsError } from './tokens';

describe('A store that cannot be read', () => {
  let client: MemoryClient;
  let model: SecretsModel;

  beforeEach(() => {
    client = new MemoryClient({ prod: ['db', 'token'], test: ['db'] });
    model = new SecretsModel(client, nullTranslator.load(''));
  });

  afterEach(() => model.dispose());

  const until = async (condition: () => boolean) => {
    while (!condition()) {
      await signalToPromise(model.stateChanged);
    }
  };

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
      const before = client.calls.length;
      await new Promise(resolve => setTimeout(resolve, 2000));

      expect(client.calls.length).toBe(before);
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
});
