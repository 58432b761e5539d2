"""Tokens as they are shown: made, found by their hash, and checked at each call."""

from __future__ import annotations

import hashlib
import json
import secrets
import string
from collections.abc import Sequence

from jupyter_secrets.errors import UnauthenticatedError
from jupyter_secrets.model import SERVICE, Caller, Permission, utc
from jupyter_secrets.names import TOKEN_LETTERS, TOKEN_PREFIX
from jupyter_secrets.store import TokenRow, Transaction

_ALPHABET = string.ascii_letters + string.digits
# When a token was last used is written down once within this time.
LAST_USE_MS = 60_000

_ANOTHER = "make another one with jupyter secrets token create."


def new_token() -> str:
    """Return a token of 256 random bits: 43 of 62 letters and digits have as many."""
    return TOKEN_PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(TOKEN_LETTERS))


def digest_of(token: str) -> bytes:
    """Return the hash that a token is found by; a random token needs no slow one."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class TokenIndex:
    """The store's tokens by their hashes and by their ids; made anew when they change.

    A transaction returns the same sequence for as long as nothing does.
    """

    def __init__(self) -> None:
        self._index: tuple[Sequence[TokenRow], dict[bytes | str, TokenRow]] = (), {}

    def by_token(self, transaction: Transaction, token: str) -> TokenRow | None:
        """Return what the store knows of a token; whoever guesses learns nothing by the time."""
        return self._rows(transaction).get(digest_of(token))

    def by_id(self, transaction: Transaction, token_id: str) -> TokenRow | None:
        """Return what the store knows of the token with an id."""
        return self._rows(transaction).get(token_id)

    def _rows(self, transaction: Transaction) -> dict[bytes | str, TokenRow]:
        rows, index = self._index
        if (newest := transaction.tokens()) is not rows:
            index = {key: row for row in newest for key in (row.digest, row.token_id)}
            self._index = newest, index
        return index


def caller_of(row: TokenRow) -> Caller:
    """Return whom a token speaks for, with its limits and without groups."""
    scopes = None if row.scopes is None else frozenset(map(str.casefold, json.loads(row.scopes)))
    return Caller(
        row.owner,
        limit=Permission[row.permission],
        kind=row.owner_kind,
        token_id=row.token_id,
        scopes=scopes,
    )


def check_token(transaction: Transaction, row: TokenRow) -> None:
    """Raise `UnauthenticatedError` for a token that does not count now; it says why.

    Whoever is told so has shown the whole token.
    """
    if row.revoked_at is not None:
        raise UnauthenticatedError(f"The token {row.token_id} was revoked: {_ANOTHER}")
    if row.expires_at <= transaction.now:
        raise UnauthenticatedError(
            f"The token {row.token_id} expired at {utc(row.expires_at)}, and it is "
            f"{utc(transaction.now)} here: {_ANOTHER}"
        )
    principals = transaction.service_principals() if row.owner_kind == SERVICE else ()
    if row.owner_kind == SERVICE and row.owner not in {each.name for each in principals}:
        raise UnauthenticatedError(
            f"The service principal {row.owner} of the token {row.token_id} was deleted."
        )


def use_token(index: TokenIndex, transaction: Transaction, token_id: str) -> None:
    """Check a token by its id, within a call that is audited; note when it was used."""
    row = index.by_id(transaction, token_id)
    if row is None:
        raise UnauthenticatedError(f"The token {token_id} was removed: {_ANOTHER}")
    check_token(transaction, row)
    if row.last_used_at is None or transaction.now - row.last_used_at >= LAST_USE_MS:
        transaction.mark_used(row)
