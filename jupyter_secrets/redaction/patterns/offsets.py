"""Where the characters of a value are in bytes, and which pieces of it give it away.

Neither has anything of the value: those that are alike are shared by all values that have them, so
that what follows from them is found once.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, MutableMapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import sub
from typing import NamedTuple
from weakref import WeakKeyDictionary

GRAM = 8
# Of longer values hardly two are as long, and what is remembered of one takes more room.
LONGEST_SHARED = 4096
MOST_SHARED = 512

Piece = tuple[int, int]
# Where the characters begin, and where they end.
Bounds = tuple[Sequence[int], Sequence[int]]


class Pieces:
    """The smallest pieces of a value that count, as ranges of characters; both ends rise.

    `firsts` are their first characters, `lasts` their last ones, `longest` is the length of the
    longest.
    """

    __slots__ = ("__weakref__", "_gaps", "firsts", "lasts", "longest")

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.firsts = [first for first, _ in pieces]
        self.lasts = [end - 1 for _, end in pieces]
        self.longest = max(map(sub, self.lasts, self.firsts), default=-1) + 1
        self._gaps: list[int] | None = None

    def __bool__(self) -> bool:
        return bool(self.firsts)

    def __iter__(self) -> Iterator[Piece]:
        return zip(self.firsts, (last + 1 for last in self.lasts), strict=True)

    def gaps(self) -> list[int]:
        """Return the numbers of the pieces that do not overlap the one before."""
        if self._gaps is None:
            pairs = zip(self.firsts[1:], self.lasts, strict=False)
            self._gaps = [number for number, (a, b) in enumerate(pairs, 1) if a > b]
        return self._gaps


class OffsetMap:
    """Where the characters of a value lie in bytes: character `i` in `[starts[i], ends[i])`."""

    __slots__ = ("__weakref__", "_laid_out", "ends", "starts")

    def __init__(self, starts: Sequence[int], ends: Sequence[int]) -> None:
        self.starts = starts
        self.ends = ends
        self._laid_out: MutableMapping[Pieces, _LaidOut] = {}

    def __len__(self) -> int:
        return len(self.starts)

    def equals(self, other: OffsetMap) -> bool:
        """Tell whether another map has the same offsets."""
        return self is other or (self.starts == other.starts and self.ends == other.ends)

    def derived(self, key: Hashable, make: Callable[[], Bounds]) -> OffsetMap:
        """Return the map that is made of this one; the same one each time if this one is shared."""
        return OffsetMap(*make())

    def covered(self, pieces: Pieces, low: int, high: int) -> list[tuple[int, int]]:
        """Return the runs that the pieces within [low, high) cover, in order."""
        starts, ends = self.starts, self.ends
        first = bisect_left(pieces.firsts, low, key=starts.__getitem__)
        last = bisect_right(pieces.lasts, high, first, key=ends.__getitem__)
        if first >= last:
            return []
        gaps = pieces.gaps()
        bounds = pairwise((first, *gaps[bisect_right(gaps, first) : bisect_left(gaps, last)], last))
        return [(starts[pieces.firsts[a]], ends[pieces.lasts[b - 1]]) for a, b in bounds]

    def longest(self, pieces: Pieces) -> int:
        """Return a bound of the length of the longest piece."""
        if not pieces:
            return 0
        return max(map(sub, self.ends[pieces.longest - 1 :], self.starts), default=0)

    def layout(self, pieces: Pieces) -> Layout:
        """Return how pieces are found here."""
        laid_out = self._laid_out.get(pieces)
        if laid_out is None:
            laid_out = self._laid_out[pieces] = self._lay_out(pieces)
        enough, few, offsets = laid_out
        return Layout(pieces if enough is None else enough, few, offsets)

    def grams(self, pieces: Pieces) -> list[Piece]:
        """Return (offset, size) of grams so that each piece holds one."""
        return _grams(*self._ends(pieces))

    def _ends(self, pieces: Pieces) -> tuple[list[int], list[int]]:
        """Return where pieces begin, and where they end."""
        lows = list(map(self.starts.__getitem__, pieces.firsts))
        return lows, list(map(self.ends.__getitem__, pieces.lasts))

    def _lay_out(self, pieces: Pieces) -> _LaidOut:
        lows, highs = self._ends(pieces)
        enough, few = None, NO_PIECES
        sizes = list(map(sub, highs, lows))
        if min(sizes, default=GRAM) < GRAM:
            both = list(zip(pieces, sizes, strict=True))
            enough = Pieces([piece for piece, size in both if size >= GRAM])
            few = Pieces([piece for piece, size in both if size < GRAM])
            lows, highs = self._ends(enough)
        return enough, few, array("I", [offset for offset, _ in _grams(lows, highs)])


class SharedOffsetMap(OffsetMap):
    """A map that many values have; what follows from it is remembered.

    So are the maps that are made of it. Of pieces that no value has any more nothing is.
    """

    __slots__ = ("_derived", "_longest")

    def __init__(self, starts: Sequence[int], ends: Sequence[int]) -> None:
        super().__init__(starts, ends)
        self._laid_out = WeakKeyDictionary()
        self._derived: dict[Hashable, OffsetMap] = {}
        self._longest: dict[int, int] = {}

    def derived(self, key: Hashable, make: Callable[[], Bounds]) -> OffsetMap:
        """Return the map that is made of this one, the same one each time."""
        if key not in self._derived:
            self._derived[key] = SharedOffsetMap(*make())
        return self._derived[key]

    def longest(self, pieces: Pieces) -> int:
        """Return a bound of the length of the longest piece."""
        if pieces.longest not in self._longest:
            self._longest[pieces.longest] = super().longest(pieces)
        return self._longest[pieces.longest]


def _grams(lows: Sequence[int], highs: Sequence[int]) -> list[Piece]:
    pieces: list[Piece] = []
    index, count = 0, len(lows)
    while index < count:
        low, high = lows[index], highs[index]
        start = max(low, high - GRAM)
        pieces.append((start, high - start))
        # The next piece that does not hold this gram.
        index = bisect_right(lows, start, index + 1)
    return pieces


class Layout(NamedTuple):
    """How pieces are found somewhere: those with enough bytes for a gram, and where grams lie so
    that each of these holds one; and those with too few.
    """

    enough: Pieces
    few: Pieces
    offsets: Sequence[int]


# A layout without the pieces that it is of, so that it does not keep these.
_LaidOut = tuple[Pieces | None, Pieces, Sequence[int]]

NO_PIECES = Pieces(())
ALL = Pieces([(0, 1)])


def shared_pieces(pieces: Sequence[Piece]) -> Pieces:
    """Return pieces as an object that is the same for the same few pieces."""
    return _shared_pieces(tuple(pieces)) if len(pieces) <= MOST_SHARED else Pieces(pieces)


_shared_pieces = lru_cache(maxsize=256)(Pieces)


def single_bytes(size: int) -> OffsetMap:
    """Return the map of characters that are a byte each."""
    if size <= LONGEST_SHARED:
        return _shared_bytes(size)
    return OffsetMap(range(size), range(1, size + 1))


@lru_cache(maxsize=64)
def _shared_bytes(size: int) -> OffsetMap:
    return SharedOffsetMap(range(size), range(1, size + 1))


@lru_cache(maxsize=1024)
def single_span(size: int) -> OffsetMap:
    """Return the map of so many bytes that are found whole only, as if one character."""
    return SharedOffsetMap((0,), (size,))


def following(sizes: Iterable[int]) -> Bounds:
    """Return the bounds of consecutive characters of such sizes."""
    offsets = array("I", list(accumulate(sizes, initial=0)))
    return offsets[:-1], offsets[1:]


def consecutive(sizes: Iterable[int]) -> OffsetMap:
    """Return the map of consecutive characters of such sizes."""
    return OffsetMap(*following(sizes))


def doubled(offset_map: OffsetMap) -> OffsetMap:
    """Return the map of what writes two bytes for each byte."""
    return offset_map.derived(
        2,
        lambda: (
            array("I", [2 * start for start in offset_map.starts]),
            array("I", [2 * end for end in offset_map.ends]),
        ),
    )


def is_single(pieces: Pieces, offset_map: OffsetMap, size: int) -> bool:
    """Tell whether the one piece that counts is all of a text of that size."""
    if len(pieces.firsts) != 1:
        return False
    return offset_map.starts[pieces.firsts[0]] == 0 and offset_map.ends[pieces.lasts[0]] == size


def covered(
    kinds: Iterable[Pieces], offset_map: OffsetMap, low: int, high: int
) -> list[tuple[int, int]]:
    """Return the runs that the pieces within [low, high) cover, in order."""
    spans = [span for pieces in kinds if pieces for span in offset_map.covered(pieces, low, high)]
    runs: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if runs and start < runs[-1][1]:
            runs[-1] = runs[-1][0], max(end, runs[-1][1])
        elif start < end:
            runs.append((start, end))
    return runs
