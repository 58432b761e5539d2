"""Finds all occurrences of a set of patterns: prefilter, candidates, verify.

An engine tells where grams are; each stands for a place in some patterns, which are then compared
with the text around it and extended to the longest piece.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from jupyter_secrets.redaction.patterns.alnum import AlnumPattern
from jupyter_secrets.redaction.patterns.pattern import GRAM, LONG_NUMBER, Pattern
from jupyter_secrets.redaction.search.engines import Span
from jupyter_secrets.redaction.values import SecretValue

_OFFSET_BITS = 32
_OFFSET_MASK = (1 << _OFFSET_BITS) - 1
_COMPARED_AT_ONCE = 32
# In shorter ones of a pattern that repeats itself, few places are tried in vain.
SHORTEST_LONG_RUN = 256
# What ends a line where text is shown escaped.
_ESCAPES = (b"\\n", b"\\t", b"\\r")
# Digits behind it are a part of a longer number.
_FRACTION = re.compile(rb"\d\.\Z")


class Match(NamedTuple):
    """Where a secret stands in a text, in bytes, its label, and whether it is only a piece."""

    start: int
    end: int
    label: str
    word: bool
    piece: bool
    in_base64: bool = False


class GramTable:
    """Grams, and the places in patterns that each stands for."""

    def __init__(self, grams: Iterable[Iterable[tuple[int, bytes]]]) -> None:
        places: dict[bytes, list[int]] = {}
        for index, of_pattern in enumerate(grams):
            for offset, gram in of_pattern:
                places.setdefault(gram, []).append(index << _OFFSET_BITS | offset)
        self._places = {gram: tuple(found) for gram, found in places.items()}
        self._sizes = sorted(set(map(len, places)))

    def candidates(self, data: bytes, spans: Sequence[Span]) -> Iterator[tuple[int, int, int]]:
        """Yield (pattern, offset in it, place in data) of the grams that touch spans, by place."""
        searched, before = 0, self._sizes[-1] - 1 if self._sizes else 0
        for low, high in sorted([span[1:] for span in spans]):
            for at in range(max(searched, low - before), high):
                for size in self._sizes:
                    for place in self._places.get(data[at : at + size], ()):
                        yield place >> _OFFSET_BITS, place & _OFFSET_MASK, at
            searched = max(searched, high)


class LongRuns:
    """What was found of patterns that repeat themselves, by pattern.

    Each gram of such a pattern stands at many of its places. Where more than the longest smallest
    piece of what was found lies on both sides of a gram, no other place adds anything.
    """

    def __init__(self, longest: Callable[[int], int]) -> None:
        self._longest = longest
        self._inner: dict[int, tuple[int, int]] = {}

    def add(self, pattern: int, start: int, end: int) -> None:
        """Note a run that was found of a pattern."""
        if end - start <= SHORTEST_LONG_RUN:
            return
        margin = self._longest(pattern)
        self._inner[pattern] = start + margin, end - margin - GRAM

    def surround(self, pattern: int, at: int) -> bool:
        """Tell whether a gram at this place can add nothing."""
        if pattern not in self._inner:
            return False
        low, high = self._inner[pattern]
        return low <= at <= high


class TextMatcher:
    """Finds patterns by grams of the text itself."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._longest = lru_cache(maxsize=None)(lambda index: patterns[index].longest)
        self._table: GramTable | None = None

    def compile(self) -> GramTable:
        """Make what finds; threads that come at the same time make it twice."""
        self._table = GramTable(pattern.grams() for pattern in self._patterns)
        return self._table

    def find(
        self,
        data: bytes,
        spans: Sequence[Span],
        before: bytes,
        *,
        final: bool,
        gone: frozenset[SecretValue],
    ) -> Iterator[Match]:
        """Yield the matches in data of which a gram touches one of the spans.

        `before` is what stands in front of data, for words. A word at the very end counts only
        if `final`: what comes next may go on with it. Values that are `gone` are not found.
        """
        known: dict[tuple[int, int], int] = {}
        runs = LongRuns(self._longest)
        for index, offset, at in (self._table or self.compile()).candidates(data, spans):
            pattern, origin = self._patterns[index], at - offset
            if known.get((index, origin), -1) > at or (gone and pattern.owner in gone):
                continue
            if runs.surround(index, at):
                continue
            low, high = common_piece(
                pattern.text,
                data,
                origin,
                offset,
                is_whole=self._longest(index) >= len(pattern.text),
            )
            known[index, origin] = origin + high
            for match in matches(pattern, low, high, origin):
                runs.add(index, match.start, match.end)
                if not pattern.word or _stands_alone(data, match, before, final):
                    yield match


