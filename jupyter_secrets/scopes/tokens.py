"""Tokens that people and programs show in place of a login."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import replace

from jupyter_secrets.errors import (
    InvalidParameterError,
    LimitExceededError,
    NotFoundError,
    PermissionDeniedError,
    ScopeNotFoundError,
)
from jupyter_secrets.model import SERVICE, Permission, Principal, TokenInfo
from jupyter_secrets.names import check_scope
from jupyter_secrets.scopes.authorization import is_admin, require_admin, require_login
from jupyter_secrets.scopes.base import ServiceBase
from jupyter_secrets.scopes.principals import normalized, resolve
from jupyter_secrets.scopes.token_check import digest_of, new_token
from jupyter_secrets.store import TokenRow, Transaction

DEFAULT_DAYS = 90
MAX_TOKENS_OF_OWNER = 100
MAX_NAME_LENGTH = 128
# For how long a token that ended is still listed.
_LISTED_MS = 30 * 24 * 60 * 60 * 1000
_SECONDS_PER_DAY = 24 * 60 * 60


class TokenService(ServiceBase):
    """What a caller can do with its own tokens, and an administrator with all."""

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

        It speaks for the caller, or, made by an administrator, for the service principal `owner`.
        `lifetime` is in seconds, 90 days unless the store takes less. `scopes` and `permission`
        limit it further than its owner is. Takes a login: no token and no kernel makes tokens.
        """
        with self._operation("create-token", principal=owner) as transaction:
            require_login(self.caller)
            principal = self._owner(transaction, owner)
            token = new_token()
            row = TokenRow(
                secrets.token_hex(8),
                self._checked_name(transaction, name),
                *principal,
                digest_of(token),
                _existing(transaction, scopes),
                (permission or Permission.MANAGE).name,
                transaction.now,
                transaction.now + 1000 * self._checked_lifetime(lifetime),
            )
            listed = [each for each in transaction.tokens() if not _is_over(each, transaction.now)]
            _check_room(listed, principal)
            transaction.set_tokens([*listed, row])
            transaction.notes |= {"about": row.token_id, "owner": principal.title}
        return info_of(row), token

    def _owner(self, transaction: Transaction, owner: str | None) -> Principal:
        if owner is None:
            return self.caller.principal
        services = {Principal(SERVICE, each.name) for each in transaction.service_principals()}
        principal = resolve(
            normalized(owner, self.shared.normalize), {self.caller.principal, *services}
        )
        if principal == self.caller.principal:
            return principal
        if principal.kind != SERVICE:
            raise PermissionDeniedError(
                f"{self.caller.title} may make no token for {principal.title}: people make their "
                "own, and administrators those of service principals."
            )
        require_admin(self.caller)
        if principal not in services:
            raise InvalidParameterError(f"There is no service principal {principal.name}.")
        return principal

    def _checked_name(self, transaction: Transaction, name: str) -> str:
        if not (0 < len(name) <= MAX_NAME_LENGTH and name.isprintable() and name.strip() == name):
            raise InvalidParameterError(
                f"A token's name has 1 to {MAX_NAME_LENGTH} printable characters."
            )
        self.shared.audit_redaction.check_new(transaction, self.caller, name)
        return name

    def _checked_lifetime(self, lifetime: int | None) -> int:
        longest = self.shared.limits.token_days * _SECONDS_PER_DAY
        seconds = min(DEFAULT_DAYS * _SECONDS_PER_DAY, longest) if lifetime is None else lifetime
        if not 0 < seconds <= longest:
            raise InvalidParameterError(
                "A token's lifetime is more than 0 seconds and at most "
                f"{self.shared.limits.token_days} days (c.JupyterSecrets.max_token_days)."
            )
        return seconds

    def list(self) -> list[TokenInfo]:
        """Return the caller's tokens, or, for an administrator, all of them, the oldest first."""

        def work(transaction: Transaction) -> list[TokenInfo]:
            return [info_of(row) for row in transaction.tokens() if self._may_see(row)]

        return self._read("list-tokens", work)

    def revoke(self, token_id: str) -> None:
        """End a token at once, one's own or, as an administrator, anybody's.

        A caller that a token speaks for may revoke that one only.
        """
        with self._operation("revoke-token", principal=token_id) as transaction:
            if token_id != self.caller.token_id:
                require_login(self.caller)
            tokens = {row.token_id: row for row in transaction.tokens() if self._may_see(row)}
            if token_id not in tokens:
                raise NotFoundError(
                    "There is no token with this ID: see jupyter secrets token list."
                )
            if tokens[token_id].revoked_at is None:
                self._revoke(transaction, tokens[token_id])

    def _revoke(self, transaction: Transaction, token: TokenRow) -> None:
        revoked = replace(token, revoked_at=transaction.now, revoked_by=self.caller.title)
        transaction.set_tokens([revoked if row is token else row for row in transaction.tokens()])

    def _may_see(self, row: TokenRow) -> bool:
        return Principal(row.owner_kind, row.owner) == self.caller.principal or is_admin(
            self.caller
        )


def info_of(row: TokenRow) -> TokenInfo:
    """Return a token as it is listed."""
    return TokenInfo(
        row.token_id,
        row.name,
        Principal(row.owner_kind, row.owner).title,
        None if row.scopes is None else tuple(json.loads(row.scopes)),
        Permission[row.permission],
        row.created_at,
        row.expires_at,
        row.last_used_at,
        row.revoked_at,
        row.revoked_by,
    )


def _existing(transaction: Transaction, scopes: Iterable[str] | None) -> str | None:
    """Return the names of scopes as a token has them; raise for one that does not exist."""
    if scopes is None:
        return None
    names: set[str] = set()
    for scope in scopes:
        row = transaction.scope(check_scope(scope))
        if row is None:
            raise ScopeNotFoundError.of(scope)
        names.add(row.name)
    if not names:
        raise InvalidParameterError("Name the scopes that the token is limited to.")
    return json.dumps(sorted(names))


def _is_over(row: TokenRow, now: int) -> bool:
    """Return whether a token ended so long ago that it is no longer listed."""
    return min(row.expires_at, row.revoked_at or row.expires_at) <= now - _LISTED_MS


def _check_room(tokens: Iterable[TokenRow], owner: Principal) -> None:
    if sum((row.owner_kind, row.owner) == owner for row in tokens) >= MAX_TOKENS_OF_OWNER:
        raise LimitExceededError(
            f"{owner.title} has {MAX_TOKENS_OF_OWNER} tokens. Those that were revoked or expired "
            "count for 30 days."
        )
