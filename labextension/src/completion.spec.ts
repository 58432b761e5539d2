import { placeAt, SecretsCompletion } from './completion';
import { MemoryClient } from './testing/memoryClient';

describe('Completion', () => {
  it.each([
    ['x = dbutils.secrets.get("', null, ''],
    ["dbutils.secrets.get('pr", null, 'pr'],
    ['dbutils.secrets.get(scope="pr', null, 'pr'],
    ['dbutils.secrets.list("pr', null, 'pr'],
    ['dbutils.secrets.get("prod", "d', 'prod', 'd'],
    ['dbutils.secrets.get(scope="prod", key="', 'prod', ''],
    ['%secret get ', null, ''],
    ['%secret get prod d', 'prod', 'd'],
    ['"{{secrets/pr', null, 'pr'],
    ['{{secrets/prod/d', 'prod', 'd']
  ])('knows what is asked for after %s', (line, scope, typed) => {
    expect(placeAt(line)).toEqual({ scope, typed });
  });

  it.each([
    'dbutils.secrets.get("prod", "db")',
    'dbutils.fs.ls("pr',
    'print("pr',
    '%secret put',
    ''
  ])('has nothing to say after %j', line => {
    expect(placeAt(line)).toBeNull();
  });

  it('lists what one may read, and replaces what was typed', async () => {
    const client = new MemoryClient({ prod: ['db', 'Token'], proxy: [] });
    client.permissions.proxy = null;
    const provider = new SecretsCompletion(client);
    const labels = async (text: string) => {
      const request = { text, offset: text.length };
      const { start, items } = await provider.fetch(request);
      return [text.slice(start), ...items.map(item => item.label)];
    };

    expect(await labels('1\ndbutils.secrets.get("pr')).toEqual(['pr', 'prod']);
    expect(await labels('dbutils.secrets.get("prod", "t')).toEqual([
      't',
      'Token'
    ]);
    expect(await labels('print("')).toEqual(['']);
  });

  it('says nothing where the server refuses', async () => {
    const client = new MemoryClient({ prod: ['db'] });
    client.forbidden = 'prod';
    const text = '%secret get prod ';

    const { items } = await new SecretsCompletion(client).fetch({
      text,
      offset: text.length
    });

    expect(items).toEqual([]);
  });
});
