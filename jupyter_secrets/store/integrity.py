"""Verify rows before they are believed, and remember what was verified."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store import schema
from jupyter_secrets.store.crypto import same
from jupyter_secrets.store.keys import Keys
from jupyter_secrets.store.rows import (
    Acl,
    ScopeRow,
    SecretRow,
    SlotRow,
    StoreRow,
    compute_scopes_mac,
    compute_slots_mac,
)

# When only the file's version moved (another process's audit record, mostly), what was verified
# is checked again no more often than this. What was not verified is never used meanwhile, and
# never written into a new MAC either.
RECHECK_SECONDS = 1.0
_REMEMBERED_SCOPES = 1_000

_STORE = select(schema.store)
_ACL = select(schema.acls.c.kind, schema.acls.c.principal, schema.acls.c.permission).where(
    schema.acls.c.scope_id == bindparam("scope_id")
)
_HEADS = select(schema.secrets).where(schema.secrets.c.scope_id == bindparam("scope_id"))
_SCOPE_MACS = select(schema.scopes.c.scope_id, schema.scopes.c.mac)
_SECRET_COLUMNS: Any = attrgetter(*SecretRow.__slots__)
_SCOPE_COLUMNS = tuple(name for name in ScopeRow.__slots__ if name != "acl")


@dataclass(frozen=True, slots=True)
class VerifiedScope:
    """A scope whose MAC was right, with the MACs of the heads that belong to it."""

    row: ScopeRow
    mac: bytes
    heads: frozenset[bytes]
    data_version: int
    checked_at: float


@dataclass(frozen=True, slots=True)
class VerifiedSet:
    """The MAC of each scope that there is, by its id."""

    mac: bytes
    scopes: Mapping[str, bytes]
    data_version: int
    checked_at: float


def read_store_row(connection: Connection) -> tuple[StoreRow, bytes]:
    """Return the store's own row and its MAC, not verified."""
    found = connection.execute(_STORE).all()
    if len(found) != 1:
        raise IntegrityError("The store's own row is missing: restore a backup.")
    *columns, mac = found[0]
    return StoreRow(*columns), mac


def scope_row(found: Row[tuple[object, ...]], acl: Acl | None = None) -> ScopeRow:
    """Return a row of `scopes` as a value."""
    columns = found._mapping
    values = (columns[name] for name in _SCOPE_COLUMNS)
    return ScopeRow(*values, acl=acl or {})  # type: ignore[misc]


def secret_row(found: Row[tuple[object, ...]]) -> SecretRow:
    """Return a row of `secrets` as a value."""
    return SecretRow(*_SECRET_COLUMNS(found))


