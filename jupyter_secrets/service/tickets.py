"""What is remembered of browsers, in this process alone, each under a random text."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_MOST = 10_000


class Tickets(Generic[T]):
    """Keeps something for whoever shows the ticket for it, for some seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._kept: dict[bytes, tuple[float, T]] = {}

    def issue(self, item: T) -> str:
        """Return a new ticket; of very many, the oldest one ends."""
        ticket = secrets.token_urlsafe(32)
        self._kept[_digest(ticket)] = self._clock(), item
        while len(self._kept) > _MOST:
            del self._kept[next(iter(self._kept))]
        return ticket

    def get(self, ticket: str) -> T | None:
        """Return what a ticket is for, or None if it is unknown or too old."""
        issued_at, item = self._kept.get(_digest(ticket), (None, None))
        is_valid = issued_at is not None and self._clock() - issued_at < self._seconds
        return item if is_valid else None

    def take(self, ticket: str) -> T | None:
        """Do as `get`, and end the ticket."""
        item = self.get(ticket)
        self._kept.pop(_digest(ticket), None)
        return item


def _digest(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).digest()
