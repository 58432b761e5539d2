"""Tokens that are a kernel's own: minted at each start, invalid once the kernel ends."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from jupyter_secrets.errors import UnauthenticatedError
from jupyter_secrets.model import Caller, SecretVersion

# Tells a kernel's token from the server's own.
KERNEL_TOKEN_PREFIX = "jskt_"  # noqa: S105 - a prefix, not a password


@dataclass(frozen=True, slots=True)
class KernelGrant:
    """What one run of one kernel may do, and what its environment was given."""

    kernel_id: str
    caller: Caller
    is_alive: Callable[[], Awaitable[bool]]
    environment: tuple[SecretVersion, ...] = ()


@dataclass(slots=True)
class _Entry:
    grant: KernelGrant
    code: bytes
    token: bytes
    exchanged: bool = False


class KernelTokens:
    """The grants of the running kernels, in the server's memory only.

    A kernel gets a code in its environment and exchanges it once for its token, since an
    environment stays readable in ``/proc`` for as long as the process lives.
    """

    def __init__(self) -> None:
        # By the kernel's id, which clients choose, and whether the token is in its environment.
        self._entries: dict[tuple[str, bool], _Entry] = {}

    def mint(self, grant: KernelGrant) -> str:
        """Return a new code for a kernel; an older one, and its token, end."""
        code = secrets.token_urlsafe(32)
        self._entries[grant.kernel_id, False] = _Entry(grant, _digest(code), b"")
        return code

    def mint_exported(self, grant: KernelGrant) -> str:
        """Return a token that goes into the kernel's environment as it is."""
        token = KERNEL_TOKEN_PREFIX + secrets.token_urlsafe(32)
        self._entries[grant.kernel_id, True] = _Entry(grant, b"", _digest(token), exchanged=True)
        return token

    def exchange(self, code: str) -> tuple[str, KernelGrant]:
        """Return the token for a code.

        A second use revokes the token, for then one of the two is not the kernel; this raises
        `CodeReusedError`, and `UnauthenticatedError` for a code that is not known.
        """
        entry = self._find_code(code)
        if entry is None:
            raise UnauthenticatedError("This kernel's code is not valid: restart the kernel.")
        if entry.exchanged:
            self.revoke(entry.grant.kernel_id)
            raise CodeReusedError(entry.grant)
        token = KERNEL_TOKEN_PREFIX + secrets.token_urlsafe(32)
        entry.exchanged, entry.token = True, _digest(token)
        return token, entry.grant

    def _find_code(self, code: str) -> _Entry | None:
        digest = _digest(code)
        for entry in self._entries.values():
            if entry.code and secrets.compare_digest(entry.code, digest):
                return entry
        return None

    async def resolve(self, token: str) -> KernelGrant | None:
        """Return what a token grants, or None if it is unknown or its kernel is dead."""
        digest = _digest(token)
        for entry in list(self._entries.values()):
            if entry.token and secrets.compare_digest(entry.token, digest):
                return entry.grant if await entry.grant.is_alive() else None
        return None

    def grant(self, kernel_id: str) -> KernelGrant | None:
        """Return what a kernel was granted at its last start."""
        entry = self._entries.get((kernel_id, False))
        return None if entry is None else entry.grant

    def is_exchanged(self, kernel_id: str) -> bool:
        """Tell whether a kernel has its token."""
        entry = self._entries.get((kernel_id, False))
        return entry is not None and entry.exchanged

    def revoke_code(self, kernel_id: str) -> None:
        """End a code that was not used; the grant, which outputs are redacted by, stays."""
        entry = self._entries.get((kernel_id, False))
        if entry is not None and not entry.exchanged:
            entry.code = b""

    def renew_code(self, kernel_id: str) -> None:
        """Have a kernel's code exchanged once more, and end the token that it was exchanged for.

        A gateway restarts a kernel with the environment that it had.
        """
        entry = self._entries.get((kernel_id, False))
        if entry is not None:
            entry.exchanged, entry.token = False, b""

    def replace_grant(self, kernel_id: str, grant: KernelGrant) -> None:
        """Make what was minted for a kernel that of a grant, whose kernel may have another id."""
        for is_exported in (False, True):
            entry = self._entries.pop((kernel_id, is_exported), None)
            if entry is not None:
                entry.grant = grant
                self._entries[grant.kernel_id, is_exported] = entry

    def revoke(self, kernel_id: str) -> None:
        """End a kernel's code and tokens."""
        for is_exported in (False, True):
            self._entries.pop((kernel_id, is_exported), None)


class CodeReusedError(UnauthenticatedError):
    """A kernel's code was used twice; its token is revoked."""

    def __init__(self, grant: KernelGrant) -> None:
        super().__init__(
            "This kernel's code was used before, so its token is revoked: restart the kernel."
        )
        self.grant = grant


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
