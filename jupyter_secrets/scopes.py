"""The service: a caller asks, it authorises, limits, audits and answers. The store's one door."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from jupyter_secrets.errors import (
    AclNotFoundError,
    AlreadyExistsError,
    IntegrityError,
    InvalidParameterError,
    LimitExceededError,
    PermissionDeniedError,
    ScopeNotFoundError,
    SecretNotFoundError,
    SecretsError,
    SecretTooLargeError,
)
from jupyter_secrets.model import (
    ADMINS,
    USERS,
    AclItem,
    Caller,
    Permission,
    ScopeInfo,
    SecretInfo,
    SecretVersion,
)
from jupyter_secrets.names import check_key, check_scope
from jupyter_secrets.store import ScopeRow, SecretRow, Store, StorePaths, Transaction

_MS_PER_DAY = 24 * 60 * 60 * 1000
_MAX_PRINCIPAL_LENGTH = 256


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a store takes; a value's size is in bytes."""

    scopes: int = 1_000
    secrets_per_scope: int = 1_000
    value_size: int = 128 * 1024
    retention_days: int = 7


class Scopes:
    """Everything that can be done with scopes, for any caller. Safe to use from any thread.

    The store is opened, and created where there is none, by the first call that needs it; if that
    fails the call raises `StoreError`, and the next one tries again.
    """

    def __init__(self, paths: StorePaths, limits: Limits | None = None) -> None:
        self._paths = paths
        self._limits = limits or Limits()
        self._store: Store | None = None
        self._opening = threading.Lock()

    @property
    def created(self) -> bool:
        """Whether there is a store already; asking creates none."""
        return self._paths.database.exists()

    def store(self) -> Store:
        """Return the open store; raise `StoreError` if it cannot be opened."""
        with self._opening:
            if self._store is None:
                self._store = Store.open(self._paths)
            return self._store

    def close(self) -> None:
        """Close the store; the next call opens it again."""
        with self._opening:
            if self._store is not None:
                self._store.close()
            self._store = None

    # Scopes

    def create_scope(
        self, caller: Caller, scope: str, *, initial_manage_principal: str | None = None
    ) -> None:
        """Create a scope; its creator, or everyone with ``users``, gets MANAGE on it."""
        with self._operation(caller, "create-scope", scope) as transaction:
            check_scope(scope)
            if initial_manage_principal not in (None, "", USERS):
                raise InvalidParameterError('initial_manage_principal can only be "users".')
            if caller.limit < Permission.MANAGE:
                raise _denied(caller, Permission.MANAGE, scope)
            if transaction.scope(scope):
                raise AlreadyExistsError(f"Scope {scope} already exists!")
            if len(transaction.scopes()) >= self._limits.scopes:
                raise LimitExceededError(f"The store is full: {self._limits.scopes} scopes.")
            manager = initial_manage_principal or caller.name
            acl = {manager: Permission.MANAGE.name}
            transaction.add_scope(scope, by=caller.name, acl=acl)

    def delete_scope(self, caller: Caller, scope: str) -> None:
        """Delete a scope with its secrets and its ACL."""
        with self._operation(caller, "delete-scope", scope) as transaction:
            transaction.remove_scope(_find(transaction, caller, scope, Permission.MANAGE))

    def list_scopes(self, caller: Caller) -> list[ScopeInfo]:
        """Return all scopes: their names are known to everyone."""
        with self._operation(caller, "list-scopes") as transaction:
            return [ScopeInfo(row.name, row.backend_type) for row in transaction.scopes()]

    # Secrets

    def put(self, caller: Caller, scope: str, key: str, value: bytes) -> None:
        """Store a value; an older one stays as a version under it."""
        with self._operation(caller, "put", scope, key) as transaction:
            check_key(key)
            if len(value) > self._limits.value_size:
                raise SecretTooLargeError(
                    f"The value of {key} is too large: {len(value):,} bytes, "
                    f"at most {self._limits.value_size:,} are allowed."
                )
            row = _find(transaction, caller, scope, Permission.WRITE)
            transaction.purge(row, before=self._purge_before(transaction))
            known = transaction.secret(row, key)
            full = len(transaction.secrets(row)) >= self._limits.secrets_per_scope
            if known is None and full:
                raise LimitExceededError(
                    f"Scope {scope} is full: {self._limits.secrets_per_scope} secrets."
                )
            transaction.put(row, key, value, by=caller.name)

    def delete(self, caller: Caller, scope: str, key: str) -> None:
        """Delete a secret."""
        with self._operation(caller, "delete", scope, key) as transaction:
            row = _find(transaction, caller, scope, Permission.WRITE)
            transaction.remove(row, _secret(transaction, row, scope, key), by=caller.name)
            transaction.purge(row, before=self._purge_before(transaction))

    def _purge_before(self, transaction: Transaction) -> int:
        return transaction.now - self._limits.retention_days * _MS_PER_DAY

    def list_secrets(self, caller: Caller, scope: str) -> list[SecretInfo]:
        """Return a scope's secrets, without their values."""
        with self._operation(caller, "list", scope) as transaction:
            row = _find(transaction, caller, scope, Permission.READ)
            return [SecretInfo(head.name, head.updated_at) for head in transaction.secrets(row)]

    def get(self, caller: Caller, scope: str, key: str) -> SecretVersion:
        """Return a secret's newest value; the audit record is on disk before that."""
        with self._operation(caller, "get", scope, key) as transaction:
            row = _find(transaction, caller, scope, Permission.READ)
            head = _secret(transaction, row, scope, key)
            return _version(transaction, row, head)

    # ACLs

    def put_acl(self, caller: Caller, scope: str, principal: str, permission: Permission) -> None:
        """Give a principal a permission on a scope, in place of the one it has."""
        with self._operation(caller, "put-acl", scope, principal=principal) as transaction:
            _check_principal(principal)
            row = _find(transaction, caller, scope, Permission.MANAGE)
            transaction.set_permission(row, principal, permission.name)

    def delete_acl(self, caller: Caller, scope: str, principal: str) -> None:
        """Take a principal's permission on a scope away."""
        with self._operation(caller, "delete-acl", scope, principal=principal) as transaction:
            row = _find(transaction, caller, scope, Permission.MANAGE)
            _acl_item(row, principal)
            transaction.set_permission(row, principal, None)

    def list_acls(self, caller: Caller, scope: str) -> list[AclItem]:
        """Return a scope's ACL."""
        with self._operation(caller, "list-acls", scope) as transaction:
            row = _find(transaction, caller, scope, Permission.MANAGE)
            return [_acl_item(row, principal) for principal in sorted(row.acl)]

    def get_acl(self, caller: Caller, scope: str, principal: str) -> AclItem:
        """Return a principal's own entry in a scope's ACL."""
        with self._operation(caller, "get-acl", scope, principal=principal) as transaction:
            return _acl_item(_find(transaction, caller, scope, Permission.MANAGE), principal)

    # For the filters, the log and the store's keeper

    def readable(self, caller: Caller, *, at_most: int) -> list[SecretVersion] | None:
        """Return every value that a caller may READ, for the filters, under one audit record.

        Returns None if there are more than `at_most`. A scope that fails its integrity
        check is left out: nobody can read its values.
        """
        if not self.created:
            return []
        with self._operation(caller, "read-for-redaction", via="internal") as transaction:
            found: list[SecretVersion] = []
            for listed in transaction.scopes():
                with suppress(IntegrityError):
                    row = transaction.scope(listed.name)
                    if row is None or _permission(caller, row) < Permission.READ:
                        continue
                    heads = transaction.secrets(row)
                    if len(found) + len(heads) > at_most:
                        return None
                    found += [_version(transaction, row, head) for head in heads]
            return found

    def record(self, caller: Caller, action: str, *, outcome: str = "allow") -> None:
        """Add a record of something that is not an operation on a scope to the audit log."""
        with self.store().begin() as transaction:
            transaction.audit(_record(transaction.now, caller, action, outcome))

    def epoch(self) -> int:
        """Return the number of changes to the store, whoever made them; cheap to ask."""
        return self.store().epoch() if self.created else 0

    @contextmanager
    def _operation(
        self, caller: Caller, action: str, scope: str | None = None, key: str | None = None,
        *, principal: str | None = None, via: str | None = None,
    ) -> Iterator[Transaction]:  # fmt: skip
        """One transaction with its audit record; a refusal leaves a record too."""
        store = self.store()
        caller = replace(caller, via=via or caller.via)
        names = {"scope": scope, "key": key, "about": principal}
        try:
            with store.begin() as transaction:
                yield transaction
                transaction.audit(_record(transaction.now, caller, action, "allow", **names))
        except SecretsError as error:
            outcome = "deny" if isinstance(error, PermissionDeniedError) else "error"
            # The error at hand says more than a second one about its record.
            with suppress(SecretsError), store.begin() as transaction:
                transaction.audit(
                    _record(
                        transaction.now, caller, action, outcome,
                        error_code=error.error_code, **names,
                    )
                )  # fmt: skip
            raise


