"""Verify rows before they are used, and cache what was verified.

Invariants:

- A row is used only if its own MAC is valid and the set that it belongs to contains that MAC. The
  first detects an edited row, the second an older copy of it.
- Absence is proven too: a damaged index or page of SQLite hides rows without any error. A name is
  free only if no name of a verified set is equal to it, and a list is complete only if it has
  exactly the rows of such a set.
- The cache never decides alone. The store's row is verified after each change of the file by
  others; a cached set is used only while its MAC is the one in that row, a cached scope only while
  its MAC is the one in that set. So a change that moves a MAC is seen at once, and only a row that
  was edited under an unchanged MAC is noticed as late as `RECHECK_SECONDS`.
- Whatever fails, also a column of the wrong type, is an `IntegrityError` here, where the row is
  read. It names a scope at most, and nothing else from the row.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store.crypto import TamperedError, same
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.row_sets import RowSet, RowT
from jupyter_secrets.store.db.rows import (
    Acl,
    ScopeEntry,
    ScopeRow,
    SecretRow,
    StoreRow,
    compute_scopes_mac,
)
from jupyter_secrets.store.keys.hierarchy import Keys

# When only the file's version moved (another process's audit record, mostly), what was verified
# is checked again no more often than this. What was not verified is never used meanwhile, and
# never written into a new MAC either.
RECHECK_SECONDS = 1.0
_REMEMBERED_SCOPES = 1_000

_STORE = select(schema.store)
_ACL = select(schema.acls.c.kind, schema.acls.c.principal, schema.acls.c.permission).where(
    schema.acls.c.scope_id == bindparam("scope_id")
)
_SECRETS = select(schema.secrets).where(schema.secrets.c.scope_id == bindparam("scope_id"))
_ENTRIES = select(*(schema.scopes.c[name] for name in ScopeEntry.__slots__))
_SCOPE = select(schema.scopes).where(schema.scopes.c.scope_id == bindparam("scope_id"))
_SECRET_COLUMNS: Any = attrgetter(*SecretRow.__slots__)
_SCOPE_COLUMNS = tuple(name for name in ScopeRow.__slots__ if name != "acl")

# The MACs of a scope's secrets, each with the secret's name in lower case, None if it is deleted.
SecretMacs = Mapping[bytes, str | None]


@dataclass(frozen=True, slots=True)
class VerifiedScope:
    """A scope whose MAC was right, with the MACs of its secrets."""

    row: ScopeRow
    mac: bytes
    secret_macs: SecretMacs
    data_version: int
    checked_at: float


@dataclass(frozen=True, slots=True)
class VerifiedSet:
    """The scopes that there are, by their ids, and each one's id by its name in lower case."""

    mac: bytes
    scopes: Mapping[str, ScopeEntry]
    ids: Mapping[str, str]
    data_version: int
    checked_at: float


@dataclass(frozen=True, slots=True)
class VerifiedRows:
    """The rows of a small table, as they were verified together."""

    mac: bytes
    rows: Sequence[Any]
    data_version: int
    checked_at: float


def read_store_row(connection: Connection) -> tuple[StoreRow, bytes]:
    """Return the store's own row and its MAC, not verified."""
    rows = connection.execute(_STORE).all()
    if len(rows) != 1:
        raise IntegrityError("The store's own row is missing: restore a backup.")
    if not schema.fits(schema.store, rows[0]):
        raise _store_changed()
    *columns, mac = rows[0]
    return StoreRow(*columns), mac


def scope_row(row: Row[tuple[object, ...]], acl: Acl | None = None) -> ScopeRow:
    """Return a row of `scopes` as a value."""
    columns = row._mapping
    values = (columns[name] for name in _SCOPE_COLUMNS)
    return ScopeRow(*values, acl=acl or {})  # type: ignore[misc]


def secret_row(row: Row[tuple[object, ...]]) -> SecretRow:
    """Return a row of `secrets` as a value."""
    return SecretRow(*_SECRET_COLUMNS(row))


