"""One transaction: verified reads, and writes that keep every MAC valid.

The MACs form a tree: a secret's covers its metadata, a scope's the MACs of its secrets, the set's
the MACs of the scopes, and the store row's MAC covers that set, the key slots, the tokens, the
service principals and the end of the audit log. Invariants:

- Nothing unverified gets into a new MAC. A `PendingScope` starts from a scope whose row, ACL and
  secrets were all verified, and changes only by what this transaction writes. So no write makes a
  tampered row valid.
- `finish` computes the MACs from the leaves up, the store row's last. No write follows it, so
  the tree is whole at each commit and only there.
- `epoch` grows by one with each transaction that changes more than the log and when tokens were
  last used, `audit_seq` with each record. Neither ever shrinks, and one of them grows with each
  change, so the pair tells which of two states is the later one.
- A change and its audit record commit together: neither is on disk without the other.
- The verifier is told of the new MACs in `committed`, after the commit: a transaction that was
  rolled back leaves nothing in its cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, delete, insert, update

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import RECOVERY
from jupyter_secrets.store import audit_log
from jupyter_secrets.store.crypto import random_id
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.row_sets import PRINCIPALS, SLOTS, TOKENS, RowSet, RowT
from jupyter_secrets.store.db.rows import (
    Acl,
    ScopeRow,
    SecretRow,
    ServicePrincipalRow,
    SlotRow,
    StoreRow,
    TokenRow,
    columns,
    compute_scopes_mac,
)
from jupyter_secrets.store.db.statements import CompiledStatement
from jupyter_secrets.store.keys.hierarchy import Keys
from jupyter_secrets.store.reads import PendingScope, VerifiedReads
from jupyter_secrets.store.versions import Versions

_INSERT_SCOPE = insert(schema.scopes)
_INSERT_SCOPE_KEY = insert(schema.scope_keys)
_INSERT_ACL = insert(schema.acls)
_INSERT_SECRET = insert(schema.secrets)
_DELETE_SCOPE = delete(schema.scopes).where(schema.scopes.c.scope_id == bindparam("id"))
_DELETE_ACL = delete(schema.acls).where(
    schema.acls.c.scope_id == bindparam("id"),
    schema.acls.c.kind == bindparam("of_kind"),
    schema.acls.c.principal == bindparam("who"),
)
_DELETE_SECRET = delete(schema.secrets).where(schema.secrets.c.secret_id == bindparam("id"))
_UPDATE_SECRET = update(schema.secrets).where(schema.secrets.c.secret_id == bindparam("id"))
_UPDATE_SCOPE = update(schema.scopes).where(schema.scopes.c.scope_id == bindparam("id"))
# One row, and all of its columns each time: so it is one statement.
_UPDATE_STORE = CompiledStatement(update(schema.store))


class Transaction(VerifiedReads):
    """What `Store.begin` gives; it commits when its ``with`` block ends without an error."""

    # Scopes

    def _pending_scope(self, scope: ScopeRow) -> PendingScope:
        if scope.scope_id not in self._pending:
            verified = self._verified(scope.scope_id)
            self._pending[scope.scope_id] = PendingScope(verified.row, dict(verified.secret_macs))
        return self._pending[scope.scope_id]

    def add_scope(self, name: str, *, by: str, acl: Acl) -> ScopeRow:
        """Create a scope with a data key of its own."""
        self._verified_set()
        scope = ScopeRow(random_id(), name, "DATABRICKS", 1, self.now, by, acl=dict(acl))
        row = {**columns(scope), "folded": name.casefold(), "mac": b""}
        self.connection.execute(_INSERT_SCOPE, row)
        self.connection.execute(_INSERT_SCOPE_KEY, self.keys.wrap_scope_key(scope.scope_id, 1))
        for principal, permission in acl.items():
            self._insert_acl(scope, principal, permission)
        self._pending[scope.scope_id] = PendingScope(scope, {})
        return scope

    def remove_scope(self, scope: ScopeRow) -> None:
        """Erase a scope, its secrets and its ACL."""
        self._verified_set()
        self.connection.execute(_DELETE_SCOPE, {"id": scope.scope_id})
        self.erased = True
        self._pending.pop(scope.scope_id, None)
        self._removed.add(scope.scope_id)

    def set_permission(
        self, scope: ScopeRow, principal: tuple[str, str], permission: str | None
    ) -> None:
        """Set the permission of a principal, given by kind and name; None takes it away."""
        pending = self._pending_scope(scope)
        acl = {other: held for other, held in pending.row.acl.items() if other != principal}
        kind, name = principal
        wanted = {"id": scope.scope_id, "of_kind": kind, "who": name}
        self.connection.execute(_DELETE_ACL, wanted)
        if permission is not None:
            self._insert_acl(scope, principal, permission)
            acl[principal] = permission
        pending.row = replace(pending.row, acl=acl)

    def _insert_acl(self, scope: ScopeRow, principal: tuple[str, str], permission: str) -> None:
        kind, name = principal
        row = {"scope_id": scope.scope_id, "kind": kind, "principal": name}
        self.connection.execute(_INSERT_ACL, {**row, "permission": permission})

    def renew_scope_key(self, scope: ScopeRow) -> ScopeRow:
        """Give a scope a new data key, for what is stored from now on."""
        pending = self._pending_scope(scope)
        pending.row = replace(pending.row, key_generation=pending.row.key_generation + 1)
        wrapped = self.keys.wrap_scope_key(scope.scope_id, pending.row.key_generation)
        self.connection.execute(_INSERT_SCOPE_KEY, wrapped)
        generation = {"id": scope.scope_id, "key_generation": pending.row.key_generation}
        self.connection.execute(_UPDATE_SCOPE, generation)
        return pending.row

    # Secrets

    def put(self, scope: ScopeRow, key: str, value: bytes, *, by: str) -> SecretRow:
        """Store a value as the newest version of a secret."""
        old = self.secret(scope, key)
        latest = old or SecretRow(
            random_id(), scope.scope_id, key, 0, "", self.now, by, self.now, by
        )
        metadata = latest.next_version(random_id(), updated_at=self.now, by=by)
        self.write_metadata(scope, old, metadata)
        self.versions.add(self._pending_scope(scope).row, metadata, value)
        return metadata

    def write_metadata(self, scope: ScopeRow, old: SecretRow | None, metadata: SecretRow) -> None:
        """Write a secret's metadata in place of what it had."""
        pending = self._pending_scope(scope)
        mac = metadata.compute_mac(self.keys.rows, self.keys.store_id)
        row = {**columns(metadata), "folded": metadata.name.casefold(), "mac": mac}
        if old is None:
            self.connection.execute(_INSERT_SECRET, row)
        else:
            self.connection.execute(_UPDATE_SECRET, {**row, "id": metadata.secret_id})
            pending.secret_macs.pop(old.compute_mac(self.keys.rows, self.keys.store_id), None)
        pending.secret_macs[mac] = metadata.live_name

    def remove(self, scope: ScopeRow, metadata: SecretRow, *, by: str) -> None:
        """Delete a secret; it stays in the store, out of reach, until it is purged."""
        self.write_metadata(scope, metadata, replace(metadata, deleted_at=self.now, deleted_by=by))

    def restore(self, scope: ScopeRow, metadata: SecretRow) -> None:
        """Undo a deletion; the name must be free."""
        self.write_metadata(scope, metadata, replace(metadata, deleted_at=None, deleted_by=None))

    def erase(self, scope: ScopeRow, secrets: list[SecretRow]) -> None:
        """Erase secrets with all their versions."""
        for metadata in secrets:
            self.erased = True
            mac = metadata.compute_mac(self.keys.rows, self.keys.store_id)
            self._pending_scope(scope).secret_macs.pop(mac, None)
            self.connection.execute(_DELETE_SECRET, {"id": metadata.secret_id})

    def purge(self, scope: ScopeRow, *, before: int) -> None:
        """Erase the secrets of a scope that were deleted before a time."""
        self.erase(
            scope,
            [metadata for metadata in self.deleted(scope) if (metadata.deleted_at or 0) <= before],
        )

    # Key slots

    def set_slots(self, slots: list[SlotRow]) -> None:
        """Have these key slots from now on; one of them has to open the store by itself."""
        if not any(slot.kind != RECOVERY for slot in slots):
            raise InvalidParameterError(
                "That is the last key that opens this store, besides the recovery key: add "
                "another one first, with jupyter secrets key add."
            )
        self._set_rows(SLOTS, slots)

    def _set_rows(self, row_set: RowSet[RowT], rows: Sequence[RowT]) -> None:
        pending = self._pending_rows(row_set)
        pending.rows, pending.are_uses = rows, False

    def use_keys(self, keys: Keys) -> None:
        """Go on with keys under another root key, in which all have been wrapped."""
        self.keys = keys
        self.versions = Versions(self.connection, keys)
        self._row = replace(self._row, root_generation=keys.root_generation)

    # Tokens and those they speak for

    def set_tokens(self, tokens: Sequence[TokenRow]) -> None:
        """Have these tokens from now on."""
        self._set_rows(TOKENS, tokens)

    def set_service_principals(self, principals: Sequence[ServicePrincipalRow]) -> None:
        """Have these service principals from now on."""
        self._set_rows(PRINCIPALS, principals)

    def mark_used(self, token: TokenRow) -> None:
        """Say that a token was used now, by a call that is audited as well."""
        used = replace(token, last_used_at=self.now)
        pending = self._pending_rows(TOKENS)
        pending.rows = [used if each is token else each for each in pending.rows]

    # The end

    def audit(self, record: audit_log.Record) -> None:
        """Add a record to the audit log when this transaction commits."""
        self._records.append(record)

    def finish(self, before: StoreRow) -> StoreRow:
        """Write the MACs and the audit records; return the store's row as it will be."""
        row = self._row
        if self._pending or self._removed:
            row = replace(row, scopes_mac=self._write_scope_macs())
        row = self._write_row_sets(row, are_uses=False)
        if row != before:
            row = replace(row, epoch=row.epoch + 1)
        row = self._write_row_sets(row, are_uses=True)
        for record in self._records:
            seq = row.audit_seq + 1
            mac = audit_log.append(self.connection, self.keys, seq, row.audit_mac, record)
            row = replace(row, audit_seq=seq, audit_mac=mac)
        if row != before:
            mac = row.compute_mac(self.keys.rows)
            _UPDATE_STORE.execute(self.connection, {**columns(row), "mac": mac})
        return row

    def _write_row_sets(self, row: StoreRow, *, are_uses: bool) -> StoreRow:
        macs: dict[str, Any] = {}
        for row_set, pending in self._row_sets.items():
            if pending.rows is not pending.before and pending.are_uses == are_uses:
                row_set.write(self.connection, pending.before, pending.rows)
                mac = row_set.compute_mac(self.keys.rows, self.keys.store_id, pending.rows)
                macs[row_set.mac_column] = mac
        return replace(row, **macs)

    def _write_scope_macs(self) -> bytes:
        keys = self.keys
        entries = dict(self._verified_set().scopes)
        for scope_id in self._removed:
            entries.pop(scope_id, None)
        for scope_id, pending in self._pending.items():
            mac = pending.row.compute_mac(keys.rows, keys.store_id, pending.secret_macs)
            self.connection.execute(_UPDATE_SCOPE, {"id": scope_id, "mac": mac})
            entries[scope_id] = replace(pending.entry, mac=mac)
        self._entries = entries
        return compute_scopes_mac(keys.rows, keys.store_id, entries.values())

    def committed(self, row: StoreRow) -> None:
        """Tell the verifier what was written, now that it is on disk."""
        version = self._data_version
        for row_set, rows in self._row_sets.items():
            mac = getattr(row, row_set.mac_column)
            self._verifier.remember_rows(row_set, mac, rows.rows, version)
        if self._entries is None:
            return
        self._verifier.remember_set(row.scopes_mac, self._entries.values(), version)
        for scope_id, pending in self._pending.items():
            mac = self._entries[scope_id].mac
            self._verifier.remember(
                self._verifier.verified(pending.row, mac, pending.secret_macs, version)
            )
