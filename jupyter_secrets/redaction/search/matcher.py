"""Finds all occurrences of a set of patterns: prefilter, candidates, verify.

An engine tells where grams are; each stands for an offset in some patterns, which are then compared
with the text around it and extended to the longest piece.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from jupyter_secrets.redaction.patterns.alnum import AlnumPattern
from jupyter_secrets.redaction.patterns.offsets import GRAM
from jupyter_secrets.redaction.patterns.pattern import LONG_NUMBER, Pattern
from jupyter_secrets.redaction.search.engines import Span
from jupyter_secrets.redaction.search.found_runs import FoundRuns, Kind
from jupyter_secrets.redaction.search.grams import GramTable
from jupyter_secrets.redaction.search.repetitions import Phase, Repetitions, phase_of
from jupyter_secrets.redaction.values import SecretValue

_COMPARED_AT_ONCE = 32
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


class TextMatcher:
    """Finds patterns by grams of the text itself."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._margin = lru_cache(maxsize=None)(lambda index: _margin(patterns[index]))
        self._reach = lru_cache(maxsize=None)(lambda index: _reach(patterns[index]))
        self._phase = lru_cache(maxsize=None)(lambda index, offset: _phase(patterns[index], offset))
        self._table: GramTable | None = None

    def compile(self) -> GramTable:
        """Make what finds; threads that come at the same time make it twice."""
        self._table = GramTable((pattern.grams() for pattern in self._patterns), self._context)
        return self._table

    def _context(self, index: int, offset: int) -> bytes:
        """Return what any piece or bridge that holds a gram may have."""
        margin = self._margin(index)
        return self._patterns[index].text[max(0, offset - margin) : offset + GRAM + margin]

    def find(
        self,
        data: bytes,
        spans: Sequence[Span],
        before: bytes,
        *,
        final: bool,
        removed_values: frozenset[SecretValue],
    ) -> Iterator[Match]:
        """Yield the matches in data of which a gram touches one of the spans.

        `before` is what stands in front of data, for words. A word at the very end counts only
        if `final`: what comes next may go on with it. `removed_values` are not found.
        """
        match_ends: dict[tuple[int, int], int] = {}
        runs, repetitions = FoundRuns(self._reach, self._kind), Repetitions(data)
        for index, offsets, position in (self._table or self.compile()).candidates(data, spans):
            pattern = self._patterns[index]
            if (removed_values and pattern.owner in removed_values) or runs.surround(
                index, position
            ):
                continue
            whole = pattern.is_whole
            for offset in offsets:
                origin = position - offset
                if match_ends.get((index, origin), -1) > position:
                    continue
                if not repetitions.fit(self._phase(index, offset), position):
                    continue
                low, high = common_piece(pattern.text, data, origin, offset, whole=whole)
                match_ends[index, origin] = origin + high
                for match in matches(pattern, low, high, origin):
                    if pattern.word and not _stands_alone(data, match, before, final):
                        continue
                    if runs.add(index, match.start, match.end):
                        yield match

    def _kind(self, index: int) -> Kind:
        pattern = self._patterns[index]
        return pattern.owner.label, pattern.in_base64


def _margin(pattern: Pattern | AlnumPattern) -> int:
    """Return the length of the longest piece or bridge."""
    return max(pattern.longest, pattern.offset_map.longest(pattern.bridges))


def _phase(pattern: Pattern | AlnumPattern, offset: int) -> Phase | None:
    return phase_of(pattern.text, offset, lambda low, high: bool(pattern.covered(low, high)))


def _reach(pattern: Pattern) -> int:
    """Return how far from a gram what is found by that gram alone may be.

    A bridge is found by each of the pieces at its ends, but for those to the ends of the text.
    """
    starts, ends = pattern.offset_map.starts, pattern.offset_map.ends
    firsts, lasts = pattern.bridges.firsts, pattern.bridges.lasts
    at_ends = (ends[lasts[index]] - starts[firsts[index]] for index in (0, -1) if firsts)
    return max([pattern.longest, *at_ends])


