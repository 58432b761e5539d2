"""How often tokens were refused, so that one that is tried on and on does not fill the log."""

from __future__ import annotations

import threading
import time

# Of each token's refusals one is recorded within this time, with how many there were before.
INTERVAL_SECONDS = 60.0
_REMEMBERED = 1_000


class FailedTokens:
    """Counts refusals by what was refused: a token's id, or an empty string for unknown ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[float, int]] = {}

    def add(self, token_id: str) -> int | None:
        """Count a refusal; return how many there were since the last record, None to write none."""
        now = time.monotonic()
        with self._lock:
            recorded_at, count = self._failures.get(token_id, (None, 0))
            if recorded_at is not None and now - recorded_at < INTERVAL_SECONDS:
                self._failures[token_id] = recorded_at, count + 1
                return None
            if len(self._failures) >= _REMEMBERED:
                self._failures.clear()
            self._failures[token_id] = now, 0
            return count
