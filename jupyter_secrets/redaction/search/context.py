"""What is remembered of the text before the one that is searched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Trail(NamedTuple):
    """What came before in one projection."""

    before: bytes = b""  # ends with the last character
    letters: bytes = b""  # the last letters and digits
    removed: bool = False  # the last of these is hidden, by a run that may go on


NO_TRAIL = Trail()


@dataclass(slots=True)
class Context:
    """What came before a piece of a stream: as it is, as it is seen, and as a page shows it."""

    before: bytes = b""
    seen: Trail = NO_TRAIL
    page: Trail = NO_TRAIL

    def within(self, before: bytes) -> Context:
        """Return the context of a place further on, after some bytes."""
        trail = Trail(before)
        return Context(before, trail, trail)
