"""Verify rows before they are believed, and remember what was verified."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store import schema
from jupyter_secrets.store.crypto import same
from jupyter_secrets.store.keys import Keys
from jupyter_secrets.store.rows import ScopeRow, SecretRow, StoreRow, compute_scopes_mac

# When only the file's version moved (another process's audit record, mostly), what was verified
# is checked again no more often than this. What was not verified is never used meanwhile.
RECHECK_SECONDS = 1.0
_REMEMBERED_SCOPES = 1_000

_ACL = select(schema.acls.c.principal, schema.acls.c.permission)
_HEADS = select(schema.secrets)
_SCOPE_MACS = select(schema.scopes.c.scope_id, schema.scopes.c.mac)


@dataclass(frozen=True, slots=True)
class VerifiedScope:
    """A scope whose MAC was right, with the MACs of the heads that belong to it."""

    row: ScopeRow
    mac: bytes
    heads: frozenset[bytes]
    data_version: int
    checked_at: float


def read_store_row(connection: Connection) -> tuple[StoreRow, bytes]:
    """Return the store's own row and its MAC, not verified."""
    found = connection.execute(select(schema.store)).all()
    if len(found) != 1:
        raise IntegrityError("The store's own row is missing: restore a backup.")
    *columns, mac = found[0]
    return StoreRow(*columns), mac


def scope_row(found: Row[tuple[object, ...]], acl: dict[str, str] | None = None) -> ScopeRow:
    """Return a row of `scopes` as a value."""
    columns = found._asdict()
    return ScopeRow(
        **{name: columns[name] for name in ScopeRow.__slots__ if name != "acl"}, acl=acl or {}
    )


def secret_row(found: Row[tuple[object, ...]]) -> SecretRow:
    """Return a row of `secrets` as a value."""
    columns = found._asdict()
    return SecretRow(**{name: columns[name] for name in SecretRow.__slots__})


class Verifier:
    """What was verified so far, for one store in one process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._scopes: OrderedDict[str, VerifiedScope] = OrderedDict()
        self._set: tuple[bytes, int, float] | None = None

    def check_store(self, row: StoreRow, mac: bytes, keys: Keys) -> None:
        """Raise `IntegrityError` unless the store's own row is genuine."""
        if not same(row.compute_mac(keys.rows), mac):
            raise IntegrityError("The store's own row was changed from outside: restore a backup.")

    def check_set(
        self, connection: Connection, keys: Keys, row: StoreRow, data_version: int
    ) -> None:
        """Raise `IntegrityError` if a scope was put back from an older copy, or removed."""
        if self._set is not None and self._set[0] == row.scopes_mac:
            _, version, checked_at = self._set
            if version == data_version or self._clock() - checked_at < RECHECK_SECONDS:
                return
        pairs = [(scope_id, mac) for scope_id, mac in connection.execute(_SCOPE_MACS)]
        if not same(compute_scopes_mac(keys.rows, keys.store_id, pairs), row.scopes_mac):
            raise IntegrityError(
                "A scope was removed, or put back from an older copy, by something other than "
                "jupyter_secrets: restore a backup."
            )
        self._set = (row.scopes_mac, data_version, self._clock())

    def check_scope(
        self,
        connection: Connection,
        keys: Keys,
        found: Row[tuple[object, ...]],
        data_version: int,
    ) -> VerifiedScope:
        """Return a scope with its verified ACL, or raise `IntegrityError`."""
        scope_id, mac = found.scope_id, found.mac
        known = self._scopes.get(scope_id)
        if known is not None and known.mac == mac:
            recent = self._clock() - known.checked_at < RECHECK_SECONDS
            if known.data_version == data_version or recent:
                return known
        acl = connection.execute(_ACL.where(schema.acls.c.scope_id == scope_id)).all()
        row = scope_row(found, {principal: permission for principal, permission in acl})
        heads = frozenset(self._head_macs(connection, keys, scope_id, row.name))
        if not same(row.compute_mac(keys.rows, keys.store_id, heads), mac):
            raise _scope_changed(row.name)
        verified = VerifiedScope(row, mac, heads, data_version, self._clock())
        self.remember(verified)
        return verified

    def _head_macs(
        self, connection: Connection, keys: Keys, scope_id: str, scope: str
    ) -> list[bytes]:
        """Return the MACs of a scope's heads, each compared with the head that it stands in."""
        macs = []
        for found in connection.execute(_HEADS.where(schema.secrets.c.scope_id == scope_id)):
            mac = secret_row(found).compute_mac(keys.rows, keys.store_id)
            if not same(mac, found.mac):
                raise _scope_changed(scope)
            macs.append(mac)
        return macs

    def check_head(
        self, keys: Keys, scope: VerifiedScope, found: Row[tuple[object, ...]]
    ) -> SecretRow:
        """Return a secret's head, or raise `IntegrityError`."""
        head = secret_row(found)
        genuine = same(head.compute_mac(keys.rows, keys.store_id), found.mac)
        if not genuine or found.mac not in scope.heads:
            raise _scope_changed(scope.row.name)
        return head

    def remember(self, scope: VerifiedScope) -> None:
        """Believe this scope until its MAC or the file changes."""
        self._scopes[scope.row.scope_id] = scope
        self._scopes.move_to_end(scope.row.scope_id)
        if len(self._scopes) > _REMEMBERED_SCOPES:
            self._scopes.popitem(last=False)

    def time(self) -> float:
        """Return the verifier's clock, in seconds."""
        return self._clock()

    def forget(self) -> None:
        """Verify everything anew."""
        self._scopes.clear()
        self._set = None


def _scope_changed(scope: str) -> IntegrityError:
    return IntegrityError(
        f"Scope {scope} was changed by something other than jupyter_secrets and is closed; "
        "other scopes are not affected. Restore a backup of the store."
    )
