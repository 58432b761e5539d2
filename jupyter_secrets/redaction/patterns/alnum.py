"""The projection to letters and digits: whatever parts them, they are what a reader copies.

Where a piece of an encoding stands in a text, its letters and digits stand together in those of
the text. So nearly all patterns are looked for there, in one search: encodings that differ only
in what stands between the letters share their grams.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, compress

from jupyter_secrets.redaction.patterns.pattern import Pattern
from jupyter_secrets.redaction.patterns.places import (
    GRAM,
    NO_PIECES,
    Pieces,
    Places,
    covered,
    is_single,
    one_place,
)
from jupyter_secrets.redaction.values import SecretValue

_ALPHANUMERIC = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
NOT_ALPHANUMERIC = bytes(set(range(256)) - set(_ALPHANUMERIC))
_KEPT = bytes(byte in _ALPHANUMERIC for byte in range(256))


@dataclass(slots=True, eq=False)
class AlnumPattern:
    """Letters and digits to find, and the patterns that have them.

    `patterns` are those of which smallest pieces have enough letters to be found by them.
    `pieces` count in letters and digits alone; there are none where only the patterns are looked
    for. A `number` is found only where no digit touches it. `offsets` are where grams lie in the
    letters.
    """

    letters: bytes
    places: Places
    owner: SecretValue
    pieces: Pieces = NO_PIECES
    bridges: Pieces = NO_PIECES
    number: bool = False
    patterns: list[Pattern] = field(default_factory=list)
    offsets: Sequence[int] = ()
    _letter_places: dict[int, Sequence[int]] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the letters alone are found whole only."""
        return is_single(self.pieces, self.places, len(self.letters))

    @property
    def longest(self) -> int:
        """A bound of the length of the longest of the smallest pieces."""
        return max(1, self.places.longest(self.pieces))

    def add_grams(self, pieces: Pieces, rare: int = -1) -> tuple[Pieces, Pieces]:
        """Add grams so that each piece with enough letters holds one.

        Returns these pieces, and those with too few letters. `rare` is where the gram of what is
        found whole is to lie.
        """
        enough, few, offsets = self.places.layout(pieces)
        if enough and 0 <= rare <= len(self.letters) - GRAM:
            offsets = (rare,)
        if not self.offsets:
            self.offsets = offsets
        elif offsets is not self.offsets:
            self.offsets = sorted({*self.offsets, *offsets})
        return enough, few

    def grams(self) -> Iterator[tuple[int, bytes]]:
        """Yield (offset, gram) of all grams."""
        for offset in self.offsets:
            yield offset, self.letters[offset : offset + GRAM]

    def places_in(self, number: int) -> Sequence[int]:
        """Return where each letter stands in the text of one of the patterns."""
        if self._letter_places is None:
            self._letter_places = {}
        places = self._letter_places.get(number)
        if places is None:
            text = self.patterns[number].text
            same = len(text) == len(self.letters)
            places = self._letter_places[number] = range(len(text)) if same else alnum_places(text)
        return places

    def covered(self, low: int, high: int) -> list[tuple[int, int]]:
        """Return the runs that the pieces within [low, high) of the letters cover."""
        return covered((self.pieces, self.bridges), self.places, low, high)


def letters_of(data: bytes) -> bytes:
    """Return the letters and digits of bytes."""
    return data.translate(None, NOT_ALPHANUMERIC)


def alnum_places(data: bytes, start: int = 0) -> list[int]:
    """Return where the letters and digits of bytes stand that begin at `start`."""
    return list(compress(range(start, start + len(data)), data.translate(_KEPT)))


def alnum_patterns(patterns: Iterable[Pattern]) -> tuple[list[AlnumPattern], list[Pattern]]:
    """Return what to look for in letters and digits, and the patterns to look for in the text."""
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
            rare = len(letters_of(pattern.text[: pattern.rare + GRAM])) - GRAM
        with_letters, without = alnum.add_grams(pattern.pieces, rare)
        if with_letters:
            alnum.patterns.append(pattern)
        if without:
            in_text.append(replace(pattern, pieces=without))
        if pattern.alnum_pieces and not alnum.pieces:
            alnum.pieces, alnum.bridges = pattern.alnum_pieces, pattern.bridges
            if without:  # the pieces that these hold have no grams of letters
                alnum.add_grams(alnum.pieces)
    found = [alnum for same in shared.values() for alnum in same if alnum.offsets]
    return found + numbers, in_text


def _number(pattern: Pattern) -> AlnumPattern:
    alnum = AlnumPattern(
        pattern.text, pattern.places, pattern.owner, pattern.alnum_pieces, number=True
    )
    alnum.add_grams(alnum.pieces)
    return alnum


def _shared(shared: dict[bytes, list[AlnumPattern]], pattern: Pattern) -> AlnumPattern:
    """Return what stands for a pattern's letters, the same for patterns that are alike in them."""
    text, places = pattern.text, pattern.places
    letters = letters_of(text)
    if len(letters) < len(text):
        is_one = places is one_place(len(text))
        places = one_place(len(letters)) if is_one else _in_letters(text, places)
    alike = shared.setdefault(letters, [])
    for alnum in alike:
        if alnum.places.are(places):
            return alnum
    alike.append(AlnumPattern(letters, places, pattern.owner))
    return alike[-1]


def _in_letters(text: bytes, places: Places) -> Places:
    """Return places in a text as they are in its letters."""
    counts = list(accumulate(text.translate(_KEPT), initial=0))
    starts, ends = (
        array("I", list(map(counts.__getitem__, each))) for each in (places.starts, places.ends)
    )
    return Places(starts, ends)
