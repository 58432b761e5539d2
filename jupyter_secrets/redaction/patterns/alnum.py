"""The alphanumeric projection: the letters and digits of ASCII, which are what a reader copies.

Where a piece of an encoding stands in a text, its letters and digits stand together in the
projection. So nearly all patterns are looked for there, in one search: encodings that differ only
in what stands between letters and digits share their grams.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, compress

from jupyter_secrets.redaction.patterns.offsets import (
    GRAM,
    NO_PIECES,
    OffsetMap,
    Pieces,
    covered,
    is_single,
    single_span,
)
from jupyter_secrets.redaction.patterns.pattern import Pattern
from jupyter_secrets.redaction.values import SecretValue

_ALPHANUMERIC = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
NOT_ALPHANUMERIC = bytes(set(range(256)) - set(_ALPHANUMERIC))
_KEPT = bytes(byte in _ALPHANUMERIC for byte in range(256))


@dataclass(slots=True, eq=False)
class AlnumPattern:
    """Alphanumeric text to find, and the patterns that have it.

    `patterns` are those whose smallest pieces have enough letters and digits to be found by them.
    `pieces` count in the projection alone; there are none where only the patterns are looked for.
    A `number` is found only where no digit touches it. `offsets` are those of the grams.
    """

    text: bytes
    offset_map: OffsetMap
    owner: SecretValue
    pieces: Pieces = NO_PIECES
    bridges: Pieces = NO_PIECES
    number: bool = False
    patterns: list[Pattern] = field(default_factory=list)
    offsets: Sequence[int] = ()
    _offsets_by_pattern: dict[int, Sequence[int]] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the text is found whole only."""
        return is_single(self.pieces, self.offset_map, len(self.text))

    @property
    def longest(self) -> int:
        """A bound of the length of the longest of the smallest pieces."""
        return max(1, self.offset_map.longest(self.pieces))

    def add_grams(self, pieces: Pieces, rare: int = -1) -> tuple[Pieces, Pieces]:
        """Add grams so that each piece with enough letters and digits holds one.

        Returns these pieces, and those with too few. `rare` is where the gram of what is found
        whole is to lie.
        """
        enough, few, offsets = self.offset_map.layout(pieces)
        if enough and 0 <= rare <= len(self.text) - GRAM:
            offsets = (rare,)
        if not self.offsets:
            self.offsets = offsets
        elif offsets is not self.offsets:
            self.offsets = sorted({*self.offsets, *offsets})
        return enough, few

    def grams(self) -> Iterator[tuple[int, bytes]]:
        """Yield (offset, gram) of all grams."""
        for offset in self.offsets:
            yield offset, self.text[offset : offset + GRAM]

    def offsets_in(self, number: int) -> Sequence[int]:
        """Return where each letter and digit is in the text of one of the patterns."""
        if self._offsets_by_pattern is None:
            self._offsets_by_pattern = {}
        offsets = self._offsets_by_pattern.get(number)
        if offsets is None:
            text = self.patterns[number].text
            same = len(text) == len(self.text)
            offsets = range(len(text)) if same else alnum_offsets(text)
            self._offsets_by_pattern[number] = offsets
        return offsets

    def covered(self, low: int, high: int) -> list[tuple[int, int]]:
        """Return the runs that the pieces within [low, high) of the text cover."""
        return covered((self.pieces, self.bridges), self.offset_map, low, high)


def alnum_of(data: bytes) -> bytes:
    """Return the alphanumeric projection of bytes."""
    return data.translate(None, NOT_ALPHANUMERIC)


def alnum_offsets(data: bytes, start: int = 0) -> list[int]:
    """Return the offsets of the letters and digits of bytes that begin at `start`."""
    return list(compress(range(start, start + len(data)), data.translate(_KEPT)))


def alnum_patterns(patterns: Iterable[Pattern]) -> tuple[list[AlnumPattern], list[Pattern]]:
    """Return what to look for in the projection, and the patterns to look for in the text."""
    shared: dict[bytes, list[AlnumPattern]] = {}
    in_text: list[Pattern] = []
    numbers: list[AlnumPattern] = []
    for pattern in patterns:
        if pattern.word or len(pattern.text) < GRAM:
            in_text.append(pattern)
            if pattern.alnum_pieces:
                numbers.append(_number(pattern))
            continue
        alnum = _shared(shared, pattern)
        rare = -1
        if pattern.rare >= 0:
            rare = len(alnum_of(pattern.text[: pattern.rare + GRAM])) - GRAM
        with_grams, without = alnum.add_grams(pattern.pieces, rare)
        if with_grams:
            alnum.patterns.append(pattern)
        if without:
            in_text.append(replace(pattern, pieces=without))
        if pattern.alnum_pieces and not alnum.pieces:
            alnum.pieces, alnum.bridges = pattern.alnum_pieces, pattern.bridges
            if without:  # the pieces that these hold have no grams of the projection
                alnum.add_grams(alnum.pieces)
    found = [alnum for same in shared.values() for alnum in same if alnum.offsets]
    return found + numbers, in_text


def _number(pattern: Pattern) -> AlnumPattern:
    alnum = AlnumPattern(
        pattern.text, pattern.offset_map, pattern.owner, pattern.alnum_pieces, number=True
    )
    alnum.add_grams(alnum.pieces)
    return alnum


def _shared(shared: dict[bytes, list[AlnumPattern]], pattern: Pattern) -> AlnumPattern:
    """Return what stands for a pattern's projection, the same for patterns that are alike in it."""
    text, offset_map = pattern.text, pattern.offset_map
    alnum_text = alnum_of(text)
    if len(alnum_text) < len(text):
        is_one = offset_map is single_span(len(text))
        offset_map = single_span(len(alnum_text)) if is_one else _projected(text, offset_map)
    alike = shared.setdefault(alnum_text, [])
    for alnum in alike:
        if alnum.offset_map.equals(offset_map):
            return alnum
    alike.append(AlnumPattern(alnum_text, offset_map, pattern.owner))
    return alike[-1]


def _projected(text: bytes, offset_map: OffsetMap) -> OffsetMap:
    """Return the offsets in a text as they are in its projection."""
    counts = list(accumulate(text.translate(_KEPT), initial=0))
    starts, ends = (
        array("I", list(map(counts.__getitem__, each)))
        for each in (offset_map.starts, offset_map.ends)
    )
    return OffsetMap(starts, ends)
