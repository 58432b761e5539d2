"""One transaction: verified reads, and writes that leave every MAC right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store import audit, schema
from jupyter_secrets.store.crypto import (
    TamperedError,
    ValueContext,
    WrongKeyError,
    random_id,
    seal_value,
    unseal_value,
    value_generation,
)
from jupyter_secrets.store.integrity import VerifiedScope, Verifier, scope_row, secret_row
from jupyter_secrets.store.keys import Keys
from jupyter_secrets.store.rows import ScopeRow, SecretRow, StoreRow, compute_scopes_mac

KEPT_VERSIONS = 10

_SCOPES = select(schema.scopes).where(schema.scopes.c.deleted_at.is_(None))
_SECRETS = select(schema.secrets).where(schema.secrets.c.deleted_at.is_(None))
_VERSIONS = select(schema.versions)
_HEAD_MACS = select(schema.secrets.c.mac)
_SCOPE_MACS = select(schema.scopes.c.scope_id, schema.scopes.c.mac)


class Transaction:
    """What `Store.begin` gives; it commits when its ``with`` block ends without an error."""

    def __init__(
        self,
        connection: Connection,
        keys: Keys,
        row: StoreRow,
        verifier: Verifier,
        *,
        data_version: int,
        now: int,
    ) -> None:
        self.now = now
        self._connection = connection
        self._keys = keys
        self._row = row
        self._verifier = verifier
        self._data_version = data_version
        self._touched: dict[str, ScopeRow] = {}
        self._removed: set[str] = set()
        self._records: list[audit.Record] = []
        self._verified: list[VerifiedScope] = []

    # Scopes

    def scopes(self) -> list[ScopeRow]:
        """Return all scopes, by name."""
        self._verifier.check_set(self._connection, self._keys, self._row, self._data_version)
        found = self._connection.execute(_SCOPES.order_by(schema.scopes.c.folded)).all()
        return [scope_row(row) for row in found]

    def scope(self, name: str) -> ScopeRow | None:
        """Return a scope with its ACL, or None; names are matched without regard to case."""
        verified = self._find(name)
        return None if verified is None else verified.row

    def _find(self, name: str) -> VerifiedScope | None:
        self._verifier.check_set(self._connection, self._keys, self._row, self._data_version)
        query = _SCOPES.where(schema.scopes.c.folded == name.casefold())
        found = self._connection.execute(query).one_or_none()
        if found is None:
            return None
        return self._verifier.check_scope(self._connection, self._keys, found, self._data_version)

    def add_scope(self, name: str, *, by: str, acl: Mapping[str, str]) -> ScopeRow:
        """Create a scope with a data key of its own."""
        scope = ScopeRow(random_id(), name, "DATABRICKS", 1, self.now, by, acl=dict(acl))
        self._insert(schema.scopes, {**_columns(scope), "folded": name.casefold(), "mac": b""})
        self._insert(schema.scope_keys, self._keys.wrap_scope_key(scope.scope_id, 1))
        for principal, permission in acl.items():
            self._insert_acl(scope, principal, permission)
        self._touched[scope.scope_id] = scope
        return scope

    def remove_scope(self, scope: ScopeRow) -> None:
        """Erase a scope, its secrets and its ACL."""
        table = schema.scopes
        self._connection.execute(delete(table).where(table.c.scope_id == scope.scope_id))
        self._touched.pop(scope.scope_id, None)
        self._removed.add(scope.scope_id)

    def set_permission(self, scope: ScopeRow, principal: str, permission: str | None) -> None:
        """Set a principal's permission on a scope; None takes it away."""
        table, acl = schema.acls, dict(self._current(scope).acl)
        self._connection.execute(
            delete(table).where(table.c.scope_id == scope.scope_id, table.c.principal == principal)
        )
        acl.pop(principal, None)
        if permission is not None:
            self._insert_acl(scope, principal, permission)
            acl[principal] = permission
        self._touched[scope.scope_id] = replace(scope, acl=acl)

    def _current(self, scope: ScopeRow) -> ScopeRow:
        return self._touched.get(scope.scope_id, scope)

    def _insert_acl(self, scope: ScopeRow, principal: str, permission: str) -> None:
        row = {"scope_id": scope.scope_id, "principal": principal, "permission": permission}
        self._insert(schema.acls, row)

    # Secrets

    def secrets(self, scope: ScopeRow) -> list[SecretRow]:
        """Return a scope's secrets, by name."""
        query = _SECRETS.where(schema.secrets.c.scope_id == scope.scope_id)
        found = self._connection.execute(query.order_by(schema.secrets.c.folded)).all()
        return [self._check_head(scope, row) for row in found]

    def secret(self, scope: ScopeRow, key: str) -> SecretRow | None:
        """Return a secret's head, or None; names are matched without regard to case."""
        table = schema.secrets.c
        query = _SECRETS.where(table.scope_id == scope.scope_id, table.folded == key.casefold())
        found = self._connection.execute(query).one_or_none()
        return None if found is None else self._check_head(scope, found)

    def _check_head(self, scope: ScopeRow, found: Row[tuple[object, ...]]) -> SecretRow:
        if scope.scope_id in self._touched:  # its set is only written at the end
            return secret_row(found)
        verified = self._find(scope.name)
        if verified is None:
            raise IntegrityError(f"Scope {scope.name} vanished within a transaction.")
        return self._verifier.check_head(self._keys, verified, found)

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
        if old is None:
            head = SecretRow(
                random_id(), scope.scope_id, key, 1, self.now, by, self.now, by,
                comment, expires_at, sensitive is not False,
            )  # fmt: skip
            self._insert(
                schema.secrets, {**_columns(head), "folded": key.casefold(), "mac": self._mac(head)}
            )
        else:
            head = replace(
                old,
                version=old.version + 1,
                updated_at=self.now,
                updated_by=by,
                comment=old.comment if comment is None else comment,
                expires_at=old.expires_at if expires_at is None else expires_at,
                sensitive=old.sensitive if sensitive is None else sensitive,
            )
            self._update_head(head)
        self._insert_version(scope, head, value)
        self._touched.setdefault(scope.scope_id, scope)
        return head

    def _insert_version(self, scope: ScopeRow, head: SecretRow, value: bytes) -> None:
        context = self._context(head, head.version, head.updated_at, head.updated_by)
        generation = scope.key_generation
        data_key = self._keys.scope_key(self._connection, scope.scope_id, generation)
        self._insert(
            schema.versions,
            {
                "secret_id": head.secret_id,
                "version": head.version,
                "created_at": head.updated_at,
                "created_by": head.updated_by,
                "blob": seal_value(data_key, generation, value, context),
            },
        )
        table = schema.versions
        self._connection.execute(
            delete(table).where(
                table.c.secret_id == head.secret_id,
                table.c.version <= head.version - KEPT_VERSIONS,
            )
        )

    def value(self, scope: ScopeRow, head: SecretRow, version: int | None = None) -> bytes:
        """Return a secret's value, the newest version unless another is named.

        Raises `IntegrityError` if it is not what was stored.
        """
        wanted = head.version if version is None else version
        table = schema.versions.c
        query = _VERSIONS.where(table.secret_id == head.secret_id, table.version == wanted)
        found = self._connection.execute(query).one_or_none()
        try:
            if found is None:
                raise TamperedError
            context = self._context(head, found.version, found.created_at, found.created_by)
            data_key = self._keys.scope_key(
                self._connection, scope.scope_id, value_generation(found.blob)
            )
            return unseal_value(data_key, found.blob, context)
        except (TamperedError, WrongKeyError):
            raise IntegrityError(
                f"The value of key {head.name} in scope {scope.name} was changed by something "
                "other than jupyter_secrets: restore a backup of the store, or put it again."
            ) from None

    def _context(self, head: SecretRow, version: int, at: int, by: str) -> ValueContext:
        return ValueContext(self._keys.store_id, head.scope_id, head.secret_id, version, at, by)

    def remove(self, scope: ScopeRow, head: SecretRow, *, by: str) -> None:
        """Delete a secret; it stays in the store, out of reach, until it is purged."""
        self._update_head(replace(head, deleted_at=self.now, deleted_by=by))
        self._touched.setdefault(scope.scope_id, scope)

    def purge(self, scope: ScopeRow, *, before: int) -> None:
        """Erase the secrets of a scope that were deleted before a time."""
        table = schema.secrets
        old = (table.c.scope_id == scope.scope_id) & (table.c.deleted_at <= before)
        if self._connection.execute(delete(table).where(old)).rowcount:
            self._touched.setdefault(scope.scope_id, scope)

    def _update_head(self, head: SecretRow) -> None:
        table = schema.secrets
        self._connection.execute(
            update(table).where(table.c.secret_id == head.secret_id),
            {**_columns(head), "mac": self._mac(head)},
        )

    def _mac(self, head: SecretRow) -> bytes:
        return head.compute_mac(self._keys.rows, self._keys.store_id)

    # The end

    def audit(self, record: audit.Record) -> None:
        """Add a record to the audit log when this transaction commits."""
        self._records.append(record)

    def audit_records(self) -> Iterator[dict[str, object]]:
        """Yield the audit log's records, oldest first, each verified."""
        return audit.verify(self._connection, self._keys)

    @property
    def changed(self) -> bool:
        """Whether anything but the audit log is written."""
        return bool(self._touched or self._removed)

    def finish(self) -> StoreRow:
        """Write the MACs and the audit records; return the store's row as it will be."""
        row = self._row
        if self.changed:
            row = replace(row, epoch=row.epoch + 1, scopes_mac=self._write_scope_macs())
        for record in self._records:
            seq = row.audit_seq + 1
            mac = audit.append(self._connection, self._keys, seq, row.audit_mac, record)
            row = replace(row, audit_seq=seq, audit_mac=mac)
        if row != self._row:
            self._connection.execute(
                update(schema.store), {**_columns(row), "mac": row.compute_mac(self._keys.rows)}
            )
        return row

    def committed(self) -> None:
        """Tell the verifier what was written, now that it is on disk."""
        for verified in self._verified:
            self._verifier.remember(verified)

    def _write_scope_macs(self) -> bytes:
        keys, table = self._keys, schema.scopes
        for scope_id, scope in self._touched.items():
            query = _HEAD_MACS.where(schema.secrets.c.scope_id == scope_id)
            heads = frozenset(self._connection.execute(query).scalars())
            mac = scope.compute_mac(keys.rows, keys.store_id, heads)
            self._connection.execute(
                update(table).where(table.c.scope_id == scope_id), {"mac": mac}
            )
            self._verified.append(
                VerifiedScope(scope, mac, heads, self._data_version, self._verifier.time())
            )
        pairs = [(scope_id, mac) for scope_id, mac in self._connection.execute(_SCOPE_MACS)]
        return compute_scopes_mac(keys.rows, keys.store_id, pairs)

    def _insert(self, table: Table, row: Mapping[str, object]) -> None:
        self._connection.execute(insert(table), row)


def _columns(row: StoreRow | ScopeRow | SecretRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__ if name != "acl"}