class AlnumMatcher:
    """Finds patterns by grams of letters and digits, in the text and in these alone."""

    def __init__(self, patterns: Sequence[AlnumPattern]) -> None:
        self._patterns = patterns
        self._longest_letters = lru_cache(maxsize=None)(lambda index: patterns[index].longest)
        self._longest = lru_cache(maxsize=None)(
            lambda index: max(pattern.longest for pattern in patterns[index].patterns)
        )
        self._table: GramTable | None = None

    def compile(self) -> GramTable:
        """Make what finds; threads that come at the same time make it twice."""
        self._table = GramTable(pattern.grams.items() for pattern in self._patterns)
        return self._table

    def find(
        self,
        letters: bytes,
        spans: Sequence[Span],
        data: bytes,
        place_of: Callable[[int], int],
        *,
        gone: frozenset[SecretValue],
    ) -> tuple[list[Match], list[Match]]:
        """Return the matches in data, and those in its letters, that touch spans of the letters.

        `letters` may begin before data; `place_of` tells where a letter stands in data, or a
        negative number.
        """
        in_text: list[Match] = []
        in_letters: list[Match] = []
        known: dict[tuple[int, int], int] = {}
        seen: dict[tuple[int, int, int], int] = {}
        complete: set[tuple[int, int]] = set()
        letter_runs, runs = LongRuns(self._longest_letters), LongRuns(self._longest)
        for index, offset, at in (self._table or self.compile()).candidates(letters, spans):
            alnum, origin = self._patterns[index], at - offset
            if (index, origin) in complete or (gone and alnum.owner in gone):
                continue
            if known.get((index, origin), -1) <= at and not letter_runs.surround(index, at):
                low, high = common_piece(
                    alnum.letters,
                    letters,
                    origin,
                    offset,
                    is_whole=self._longest_letters(index) >= len(alnum.letters),
                )
                known[index, origin] = origin + high
                label = alnum.owner.label
                for start, end in alnum.covered(low, high):
                    if alnum.number and _within_number(
                        data, place_of, origin + start, origin + end
                    ):
                        continue
                    letter_runs.add(index, origin + start, origin + end)
                    piece = end - start < len(alnum.letters)
                    in_letters.append(Match(origin + start, origin + end, label, False, piece))
            place = place_of(at) if alnum.patterns else -1
            if place < 0 or runs.surround(index, place):
                continue
            for number, pattern in enumerate(alnum.patterns):
                inner = alnum.places_in(number)[offset]
                start = place - inner
                if seen.get((index, number, start), -1) > place:
                    continue
                low, high = common_piece(
                    pattern.text, data, start, inner, is_whole=pattern.longest >= len(pattern.text)
                )
                seen[index, number, start] = start + high
                for match in matches(pattern, low, high, start):
                    runs.add(index, match.start, match.end)
                    in_text.append(match)
                if high - low == len(pattern.text):
                    complete.add((index, origin))  # others have no more of these letters
                    break
        return in_text, in_letters


def _within_number(data: bytes, place_of: Callable[[int], int], start: int, end: int) -> bool:
    """Tell whether a digit touches what stands at [start, end) of the letters and digits."""
    first, last = place_of(start), place_of(end - 1)
    before = data[max(0, first - 2) : first] if first > 0 else b""
    if before[-1:].isdigit() or _FRACTION.search(before):
        return True
    return last >= 0 and data[last + 1 : last + 2].isdigit()


def matches(pattern: Pattern, low: int, high: int, origin: int) -> list[Match]:
    """Return the matches in what a text has of a pattern."""
    label, word, in_base64 = pattern.owner.label, pattern.is_weak, pattern.in_base64
    runs, size = pattern.covered(low, high), len(pattern.text)
    return [
        Match(origin + start, origin + end, label, word, end - start < size, in_base64)
        for start, end in runs
    ]


def common_piece(
    text: bytes, data: bytes, origin: int, offset: int, *, is_whole: bool = False
) -> tuple[int, int]:
    """Return the longest (start, end) in text around offset that data has at origin as well.

    With `is_whole` it is empty where data has less than all of text.
    """
    if origin >= 0 and data.startswith(text, origin):
        return 0, len(text)
    if is_whole:
        return offset, offset
    low = high = offset
    while low > 0:
        step = min(_COMPARED_AT_ONCE, low, origin + low)
        if step <= 0:
            break
        if text[low - step : low] == data[origin + low - step : origin + low]:
            low -= step
            continue
        while text[low - 1] == data[origin + low - 1]:
            low -= 1
        break
    limit = min(len(text), len(data) - origin)
    while high < limit:
        step = min(_COMPARED_AT_ONCE, limit - high)
        if text[high : high + step] == data[origin + high : origin + high + step]:
            high += step
            continue
        while text[high] == data[origin + high]:
            high += 1
        break
    return low, high


def _stands_alone(data: bytes, match: Match, before: bytes, final: bool) -> bool:
    """Tell whether a match is a whole word, or number: none of its borders lies within one."""
    digits = data[match.start : match.end].isdigit() and match.end - match.start >= LONG_NUMBER
    is_part = str.isdigit if digits else _is_word
    if match.start:
        before = data[max(0, match.start - 4) : match.start]
    if _FRACTION.search(before) and data[match.start : match.start + 1].isdigit():
        return False
    if (
        is_part(_character(before, -1))
        and is_part(_character(data[match.start : match.start + 4], 0))
        and not before.endswith(_ESCAPES)
    ):
        return False
    if match.end == len(data):
        return final
    after = _character(data[match.end : match.end + 4], 0)
    return not (is_part(after) and is_part(_character(data[match.end - 4 : match.end], -1)))


def _character(data: bytes, index: int) -> str:
    text = data.decode("utf-8", "ignore")
    return text[index] if text else ""


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
