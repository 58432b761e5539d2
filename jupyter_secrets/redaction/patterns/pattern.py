"""What is searched for: an encoding of a value, and which pieces of it give the value away.

A piece of 12 characters is the smallest that counts, so an encoding stands for all its windows of
12 characters: a longer piece is their union. Each of these holds one of the encoding's grams, 8
bytes placed as far apart as that allows; the engine looks for grams only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import sub

from jupyter_secrets.redaction.values import SecretValue

GRAM = 8
# A shorter one is taken for a word: `v2024` is no year.
LONG_NUMBER = 8

NOBODY = SecretValue(b"")
Piece = tuple[int, int]


class Pieces:
    """The smallest pieces of a value that count, as ranges of characters; both ends rise.

    `firsts` are their first characters, `lasts` their last ones, `longest` is the length of the
    longest.
    """

    __slots__ = ("_gaps", "firsts", "lasts", "longest")

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.firsts = [first for first, _ in pieces]
        self.lasts = [end - 1 for _, end in pieces]
        self.longest = max((end - first for first, end in pieces), default=0)
        self._gaps: list[int] | None = None

    def __bool__(self) -> bool:
        return bool(self.firsts)

    def __iter__(self) -> Iterator[Piece]:
        return zip(self.firsts, (last + 1 for last in self.lasts), strict=True)

    def spans(self, starts: Sequence[int], ends: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Yield where the pieces lie, where each character begins and ends."""
        lows = map(starts.__getitem__, self.firsts)
        return zip(lows, map(ends.__getitem__, self.lasts), strict=True)

    def covered(
        self, starts: Sequence[int], ends: Sequence[int], low: int, high: int
    ) -> list[tuple[int, int]]:
        """Return the runs that the pieces within [low, high) cover, in order."""
        first = bisect_left(self.firsts, low, key=starts.__getitem__)
        last = bisect_right(self.lasts, high, first, key=ends.__getitem__)
        if first >= last:
            return []
        if self._gaps is None:
            pairs = zip(self.firsts[1:], self.lasts, strict=False)
            self._gaps = [number for number, (a, b) in enumerate(pairs, 1) if a > b]
        gaps = self._gaps[bisect_right(self._gaps, first) : bisect_left(self._gaps, last)]
        bounds = pairwise((first, *gaps, last))
        return [(starts[self.firsts[a]], ends[self.lasts[b - 1]]) for a, b in bounds]

    def parted(
        self, starts: Sequence[int], ends: Sequence[int], size: int
    ) -> tuple[Pieces, Pieces]:
        """Return the pieces that have so many bytes, and the others."""
        lows = map(starts.__getitem__, self.firsts)
        sizes = list(map(sub, map(ends.__getitem__, self.lasts), lows))
        if min(sizes, default=size) >= size:
            return self, NO_PIECES
        pieces = list(zip(self, sizes, strict=True))
        enough = Pieces([piece for piece, length in pieces if length >= size])
        return enough, Pieces([piece for piece, length in pieces if length < size])

    def longest_span(self, starts: Sequence[int], ends: Sequence[int]) -> int:
        """Return a bound of the longest of these."""
        if not self.firsts:
            return 0
        return max(map(sub, ends[self.longest - 1 :], starts), default=0)


NO_PIECES = Pieces(())
ALL = Pieces([(0, 1)])


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A text to find, whole or in pieces.

    Character `i` of the value lies in `text[starts[i]:ends[i]]`. `pieces` are the smallest that
    count; `bridges` join them where all of what is between them is there. `alnum_pieces` count in
    letters and digits alone. A `word` is found only where no letter, digit or underscore touches
    it; a number, where no digit does. `rare` is where the gram of what is found whole lies.
    `in_base64` tells that it stands in a token of base64, which is hidden as a whole.
    """

    text: bytes
    starts: Sequence[int]
    ends: Sequence[int]
    pieces: Pieces
    bridges: Pieces = NO_PIECES
    alnum_pieces: Pieces = NO_PIECES
    word: bool = False
    owner: SecretValue = NOBODY
    rare: int = -1
    in_base64: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether the pattern is found whole only."""
        return is_single(self.pieces, self.starts, self.ends, len(self.text))

    @property
    def is_weak(self) -> bool:
        """Whether it is a word, which stands in other texts as well; a long number is none."""
        return self.word and not (self.text.isdigit() and len(self.text) >= LONG_NUMBER)

    @property
    def longest(self) -> int:
        """The length in bytes of the longest of the smallest pieces."""
        return self.pieces.longest_span(self.starts, self.ends)

    def grams(self) -> Iterator[tuple[int, bytes]]:
        """Yield (offset, gram) so that each smallest piece holds one of the grams."""
        if 0 <= self.rare <= len(self.text) - GRAM:
            yield self.rare, self.text[self.rare : self.rare + GRAM]
            return
        for offset, size in gram_places(self.pieces, self.starts, self.ends):
            yield offset, self.text[offset : offset + size]

    def covered(self, low: int, high: int) -> list[tuple[int, int]]:
        """Return the runs that the pieces within [low, high) of the text cover."""
        return covered((self.pieces, self.bridges), self.starts, self.ends, low, high)


def whole(
    text: bytes,
    owner: SecretValue = NOBODY,
    *,
    word: bool = False,
    spreads: bool = False,
    rare: int = -1,
    in_base64: bool = False,
) -> Pattern:
    """Return the pattern of a text that is found whole only.

    With `spreads` it is found in letters and digits alone too, whatever parts them.
    """
    alnum_pieces = ALL if spreads else NO_PIECES
    return Pattern(
        text, (0,), (len(text),), ALL, NO_PIECES, alnum_pieces, word, owner, rare, in_base64
    )


def is_single(pieces: Pieces, starts: Sequence[int], ends: Sequence[int], size: int) -> bool:
    """Tell whether the one piece that counts is all of a text of that size."""
    if len(pieces.firsts) != 1:
        return False
    return starts[pieces.firsts[0]] == 0 and ends[pieces.lasts[0]] == size


def gram_places(
    pieces: Pieces, starts: Sequence[int], ends: Sequence[int]
) -> list[tuple[int, int]]:
    """Return (offset, size) of grams so that each piece holds one."""
    lows = list(map(starts.__getitem__, pieces.firsts))
    highs = list(map(ends.__getitem__, pieces.lasts))
    places: list[tuple[int, int]] = []
    index, count = 0, len(lows)
    while index < count:
        high = highs[index]
        size = min(GRAM, high - lows[index])
        places.append((high - size, size))
        # The next piece that does not hold this gram.
        index = bisect_right(lows, high - size, index + 1)
    return places


def covered(
    kinds: Iterable[Pieces],
    starts: Sequence[int],
    ends: Sequence[int],
    low: int,
    high: int,
) -> list[tuple[int, int]]:
    """Return the runs that the pieces within [low, high) cover, in order."""
    spans = [
        span
        for pieces in kinds
        if pieces.firsts
        for span in pieces.covered(starts, ends, low, high)
    ]
    runs: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if runs and start < runs[-1][1]:
            runs[-1] = runs[-1][0], max(end, runs[-1][1])
        elif start < end:
            runs.append((start, end))
    return runs
