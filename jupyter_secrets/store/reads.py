"""What a transaction reads: every row verified before it is believed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Select, bindparam, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store import audit_log
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.rows import ScopeEntry, ScopeRow, SecretRow, SlotRow, StoreRow
from jupyter_secrets.store.db.statements import Prepared
from jupyter_secrets.store.integrity.verifier import (
    Heads,
    VerifiedScope,
    VerifiedSet,
    Verifier,
    check_head,
    check_heads,
    check_slots,
    scope_changed,
)
from jupyter_secrets.store.keys.hierarchy import Keys
from jupyter_secrets.store.keys.slots import read_slots
from jupyter_secrets.store.versions import Versions

_IN_SCOPE = select(schema.secrets).where(schema.secrets.c.scope_id == bindparam("scope_id"))
_LIVE = _IN_SCOPE.where(schema.secrets.c.deleted_at.is_(None))
_SECRET = Prepared(_LIVE.where(schema.secrets.c.folded == bindparam("folded")))
_DELETED = _IN_SCOPE.where(schema.secrets.c.deleted_at.is_not(None)).order_by(
    schema.secrets.c.deleted_at.desc()
)


@dataclass(slots=True)
class Draft:
    """A scope that is being changed: how it will be, and the heads it will have.

    Only what was verified, or is written here, ever gets into the scope's new MAC.
    """

    row: ScopeRow
    heads: dict[bytes, str | None]

    @property
    def entry(self) -> ScopeEntry:
        """What the set of scopes will hold of it, but for the MAC."""
        return ScopeEntry(self.row.scope_id, self.row.name, self.row.backend_type, b"")


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
        # Whether something was refused that this transaction goes on without.
        self.damaged = False
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
        self._entries: dict[str, ScopeEntry] | None = None
        self._records: list[audit_log.Record] = []

    @contextmanager
    def passing_over_damage(self) -> Iterator[None]:
        """Go on without what fails its check."""
        try:
            yield
        except IntegrityError:
            self.damaged = True

    @property
    def row(self) -> StoreRow:
        """The store's own row as it was at the beginning."""
        return self._row

    def scopes(self) -> list[ScopeEntry]:
        """Return all scopes, by name; who may do what in one is verified when it is asked for."""
        entries = {
            **self._verified_set().scopes,
            **{scope_id: draft.entry for scope_id, draft in self._drafts.items()},
        }
        left = [entry for scope_id, entry in entries.items() if scope_id not in self._removed]
        return sorted(left, key=lambda entry: entry.name.casefold())

    def scope_count(self) -> int:
        """Return how many scopes there are."""
        return len({*self._verified_set().scopes, *self._drafts} - self._removed)

    def scope(self, name: str) -> ScopeRow | None:
        """Return a scope with its ACL, or None; names are matched without regard to case."""
        folded = name.casefold()
        for draft in self._drafts.values():
            if draft.row.name.casefold() == folded:
                return draft.row
        scope_id = self._verified_set().ids.get(folded)
        if scope_id is None or scope_id in self._removed:
            return None
        return self._verified(scope_id).row

    def _verified_set(self) -> VerifiedSet:
        if self._set is None:
            self._set = self._verifier.check_set(
                self.connection, self.keys, self._row, self._data_version
            )
        return self._set

    def _verified(self, scope_id: str) -> VerifiedScope:
        known = self._known.get(scope_id)
        if known is None:
            among = self._verified_set()
            known = self._verifier.recall(scope_id, among) or self._verifier.check_scope(
                self.connection, self.keys, scope_id, among
            )
            self._known[scope_id] = known
        return known

    def secrets(self, scope: ScopeRow) -> list[SecretRow]:
        """Return a scope's secrets, by name."""
        heads = self._read_heads(scope, _LIVE, live=True)
        return sorted(heads, key=lambda head: head.name.casefold())

    def deleted(self, scope: ScopeRow) -> list[SecretRow]:
        """Return a scope's deleted secrets that can still be restored, the latest first."""
        return self._read_heads(scope, _DELETED, live=False)

    def _read_heads(
        self, scope: ScopeRow, query: Select[tuple[object, ...]], *, live: bool
    ) -> list[SecretRow]:
        found = self.connection.execute(query, {"scope_id": scope.scope_id}).all()
        return check_heads(self.keys, scope.name, self._heads(scope), found, live=live)

    def count(self, scope: ScopeRow) -> int:
        """Return how many secrets a scope has."""
        return sum(name is not None for name in self._heads(scope).values())

    def secret(self, scope: ScopeRow, key: str) -> SecretRow | None:
        """Return a secret's head, or None; names are matched without regard to case."""
        folded, heads = key.casefold(), self._heads(scope)
        found = _SECRET.first(self.connection, {"scope_id": scope.scope_id, "folded": folded})
        if found is None:
            if folded in heads.values():
                raise scope_changed(scope.name)
            return None
        head = check_head(self.keys, scope.name, heads, found)
        if head.live_name != folded:
            raise scope_changed(scope.name)
        return head

    def _heads(self, scope: ScopeRow) -> Heads:
        draft = self._drafts.get(scope.scope_id)
        return draft.heads if draft else self._verified(scope.scope_id).heads

    def slots(self) -> list[SlotRow]:
        """Return the key slots; raise `IntegrityError` if one was changed, added or removed."""
        if self._slots is None:
            found = read_slots(self.connection)
            check_slots(found, self.keys, self._row)
            self._slots = (found, found)
        return self._slots[1]

    @property
    def audit_end(self) -> audit_log.Position:
        """Where the audit log ended at the beginning."""
        return audit_log.Position(self._row.audit_seq, self._row.audit_mac)

    def audit_pruned_until(self) -> int:
        """Return the time of the last record that was pruned, or 0 if none was."""
        seal = audit_log.begins(self.connection, self.keys)
        until = seal.record.get("until") if seal else 0
        return until if isinstance(until, int) else 0
