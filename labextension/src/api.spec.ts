import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';

import { SecretsClient } from './api';

const BASE = 'http://localhost:8888/user/alice/';
const CANARY = 'hunter2-SeCrEt';

/** A client whose server answers this; and what the server was asked. */
function connect(answer: () => Response) {
  const requests: Request[] = [];
  const settings = ServerConnection.makeSettings({
    baseUrl: BASE,
    fetch: async request => {
      requests.push(request as Request);
      return answer();
    }
  });
  const client = new SecretsClient(settings, nullTranslator.load(''));
  return { client, requests };
}

function json(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

describe('SecretsClient', () => {
  it('lists all scopes in one request under the base URL', async () => {
    const prod = { name: 'prod', permission: 'READ', count: 1, secrets: null };
    const { client, requests } = connect(() => json({ scopes: [prod] }));

    expect(await client.listScopes()).toEqual([prod]);
    await client.listScopes(true);

    expect(requests[0].method).toBe('GET');
    expect(requests[0].url).toContain(BASE + 'jupyter-secrets/overview');
    expect(requests[0].url).not.toContain('secrets=true');
    expect(requests[1].url).toContain('secrets=true');
  });

  it('lists secrets with what is said about them', async () => {
    const bare = { comment: null, expires_at: null, sensitive: true };
    const { client, requests } = connect(() =>
      json({
        secrets: [
          { key: 'db', version: 1, updated_at: 86400000, ...bare },
          {
            key: 'user',
            version: 3,
            updated_at: 0,
            comment: 'Mine',
            expires_at: 86400000,
            sensitive: false
          }
        ]
      })
    );

    expect(await client.listSecrets('me@example')).toEqual([
      {
        key: 'db',
        version: 1,
        updated: new Date('1970-01-02T00:00:00Z'),
        details: { comment: '', expires: null, isSensitive: true }
      },
      {
        key: 'user',
        version: 3,
        updated: new Date(0),
        details: {
          comment: 'Mine',
          expires: new Date('1970-01-02T00:00:00Z'),
          isSensitive: false
        }
      }
    ]);
    expect(requests[0].url).toContain('secrets?scope=me%40example');
  });

  it('takes an expiry that is later than dates go', async () => {
    const { client } = connect(() =>
      json({ secrets: [{ key: 'db', updated_at: 0, expires_at: 2 ** 53 - 1 }] })
    );

    const [secret] = await client.listSecrets('prod');

    expect(secret.details.expires?.getTime()).toBe(8.64e15);
  });

  it.each([
    [{ comment: '' }, { comment: '' }],
    [{ expires: new Date(1) }, { expires_at: 1 }],
    [{ expires: null }, { expires_at: 0 }],
    [{ isSensitive: false }, { sensitive: false }]
  ])('sends of %j only what is to change', async (change, sent) => {
    const { client, requests } = connect(() => json({}));

    await client.updateSecret('prod', 'db', change);

    expect(requests[0].url.split('?')[0]).toBe(BASE + 'jupyter-secrets/update');
    expect(await requests[0].json()).toEqual({
      scope: 'prod',
      key: 'db',
      ...sent
    });
  });

  it('sends a value in the body only', async () => {
    const { client, requests } = connect(() => json({}));

    await client.putSecret('prod', 'db', CANARY);

    expect(requests[0].url).not.toContain(CANARY);
    expect(await requests[0].json()).toEqual({
      scope: 'prod',
      key: 'db',
      string_value: CANARY
    });
  });

  it('names the version that a put replaces', async () => {
    const { client, requests } = connect(() => json({}));

    await client.putSecret('prod', 'db', CANARY, 0);

    expect((await requests[0].json()).if_version).toBe(0);
  });

  it.each([
    [{ weakness: 'is a common word' }, 'is a common word'],
    [{ weakness: null }, null]
  ])('passes on what a put answers: %j', async (answer, weakness) => {
    const { client } = connect(() => json(answer));

    expect(await client.putSecret('prod', 'db', 'admin')).toBe(weakness);
  });

  it('sends a passphrase in the body only, and none if there is none', async () => {
    const { client, requests } = connect(() => json({}));

    await client.unlock(CANARY);
    await client.unlock();

    expect(requests[0].url.split('?')[0]).toBe(BASE + 'jupyter-secrets/unlock');
    expect(requests[0].url).not.toContain(CANARY);
    expect(await requests[0].json()).toEqual({ passphrase: CANARY });
    expect(requests[1].method).toBe('POST');
    expect(await requests[1].json()).toEqual({});
  });

  it('asks how the store is doing', async () => {
    const said = { state: 'locked', message: 'Locked.', keys: ['file'] };
    const { client, requests } = connect(() =>
      json({ ...said, on_purpose: true, admin: false })
    );

    expect(await client.status()).toEqual({
      ...said,
      isOnPurpose: true,
      isAdmin: false
    });

    expect(requests[0].method).toBe('GET');
    expect(requests[0].url.split('?')[0]).toBe(BASE + 'jupyter-secrets/status');
  });

  it('posts lock', async () => {
    const { client, requests } = connect(() => json({}));

    await client.lock();

    expect(requests[0].method).toBe('POST');
    expect(requests[0].url.split('?')[0]).toBe(BASE + 'jupyter-secrets/lock');
  });

  it.each([
    ['createScope', ['prod'], 'scopes/create', { scope: 'prod' }],
    ['deleteScope', ['prod'], 'scopes/delete', { scope: 'prod' }],
    ['deleteSecret', ['prod', 'db'], 'delete', { scope: 'prod', key: 'db' }]
  ] as const)('posts %s', async (call, args, path, body) => {
    const { client, requests } = connect(() => json({}));

    await (client[call] as (...names: readonly string[]) => Promise<void>)(
      ...args
    );

    expect(requests[0].method).toBe('POST');
    expect(requests[0].url.split('?')[0]).toBe(
      BASE + 'api/2.0/secrets/' + path
    );
    expect(await requests[0].json()).toEqual(body);
  });

  it.each([
    ['locked', 423, { error_code: 'STORE_LOCKED', message: 'Locked.' }],
    ['missing', 404, { message: 'Not Found', reason: null }],
    ['noConnection', 503, {}],
    ['refused', 403, { error_code: 'PERMISSION_DENIED', message: 'No.' }],
    ['refused', 403, { message: 'Forbidden' }],
    ['refused', 404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'No.' }],
    ['refused', 500, { error_code: 'INTEGRITY_ERROR', message: 'Broken.' }]
  ])(
    'calls it %s when the server answers %i %j',
    async (kind, status, body) => {
      const { client } = connect(() => json(body, status));

      await expect(client.listScopes()).rejects.toMatchObject({ kind });
    }
  );

  it("passes on the server's message", async () => {
    const { client } = connect(() =>
      json(
        { error_code: 'BAD_REQUEST', message: 'Scope X already exists!' },
        400
      )
    );

    await expect(client.createScope('X')).rejects.toThrow(
      'Scope X already exists!'
    );
  });

  it('copes with an error page', async () => {
    const { client } = connect(
      () => new Response('<html>', { status: 500, statusText: 'Oops' })
    );

    await expect(client.listScopes()).rejects.toMatchObject({
      kind: 'refused',
      message: 'Oops'
    });
  });

  it('says so when nobody answers', async () => {
    const { client } = connect(() => {
      throw new TypeError('Failed to fetch');
    });

    await expect(client.status()).rejects.toMatchObject({
      kind: 'noConnection'
    });
  });
});