class Verifier:
    """What was verified so far, for one store in one process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._scopes: OrderedDict[str, VerifiedScope] = OrderedDict()
        self._set: VerifiedSet | None = None
        self._row_sets: dict[str, VerifiedRows] = {}

    def check_store(self, row: StoreRow, mac: object, keys: Keys) -> None:
        """Raise `IntegrityError` unless the store's own row is genuine."""
        if not _matches(mac, row.compute_mac, keys.rows):
            raise _store_changed()

    def check_set(
        self, connection: Connection, keys: Keys, row: StoreRow, data_version: int
    ) -> VerifiedSet:
        """Return all scopes.

        Raises `IntegrityError` if a scope was put back from an older copy, or removed.
        """
        cached = self._set
        if (
            cached is not None
            and cached.mac == row.scopes_mac
            and self._is_fresh(cached, data_version)
        ):
            return cached
        entries = [ScopeEntry(*row) for row in connection.execute(_ENTRIES).all()]
        if not _matches(row.scopes_mac, compute_scopes_mac, keys.rows, keys.store_id, entries):
            raise scopes_changed()
        return self.remember_set(row.scopes_mac, entries, data_version)

    def remember_set(
        self, mac: bytes, entries: Iterable[ScopeEntry], data_version: int
    ) -> VerifiedSet:
        """Trust this set until the store's row or the file changes."""
        scopes = {entry.scope_id: entry for entry in entries}
        ids = {entry.name.casefold(): entry.scope_id for entry in scopes.values()}
        self._set = VerifiedSet(mac, scopes, ids, data_version, self._clock())
        return self._set

    def check_rows(
        self,
        connection: Connection,
        keys: Keys,
        row_set: RowSet[RowT],
        row: StoreRow,
        data_version: int,
    ) -> Sequence[RowT]:
        """Return the rows of a small table; raise `IntegrityError` unless all are genuine."""
        cached, mac = self._row_sets.get(row_set.name), getattr(row, row_set.mac_column)
        if cached is not None and cached.mac == mac and self._is_fresh(cached, data_version):
            return cached.rows
        rows = row_set.read(connection)
        check_rows(row_set, rows, keys, row)
        self.remember_rows(row_set, mac, rows, data_version)
        return rows

    def remember_rows(
        self, row_set: RowSet[RowT], mac: bytes, rows: Sequence[RowT], data_version: int
    ) -> None:
        """Trust these rows until the store's row or the file changes."""
        if not row_set.is_cached:
            return
        self._row_sets[row_set.name] = VerifiedRows(mac, rows, data_version, self._clock())

    def _is_fresh(
        self, cached: VerifiedScope | VerifiedSet | VerifiedRows, data_version: int
    ) -> bool:
        recent = self._clock() - cached.checked_at < RECHECK_SECONDS
        return recent or cached.data_version == data_version

    def check_scope(
        self,
        connection: Connection,
        keys: Keys,
        scope_id: str,
        among: VerifiedSet,
    ) -> VerifiedScope:
        """Return a scope of the set with its verified ACL, or raise `IntegrityError`."""
        entry = among.scopes.get(scope_id)
        stored = connection.execute(_SCOPE, {"scope_id": scope_id}).one_or_none()
        if (
            entry is None
            or stored is None
            or (stored.scope_id, stored.mac) != (scope_id, entry.mac)
        ):
            raise scopes_changed()
        cached = self._scopes.get(scope_id)
        if (
            cached is not None
            and cached.mac == entry.mac
            and self._is_fresh(cached, among.data_version)
        ):
            return cached
        acl = connection.execute(_ACL, {"scope_id": scope_id}).all()
        row = scope_row(stored, {(kind, name): permission for kind, name, permission in acl})
        secret_macs = self._read_metadata(connection, keys, row)
        if not _matches(entry.mac, row.compute_mac, keys.rows, keys.store_id, secret_macs):
            raise scope_changed(row.name)
        verified = self.verified(row, entry.mac, secret_macs, among.data_version)
        self.remember(verified)
        return verified

    def _read_metadata(self, connection: Connection, keys: Keys, scope: ScopeRow) -> SecretMacs:
        """Return the MACs of a scope's secrets, each compared with the row that it is in."""
        secret_macs: dict[bytes, str | None] = {}
        for row in connection.execute(_SECRETS, {"scope_id": scope.scope_id}).all():
            metadata = secret_row(row)
            if not _matches(row.mac, metadata.compute_mac, keys.rows, keys.store_id):
                raise scope_changed(scope.name)
            secret_macs[row.mac] = metadata.live_name
        return secret_macs

    def recall(self, scope_id: str, among: VerifiedSet) -> VerifiedScope | None:
        """Return a scope as it was verified, if nobody else has written to the file since."""
        cached, entry = self._scopes.get(scope_id), among.scopes.get(scope_id)
        if cached is None or entry is None or entry.mac != cached.mac:
            return None
        return cached if cached.data_version == among.data_version else None

    def verified(
        self, row: ScopeRow, mac: bytes, secret_macs: SecretMacs, data_version: int
    ) -> VerifiedScope:
        """Return a scope as verified now."""
        return VerifiedScope(row, mac, secret_macs, data_version, self._clock())

    def remember(self, scope: VerifiedScope) -> None:
        """Trust this scope until its MAC or the file changes."""
        self._scopes[scope.row.scope_id] = scope
        self._scopes.move_to_end(scope.row.scope_id)
        if len(self._scopes) > _REMEMBERED_SCOPES:
            self._scopes.popitem(last=False)

    def forget(self) -> None:
        """Empty the cache."""
        self._scopes.clear()
        self._set = None
        self._row_sets.clear()


