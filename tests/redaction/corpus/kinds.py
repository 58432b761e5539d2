"""Of which kind a secret component is, and so which of its pieces must not be seen."""

from __future__ import annotations

import re
from enum import Enum, auto

PIECE = 12
LETTERS_PIECE = 16
ENCODED = 8
DISTINCT = 5

_GROUPED_DIGITS = re.compile(r"\d+(?:[ -]\d+)*")
# What is written on a letter is a part of it.
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0900-\u0903\u093a-\u094f"
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
_JOINERS = re.compile(rf"(?:(?![{_MARKS}])[\W_])+")


_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_A-ZÀ-Þ]|[{_MARKS}])*")
# Where a character is a syllable or a word, 12 of them are a piece.
_FIRST_EAST_ASIAN = "\u2e80"


class Kind(Enum):
    """What a component is made of."""

    SHORT = auto()  # under 8 characters: raw, as a whole word
    NUMBER = auto()  # the whole number, through any grouping
    WORDS = auto()  # the whole, and runs of three words with 16 letters
    LETTERS = auto()  # of one case: the whole, and runs of 16
    MEDIUM = auto()  # 8 to 11 characters of several kinds: the whole
    OPAQUE = auto()  # every 12 characters


def kind_of(part: str) -> Kind:
    """Return the kind of a component."""
    if len(part) < ENCODED:
        return Kind.SHORT
    if _GROUPED_DIGITS.fullmatch(part):
        return Kind.NUMBER
    words = words_of(part)
    if len(words) > 1 and all(_WORD.fullmatch(word) for word in words):
        return Kind.WORDS
    is_word = part.isalpha() or _WORD.fullmatch(part) is not None
    if is_word and (part[1:].lower() == part[1:] or part.isupper()):
        return Kind.OPAQUE if part >= _FIRST_EAST_ASIAN else Kind.LETTERS
    return Kind.OPAQUE if len(part) >= PIECE else Kind.MEDIUM


def words_of(part: str) -> list[str]:
    """Return the words of a passphrase."""
    return [word for word in _JOINERS.split(part) if word]


def alnum(text: str) -> str:
    """Return the letters and digits of a text, those of any script."""
    return "".join(filter(str.isalnum, text))


def has_pieces(part: str) -> bool:
    """Tell whether every 12 characters of a component are secret."""
    return kind_of(part) is Kind.OPAQUE


def spreads(part: str) -> bool:
    """Tell whether a component must be found whatever parts its characters."""
    count = len(alnum(part))
    if kind_of(part) in (Kind.LETTERS, Kind.WORDS):
        return count >= LETTERS_PIECE
    return kind_of(part) in (Kind.OPAQUE, Kind.NUMBER) and count >= PIECE


def is_surely_opaque(part: str) -> bool:
    """Tell whether a component is looked for before any kernel was given it."""
    if not has_pieces(part):
        return False
    longest = max(words_of(part), key=len)
    mixed = any(map(str.isdigit, longest)) and any(map(str.isalpha, longest))
    return len(longest) >= ENCODED and mixed


def is_surely_common(part: str) -> bool:
    """Tell whether a component is left alone until a kernel was given it."""
    return len(part) < PIECE or kind_of(part) in (Kind.NUMBER, Kind.WORDS, Kind.LETTERS)


def windows(text: str, size: int) -> set[str]:
    """Return the pieces of a size that are not nearly all one character."""
    found = {text[start : start + size] for start in range(len(text) - size + 1)}
    return {piece for piece in found if len(set(piece)) >= DISTINCT}


def phrases(part: str) -> set[str]:
    """Return the letters of the runs of three words that give a passphrase away."""
    words = words_of(part)
    runs = {"".join(words[start : start + 3]) for start in range(len(words) - 2)}
    return {run for run in runs if len(run) >= LETTERS_PIECE} | {"".join(words)}
