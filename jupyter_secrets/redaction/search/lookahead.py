"""How much of a text's end has to wait, because a pattern may begin there.

Invariants:
- Never too little: if a pattern goes on over the end of a text, everything from its first byte on
  is pending. Otherwise the beginning of a value would be printed.
- Too much changes when text appears, never what appears; so for pieces, of which there are very
  many, tables of grams decide, which now and then say yes for no reason.
- Of a pattern that has pieces, never more than one byte less than its longest smallest piece.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from typing import Literal

from jupyter_secrets.redaction.patterns.compiled import CompiledValue

WORD = 4
LARGEST_TABLE = 1_048_573  # a prime
# So many slots for each gram; yet more make no difference.
SLOTS = 16
# Up to this size the texts themselves are searched after the table, and the answer is exact.
EXACT_SIZE = 1 << 16
# The beginnings of longer patterns are searched by their first bytes.
SHORT_PATTERN = 64
HEAD = 16
SAMPLE = 4096


class Lookahead:
    """Tells how long the longest suffix of a text is that a pattern could go on from."""

    def __init__(self, values: Sequence[CompiledValue]) -> None:
        partial: dict[int, set[bytes]] = {}
        for value in values:
            for size, texts in value.partial.items():
                partial.setdefault(size, set()).update(texts)
        self._pieces = [_PieceLookahead(size - 1, partial[size]) for size in sorted(partial)]
        self._wholes = _WholeLookahead({text for value in values for text in value.wholes})
        self.alphabet = frozenset(self._wholes.alphabet).union(
            *(pieces.alphabet for pieces in self._pieces)
        )

    def __call__(self, data: bytes) -> int:
        """Return the length of the suffix of data to hold."""
        pending = self._wholes(data) if self._wholes.longest else 0
        for pieces in self._pieces:
            pending = max(pending, pieces(data))
        return pending

    def secret_end(self, data: bytes) -> int:
        """Return the length of the suffix of data that must not be shown before more is known.

        Pieces that are not complete are public. Of a text that is found whole only, half is.
        """
        return self._wholes.secret_end(data) if self._wholes.longest else 0


def _alphabet(data: bytes) -> bytes:
    """Return the different bytes of data."""
    # Most of them stand near the beginning, and what takes out bytes is fast.
    first = bytes(set(data[:SAMPLE]))
    return first + bytes(set(data[SAMPLE:].translate(None, first)))


class _PieceLookahead:
    """Holds what may begin a piece: any substring of an encoding that has pieces."""

    def __init__(self, longest: int, texts: Set[bytes]) -> None:
        self._longest = longest
        self.alphabet = _alphabet(b"".join(texts))
        self._joined = b"\xff".join(texts)  # which no text has
        self._grams: _Grams | None = None

    def __call__(self, data: bytes) -> int:
        tail = data[-self._longest :]
        size = len(tail) - len(tail.rstrip(self.alphabet))
        if len(self._joined) <= EXACT_SIZE:
            size = self._exact(tail, size)
        else:
            # Threads that come at the same time make the same twice.
            self._grams = self._grams or _Grams(self._joined)
            size = self._grams.known(tail, size)
        # No piece begins with a line end, so that lines are printed when they are complete.
        return len(tail[len(tail) - size :].lstrip(b"\r\n"))

    def _exact(self, tail: bytes, limit: int) -> int:
        size = 0
        while size < limit and tail[len(tail) - size - 1 :] in self._joined:
            size += 1
        return size


class _Grams:
    """Which grams of 2, 4 and 8 bytes a large text has, with a few that it has not."""

    def __init__(self, joined: bytes) -> None:
        self._pairs = {first << 8 | second for first, second in set(pairwise(joined))}
        self._words = _table(joined, WORD, "I")
        self._long_words = _table(joined, 2 * WORD, "Q")

    def known(self, tail: bytes, size: int) -> int:
        """Return a bound of the length, at most `size`, of the suffix that the text has."""
        if size >= WORD:
            size = max(_known(self._words, tail, size, WORD), WORD - 1)
        if size > 2 * WORD:
            size = max(_known(self._long_words, tail, size, 2 * WORD), 2 * WORD - 1)
        if 1 < size < WORD:
            if tail[-2] << 8 | tail[-1] not in self._pairs:
                size = 1
            elif size == WORD - 1 and tail[-3] << 8 | tail[-2] not in self._pairs:
                size = 2
        return size


def _table(joined: bytes, size: int, code: Literal["I", "Q"]) -> bytearray:
    """Return a table with a 1 in the slot of each gram of joined, of `size` bytes."""
    slots = min(LARGEST_TABLE, SLOTS * len(joined) | 1)
    table = bytearray(slots if joined else 0)
    view = memoryview(joined)
    for shift in range(min(size, len(joined))):
        length = (len(joined) - shift) // size * size
        for word in view[shift : shift + length].cast(code):
            table[word % slots] = 1
    return table


def _known(table: bytearray, tail: bytes, limit: int, size: int) -> int:
    """Return the length, at most `limit`, of the longest suffix all of whose grams are known."""
    start, slots = len(tail) - size, len(table)
    while start >= len(tail) - limit:
        if not table[int.from_bytes(tail[start : start + size], sys.byteorder) % slots]:
            break
        start -= 1
    return len(tail) - start - 1


class _WholeLookahead:
    """Holds what may begin a text that is found whole only."""

    def __init__(self, texts: Set[bytes]) -> None:
        self._texts = sorted(texts)
        self.longest = max(map(len, texts), default=1) - 1
        self.alphabet = _alphabet(b"".join(texts))
        self._first = frozenset(text[:1] for text in texts)
        self._heads = sorted({text[:HEAD] for text in texts if len(text) > SHORT_PATTERN})

    def __call__(self, data: bytes) -> int:
        tail = data[-self.longest :]
        return len(tail) - next(self._begun(tail), len(tail))

    def secret_end(self, data: bytes) -> int:
        """Return how many bytes at the end are more than half of a text that begins there."""
        tail = data[-self.longest :]
        begun = ((len(tail) - start, self._rest(tail[start:])) for start in self._begun(tail))
        return max([0, *(size - whole // 2 for size, whole in begun)])

    def _begun(self, tail: bytes) -> Iterator[int]:
        """Yield where each suffix of tail starts that a text goes on from, in order."""
        first, short_from = len(tail.rstrip(self.alphabet)), max(0, len(tail) - SHORT_PATTERN)
        for start in sorted(self._far(tail, first, short_from)):
            if self._rest(tail[start:]):
                yield start
        for start in range(max(first, short_from), len(tail)):
            if tail[start : start + 1] in self._first and self._rest(tail[start:]):
                yield start

    def _far(self, tail: bytes, first: int, short_from: int) -> Iterator[int]:
        """Yield where a long text may start in [first, short_from) of a tail."""
        for head in self._heads:
            start = tail.find(head, first)
            while 0 <= start < short_from:
                yield start
                start = tail.find(head, start + 1)

    def _rest(self, suffix: bytes) -> int:
        """Return the length of the first text that is longer than suffix and begins so, or 0."""
        index = bisect_left(self._texts, suffix)
        if index < len(self._texts) and self._texts[index] == suffix:
            index += 1
        if index < len(self._texts) and self._texts[index].startswith(suffix):
            return len(self._texts[index])
        return 0