class Verifier:
    """What was verified so far, for one store in one process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._scopes: OrderedDict[str, VerifiedScope] = OrderedDict()
        self._ids: dict[str, str] = {}
        self._set: VerifiedSet | None = None

    def check_store(self, row: StoreRow, mac: object, keys: Keys) -> None:
        """Raise `IntegrityError` unless the store's own row is genuine."""
        if not same(row.compute_mac(keys.rows), mac):
            raise IntegrityError("The store's own row was changed from outside: restore a backup.")

    def check_set(
        self, connection: Connection, keys: Keys, row: StoreRow, data_version: int
    ) -> VerifiedSet:
        """Return all scopes' MACs.

        Raises `IntegrityError` if a scope was put back from an older copy, or removed.
        """
        known = self._set
        if (
            known is not None
            and known.mac == row.scopes_mac
            and self._is_fresh(known, data_version)
        ):
            return known
        macs = {scope_id: mac for scope_id, mac in connection.execute(_SCOPE_MACS)}
        if not same(compute_scopes_mac(keys.rows, keys.store_id, macs), row.scopes_mac):
            raise _set_changed()
        return self.remember_set(row.scopes_mac, macs, data_version)

    def remember_set(
        self, mac: bytes, scopes: Mapping[str, bytes], data_version: int
    ) -> VerifiedSet:
        """Believe this set until the store's row or the file changes."""
        self._set = VerifiedSet(mac, scopes, data_version, self._clock())
        return self._set

    def _is_fresh(self, known: VerifiedScope | VerifiedSet, data_version: int) -> bool:
        recent = self._clock() - known.checked_at < RECHECK_SECONDS
        return recent or known.data_version == data_version

    def check_scope(
        self,
        connection: Connection,
        keys: Keys,
        found: Row[tuple[object, ...]],
        among: VerifiedSet,
    ) -> VerifiedScope:
        """Return a scope with its verified ACL, or raise `IntegrityError`."""
        scope_id, mac = found.scope_id, found.mac
        if among.scopes.get(scope_id) != mac:
            raise _set_changed()
        known = self._scopes.get(scope_id)
        if known is not None and known.mac == mac and self._is_fresh(known, among.data_version):
            return known
        acl = connection.execute(_ACL, {"scope_id": scope_id}).all()
        row = scope_row(found, {(kind, name): permission for kind, name, permission in acl})
        heads = frozenset(self._head_macs(connection, keys, scope_id, row.name))
        if not same(row.compute_mac(keys.rows, keys.store_id, heads), mac):
            raise _scope_changed(row.name)
        verified = self.verified(row, mac, heads, among.data_version)
        self.remember(verified)
        return verified

    def _head_macs(
        self, connection: Connection, keys: Keys, scope_id: str, scope: str
    ) -> list[bytes]:
        """Return the MACs of a scope's heads, each compared with the head that it stands in."""
        macs = []
        for found in connection.execute(_HEADS, {"scope_id": scope_id}):
            mac = secret_row(found).compute_mac(keys.rows, keys.store_id)
            if not same(mac, found.mac):
                raise _scope_changed(scope)
            macs.append(mac)
        return macs

    def recall(self, folded: str, among: VerifiedSet) -> VerifiedScope | None:
        """Return a scope as it was verified, if nobody else has written to the file since."""
        known = self._scopes.get(self._ids.get(folded, ""))
        if (
            known is None
            or known.data_version != among.data_version
            or among.scopes.get(known.row.scope_id) != known.mac
            or known.row.name.casefold() != folded
        ):
            return None
        return known

    def verified(
        self, row: ScopeRow, mac: bytes, heads: frozenset[bytes], data_version: int
    ) -> VerifiedScope:
        """Return a scope as verified now."""
        return VerifiedScope(row, mac, heads, data_version, self._clock())

    def remember(self, scope: VerifiedScope) -> None:
        """Believe this scope until its MAC or the file changes."""
        self._scopes[scope.row.scope_id] = scope
        self._scopes.move_to_end(scope.row.scope_id)
        self._ids[scope.row.name.casefold()] = scope.row.scope_id
        if len(self._scopes) > _REMEMBERED_SCOPES:
            _, oldest = self._scopes.popitem(last=False)
            self._ids.pop(oldest.row.name.casefold(), None)

    def forget(self) -> None:
        """Verify everything anew."""
        self._scopes.clear()
        self._ids.clear()
        self._set = None


def check_head(
    keys: Keys, scope: str, heads: frozenset[bytes] | set[bytes], found: Row[tuple[object, ...]]
) -> SecretRow:
    """Return a secret's head, or raise `IntegrityError` if it is not of the scope's."""
    head = secret_row(found)
    genuine = same(head.compute_mac(keys.rows, keys.store_id), found.mac)
    if not genuine or found.mac not in heads:
        raise _scope_changed(scope)
    return head


def check_slots(slots: Iterable[SlotRow], keys: Keys, row: StoreRow) -> None:
    """Raise `IntegrityError` if a key slot was changed, added, put back or removed."""
    if not same(compute_slots_mac(keys.rows, keys.store_id, slots), row.slots_mac):
        raise IntegrityError("A key slot of the store was changed from outside: restore a backup.")


def _set_changed() -> IntegrityError:
    return IntegrityError(
        "A scope was removed, or put back from an older copy, by something other than "
        "jupyter_secrets: restore a backup."
    )


def _scope_changed(scope: str) -> IntegrityError:
    return IntegrityError(
        f"Scope {scope} was changed by something other than jupyter_secrets and is closed; "
        "other scopes are not affected. Restore a backup of the store."
    )
