"""The service's parts, as its handlers share them."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field

from jupyter_secrets.errors import LimitExceededError
from jupyter_secrets.model import Caller, Marks, Principal, SecretVersion
from jupyter_secrets.rest import BackendSession
from jupyter_secrets.scopes import Scopes, is_admin
from jupyter_secrets.service.changes import Changes
from jupyter_secrets.service.failures import FailureDelays
from jupyter_secrets.service.identity import Authentication
from jupyter_secrets.service.metrics import Metrics
from jupyter_secrets.service.settings import JupyterSecretsService


class StoreBackend:
    """The store in this process, as the handlers call it."""

    def __init__(
        self,
        scopes: Scopes,
        changes: Changes,
        version: str,
        known_as: Callable[[str], Awaitable[frozenset[Principal]]],
    ) -> None:
        self._scopes = scopes
        self._changes = changes
        self._known_as = known_as
        self.version = version

    def session(self, caller: Caller) -> BackendSession:
        return self._scopes.session(caller)

    def status(self, caller: Caller) -> dict[str, object]:
        status = asdict(self._scopes.status())
        return {
            **status,
            "principal": caller.title,
            "admin": is_admin(caller),
            "revision": self._scopes.revision(),
        }

    def disclose(self, caller: Caller, version: SecretVersion) -> None:
        """Do nothing: outputs are filtered where kernels run."""

    def refresh(self) -> None:
        self._changes.notify()

    def marks(self, caller: Caller) -> Marks:
        return self._scopes.session(caller).marks()

    async def known_as(self, name: str, caller: Caller) -> frozenset[Principal]:
        return await self._known_as(name)


class BulkLimit:
    """How often somebody's servers may fetch all that they may read, in a minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)

    def use(self, name: str) -> None:
        """Count a call; raise `LimitExceededError` for one too many."""
        times, now = self._times[name], time.monotonic()
        while times and now - times[0] > 60:
            times.popleft()
        if len(times) >= self._per_minute:
            raise LimitExceededError(
                f"{name}'s servers fetched the values to redact {self._per_minute} times within a "
                "minute (c.JupyterSecretsService.redact_unread_per_minute): wait a moment."
            )
        times.append(now)


@dataclass(slots=True)
class Calls:
    """How many calls are under way, without those that wait for a change."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """One of each."""

    settings: JupyterSecretsService
    scopes: Scopes
    authentication: Authentication
    changes: Changes
    backend: StoreBackend
    bulk_limit: BulkLimit
    delays: FailureDelays
    metrics: Metrics = field(default_factory=Metrics)
    calls: Calls = field(default_factory=Calls)
