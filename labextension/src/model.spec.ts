import { nullTranslator } from '@jupyterlab/translation';
import { signalToPromise } from '@jupyterlab/testing';

import { SecretsModel } from './model';
import { MemoryClient } from './testing/memoryClient';
import { IScope, SecretsError } from './tokens';

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
        'status',
        'listScopes',
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
      const answers: ((scopes: IScope[]) => void)[] = [];
      client.listScopes = () =>
        new Promise(resolve => void answers.push(resolve));
      const refreshes = [model.refresh(), model.refresh()];
      await until(() => answers.length === 2);
      const named = (name: string): IScope[] => [
        { name, permission: 'READ', count: 0, secrets: null }
      ];

      answers[1](named('new'));
      answers[0](named('old'));
      await Promise.all(refreshes);

      expect(model.scopes?.map(entry => entry.name)).toEqual(['new']);
    });

    it('follows what is changed elsewhere, and asks nothing while it is hidden', async () => {
      model.resume();
      await until(() => model.scopes?.length === 2);
      client.scopes.dev = [];
      client.revision++;

      await until(() => model.scopes?.length === 3);
      model.pause();
      const before = client.calls.length;
      await new Promise(resolve => setTimeout(resolve, 2000));

      expect(client.calls.length).toBe(before);
    });

    it('lists nothing anew while nothing has changed', async () => {
      model.resume();
      await until(() => client.calls.filter(c => c === 'status').length > 2);

      expect(client.calls.filter(call => call === 'listScopes')).toHaveLength(
        1
      );
    });

    it('knows what we may do where, before the server refuses it', async () => {
      client.permissions.prod = 'READ';
      expect(model.may('MANAGE', 'prod')).toBe(true);

      await model.refresh();

      expect(model.may('READ', 'prod')).toBe(true);
      expect(model.may('WRITE', 'prod')).toBe(false);
      expect(model.may('MANAGE', 'test')).toBe(true);
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

    it('asks once for all scopes, however fast one types', async () => {
      await model.refresh();

      model.query = 't';
      model.query = 'to';
      await until(() => !model.isBusy);
      model.query = 'db';
      await until(() => !model.isBusy);

      expect(client.calls.slice(2)).toEqual(['listAll']);
      expect(model.scopes).toHaveLength(2);
    });

    it('folds a scope that it unfolded, until something else is looked for', async () => {
      await model.refresh();
      model.query = 'tok';
      await until(() => !model.isBusy);

      await model.setExpanded('prod', false);
      expect(model.rows).toHaveLength(1);

      model.query = 'toke';
      expect(model.rows).toHaveLength(2);
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

    it('goes back to a version, and shows what was restored', async () => {
      await model.restoreSecret('prod', 'gone');
      await model.restoreSecret('prod', 'db', 3);

      expect(client.calls).toContain('restoreSecret prod db 3');
      expect(keys('prod')).toEqual(['db', 'token', 'gone']);
    });

    it('lets a failure through to whoever asked', async () => {
      client.failure = new SecretsError('refused', 'No.');

      await expect(model.createScope('dev')).rejects.toThrow('No.');
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
      [{ scope: 'prod' }, { scope: 'test' }],
      [{ scope: 'test' }, { scope: 'prod' }],
      [{ scope: 'other' }, { scope: 'prod' }],
      [
        { scope: 'prod', key: 'db' },
        { scope: 'prod', key: 'token' }
      ],
      [{ scope: 'test', key: 'db' }, { scope: 'test' }]
    ])('has a neighbour to go to when %j goes', async (gone, neighbour) => {
      await model.setExpanded('prod', true);
      await model.setExpanded('test', true);

      expect(model.neighbour(gone)).toEqual(neighbour);
    });

    it('takes the keyboard as soon as there is a list', async () => {
      const unasked = new SecretsModel(client, nullTranslator.load(''));
      unasked.focusAny();

      await unasked.refresh();

      expect(unasked.consumeFocus({ scope: 'prod' })).toBe(true);
      unasked.dispose();
    });
  });
});
