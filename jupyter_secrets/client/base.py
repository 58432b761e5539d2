"""What a client can do, wherever the store is."""

from __future__ import annotations

from typing import Protocol

from jupyter_secrets.model import AclItem, Permission, ScopeInfo, SecretInfo, SecretVersion


class SecretsClient(Protocol):
    """Scopes, as one caller sees them. Every call may raise any `SecretsError`."""

    def create_scope(self, scope: str, *, initial_manage_principal: str | None = None) -> None:
        """Create a scope; its creator, or everyone with ``users``, gets MANAGE on it."""

    def delete_scope(self, scope: str) -> None:
        """Delete a scope with its secrets and its ACL."""

    def list_scopes(self) -> list[ScopeInfo]:
        """Return all scopes."""

    def put(self, scope: str, key: str, value: bytes) -> None:
        """Store a value."""

    def delete(self, scope: str, key: str) -> None:
        """Delete a secret."""

    def list_secrets(self, scope: str) -> list[SecretInfo]:
        """Return a scope's secrets, without their values."""

    def get(self, scope: str, key: str) -> SecretVersion:
        """Return a secret's value."""

    def put_acl(self, scope: str, principal: str, permission: Permission) -> None:
        """Give a principal a permission on a scope."""

    def delete_acl(self, scope: str, principal: str) -> None:
        """Take a principal's permission on a scope away."""

    def list_acls(self, scope: str) -> list[AclItem]:
        """Return a scope's ACL."""

    def get_acl(self, scope: str, principal: str) -> AclItem:
        """Return a principal's own entry in a scope's ACL."""
