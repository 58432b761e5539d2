"""The scopes of the store on this machine, opened in this process."""

from __future__ import annotations

import sys
from pathlib import Path
from weakref import WeakKeyDictionary

from jupyter_secrets.errors import LimitExceededError, StoreError
from jupyter_secrets.model import (
    ADMINS,
    AclItem,
    AuditFilter,
    Caller,
    Permission,
    ScopeInfo,
    SecretDetails,
    SecretInfo,
    SecretUpdate,
    SecretVersion,
    VersionInfo,
)
from jupyter_secrets.redaction import Redactor, SecretValue
from jupyter_secrets.scopes import AuditCopies, FileCopy, Limits, Scopes, readable_values
from jupyter_secrets.settings import JupyterSecrets
from jupyter_secrets.store import KeyFile, StorePaths, Transaction, create_file


def store_paths(settings: JupyterSecrets) -> StorePaths:
    """Return where the settings say that the store is."""
    return StorePaths(
        Path(settings.store_path).expanduser(),
        Path(settings.key_path).expanduser(),
        allow_group=settings.allow_group_permissions,
        anchor_file=Path(settings.anchor_path).expanduser() if settings.anchor_path else None,
    )


def open_scopes(settings: JupyterSecrets) -> Scopes:
    """Return the scopes of the store that the settings name; nothing is opened yet.

    If the settings name a file for the audit log, it is kept up to date from here on.
    """
    limits = Limits(
        scopes=settings.max_scopes,
        secrets_per_scope=settings.max_secrets_per_scope,
        value_size=settings.max_value_size,
        retention_days=settings.retention_days,
    )
    scopes = Scopes(store_paths(settings), limits, normalize=settings.principal_name)
    if settings.audit_file:
        AuditCopies(scopes, [FileCopy(Path(settings.audit_file).expanduser())]).start()
    return scopes


def owner(settings: JupyterSecrets, via: str) -> Caller:
    """Return the owner of the store, who may manage all of it."""
    name = settings.principal_name(settings.owner)
    return Caller(name, frozenset({ADMINS}), via=via)


def generate_key_file(path: Path) -> None:
    """Write a key for a store that does not exist yet into a new file; no store is opened."""
    create_file(path, KeyFile.create().encode())


class LocalClient:
    """A `SecretsClient` that calls the service itself."""

    def __init__(self, scopes: Scopes, caller: Caller) -> None:
        self.scopes = scopes
        self.scopes.audit_redaction.redact = _NameRedaction().redact
        self.caller = caller
        self._marks: tuple[int, list[str]] = (-1, [])

    def create_scope(self, scope: str, *, initial_manage_principal: str | None = None) -> None:
        self.scopes.create_scope(
            self.caller, scope, initial_manage_principal=initial_manage_principal
        )

    def delete_scope(self, scope: str) -> None:
        self.scopes.delete_scope(self.caller, scope)

    def list_scopes(self) -> list[ScopeInfo]:
        return self.scopes.list_scopes(self.caller)

    def put(self, scope: str, key: str, value: bytes) -> None:
        self.scopes.put(self.caller, scope, key, value)

    def delete(self, scope: str, key: str) -> None:
        self.scopes.delete(self.caller, scope, key)

    def list_secrets(self, scope: str) -> list[SecretInfo]:
        return self.scopes.list_secrets(self.caller, scope)

    def get(self, scope: str, key: str) -> SecretVersion:
        return self.scopes.get(self.caller, scope, key)

    def put_acl(self, scope: str, principal: str, permission: Permission) -> AclItem:
        return self.scopes.put_acl(self.caller, scope, principal, permission)

    def delete_acl(self, scope: str, principal: str) -> None:
        self.scopes.delete_acl(self.caller, scope, principal)

    def list_acls(self, scope: str) -> list[AclItem]:
        return self.scopes.list_acls(self.caller, scope)

    def get_acl(self, scope: str, principal: str) -> AclItem:
        return self.scopes.get_acl(self.caller, scope, principal)

    def details(self, scope: str, *, deleted: bool = False) -> list[SecretDetails]:
        return self.scopes.details(self.caller, scope, deleted=deleted)

    def versions(self, scope: str, key: str) -> list[VersionInfo]:
        return self.scopes.versions(self.caller, scope, key)

    def update(self, scope: str, key: str, update: SecretUpdate) -> None:
        self.scopes.update(self.caller, scope, key, update)

    def not_sensitive(self) -> list[str]:
        epoch = self.scopes.epoch()
        if epoch != self._marks[0]:  # to read them leaves an audit record
            self._marks = epoch, sorted(self.scopes.not_sensitive(self.caller))
        return self._marks[1]

    def restore(self, scope: str, key: str, *, version: int | None = None) -> None:
        self.scopes.restore(self.caller, scope, key, version=version)

    def purge(self, scope: str, key: str | None = None) -> int:
        return self.scopes.purge(self.caller, scope, key)

    def audit_tail(self, wanted: AuditFilter, *, limit: int) -> list[dict[str, object]]:
        return self.scopes.audit_tail(self.caller, wanted, limit=limit)

    def lock(self) -> None:
        self.scopes.lock(self.caller)

    def unlock(self, typed: str | None = None) -> None:
        self.scopes.unlock(self.caller, typed)

    def known_values(self, *, at_most: int) -> list[SecretVersion]:
        """Return all values of the store, to search other things for them.

        Raises `StoreError` where there is no store, and `LimitExceededError` where there are more
        values than `at_most`: what is not searched for must not pass for what is not there.
        """
        if not self.scopes.created:
            raise StoreError("There is no store on this machine, so nothing can be searched for.")
        found = self.scopes.readable(self.caller, at_most=at_most)
        if found is None:
            raise LimitExceededError(
                f"The store holds more than {at_most:,} values (c.JupyterSecrets.max_known_values)."
            )
        return found


class _NameRedaction:
    """Redacts the values in a name, for the audit log: new names, and those of calls that fail.

    Reads the values once for each transaction.
    """

    def __init__(self) -> None:
        self._values: WeakKeyDictionary[Transaction, list[SecretVersion]] = WeakKeyDictionary()

    def redact(self, transaction: Transaction | None, caller: Caller, text: str) -> str:
        """Return a text without the values that a caller may READ."""
        if transaction is None:
            return text
        encoded = text.encode("utf-8", "surrogatepass")
        within = [one for one in self._read(transaction, caller) if one.value in encoded]
        return Redactor(SecretValue(one.value) for one in within).redact(text) if within else text

    def _read(self, transaction: Transaction, caller: Caller) -> list[SecretVersion]:
        if transaction not in self._values:
            values = readable_values(transaction, caller, at_most=sys.maxsize)
            self._values[transaction] = values or []
        return self._values[transaction]
