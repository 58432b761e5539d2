"""The scopes of the store on this machine, opened in this process."""

from __future__ import annotations

from pathlib import Path

from jupyter_secrets.model import (
    ADMINS,
    AclItem,
    Caller,
    Permission,
    ScopeInfo,
    SecretInfo,
    SecretVersion,
)
from jupyter_secrets.scopes import Limits, Scopes
from jupyter_secrets.settings import JupyterSecrets
from jupyter_secrets.store import StorePaths


def store_paths(settings: JupyterSecrets) -> StorePaths:
    """Return where the settings say that the store is."""
    return StorePaths(
        Path(settings.store_path).expanduser(),
        Path(settings.key_path).expanduser(),
        allow_group=settings.allow_group_permissions,
    )


def open_scopes(settings: JupyterSecrets) -> Scopes:
    """Return the scopes of the store that the settings name; nothing is opened yet."""
    limits = Limits(
        scopes=settings.max_scopes,
        secrets_per_scope=settings.max_secrets_per_scope,
        value_size=settings.max_value_size,
        retention_days=settings.retention_days,
    )
    return Scopes(store_paths(settings), limits)


def owner(settings: JupyterSecrets, via: str) -> Caller:
    """Return the owner of the store, who may manage all of it."""
    return Caller(settings.owner, frozenset({ADMINS}), via=via)


class LocalClient:
    """A `SecretsClient` that calls the service itself."""

    def __init__(self, scopes: Scopes, caller: Caller) -> None:
        self._scopes = scopes
        self._caller = caller

    def create_scope(self, scope: str, *, initial_manage_principal: str | None = None) -> None:
        self._scopes.create_scope(
            self._caller, scope, initial_manage_principal=initial_manage_principal
        )

    def delete_scope(self, scope: str) -> None:
        self._scopes.delete_scope(self._caller, scope)

    def list_scopes(self) -> list[ScopeInfo]:
        return self._scopes.list_scopes(self._caller)

    def put(self, scope: str, key: str, value: bytes) -> None:
        self._scopes.put(self._caller, scope, key, value)

    def delete(self, scope: str, key: str) -> None:
        self._scopes.delete(self._caller, scope, key)

    def list_secrets(self, scope: str) -> list[SecretInfo]:
        return self._scopes.list_secrets(self._caller, scope)

    def get(self, scope: str, key: str) -> SecretVersion:
        return self._scopes.get(self._caller, scope, key)

    def put_acl(self, scope: str, principal: str, permission: Permission) -> None:
        self._scopes.put_acl(self._caller, scope, principal, permission)

    def delete_acl(self, scope: str, principal: str) -> None:
        self._scopes.delete_acl(self._caller, scope, principal)

    def list_acls(self, scope: str) -> list[AclItem]:
        return self._scopes.list_acls(self._caller, scope)

    def get_acl(self, scope: str, principal: str) -> AclItem:
        return self._scopes.get_acl(self._caller, scope, principal)
