"""What is searched for: an encoding of a value, and which pieces of it give the value away.

A piece of 12 characters is the smallest that counts, so an encoding stands for all its windows of
12 characters: a longer piece is their union. Each of these holds one of the encoding's grams, 8
bytes placed as far apart as that allows; the engine looks for grams only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_secrets.redaction.patterns.offsets import (
    ALL,
    GRAM,
    NO_PIECES,
    OffsetMap,
    Pieces,
    covered,
    is_single,
    single_span,
)
from jupyter_secrets.redaction.values import SecretValue

# A shorter one is taken for a word: `v2024` is no year.
LONG_NUMBER = 8

NOBODY = SecretValue(b"")


@dataclass(slots=True, eq=False)
class Pattern:
    """A text to find, whole or in pieces.

    `offset_map` tells where the characters of the value are in the text. `pieces` are the smallest
    that count; `bridges` join them where all of what is between them is there. `alnum_pieces` count
    in the alphanumeric projection. A `word` is found only where no letter, digit or underscore
    touches it; a number, where no digit does. `rare` is where the gram of what is found whole lies.
    `in_base64` tells that it stands in a token of base64, which is hidden as a whole.
    """

    text: bytes
    offset_map: OffsetMap
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
        return is_single(self.pieces, self.offset_map, len(self.text))

    @property
    def is_weak(self) -> bool:
        """Whether it is a word, which stands in other texts as well; a long number is none."""
        return self.word and not (self.text.isdigit() and len(self.text) >= LONG_NUMBER)

    @property
    def longest(self) -> int:
        """The length in bytes of the longest of the smallest pieces."""
        return self.offset_map.longest(self.pieces)

    def grams(self) -> Iterator[tuple[int, bytes]]:
        """Yield (offset, gram) so that each smallest piece holds one of the grams."""
        if 0 <= self.rare <= len(self.text) - GRAM:
            yield self.rare, self.text[self.rare : self.rare + GRAM]
            return
        for offset, size in self.offset_map.grams(self.pieces):
            yield offset, self.text[offset : offset + size]

    def covered(self, low: int, high: int) -> list[tuple[int, int]]:
        """Return the runs that the pieces within [low, high) of the text cover."""
        return covered((self.pieces, self.bridges), self.offset_map, low, high)


def whole(
    text: bytes,
    owner: SecretValue = NOBODY,
    *,
    word: bool = False,
    alnum: bool = False,
    rare: int = -1,
    in_base64: bool = False,
) -> Pattern:
    """Return the pattern of a text that is found whole only.

    With `alnum` it is found in the alphanumeric projection too, whatever parts its characters.
    """
    alnum_pieces = ALL if alnum else NO_PIECES
    offset_map = single_span(len(text))
    return Pattern(text, offset_map, ALL, NO_PIECES, alnum_pieces, word, owner, rare, in_base64)
