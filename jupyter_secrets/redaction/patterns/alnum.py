"""The alphanumeric projection: the letters and digits of a text, which are what a reader copies.

They are those of ASCII; where a value has letters of other scripts, those of any script.

Where a piece of an encoding stands in a text, its letters and digits stand together in the
projection. So nearly all patterns are looked for there, in one search: encodings that differ only
in what stands between letters and digits share their grams.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, compress
from operator import ne

from jupyter_secrets.redaction.patterns.offsets import (
    GRAM,
    NO_PIECES,
    OffsetMap,
    Piece,
    Pieces,
    covered,
    is_single,
    shared_pieces,
    single_span,
)
from jupyter_secrets.redaction.patterns.pattern import Pattern
from jupyter_secrets.redaction.patterns.policy import WELL_MIXED, kinds_of
from jupyter_secrets.redaction.values import SecretValue

_ALPHANUMERIC = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
NOT_ALPHANUMERIC = bytes(set(range(256)) - set(_ALPHANUMERIC))
# So many letters and digits have most pieces of 12 characters.
_ENOUGH = 11
_KEPT = bytes(byte in _ALPHANUMERIC for byte in range(256))
_NOT_ALPHANUMERIC_ASCII = bytes(set(range(128)) - set(_ALPHANUMERIC))
_KEPT_OR_NOT_ASCII = _KEPT[:128] + bytes([1]) * 128
# What parts letters beside what ASCII has: punctuation, arrows, boxes, pictures. All else is kept.
_SEPARATORS = re.compile(
    rb"""
      \xc2[\x80-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf] | \xc3[\x97\xb7]
    | \xe2[\x80-\x81\x86-\xaf][\x80-\xbf]
    | \xe3\x80[\x80-\x84\x88-\xbf] | \xe3\x83\xbb                              # CJK
    | \xef\xbc[\x80-\x8f\x9a-\xa0\xbb-\xbf] | \xef\xbd[\x80\x9b-\xa5]          # of full width
    | \xef\xbb\xbf | \xef\xbf[\xbc-\xbf] | \xf0\x9f[\x80-\xbf]{2}
    | \xd6\xbe | \xd8[\x8c\x9b\x9f] | \xdb\x94 | \xe0\xa5[\xa4\xa5]            # Hebrew to Hindi
    """,
    re.VERBOSE,
)


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
            offsets = range(len(text)) if same else alnum_offsets_of_scripts(text)
            self._offsets_by_pattern[number] = offsets
        return offsets

    def covered(self, low: int, high: int) -> list[tuple[int, int]]:
        """Return the runs that the pieces within [low, high) of the text cover."""
        return covered((self.pieces, self.bridges), self.offset_map, low, high)


def alnum_of_scripts(data: bytes) -> bytes:
    """Return the alphanumeric projection of bytes, with the letters of all scripts."""
    if data.isascii():
        return data.translate(None, NOT_ALPHANUMERIC)
    return _SEPARATORS.sub(b"", data.translate(None, _NOT_ALPHANUMERIC_ASCII))


def alnum_offsets(data: bytes, start: int = 0) -> list[int]:
    """Return the offsets of the letters and digits of bytes that begin at `start`."""
    return list(compress(range(start, start + len(data)), data.translate(_KEPT)))


def alnum_offsets_of_scripts(data: bytes) -> list[int]:
    """Return the offsets of the letters and digits of bytes, those of all scripts."""
    return list(compress(range(len(data)), _kept(data)))


def _kept(data: bytes) -> bytes:
    """Return a 1 for each byte that is of a letter or a digit, of any script."""
    if data.isascii():
        return data.translate(_KEPT)
    alnum_bytes = bytearray(data.translate(_KEPT_OR_NOT_ASCII))
    for separator in _SEPARATORS.finditer(data):
        start, end = separator.span()
        alnum_bytes[start:end] = bytes(end - start)
    return bytes(alnum_bytes)


def alnum_patterns(patterns: Iterable[Pattern]) -> tuple[list[AlnumPattern], list[Pattern]]:
    """Return what to look for in the projection, and the patterns to look for in the text."""
    shared: dict[bytes, list[AlnumPattern]] = {}
    in_text: list[Pattern] = []
    numbers: list[AlnumPattern] = []
    for pattern in patterns:
        if pattern.word or len(pattern.text) < GRAM or not _is_text(pattern.text):
            in_text.append(pattern)
            if pattern.alnum_pieces:
                numbers.append(_number(pattern))
            continue
        alnum = _shared(shared, pattern)
        rare = -1
        if pattern.rare >= 0:
            rare = len(alnum_of_scripts(pattern.text[: pattern.rare + GRAM])) - GRAM
        with_grams, without = alnum.add_grams(pattern.pieces, rare)
        if with_grams:
            alnum.patterns.append(pattern)
        if without:
            in_text.append(replace(pattern, pieces=without))
        if pattern.alnum_pieces and not alnum.pieces:
            alnum.pieces = pattern.alnum_pieces
            alnum.bridges = _joining(pattern.bridges, alnum)
            if without:  # the pieces that these hold have no grams of the projection
                alnum.add_grams(alnum.pieces)
    projections = [alnum for same in shared.values() for alnum in same if alnum.offsets]
    return projections + numbers, in_text


def _joining(bridges: Pieces, alnum: AlnumPattern) -> Pieces:
    """Return the bridges that a piece is in, or that hold enough letters and digits, well mixed."""
    return shared_pieces(
        [
            bridge
            for bridge in bridges
            if _holds(bridge, alnum.pieces) or _is_enough(_alnum_in(bridge, alnum))
        ]
    )


def _alnum_in(bridge: Piece, alnum: AlnumPattern) -> bytes:
    start, end = bridge
    return alnum.text[alnum.offset_map.starts[start] : alnum.offset_map.ends[end - 1]]


def _is_enough(text: bytes) -> bool:
    kinds = kinds_of(text.decode("latin-1"))
    return len(text) >= _ENOUGH and sum(map(ne, kinds, kinds[1:])) >= WELL_MIXED


def _holds(bridge: Piece, pieces: Pieces) -> bool:
    start, end = bridge
    first = bisect_left(pieces.firsts, start)
    return first < len(pieces.firsts) and pieces.lasts[first] < end


def _is_text(data: bytes) -> bool:
    """Tell whether bytes are of whole characters, so that what is a letter does not depend on what
    stands beside them."""
    if data.isascii():
        return True
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _number(pattern: Pattern) -> AlnumPattern:
    alnum = AlnumPattern(
        pattern.text, pattern.offset_map, pattern.owner, pattern.alnum_pieces, number=True
    )
    alnum.add_grams(alnum.pieces)
    return alnum


def _shared(shared: dict[bytes, list[AlnumPattern]], pattern: Pattern) -> AlnumPattern:
    """Return what stands for a pattern's projection, the same for patterns that are alike in it."""
    text, offset_map = pattern.text, pattern.offset_map
    alnum_text = alnum_of_scripts(text)
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
    counts = list(accumulate(_kept(text), initial=0))
    starts, ends = (
        array("I", list(map(counts.__getitem__, each)))
        for each in (offset_map.starts, offset_map.ends)
    )
    return OffsetMap(starts, ends)
