"""Texts that repeat a few characters, as `abababab` does: where a pattern can stand in them.

A gram of such a text is at many places of it, and of a pattern that has it as well. No piece of
the pattern is all of that, so it goes on with something else, before or after: either the
beginnings of what is repeated are at the same place in both, or the ends are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from jupyter_secrets.redaction.patterns.offsets import GRAM

LONGEST_PERIOD = 6


class Phase(NamedTuple):
    """Where a gram is in what is repeated around it: its period, and how far the ends are."""

    period: int
    to_start: int
    to_end: int


class Repetitions:
    """What is repeated in a text, around one position after another."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._runs: dict[int, tuple[int, int]] = {}

    def fit(self, phase: Phase | None, position: int) -> bool:
        """Tell whether a pattern may have its gram of a phase at a position; `None` fits any."""
        if phase is None:
            return True
        start, end = self._runs.get(phase.period, (0, 0))
        if not start <= position <= end - GRAM:
            gram = self._text[position : position + GRAM]
            if gram[phase.period :] != gram[: -phase.period]:
                return True  # nothing is repeated here: a gram of the projection is
            start, end = repeated_around(self._text, position, phase.period)
            self._runs[phase.period] = start, end
        return position - start == phase.to_start or position - end == phase.to_end


def phase_of(text: bytes, offset: int, has_piece: Callable[[int, int], bool]) -> Phase | None:
    """Return the phase of a gram of a pattern, or `None` if that says nothing.

    `has_piece` tells whether a piece of the pattern lies within a range of it.
    """
    period = period_of(text[offset : offset + GRAM])
    if not period:
        return None
    start, end = repeated_around(text, offset, period)
    return None if has_piece(start, end) else Phase(period, offset - start, offset - end)


@lru_cache(maxsize=4096)
def period_of(gram: bytes) -> int:
    """Return after how many bytes a gram repeats itself, or 0."""
    periods = range(1, LONGEST_PERIOD + 1)
    if len(gram) < GRAM or len(set(gram)) > LONGEST_PERIOD:
        return 0
    return next((period for period in periods if gram[period:] == gram[:-period]), 0)


def repeated_around(text: bytes, position: int, period: int) -> tuple[int, int]:
    """Return the range around a gram in which a text repeats itself with a period."""
    start, end = position, position + GRAM
    while start and text[start - 1] == text[start - 1 + period]:
        start -= 1
    while end < len(text) and text[end] == text[end - period]:
        end += 1
    return start, end
