"""Which pieces of a value give it away, in characters of the value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from operator import ne
from typing import NamedTuple

from jupyter_secrets.redaction.patterns.offsets import Piece
from jupyter_secrets.redaction.patterns.policy import (
    ALNUM_KINDS,
    SHORTEST_LETTERS,
    has_pieces,
    is_wordy,
    kinds_of,
    letters_window,
    shares_marker,
    weight,
)

WINDOW = 12
# A piece has to hold this many characters that are secret, and this many different ones.
SECRET_CHARACTERS = 8
DISTINCT_CHARACTERS = 5
LONGEST_BRIDGE = 64
# Words run together change their kind of character at their borders only.
ALNUM_CHANGES = 3

# Of letters of one kind, and of words, more is asked: they stand in any text.
FEWEST_WORDS = 3

_WORDS = re.compile(r"[aA0]+")


class PieceSets(NamedTuple):
    """The pieces of a text, and those that count in its alphanumeric projection."""

    pieces: list[Piece]
    alnum: Sequence[Piece] = ()
    secret: bytes | None = None
    mixed: bool = False

    def folded(self, text: str) -> list[Piece]:
        """Return the pieces of letters and digits of the same text in another case."""
        return alnum_pieces_of(text, self.pieces, self.secret) if self.mixed else list(self.alnum)


def piece_sets(text: str, secret: bytes | None = None) -> PieceSets:
    """Return the pieces of a text that give it away, by what it is made of.

    `secret` tells which of its characters are; there are none of a text that is too short.
    """
    if has_pieces(text):
        pieces = pieces_of(text, secret)
        return PieceSets(pieces, alnum_pieces_of(text, pieces, secret), secret, mixed=True)
    if secret is not None or shares_marker(text) or not is_wordy(text):
        return PieceSets([])
    words = [match.span() for match in _WORDS.finditer(kinds_of(text))]
    candidates = _runs(text, words) if len(words) > 1 else _letter_windows(text)
    return PieceSets(candidates, candidates)


def _runs(text: str, words: Sequence[Piece]) -> list[Piece]:
    """Return the shortest runs of words that are three words, and 16 letters."""
    sizes = [weight(text[start:end]) for start, end in words]
    pieces: list[Piece] = []
    length, first = 0, 0
    for last, size in enumerate(sizes):
        length += size
        while last - first >= FEWEST_WORDS and length - sizes[first] >= SHORTEST_LETTERS:
            length -= sizes[first]
            first += 1
        if last - first + 1 >= FEWEST_WORDS and length >= SHORTEST_LETTERS:
            pieces.append(interned(words[first][0], words[last][1]))
    return pieces


def _letter_windows(text: str) -> list[Piece]:
    size = letters_window(text)
    return [
        interned(start, start + size)
        for start in range(len(text) - size + 1)
        if len(set(text[start : start + size])) >= DISTINCT_CHARACTERS
    ]


@lru_cache(maxsize=1 << 14)
def interned(start: int, end: int) -> Piece:
    """Return a pair; values have very many of them, and most are alike."""
    return start, end


def pieces_of(text: str, secret: bytes | None = None) -> list[Piece]:
    """Return the windows of 12 characters that count; `secret` tells which characters are."""
    indistinct = _indistinct(text)
    counts = None if secret is None else list(accumulate(secret, initial=0))
    pieces = []
    for start in range(len(text) - WINDOW + 1):
        end = start + WINDOW
        if text[start] in "\r\n" or start in indistinct:
            continue
        if counts is None or counts[end] - counts[start] >= SECRET_CHARACTERS:
            pieces.append(interned(start, end))
    return pieces


def without_words(text: str, pieces: list[Piece]) -> list[Piece]:
    """Return the pieces but those of words and white space, which stand in everybody's texts."""
    if len(text.split()) == 1:
        return pieces
    counts = list(accumulate((not (c.isalpha() or c.isspace()) for c in text), initial=0))
    return [
        (start, end)
        for start, end in pieces
        if counts[end] > counts[start] or not _is_of_words(text[start:end])
    ]


def _is_of_words(piece: str) -> bool:
    return any(map(str.isspace, piece)) and is_wordy(piece)


def _indistinct(text: str) -> set[int]:
    """Return where windows begin that have too few different characters."""
    half = WINDOW // 2
    offsets: set[int] = set()
    for middle in range(half - 1, len(text), half + 1):
        # Each window holds one of these halves as a whole.
        start = middle - half + 1
        if len(set(text[start : start + half])) >= DISTINCT_CHARACTERS:
            continue
        for first in range(max(0, start - half), min(start, len(text) - WINDOW) + 1):
            if len(set(text[first : first + WINDOW])) < DISTINCT_CHARACTERS:
                offsets.add(first)
    return offsets


def bridges_of(pieces: Sequence[Piece], size: int) -> list[Piece]:
    """Return ranges over what is public between pieces, so that a whole value becomes one run."""
    if not pieces:
        return []
    bridges = [(0, pieces[0][1]), (pieces[-1][0], size)]
    bridges += [(left[0], right[1]) for left, right in pairwise(pieces) if right[0] >= left[1]]
    return sorted({(start, end) for start, end in bridges if end - start <= LONGEST_BRIDGE})


def covers(pieces: Sequence[Piece], bridges: Sequence[Piece], size: int) -> bool:
    """Tell whether pieces and bridges make one run of the whole value."""
    reached = 0
    for start, end in sorted([*pieces, *bridges]):
        if start >= reached and start > 0:
            return False
        reached = max(reached, end)
    return reached >= size


def alnum_pieces_of(text: str, pieces: Sequence[Piece], secret: bytes | None = None) -> list[Piece]:
    """Return the ranges of 12 letters and digits that count whatever parts them.

    Each holds one of the given pieces, is secret throughout, and is nothing that words run
    together could be. Letters are those of any script.
    """
    kinds = kinds_of(text)
    offsets = [index for index, kind in enumerate(kinds) if kind in ALNUM_KINDS]
    kinds = "".join(map(kinds.__getitem__, offsets))
    changes = list(accumulate(map(ne, kinds, kinds[1:]), initial=0))
    counts = None
    if secret is not None:
        counts = list(accumulate((bool(secret[index]) for index in offsets), initial=0))
    windows, following = [], 0
    for first in range(len(offsets) - WINDOW + 1):
        last = first + WINDOW - 1
        if changes[last] - changes[first] < ALNUM_CHANGES:
            continue
        if counts is not None and counts[last + 1] - counts[first] < WINDOW:
            continue
        start, end = offsets[first], offsets[last] + 1
        while following < len(pieces) and pieces[following][0] < start:
            following += 1
        if following < len(pieces) and pieces[following][1] <= end:
            windows.append(interned(start, end))
    return windows
