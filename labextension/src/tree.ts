import { IScopeEntry } from './scopes';
import { ISecret, ISelection } from './tokens';

/** A line of the list: a scope, a secret, or what is said where there are no secrets. */
export type Row = IScopeRow | ISecretRow | INoteRow;

interface IPlace {
  /** Different for each row of the list. */
  readonly id: string;
  readonly scope: IScopeEntry;
  /** Which one it is among its siblings, from 1 on, and how many there are. */
  readonly position: number;
  readonly size: number;
}

export interface IScopeRow extends IPlace {
  readonly kind: 'scope';
}

export interface ISecretRow extends IPlace {
  readonly kind: 'secret';
  readonly secret: ISecret;
}

export interface INoteRow extends IPlace {
  readonly kind: 'note';
}

/** The rows of all scopes, and of the secrets of those that are open, in order. */
export function toRows(scopes: readonly IScopeEntry[]): readonly Row[] {
  return scopes.flatMap((scope, index): Row[] => [
    {
      kind: 'scope',
      id: idOf({ scope: scope.name }),
      scope,
      position: index + 1,
      size: scopes.length
    },
    ...(scope.expanded ? rowsIn(scope) : [])
  ]);
}

/** The id of the row of a scope or a secret; no name of either has a slash. */
export function idOf({ scope, key }: ISelection): string {
  return key === undefined ? scope : `${scope}/${key}`;
}

/** What a row is about; null for a note, which nothing can be done with. */
export function selectionOf(row: Row): ISelection | null {
  switch (row.kind) {
    case 'scope':
      return { scope: row.scope.name };
    case 'secret':
      return { scope: row.scope.name, key: row.secret.key };
    case 'note':
      return null;
  }
}

/** What a key does in the list. */
export type Move =
  | { readonly to: ISelection }
  | { readonly expand: boolean; readonly scope: string };

/** How many rows Page Up and Page Down go. */
const PAGE = 10;

/** What a key does from a row; null if nothing. As in every tree: arrows, Home, End, pages. */
export function moveFrom(
  rows: readonly Row[],
  current: number,
  key: string
): Move | null {
  switch (key) {
    case 'ArrowDown':
      return toNearest(rows, current + 1, 1);
    case 'ArrowUp':
      return toNearest(rows, current - 1, -1);
    case 'PageDown':
      return toNearest(rows, Math.min(current + PAGE, rows.length - 1), -1);
    case 'PageUp':
      return toNearest(rows, Math.max(current - PAGE, 0), 1);
    case 'Home':
      return toNearest(rows, 0, 1);
    case 'End':
      return toNearest(rows, rows.length - 1, -1);
    case 'ArrowRight':
      return intoScope(rows, current);
    case 'ArrowLeft':
      return outOfScope(rows[current]);
    default:
      return null;
  }
}

/** The next row, after this one and from the top again, whose name begins with what was typed. */
export function findTyped(
  rows: readonly Row[],
  current: number,
  typed: string
): ISelection | null {
  const wanted = typed.toLowerCase();
  // A second letter narrows the search down; the first one goes on from the row it is on.
  const first = typed.length > 1 ? current : current + 1;
  for (let step = 0; step < rows.length; step++) {
    const selection = selectionOf(rows[(first + step) % rows.length]);
    const name = selection?.key ?? selection?.scope ?? '';
    if (name.toLowerCase().startsWith(wanted)) {
      return selection;
    }
  }
  return null;
}

function rowsIn(scope: IScopeEntry): Row[] {
  const { name, secrets } = scope;
  if (scope.failure || !secrets?.length) {
    return [{ kind: 'note', id: `${name}/`, scope, position: 1, size: 1 }];
  }
  return secrets.map((secret, index) => ({
    kind: 'secret',
    id: idOf({ scope: name, key: secret.key }),
    scope,
    secret,
    position: index + 1,
    size: secrets.length
  }));
}

/** The first row from an index on, in one direction, that can be gone to. */
function toNearest(
  rows: readonly Row[],
  index: number,
  step: 1 | -1
): Move | null {
  for (let at = index; at >= 0 && at < rows.length; at += step) {
    const to = selectionOf(rows[at]);
    if (to) {
      return { to };
    }
  }
  return null;
}

function intoScope(rows: readonly Row[], current: number): Move | null {
  const row = rows[current];
  if (row?.kind !== 'scope') {
    return null;
  }
  if (!row.scope.expanded) {
    return { expand: true, scope: row.scope.name };
  }
  const inside = rows[current + 1];
  return inside?.kind === 'secret' ? { to: selectionOf(inside)! } : null;
}

function outOfScope(row: Row | undefined): Move | null {
  if (!row) {
    return null;
  }
  const scope = row.scope.name;
  if (row.kind !== 'scope') {
    return { to: { scope } };
  }
  return row.scope.expanded ? { expand: false, scope } : null;
}
