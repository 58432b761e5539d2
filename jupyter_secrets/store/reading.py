"""What a transaction reads: every row verified before it is believed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store import audit, schema
from jupyter_secrets.store.integrity import (
    VerifiedScope,
    VerifiedSet,
    Verifier,
    check_head,
    check_slots,
    scope_row,
)
from jupyter_secrets.store.keys import Keys
from jupyter_secrets.store.prepared import Prepared
from jupyter_secrets.store.rows import ScopeRow, SecretRow, SlotRow, StoreRow
from jupyter_secrets.store.slots import read_slots
from jupyter_secrets.store.versions import Versions

_SCOPES = select(schema.scopes).where(schema.scopes.c.deleted_at.is_(None))
_ALL_SCOPES = _SCOPES.order_by(schema.scopes.c.folded)
_SCOPE = _SCOPES.where(schema.scopes.c.folded == bindparam("folded"))
_SCOPE_BY_ID = _SCOPES.where(schema.scopes.c.scope_id == bindparam("scope_id"))
_IN_SCOPE = select(schema.secrets).where(schema.secrets.c.scope_id == bindparam("scope_id"))
_LIVE = _IN_SCOPE.where(schema.secrets.c.deleted_at.is_(None))
_SECRETS = _LIVE.order_by(schema.secrets.c.folded)
_SECRET = Prepared(_LIVE.where(schema.secrets.c.folded == bindparam("folded")))
_DELETED = _IN_SCOPE.where(schema.secrets.c.deleted_at.is_not(None)).order_by(
    schema.secrets.c.deleted_at.desc()
)
_COUNT = select(func.count()).select_from(_LIVE.subquery())


@dataclass(slots=True)
class Draft:
    """A scope that is being changed: how it will be, and the MACs of the heads it will have.

    Only what was verified, or is written here, ever gets into the scope's new MAC.
    """

    row: ScopeRow
    heads: set[bytes]


class VerifiedReads:
    """Scopes, secrets, slots and log within one transaction, as they are and as it leaves them."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        row: StoreRow,
        verifier: Verifier,
        *,
        now: int,
        data_version: int,
    ) -> None:
        self.now = now
        # What this transaction's audit record says besides the names.
        self.notes: dict[str, object] = {}
        # Whether something is gone for good when this commits.
        self.erased = False
        self.keys = keys
        self.versions = Versions(connection, keys)
        self.connection = connection
        self._row = row
        self._verifier = verifier
        self._data_version = data_version
        self._set: VerifiedSet | None = None
        self._known: dict[str, VerifiedScope] = {}
        self._drafts: dict[str, Draft] = {}
        self._removed: set[str] = set()
        self._slots: tuple[list[SlotRow], list[SlotRow]] | None = None
        self._macs: dict[str, bytes] | None = None
        self._records: list[audit.Record] = []

    @property
    def row(self) -> StoreRow:
        """The store's own row as it was at the beginning."""
        return self._row

    def scopes(self) -> list[ScopeRow]:
        """Return all scopes, by name; each is verified only when it is asked for by its name."""
        self._verified_set()
        return [scope_row(row) for row in self.connection.execute(_ALL_SCOPES)]

    def scope_count(self) -> int:
        """Return how many scopes there are."""
        return len({*self._verified_set().scopes, *self._drafts} - self._removed)

    def scope(self, name: str) -> ScopeRow | None:
        """Return a scope with its ACL, or None; names are matched without regard to case."""
        folded = name.casefold()
        known = self._verifier.recall(folded, self._verified_set())
        if known is not None and known.row.scope_id not in {*self._drafts, *self._removed}:
            self._known[known.row.scope_id] = known
            return known.row
        found = self.connection.execute(_SCOPE, {"folded": folded}).one_or_none()
        if found is None:
            return None
        draft = self._drafts.get(found.scope_id)
        return draft.row if draft else self._check(found).row

    def _verified_set(self) -> VerifiedSet:
        if self._set is None:
            self._set = self._verifier.check_set(
                self.connection, self.keys, self._row, self._data_version
            )
        return self._set

    def _check(self, found: Row[tuple[object, ...]]) -> VerifiedScope:
        verified = self._verifier.check_scope(
            self.connection, self.keys, found, self._verified_set()
        )
        self._known[verified.row.scope_id] = verified
        return verified

    def _verified(self, scope: ScopeRow) -> VerifiedScope:
        known = self._known.get(scope.scope_id)
        if known is not None:
            return known
        found = self.connection.execute(_SCOPE_BY_ID, {"scope_id": scope.scope_id}).one_or_none()
        if found is None:
            raise IntegrityError(f"Scope {scope.name} vanished within a transaction.")
        return self._check(found)

    def secrets(self, scope: ScopeRow) -> list[SecretRow]:
        """Return a scope's secrets, by name."""
        return self._heads(scope, _SECRETS)

    def deleted(self, scope: ScopeRow) -> list[SecretRow]:
        """Return a scope's deleted secrets that can still be restored, the latest first."""
        return self._heads(scope, _DELETED)

    def _heads(self, scope: ScopeRow, query: Select[tuple[object, ...]]) -> list[SecretRow]:
        found = self.connection.execute(query, {"scope_id": scope.scope_id})
        heads = self._head_macs(scope)
        return [check_head(self.keys, scope.name, heads, row) for row in found]

    def count(self, scope: ScopeRow) -> int:
        """Return how many secrets a scope has."""
        count: int = self.connection.execute(_COUNT, {"scope_id": scope.scope_id}).scalar_one()
        return count

    def secret(self, scope: ScopeRow, key: str) -> SecretRow | None:
        """Return a secret's head, or None; names are matched without regard to case."""
        wanted = {"scope_id": scope.scope_id, "folded": key.casefold()}
        found = _SECRET.first(self.connection, wanted)
        if found is None:
            return None
        return check_head(self.keys, scope.name, self._head_macs(scope), found)

    def _head_macs(self, scope: ScopeRow) -> frozenset[bytes] | set[bytes]:
        draft = self._drafts.get(scope.scope_id)
        return draft.heads if draft else self._verified(scope).heads

    def slots(self) -> list[SlotRow]:
        """Return the key slots; raise `IntegrityError` if one was changed, added or removed."""
        if self._slots is None:
            found = read_slots(self.connection)
            check_slots(found, self.keys, self._row)
            self._slots = (found, found)
        return self._slots[1]

    @property
    def audit_end(self) -> audit.Position:
        """Where the audit log ended at the beginning."""
        return audit.Position(self._row.audit_seq, self._row.audit_mac)

    def audit_pruned_until(self) -> int:
        """Return the time of the last record that was pruned, or 0 if none was."""
        seal = audit.begins(self.connection, self.keys)
        until = seal.record.get("until") if seal else 0
        return until if isinstance(until, int) else 0