class AlnumMatcher:
    """Finds patterns by grams of the alphanumeric projection, in the text and in that alone."""

    def __init__(self, patterns: Sequence[AlnumPattern]) -> None:
        self._patterns = patterns
        self._alnum_margin = lru_cache(maxsize=None)(lambda index: _margin(patterns[index]))
        self._margins = lru_cache(maxsize=None)(
            lambda index: [_margin(patterns[index]), *map(_margin, patterns[index].patterns)]
        )
        # What is found whole only is compared in any case.
        self._reach = lru_cache(maxsize=None)(
            lambda index: max(
                (_reach(each) for each in patterns[index].patterns if not each.is_whole), default=0
            )
        )
        self._has_whole = lru_cache(maxsize=None)(
            lambda index: any(each.is_whole for each in patterns[index].patterns)
        )
        self._alnum_phase = lru_cache(maxsize=None)(
            lambda index, offset: _phase(patterns[index], offset)
        )
        self._phase = lru_cache(maxsize=None)(
            lambda index, number, inner: _phase(patterns[index].patterns[number], inner)
        )
        self._in_base64 = lru_cache(maxsize=None)(
            lambda index: any(each.in_base64 for each in patterns[index].patterns)
        )
        self._table: GramTable | None = None

    def compile(self) -> GramTable:
        """Make what finds; threads that come at the same time make it twice."""
        self._table = GramTable((pattern.grams() for pattern in self._patterns), self._context)
        return self._table

    def _context(self, index: int, offset: int) -> tuple[bytes, ...]:
        alnum, (margin, *margins) = self._patterns[index], self._margins(index)
        around = [alnum.text[max(0, offset - margin) : offset + GRAM + margin]]
        for number, (pattern, margin) in enumerate(zip(alnum.patterns, margins, strict=True)):
            offsets = alnum.offsets_in(number)
            start, end = offsets[offset], offsets[offset + GRAM - 1] + 1
            around.append(pattern.text[max(0, start - margin) : end + margin])
        return tuple(around)

    def find(
        self,
        alnum_text: bytes,
        spans: Sequence[Span],
        data: bytes,
        offset_of: Callable[[int], int],
        *,
        removed_values: frozenset[SecretValue],
    ) -> tuple[list[Match], list[Match]]:
        """Return the matches in data, and those in its projection, that touch spans of that.

        `alnum_text` may begin before data; `offset_of` tells where one of its characters is in
        data, or a negative number.
        """
        search = _AlnumSearch(alnum_text, data, offset_of, self._alnum_phase, self._phase)
        alnum_runs = FoundRuns(self._alnum_margin, self._alnum_kind)
        runs = FoundRuns(self._reach, self._kind)
        for index, offsets, alnum_position in (self._table or self.compile()).candidates(
            alnum_text, spans
        ):
            alnum = self._patterns[index]
            if removed_values and alnum.owner in removed_values:
                continue
            if not alnum_runs.surround(index, alnum_position):
                search.verify_alnum(index, alnum, offsets, alnum_position, alnum_runs)
            position = offset_of(alnum_position) if alnum.patterns else -1
            # What is found whole only may be longer than what surrounds it.
            only_whole = runs.surround(index, position)
            if position >= 0 and (not only_whole or self._has_whole(index)):
                search.verify_text(
                    index, alnum, offsets, alnum_position, position, runs, only_whole
                )
        return search.in_text, search.in_alnum

    def _alnum_kind(self, index: int) -> Kind:
        return self._patterns[index].owner.label, False

    def _kind(self, index: int) -> Kind:
        return self._patterns[index].owner.label, self._in_base64(index)