def _record(
    now: int, caller: Caller, action: str, outcome: str, **details: str | None
) -> dict[str, object]:
    return {
        "time": now,
        "action": action,
        "outcome": outcome,
        "principal": caller.name,
        "via": caller.via,
        "kernel_id": caller.kernel_id,
        "notebook": caller.notebook,
        **{name: _loggable(text) for name, text in details.items() if text},
    }


def _loggable(name: str) -> str:
    """Return a name, unless it could not be one: it may be a value in the wrong place."""
    acceptable = len(name) <= _MAX_PRINCIPAL_LENGTH and name.isprintable() and " " not in name
    return name if acceptable else "(invalid)"


def _find(transaction: Transaction, caller: Caller, scope: str, permission: Permission) -> ScopeRow:
    """Return a scope in which a caller has a permission."""
    row = transaction.scope(check_scope(scope))
    if row is None:
        raise ScopeNotFoundError.of(scope)
    if _permission(caller, row) < permission:
        raise _denied(caller, permission, scope)
    return row


def _permission(caller: Caller, row: ScopeRow) -> int:
    """Return the highest permission that a caller has, 0 for none."""
    if ADMINS in caller.groups:
        return caller.limit
    held = [
        Permission[permission]
        for principal, permission in row.acl.items()
        if principal in caller.principals
    ]
    return min(max(held, default=0), caller.limit)


def _denied(caller: Caller, permission: Permission, scope: str) -> PermissionDeniedError:
    return PermissionDeniedError(
        f"{caller.name} does not have {permission.name} permission on scope {scope} "
        "to perform this action."
    )


def _secret(transaction: Transaction, row: ScopeRow, scope: str, key: str) -> SecretRow:
    head = transaction.secret(row, check_key(key))
    if head is None:
        raise SecretNotFoundError.of(scope, key)
    return head


def _version(transaction: Transaction, row: ScopeRow, head: SecretRow) -> SecretVersion:
    value = transaction.versions.newest(row, head)
    return SecretVersion(row.name, head.name, head.version, value, head.sensitive)


def _acl_item(row: ScopeRow, principal: str) -> AclItem:
    if principal not in row.acl:
        raise AclNotFoundError(f"Principal {principal} has no ACL on scope {row.name}.")
    return AclItem(principal, Permission[row.acl[principal]])


def _check_principal(principal: str) -> None:
    if not (0 < len(principal) <= _MAX_PRINCIPAL_LENGTH and principal.isprintable()):
        raise InvalidParameterError(
            f"A principal has 1 to {_MAX_PRINCIPAL_LENGTH} printable characters."
        )