def check_metadata(
    keys: Keys, scope: str, secret_macs: SecretMacs, row: Row[tuple[object, ...]]
) -> SecretRow:
    """Return a secret's metadata; raise `IntegrityError` unless its MAC is one of the scope's."""
    metadata = secret_row(row)
    genuine = _matches(row.mac, metadata.compute_mac, keys.rows, keys.store_id)
    if not genuine or row.mac not in secret_macs:
        raise scope_changed(scope)
    return metadata


def check_all_metadata(
    keys: Keys,
    scope: str,
    secret_macs: SecretMacs,
    rows: Sequence[Row[tuple[object, ...]]],
    *,
    live: bool,
) -> list[SecretRow]:
    """Return the metadata of all of a scope's secrets that are live, or all that are deleted.

    Raises `IntegrityError` if one of them was changed or is missing, or if there is one more.
    """
    expected = {mac for mac, name in secret_macs.items() if (name is not None) == live}
    checked = [check_metadata(keys, scope, secret_macs, row) for row in rows]
    if len(rows) != len(expected) or {row.mac for row in rows} != expected:
        raise scope_changed(scope)
    return checked


def check_rows(row_set: RowSet[RowT], rows: Sequence[RowT], keys: Keys, row: StoreRow) -> None:
    """Raise `IntegrityError` if a row of a set was changed, added, put back or removed."""
    mac = getattr(row, row_set.mac_column)
    if not _matches(mac, row_set.compute_mac, keys.rows, keys.store_id, rows):
        raise row_set.changed()


def _matches(mac: object, compute: Callable[..., bytes], *arguments: object) -> bool:
    """Return whether a MAC is what it is computed to be.

    Where none can be computed, something stands in the rows that was never written.
    """
    try:
        return same(compute(*arguments), mac)
    except (TamperedError, TypeError, ValueError):
        return False


def _store_changed() -> IntegrityError:
    return IntegrityError("The store's own row was changed from outside: restore a backup.")


def scopes_changed() -> IntegrityError:
    """Return the error for a set of scopes that is not as it was written."""
    return IntegrityError(
        "A scope was removed, or put back from an older copy, by something other than "
        "jupyter_secrets: restore a backup."
    )


def scope_changed(scope: str) -> IntegrityError:
    """Return the error for a scope that is not as it was written."""
    return IntegrityError(
        f"Scope {scope} was changed by something other than jupyter_secrets and is closed; "
        "other scopes are not affected. Restore a backup of the store."
    )
