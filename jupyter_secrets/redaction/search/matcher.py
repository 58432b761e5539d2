"""Finds all occurrences of a set of patterns in one pass: immutable, shared, thread-safe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jupyter_secrets.redaction.patterns.pattern import Pattern
from jupyter_secrets.redaction.search.engines import Finder, FinderFactory
from jupyter_secrets.redaction.values import SecretValue

_OFFSET_BITS = 32
_OFFSET_MASK = (1 << _OFFSET_BITS) - 1
_COMPARED_AT_ONCE = 32


class Match(NamedTuple):
    """Where a secret stands in a text, in bytes, and its label."""

    start: int
    end: int
    label: str
    word: bool


class Matcher:
    """A set of patterns, compiled when something is first looked for.

    It is only asked about texts in which an engine has seen an anchor.
    """

    def __init__(self, patterns: Iterable[Pattern], factory: FinderFactory) -> None:
        self._patterns = list({_identity(pattern): pattern for pattern in patterns}.values())
        self._factory = factory
        self._compiled: tuple[list[tuple[int, ...]], Finder] | None = None
        self.longest = max((len(pattern.text) for pattern in self._patterns), default=0)

    def __len__(self) -> int:
        return len(self._patterns)

    def find(
        self,
        data: bytes,
        before: bytes = b"",
        *,
        final: bool = True,
        gone: frozenset[SecretValue] = frozenset(),
    ) -> list[Match]:
        """Return all matches in data, overlapping ones included, sorted by start.

        `before` is what stands in front of data, for words. A word at the very end counts only
        if `final`: what comes next may go on with it. Values that are `gone` are not found.
        """
        entries, finder = self._compiled or self._compile()
        found: list[Match] = []
        known: dict[tuple[int, int], int] = {}
        for gram, at in sorted(finder.find(data), key=_by_start):
            for entry in entries[gram]:
                index, offset = entry >> _OFFSET_BITS, entry & _OFFSET_MASK
                origin = at - offset
                if known.get((index, origin), -1) > at:
                    continue
                pattern = self._patterns[index]
                if pattern.owner in gone:
                    continue
                low, high = _piece(pattern.text, data, origin, offset)
                known[index, origin] = origin + high
                for start, end in pattern.covered(low, high):
                    match = Match(origin + start, origin + end, pattern.owner.label, pattern.word)
                    if not pattern.word or _stands_alone(data, match, before, final):
                        found.append(match)
        found.sort(key=_by_place)
        return found

    def _compile(self) -> tuple[list[tuple[int, ...]], Finder]:
        grams: dict[bytes, list[int]] = {}
        for index, pattern in enumerate(self._patterns):
            for offset, gram in pattern.grams():
                grams.setdefault(gram, []).append(index << _OFFSET_BITS | offset)
        entries = [tuple(found) for found in grams.values()]
        # Threads that come at the same time make the same twice.
        self._compiled = entries, self._factory(list(grams))
        return self._compiled


def _identity(pattern: Pattern) -> tuple[object, ...]:
    # Equal texts of one owner have equal pieces, which are many to compare.
    return pattern.text, pattern.window, pattern.spans is None, pattern.word, pattern.owner


def _by_start(hit: tuple[int, int]) -> int:
    return hit[1]


def _by_place(match: Match) -> tuple[int, int]:
    return match.start, -match.end


def _piece(text: bytes, data: bytes, origin: int, offset: int) -> tuple[int, int]:
    """Return the longest (start, end) in text around offset that data has at origin as well."""
    if origin >= 0 and data.startswith(text, origin):
        return 0, len(text)
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
    """Tell whether a match is a whole word: none of its borders lies within a word."""
    if match.start:
        before = data[max(0, match.start - 4) : match.start]
    if _is_word(_character(before, -1)) and _is_word(
        _character(data[match.start : match.start + 4], 0)
    ):
        return False
    if match.end == len(data):
        return final
    after = _character(data[match.end : match.end + 4], 0)
    return not (_is_word(after) and _is_word(_character(data[match.end - 4 : match.end], -1)))


def _character(data: bytes, index: int) -> str:
    text = data.decode("utf-8", "ignore")
    return text[index] if text else ""


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
