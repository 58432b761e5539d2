"""Some of a redactor's values, compiled: immutable, shared, thread-safe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from jupyter_secrets.redaction.patterns.compiled import CompiledValue
from jupyter_secrets.redaction.search.engines import EngineFactory, Span
from jupyter_secrets.redaction.search.lookahead import Lookahead
from jupyter_secrets.redaction.search.matcher import AlnumMatcher, Match, TextMatcher
from jupyter_secrets.redaction.values import SecretValue

# Whoever first needs what finds among so many grams would wait for it.
MANY_GRAMS = 40_000
Find = Callable[[bytes], Sequence[Span]]


class CompiledIndex:
    """What tells fast where its values may be, and what verifies that they are.

    Making one takes as long as its values are many and long: what is known of each value was
    compiled before.
    """

    def __init__(self, values: Sequence[CompiledValue], factory: EngineFactory) -> None:
        self.compiled = tuple(values)
        self.values = frozenset(value.secret for value in values)
        alnum = [pattern for value in values for pattern in value.alnum]
        in_text = [pattern for value in values for pattern in value.in_text]
        self._alnum, self._text = AlnumMatcher(alnum), TextMatcher(in_text)
        self.has_scripts = any(not pattern.text.isascii() for pattern in alnum)
        self.lookahead = Lookahead(values)
        self.longest = max((value.longest for value in values), default=0)
        # No smallest piece of alphanumeric text is longer than this.
        self.longest_alnum = max((value.longest_alnum for value in values), default=1)
        alnum_grams = list({gram for value in values for gram in value.alnum_grams()})
        text_grams = list({gram for value in values for gram in value.text_grams()})
        self.size = len(alnum_grams) + len(text_grams)
        self.engines = factory(text_grams), factory(alnum_grams)
        # To ask an engine of no patterns takes as long as to ask any.
        self.in_text = self.engines[0].find if text_grams else None
        self.in_alnum = self.engines[1].find if alnum_grams else None
        if self.size > MANY_GRAMS:
            threading.Thread(target=self._compile, daemon=True).start()

    def verify(
        self,
        data: bytes,
        alnum_text: bytes,
        offset_of: Callable[[int], int],
        in_text: Sequence[Span],
        in_alnum: Sequence[Span],
        *,
        before: bytes = b"",
        final: bool = True,
        removed_values: frozenset[SecretValue] = frozenset(),
    ) -> tuple[list[Match], list[Match]]:
        """Return the matches in data, and those in its alphanumeric projection alone.

        `in_text` and `in_alnum` are where the engines found grams in data and in `alnum_text`.
        """
        text_matches: list[Match] = []
        alnum_matches: list[Match] = []
        if in_alnum:
            text_matches, alnum_matches = self._alnum.find(
                alnum_text, in_alnum, data, offset_of, removed_values=removed_values
            )
        if in_text:
            text_matches += self._text.find(
                data, in_text, before, final=final, removed_values=removed_values
            )
        return text_matches, alnum_matches

    def _compile(self) -> None:
        self._alnum.compile()
        self._text.compile()


class Index(Protocol):
    """What verifies what was found of what it knows."""

    def verify(
        self,
        data: bytes,
        alnum_text: bytes,
        offset_of: Callable[[int], int],
        in_text: Sequence[Span],
        in_alnum: Sequence[Span],
        *,
        before: bytes = b"",
        final: bool = True,
        removed_values: frozenset[SecretValue] = frozenset(),
    ) -> tuple[list[Match], list[Match]]:
        """Return the matches in data, and those in its alphanumeric projection alone."""


class Candidates(NamedTuple):
    """Where the engines of an index found grams, in a text and in its alphanumeric projection."""

    compiled: Index
    in_text: Sequence[Span]
    in_alnum: Sequence[Span]

    def within(self, text: tuple[int, int], alnum_text: tuple[int, int]) -> Candidates:
        """Return those in a part of the text and of its projection, counted from there."""
        return Candidates(
            self.compiled, _within(self.in_text, *text), _within(self.in_alnum, *alnum_text)
        )


def _within(spans: Sequence[Span], low: int, high: int) -> list[Span]:
    return [
        (pattern, max(start - low, 0), min(end, high) - low)
        for pattern, start, end in spans
        if start < high and end > low
    ]
