"""What was found so far, and where nothing can be added to it.

A piece holds a gram, so it lies within the pattern's longest piece of that gram. Where more than
this was found on both sides of a gram, what is there need not be compared: in a value that is
shown, most of its encodings have the same grams, and what repeats itself has each at many places.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from jupyter_secrets.redaction.patterns.offsets import GRAM

# In shorter ones of a pattern that repeats itself, few offsets are tried in vain.
SHORTEST_LONG_RUN = 256

# The label of a value, and whether a match takes a token of base64 with it.
Kind = tuple[str, bool]


class FoundRuns:
    """What was found of patterns, while grams are looked at from the beginning of a text on.

    `reach` tells how far from a gram what is found by that gram alone may be. A match takes the
    place of others of its `kind`, whatever pattern it is of. What has no kind may be left alone by
    who asks, and takes the place of nothing.
    """

    def __init__(self, reach: Callable[[int], int], kind: Callable[[int], Kind | None]) -> None:
        self._reach = reach
        self._kind = kind
        self._of_patterns: dict[int, tuple[int, int]] = {}
        self._of_kinds: dict[Kind, _Runs] = {}

    def add(self, pattern: int, start: int, end: int) -> bool:
        """Note what was found of a pattern; tell whether it is more than what was found before."""
        low, high = self._of_patterns.get(pattern, (0, 0))
        if low <= start and end <= high:
            return False
        if end - start > SHORTEST_LONG_RUN:
            joined = start <= high and low <= end
            run = (min(low, start), max(high, end)) if joined else (start, end)
            self._of_patterns[pattern] = run
        kind = self._kind(pattern)
        if kind is not None:
            self._of_kinds.setdefault(kind, _Runs()).add(start, end)
        return True

    def surround(self, pattern: int, position: int) -> bool:
        """Tell whether a gram of a pattern at this position can add nothing."""
        kind = self._kind(pattern) if self._of_kinds else None
        runs = self._of_kinds.get(kind) if kind is not None else None
        if runs is None:
            return False
        low, high = runs.around(position)
        if not low < position < high:
            return False
        reach = self._reach(pattern)
        return low + reach <= position <= high - reach - GRAM


class _Runs:
    """Intervals, those that overlap joined. Those that only touch stay apart, as markers do."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        """Add an interval."""
        first = bisect_right(self._ends, start)
        last = bisect_left(self._starts, end, first)
        if first < last:
            start = min(start, self._starts[first])
            end = max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def around(self, position: int) -> tuple[int, int]:
        """Return the interval that a position is in, or one that it is not in."""
        index = bisect_right(self._starts, position) - 1
        return (self._starts[index], self._ends[index]) if index >= 0 else (0, 0)