class _AlnumSearch:
    """Verifies candidates of one text: in its alphanumeric projection, and in the text itself."""

    def __init__(
        self,
        alnum_text: bytes,
        data: bytes,
        offset_of: Callable[[int], int],
        alnum_phase: Callable[[int, int], Phase | None],
        phase: Callable[[int, int, int], Phase | None],
    ) -> None:
        self._alnum_text, self._data, self._offset_of = alnum_text, data, offset_of
        self._alnum_phase, self._phase = alnum_phase, phase
        self._alnum_repetitions, self._repetitions = Repetitions(alnum_text), Repetitions(data)
        self._known: dict[tuple[int, int], int] = {}
        self._seen: dict[tuple[int, int, int], int] = {}
        self._complete: set[tuple[int, int]] = set()
        self.in_text: list[Match] = []
        self.in_alnum: list[Match] = []

    def verify_alnum(
        self,
        index: int,
        alnum: AlnumPattern,
        offsets: Sequence[int],
        position: int,
        runs: FoundRuns,
    ) -> None:
        whole = alnum.is_whole
        for offset in offsets:
            origin = position - offset
            if (index, origin) in self._complete or self._known.get((index, origin), -1) > position:
                continue
            if not self._alnum_repetitions.fit(self._alnum_phase(index, offset), position):
                continue
            low, high = common_piece(alnum.text, self._alnum_text, origin, offset, whole=whole)
            self._known[index, origin] = origin + high
            for first, last in alnum.covered(low, high):
                start, end = origin + first, origin + last
                if alnum.number and _within_number(self._data, self._offset_of, start, end):
                    continue
                if runs.add(index, start, end):
                    piece = end - start < len(alnum.text)
                    self.in_alnum.append(Match(start, end, alnum.owner.label, False, piece))

    def verify_text(
        self,
        index: int,
        alnum: AlnumPattern,
        offsets: Sequence[int],
        alnum_position: int,
        position: int,
        runs: FoundRuns,
        only_whole: bool,
    ) -> None:
        for offset in offsets:
            if (index, alnum_position - offset) in self._complete:
                continue
            for number, pattern in enumerate(alnum.patterns):
                inner = alnum.offsets_in(number)[offset]
                start = position - inner
                if self._seen.get((index, number, start), -1) > position:
                    continue
                whole = pattern.is_whole
                if only_whole and not whole:
                    continue
                if not self._repetitions.fit(self._phase(index, number, inner), position):
                    continue
                low, high = common_piece(pattern.text, self._data, start, inner, whole=whole)
                self._seen[index, number, start] = start + high
                for match in matches(pattern, low, high, start):
                    if runs.add(index, match.start, match.end):
                        self.in_text.append(match)
                if high - low == len(pattern.text):
                    # The other patterns have no more of this text.
                    self._complete.add((index, alnum_position - offset))
                    break


def _within_number(data: bytes, offset_of: Callable[[int], int], start: int, end: int) -> bool:
    """Tell whether a digit touches what stands at [start, end) of the alphanumeric text."""
    first, last = offset_of(start), offset_of(end - 1)
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
    text: bytes, data: bytes, origin: int, offset: int, *, whole: bool = False
) -> tuple[int, int]:
    """Return the longest (start, end) in text around offset that data has at origin as well.

    With `whole` it is empty where data has less than all of text.
    """
    if origin >= 0 and data.startswith(text, origin):
        return 0, len(text)
    if whole:
        return offset, offset
    before = _alike(text, data, origin, offset, min(offset, origin + offset), forward=False)
    limit = min(len(text), len(data) - origin) - offset
    return offset - before, offset + _alike(text, data, origin, offset, limit, forward=True)


def _alike(text: bytes, data: bytes, origin: int, offset: int, limit: int, *, forward: bool) -> int:
    """Return how many bytes text and data have in common from offset on, or in front of it.

    At most `limit`. Longer and longer parts are compared, and shorter ones after the first that
    differ, so that the number of comparisons grows with the logarithm of the answer.
    """
    size, step, grows = 0, _COMPARED_AT_ONCE, True
    while size < limit and step:
        step = min(step, limit - size)
        low = offset + size if forward else offset - size - step
        if text[low : low + step] == data[origin + low : origin + low + step]:
            size += step
            step *= 1 + grows
        else:
            grows = False
            step //= 2
    return size


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
