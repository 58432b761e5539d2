import { IScopeEntry } from './scopes';
import { ISecret } from './tokens';
import { findTyped, moveFrom, toRows } from './tree';

function secret(key: string): ISecret {
  return {
    key,
    version: 1,
    updated: new Date(0),
    updatedBy: 'alice',
    details: { comment: '', expires: null, isSensitive: true }
  };
}

function scope(name: string, keys: string[] | null): IScopeEntry {
  return {
    name,
    permission: 'MANAGE',
    count: keys?.length ?? 3,
    expanded: keys !== null,
    secrets: keys?.map(secret) ?? null,
    failure: null
  };
}

// dev · prod: db, token · test: (nothing in it) · web
const ROWS = toRows([
  scope('dev', null),
  scope('prod', ['db', 'token']),
  scope('test', []),
  scope('web', null)
]);

describe('The rows of the list', () => {
  it('are scopes, what is in the open ones, and what is said of the empty ones', () => {
    expect(ROWS.map(row => row.id)).toEqual([
      'dev',
      'prod',
      'prod/db',
      'prod/token',
      'test',
      'test/',
      'web'
    ]);
    expect(ROWS[3]).toMatchObject({ position: 2, size: 2 });
  });

  it.each([
    ['ArrowDown', 0, { to: { scope: 'prod' } }],
    ['ArrowDown', 4, { to: { scope: 'web' } }],
    ['ArrowDown', 6, null],
    ['ArrowUp', 6, { to: { scope: 'test' } }],
    ['ArrowUp', 0, null],
    ['Home', 3, { to: { scope: 'dev' } }],
    ['End', 0, { to: { scope: 'web' } }],
    ['PageDown', 0, { to: { scope: 'web' } }],
    ['PageUp', 6, { to: { scope: 'dev' } }],
    ['ArrowRight', 0, { expand: true, scope: 'dev' }],
    ['ArrowRight', 1, { to: { scope: 'prod', key: 'db' } }],
    ['ArrowRight', 4, null],
    ['ArrowRight', 2, null],
    ['ArrowLeft', 3, { to: { scope: 'prod' } }],
    ['ArrowLeft', 1, { expand: false, scope: 'prod' }],
    ['ArrowLeft', 0, null],
    ['x', 0, null]
  ])('are gone through by %s from row %d', (key, from, move) => {
    expect(moveFrom(ROWS, from, key)).toEqual(move);
  });

  it.each([
    ['t', 0, { scope: 'prod', key: 'token' }],
    ['t', 3, { scope: 'test' }],
    ['te', 3, { scope: 'test' }],
    ['D', 2, { scope: 'dev' }],
    ['d', 0, { scope: 'prod', key: 'db' }],
    ['zzz', 0, null]
  ])('are found by typing %s from row %d', (typed, from, found) => {
    expect(findTyped(ROWS, from, typed)).toEqual(found);
  });
});
