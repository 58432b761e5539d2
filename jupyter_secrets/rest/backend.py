"""What the handlers call: a store in this process, or a service that has one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from jupyter_secrets.client import SecretsClient
from jupyter_secrets.model import AclItem, Caller, Marks, Permission, Principal, SecretVersion


class BackendSession(SecretsClient, Protocol):
    """What one caller can do."""

    def put_acl(
        self,
        scope: str,
        principal: str,
        permission: Permission,
        *,
        candidates: Collection[Principal] = (),
    ) -> AclItem:
        """Do as `SecretsClient.put_acl`; `candidates` are who a plain name may mean."""


class Backend(Protocol):
    """What answers the calls. All but `known_as` may block, and is called in a thread."""

    version: str

    def session(self, caller: Caller) -> BackendSession:
        """Return what a caller can do; that is cheap, and does not block."""

    def status(self, caller: Caller) -> dict[str, object]:
        """Return the state of the store, and who the caller is to it."""

    def disclose(self, caller: Caller, version: SecretVersion) -> None:
        """Note that a caller is about to be given a value."""

    def refresh(self) -> None:
        """Note that values, or what was decided about them, have changed."""

    def marks(self, caller: Caller) -> Marks:
        """Return what was decided about the redaction of secrets that a caller may READ."""

    async def known_as(self, name: str, caller: Caller) -> frozenset[Principal]:
        """Return the principals that a plain name may mean, as far as is known."""
