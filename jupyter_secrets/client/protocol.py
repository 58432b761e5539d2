"""What a client can do, wherever the store is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from jupyter_secrets.model import (
    AclItem,
    AuditFilter,
    Marks,
    Permission,
    Principal,
    ScopeInfo,
    ScopeOverview,
    SecretDetails,
    SecretInfo,
    SecretUpdate,
    SecretVersion,
    ServicePrincipalInfo,
    TokenInfo,
    VersionInfo,
)


class TokensClient(Protocol):
    """Tokens, as one caller sees them: their own, or, for an administrator, all."""

    def create(
        self,
        name: str,
        *,
        owner: str | None = None,
        lifetime: int | None = None,
        scopes: Iterable[str] | None = None,
        permission: Permission | None = None,
    ) -> tuple[TokenInfo, str]:
        """Make a token; return what will be listed of it, and the token, which is kept nowhere.

        `owner` is a service principal; without one the token speaks for the caller. `lifetime` is
        in seconds, `scopes` and `permission` limit what the token does.
        """

    def list(self) -> list[TokenInfo]:
        """Return the tokens, the oldest first."""

    def revoke(self, token_id: str) -> None:
        """End a token at once."""


class ServicePrincipalsClient(Protocol):
    """Service principals; refused to whoever is no administrator."""

    def create(
        self, name: str, comment: str | None = None, *, candidates: Collection[Principal] = ()
    ) -> None:
        """Make a service principal; refused where it has the name of one of the candidates."""

    def list(self) -> list[ServicePrincipalInfo]:
        """Return all of them, the oldest first."""

    def delete(self, name: str) -> None:
        """Delete a service principal with its tokens and its permissions."""


class SecretsClient(Protocol):
    """Scopes, as one caller sees them. Every call may raise any `SecretsError`."""

    def create_scope(self, scope: str, *, initial_manage_principal: str | None = None) -> None:
        """Create a scope; its creator, or everyone with ``users``, gets MANAGE on it."""

    def delete_scope(self, scope: str) -> None:
        """Delete a scope with its secrets and its ACL."""

    def list_scopes(self) -> list[ScopeInfo]:
        """Return all scopes."""

    def put(self, scope: str, key: str, value: bytes, *, if_version: int | None = None) -> None:
        """Store a value; with `if_version` in place of that version only, 0 for none."""

    def delete(self, scope: str, key: str) -> None:
        """Delete a secret."""

    def list_secrets(self, scope: str) -> list[SecretInfo]:
        """Return a scope's secrets, without their values."""

    def get(self, scope: str, key: str) -> SecretVersion:
        """Return a secret's value."""

    def put_acl(self, scope: str, principal: str, permission: Permission) -> AclItem:
        """Give a principal a permission on a scope; return the entry that is there now.

        `principal` is a name, or ``user:NAME``, ``group:NAME`` or ``service:NAME``, which is asked
        for where the name alone is ambiguous.
        """

    def delete_acl(self, scope: str, principal: str) -> None:
        """Take a principal's permission on a scope away."""

    def list_acls(self, scope: str) -> list[AclItem]:
        """Return a scope's ACL."""

    def get_acl(self, scope: str, principal: str) -> AclItem:
        """Return a principal's own entry in a scope's ACL."""

    # Beyond Databricks' API

    def overview(self, *, secrets: bool = False) -> list[ScopeOverview]:
        """Return all scopes with the caller's permission and the number of secrets in each.

        With `secrets`, also all about those that the caller may READ but their values.
        """

    def describe_secrets(self, scope: str, *, deleted: bool = False) -> list[SecretDetails]:
        """Return all about a scope's secrets but their values; or about those to be restored."""

    def versions(self, scope: str, key: str) -> list[VersionInfo]:
        """Return the versions of a secret that are kept, oldest first."""

    def update(self, scope: str, key: str, update: SecretUpdate) -> None:
        """Change a secret's comment, expiry, or what of it is redacted; None keeps it."""

    def marks(self) -> Marks:
        """Return what was decided about the redaction of secrets that the caller may READ."""

    def restore(self, scope: str, key: str, *, version: int | None = None) -> None:
        """Undo a deletion; or, with a version, make its value the newest one again."""

    def purge(self, scope: str, key: str | None = None) -> int:
        """Erase a scope's deleted secrets, or the one of a name, for good; return how many."""

    def audit_tail(self, wanted: AuditFilter, *, limit: int) -> list[dict[str, object]]:
        """Return the newest audit records that match, newest last."""

    @property
    def tokens(self) -> TokensClient:
        """What the caller can do with tokens."""

    @property
    def service_principals(self) -> ServicePrincipalsClient:
        """What the caller can do with service principals."""

    def lock(self) -> None:
        """Have the store's keys forgotten."""

    def unlock(self, passphrase: str | None = None) -> None:
        """Unlock the store, with a passphrase or a recovery key if that is what it takes."""
