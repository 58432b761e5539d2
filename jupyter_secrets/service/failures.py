"""Failed authentication is answered later and later."""

from __future__ import annotations

import time

FIRST_SECONDS = 0.1
FORGOTTEN_AFTER_SECONDS = 60.0
_MOST_ADDRESSES = 10_000


class FailureDelays:
    """How long each address waits for the answer to another failure.

    Nobody else waits, and neither does who succeeds.
    """

    def __init__(self, most_seconds: float) -> None:
        self._most_seconds = most_seconds
        self._failures: dict[str, tuple[float, int]] = {}

    def next(self, address: str) -> float:
        """Note a failure, and return for how many seconds its answer waits."""
        now = time.monotonic()
        last, count = self._failures.pop(address, (now, 0))
        count = 0 if now - last > FORGOTTEN_AFTER_SECONDS else count
        self._failures[address] = (now, count + 1)
        while len(self._failures) > _MOST_ADDRESSES:
            del self._failures[next(iter(self._failures))]
        return float(min(FIRST_SECONDS * 2 ** min(count, 20), self._most_seconds))
