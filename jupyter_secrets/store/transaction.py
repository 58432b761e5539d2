"""One transaction: verified reads, and writes that leave every MAC right."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, delete, insert, update

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.store import audit_log
from jupyter_secrets.store.crypto import random_id
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.rows import (
    Acl,
    ScopeRow,
    SecretRow,
    SlotRow,
    StoreRow,
    columns,
    compute_scopes_mac,
    compute_slots_mac,
)
from jupyter_secrets.store.db.statements import Prepared
from jupyter_secrets.store.keys.hierarchy import Keys
from jupyter_secrets.store.keys.slots import RECOVERY, replace_slots
from jupyter_secrets.store.reads import Draft, VerifiedReads
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
_UPDATE_STORE = Prepared(update(schema.store))


class Transaction(VerifiedReads):
    """What `Store.begin` gives; it commits when its ``with`` block ends without an error."""

    # Scopes

    def _draft(self, scope: ScopeRow) -> Draft:
        if scope.scope_id not in self._drafts:
            verified = self._verified(scope.scope_id)
            self._drafts[scope.scope_id] = Draft(verified.row, dict(verified.heads))
        return self._drafts[scope.scope_id]

    def add_scope(self, name: str, *, by: str, acl: Acl) -> ScopeRow:
        """Create a scope with a data key of its own."""
        self._verified_set()
        scope = ScopeRow(random_id(), name, "DATABRICKS", 1, self.now, by, acl=dict(acl))
        row = {**columns(scope), "folded": name.casefold(), "mac": b""}
        self.connection.execute(_INSERT_SCOPE, row)
        self.connection.execute(_INSERT_SCOPE_KEY, self.keys.wrap_scope_key(scope.scope_id, 1))
        for principal, permission in acl.items():
            self._insert_acl(scope, principal, permission)
        self._drafts[scope.scope_id] = Draft(scope, {})
        return scope

    def remove_scope(self, scope: ScopeRow) -> None:
        """Erase a scope, its secrets and its ACL."""
        self._verified_set()
        self.connection.execute(_DELETE_SCOPE, {"id": scope.scope_id})
        self.erased = True
        self._drafts.pop(scope.scope_id, None)
        self._removed.add(scope.scope_id)

    def set_permission(
        self, scope: ScopeRow, principal: tuple[str, str], permission: str | None
    ) -> None:
        """Set the permission of a principal, given by kind and name; None takes it away."""
        draft = self._draft(scope)
        acl = {other: held for other, held in draft.row.acl.items() if other != principal}
        kind, name = principal
        wanted = {"id": scope.scope_id, "of_kind": kind, "who": name}
        self.connection.execute(_DELETE_ACL, wanted)
        if permission is not None:
            self._insert_acl(scope, principal, permission)
            acl[principal] = permission
        draft.row = replace(draft.row, acl=acl)

    def _insert_acl(self, scope: ScopeRow, principal: tuple[str, str], permission: str) -> None:
        kind, name = principal
        row = {"scope_id": scope.scope_id, "kind": kind, "principal": name}
        self.connection.execute(_INSERT_ACL, {**row, "permission": permission})

    def renew_scope_key(self, scope: ScopeRow) -> ScopeRow:
        """Give a scope a new data key, for what is stored from now on."""
        draft = self._draft(scope)
        draft.row = replace(draft.row, key_generation=draft.row.key_generation + 1)
        wrapped = self.keys.wrap_scope_key(scope.scope_id, draft.row.key_generation)
        self.connection.execute(_INSERT_SCOPE_KEY, wrapped)
        generation = {"id": scope.scope_id, "key_generation": draft.row.key_generation}
        self.connection.execute(_UPDATE_SCOPE, generation)
        return draft.row

    # Secrets

    def put(
        self,
        scope: ScopeRow,
        key: str,
        value: bytes,
        *,
        by: str,
        comment: str | None = None,
        expires_at: int | None = None,
        sensitive: bool | None = None,
    ) -> SecretRow:
        """Store a value as the newest version of a secret; None keeps what is there."""
        old = self.secret(scope, key)
        head = old or SecretRow(random_id(), scope.scope_id, key, 0, "", self.now, by, self.now, by)
        head = replace(
            head.next_version(random_id(), at=self.now, by=by),
            comment=head.comment if comment is None else comment,
            expires_at=head.expires_at if expires_at is None else expires_at,
            sensitive=head.sensitive if sensitive is None else sensitive,
        )
        self.write_head(scope, old, head)
        self.versions.add(self._draft(scope).row, head, value)
        return head

    def write_head(self, scope: ScopeRow, old: SecretRow | None, head: SecretRow) -> None:
        """Write a secret's head in place of the one it had."""
        draft = self._draft(scope)
        mac = head.compute_mac(self.keys.rows, self.keys.store_id)
        row = {**columns(head), "folded": head.name.casefold(), "mac": mac}
        if old is None:
            self.connection.execute(_INSERT_SECRET, row)
        else:
            self.connection.execute(_UPDATE_SECRET, {**row, "id": head.secret_id})
            draft.heads.pop(old.compute_mac(self.keys.rows, self.keys.store_id), None)
        draft.heads[mac] = head.live_name

    def remove(self, scope: ScopeRow, head: SecretRow, *, by: str) -> None:
        """Delete a secret; it stays in the store, out of reach, until it is purged."""
        self.write_head(scope, head, replace(head, deleted_at=self.now, deleted_by=by))

    def restore(self, scope: ScopeRow, head: SecretRow) -> None:
        """Undo a deletion; the name has to be free."""
        self.write_head(scope, head, replace(head, deleted_at=None, deleted_by=None))

    def erase(self, scope: ScopeRow, heads: list[SecretRow]) -> None:
        """Erase secrets with all their versions."""
        for head in heads:
            self.erased = True
            mac = head.compute_mac(self.keys.rows, self.keys.store_id)
            self._draft(scope).heads.pop(mac, None)
            self.connection.execute(_DELETE_SECRET, {"id": head.secret_id})

    def purge(self, scope: ScopeRow, *, before: int) -> None:
        """Erase the secrets of a scope that were deleted before a time."""
        self.erase(
            scope, [head for head in self.deleted(scope) if (head.deleted_at or 0) <= before]
        )

    # Key slots

    def set_slots(self, slots: list[SlotRow]) -> None:
        """Have these key slots from now on; one of them has to open the store by itself."""
        self.slots()
        if not any(slot.kind != RECOVERY for slot in slots):
            raise InvalidParameterError(
                "That is the last key that opens this store, besides the recovery key: add "
                "another one first, with jupyter secrets key add."
            )
        if self._slots is not None:
            self._slots = (self._slots[0], slots)

    def use_keys(self, keys: Keys) -> None:
        """Go on with keys under another root key, in which all have been wrapped."""
        self.keys = keys
        self.versions = Versions(self.connection, keys)
        self._row = replace(self._row, root_generation=keys.root_generation)

    # The end

    def audit(self, record: audit_log.Record) -> None:
        """Add a record to the audit log when this transaction commits."""
        self._records.append(record)

    def finish(self, before: StoreRow) -> StoreRow:
        """Write the MACs and the audit records; return the store's row as it will be."""
        row = self._row
        if self._drafts or self._removed:
            row = replace(row, scopes_mac=self._write_scope_macs())
        if self._slots is not None and self._slots[0] is not self._slots[1]:
            replace_slots(self.connection, *self._slots)
            slots_mac = compute_slots_mac(self.keys.rows, self.keys.store_id, self._slots[1])
            row = replace(row, slots_mac=slots_mac)
        if row != before:
            row = replace(row, epoch=row.epoch + 1)
        for record in self._records:
            seq = row.audit_seq + 1
            mac = audit_log.append(self.connection, self.keys, seq, row.audit_mac, record)
            row = replace(row, audit_seq=seq, audit_mac=mac)
        if row != before:
            mac = row.compute_mac(self.keys.rows)
            _UPDATE_STORE.execute(self.connection, {**columns(row), "mac": mac})
        return row

    def _write_scope_macs(self) -> bytes:
        keys = self.keys
        entries = dict(self._verified_set().scopes)
        for scope_id in self._removed:
            entries.pop(scope_id, None)
        for scope_id, draft in self._drafts.items():
            mac = draft.row.compute_mac(keys.rows, keys.store_id, draft.heads)
            self.connection.execute(_UPDATE_SCOPE, {"id": scope_id, "mac": mac})
            entries[scope_id] = replace(draft.entry, mac=mac)
        self._entries = entries
        return compute_scopes_mac(keys.rows, keys.store_id, entries.values())

    def committed(self, row: StoreRow) -> None:
        """Tell the verifier what was written, now that it is on disk."""
        if self._entries is None:
            return
        version = self._data_version
        self._verifier.remember_set(row.scopes_mac, self._entries.values(), version)
        for scope_id, draft in self._drafts.items():
            mac = self._entries[scope_id].mac
            self._verifier.remember(self._verifier.verified(draft.row, mac, draft.heads, version))
