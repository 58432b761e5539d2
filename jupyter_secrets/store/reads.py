"""What a transaction reads: every row verified before it is believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store import audit_log
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.row_sets import PRINCIPALS, SLOTS, TOKENS, RowSet, RowT
from jupyter_secrets.store.db.rows import (
    ScopeEntry,
    ScopeRow,
    SecretRow,
    ServicePrincipalRow,
    SlotRow,
    StoreRow,
    TokenRow,
)
from jupyter_secrets.store.db.statements import CompiledStatement
from jupyter_secrets.store.integrity.verifier import (
    SecretMacs,
    VerifiedScope,
    VerifiedSet,
    Verifier,
    check_all_metadata,
    check_metadata,
    scope_changed,
)
from jupyter_secrets.store.keys.hierarchy import Keys
from jupyter_secrets.store.versions import Versions

_IN_SCOPE = select(schema.secrets).where(schema.secrets.c.scope_id == bindparam("scope_id"))
_LIVE = _IN_SCOPE.where(schema.secrets.c.deleted_at.is_(None))
_SECRET = CompiledStatement(_LIVE.where(schema.secrets.c.folded == bindparam("folded")))
_DELETED = _IN_SCOPE.where(schema.secrets.c.deleted_at.is_not(None)).order_by(
    schema.secrets.c.deleted_at.desc()
)


@dataclass(slots=True)
class PendingScope:
    """A scope that is being changed: how it will be, and the MACs its secrets will have.

    Only what was verified, or is written here, ever gets into the scope's new MAC.
    """

    row: ScopeRow
    secret_macs: dict[bytes, str | None]

    @property
    def entry(self) -> ScopeEntry:
        """What the set of scopes will hold of it, but for the MAC."""
        return ScopeEntry(self.row.scope_id, self.row.name, self.row.backend_type, b"")


@dataclass(slots=True)
class PendingRows:
    """A small table as it was verified, and as this transaction leaves it.

    Rows that `are_uses` say no more than when tokens were last used.
    """

    before: Sequence[Any]
    rows: Sequence[Any]
    are_uses: bool = True


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
        self._verified_scopes: dict[str, VerifiedScope] = {}
        self._pending: dict[str, PendingScope] = {}
        self._removed: set[str] = set()
        self._row_sets: dict[RowSet[Any], PendingRows] = {}
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
            **{scope_id: pending.entry for scope_id, pending in self._pending.items()},
        }
        left = [entry for scope_id, entry in entries.items() if scope_id not in self._removed]
        return sorted(left, key=lambda entry: entry.name.casefold())

    def scope_count(self) -> int:
        """Return how many scopes there are."""
        return len({*self._verified_set().scopes, *self._pending} - self._removed)

    def scope(self, name: str) -> ScopeRow | None:
        """Return a scope with its ACL, or None; names are matched without regard to case."""
        folded = name.casefold()
        for pending in self._pending.values():
            if pending.row.name.casefold() == folded:
                return pending.row
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
        cached = self._verified_scopes.get(scope_id)
        if cached is None:
            among = self._verified_set()
            cached = self._verifier.recall(scope_id, among) or self._verifier.check_scope(
                self.connection, self.keys, scope_id, among
            )
            self._verified_scopes[scope_id] = cached
        return cached

    def secrets(self, scope: ScopeRow) -> list[SecretRow]:
        """Return a scope's secrets, by name."""
        rows = self._read_metadata(scope, _LIVE, live=True)
        return sorted(rows, key=lambda row: row.name.casefold())

    def deleted(self, scope: ScopeRow) -> list[SecretRow]:
        """Return a scope's deleted secrets that can still be restored, the latest first."""
        return self._read_metadata(scope, _DELETED, live=False)

    def _read_metadata(
        self, scope: ScopeRow, query: Select[tuple[object, ...]], *, live: bool
    ) -> list[SecretRow]:
        rows = self.connection.execute(query, {"scope_id": scope.scope_id}).all()
        return check_all_metadata(self.keys, scope.name, self._secret_macs(scope), rows, live=live)

    def count(self, scope: ScopeRow) -> int:
        """Return how many secrets a scope has."""
        return sum(name is not None for name in self._secret_macs(scope).values())

    def secret(self, scope: ScopeRow, key: str) -> SecretRow | None:
        """Return a secret's metadata, or None; names are matched without regard to case."""
        folded, secret_macs = key.casefold(), self._secret_macs(scope)
        row = _SECRET.first(self.connection, {"scope_id": scope.scope_id, "folded": folded})
        if row is None:
            if folded in secret_macs.values():
                raise scope_changed(scope.name)
            return None
        metadata = check_metadata(self.keys, scope.name, secret_macs, row)
        if metadata.live_name != folded:
            raise scope_changed(scope.name)
        return metadata

    def _secret_macs(self, scope: ScopeRow) -> SecretMacs:
        pending = self._pending.get(scope.scope_id)
        return pending.secret_macs if pending else self._verified(scope.scope_id).secret_macs

    def slots(self) -> Sequence[SlotRow]:
        """Return the key slots; raise `IntegrityError` if one was changed, added or removed."""
        return self._rows(SLOTS)

    def tokens(self) -> Sequence[TokenRow]:
        """Return the tokens; raise `IntegrityError` if one was changed, added or removed."""
        return self._rows(TOKENS)

    def service_principals(self) -> Sequence[ServicePrincipalRow]:
        """Return the service principals; raise `IntegrityError` as `tokens` does."""
        return self._rows(PRINCIPALS)

    def _rows(self, row_set: RowSet[RowT]) -> Sequence[RowT]:
        return self._pending_rows(row_set).rows

    def _pending_rows(self, row_set: RowSet[RowT]) -> PendingRows:
        if row_set not in self._row_sets:
            rows = self._verifier.check_rows(
                self.connection, self.keys, row_set, self._row, self._data_version
            )
            self._row_sets[row_set] = PendingRows(rows, rows)
        return self._row_sets[row_set]

    @property
    def audit_end(self) -> audit_log.Position:
        """Where the audit log ended at the beginning."""
        return audit_log.Position(self._row.audit_seq, self._row.audit_mac)

    def audit_pruned_until(self) -> int:
        """Return the time of the last record that was pruned, or 0 if none was."""
        checkpoint = audit_log.first_checkpoint(self.connection, self.keys)
        until = checkpoint.record.get("until") if checkpoint else 0
        return until if isinstance(until, int) else 0
