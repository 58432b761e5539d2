"""How far a value can be hidden without blanking half of every text.

Over-masking is what users of output maskers complain of most: a value under 4 characters is left
alone, a short or common one is hidden as a whole word, and only pieces that look like a secret
count as pieces of it.
"""

from __future__ import annotations

import re
import string
import unicodedata
from enum import Enum
from functools import lru_cache
from operator import ne

from jupyter_secrets.redaction.values import SecretValue

MARKER = "[REDACTED]"
SHORTEST = 4
SHORTEST_FULL = 8
SHORTEST_FRAGMENTED = 12
MARKER_OVERLAP = 4
SHORTEST_NUMBER = 12
SHORTEST_LETTERS = 16
SHORTEST_DISTINCT = 4
# Words run together change their kind of character less often.
WELL_MIXED = 5

# fmt: off
COMMON_WORDS = frozenset((
    "true", "false", "none", "null", "nil", "undefined", "default", "localhost", "root", "admin",
    "administrator", "user", "username", "guest", "test", "testing", "example", "public",
    "private", "secret", "secrets", "password", "passwd", "token", "tokens", "account",
    "service", "production", "staging", "development", "develop", "local", "master", "main",
    "latest", "enabled", "disabled", "changeme", "postgres", "postgresql", "mysql", "oracle",
    "sqlite", "mongodb", "redis", "database", "utf-8", "utf8", "ascii", "jupyter", "notebook",
    "python", "python3", "kernel", "anonymous", "nobody", "ubuntu", "debian", "windows", "linux",
    "darwin", "127.0.0.1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    "eu-west-1", "eu-central-1", "info", "warning", "error", "debug", "critical", "string",
    "integer", "number", "boolean", "object", "redacted",
))
# fmt: on

# Pieces of a text of plain words, whatever parts them, are everybody's. These are of its kinds.
_BETWEEN_WORDS = re.compile(r"[^aA0]+")
_WORD = re.compile(r"[aA]?a*|A+")
# A character of these scripts is a syllable or a word.
_EAST_ASIAN = "\u2e80"
_MARKER_PIECES = [
    MARKER[start : start + MARKER_OVERLAP] for start in range(len(MARKER) - MARKER_OVERLAP + 1)
]

# What stands for the kind of a letter or digit.
ALNUM_KINDS = frozenset("aA0")
_KINDS = str.maketrans(
    {
        **dict.fromkeys(string.ascii_lowercase, "a"),
        **dict.fromkeys(string.ascii_uppercase, "A"),
        **dict.fromkeys(string.digits, "0"),
    }
)


_MARK = "mark"


class Strength(Enum):
    """What of a value is hidden."""

    NOTHING = 0
    WORD = 1  # the value alone, where it stands as a whole word
    WHOLE = 2  # all of its encodings, each as a whole
    PIECES = 3  # all of its encodings, and every piece of 12 characters


def strength(secret: SecretValue) -> Strength:
    """Return what of a secret is hidden."""
    text = secret.text
    if text is None:
        return _strength_of_bytes(secret)
    stripped = text.strip()
    if len(stripped) < SHORTEST or stripped in MARKER:
        return Strength.NOTHING
    if not secret.disclosed and not is_opaque(stripped):
        return Strength.NOTHING
    if len(stripped) < SHORTEST_FULL or stripped.casefold() in COMMON_WORDS:
        return Strength.WORD if secret.disclosed else Strength.NOTHING
    return Strength.PIECES if has_pieces(stripped) else Strength.WHOLE


def weakness(value: SecretValue | str | bytes) -> str | None:
    """Tell why a value will not be fully hidden, to be shown after a secret's name, or `None`."""
    secret = SecretValue(value) if isinstance(value, (str, bytes)) else value
    size = len(secret.data if secret.text is None else secret.text.strip())
    if size < SHORTEST:
        return f"has fewer than {SHORTEST} characters and is never redacted"
    if strength(secret) is Strength.NOTHING and secret.disclosed:
        return "is part of the redaction marker and is never redacted"
    if size < SHORTEST_FULL:
        return (
            f"has fewer than {SHORTEST_FULL} characters: it is redacted only as a whole word, "
            "and only once a kernel was disclosed it"
        )
    if secret.text is not None and secret.text.strip().casefold() in COMMON_WORDS:
        return (
            "is a common word: it is redacted only as a whole word, "
            "and only once a kernel was disclosed it"
        )
    return None


def has_pieces(text: str) -> bool:
    """Tell whether pieces of a text give it away: long, mixed, and no sentence of plain words."""
    return (
        len(text) >= SHORTEST_FRAGMENTED
        and classes(text) >= 2
        and not is_wordy(text)
        and not shares_marker(text)
    )


def is_opaque(text: str) -> bool:
    """Tell whether a text is hidden before any kernel was given it.

    That is from 12 characters of two kinds on, and neither words nor a number, which stand in
    everybody's outputs.
    """
    return (
        len(text) >= SHORTEST_FRAGMENTED
        and classes(text) >= 2
        and not is_wordy(text)
        and any(character.isalpha() for character in text)
    )


def is_distinct_in_alnum(text: str) -> bool:
    """Tell whether a text is hidden as a whole where only its letters and digits are the same.

    Numbers of 12 digits and more, what is mixed from 12 characters on, letters of one kind from 16,
    or 12 of a script without capitals. Of what has other characters too, fewer are enough if they
    are well mixed.
    """
    pairs = [pair for pair in zip(text, kinds_of(text), strict=True) if pair[1] in ALNUM_KINDS]
    if len(set(pairs)) < SHORTEST_DISTINCT or shares_marker(text):
        return False
    kinds = [kind for _, kind in pairs]
    changes = sum(map(ne, kinds, kinds[1:]))
    if len(text) >= SHORTEST_FRAGMENTED and len(pairs) >= SHORTEST_FULL and changes >= WELL_MIXED:
        return True
    alnum = "".join(character for character, _ in pairs)
    return weight(alnum) >= (SHORTEST_NUMBER if "0" in kinds else letters_window(alnum))


def is_number(text: str) -> bool:
    """Tell whether a text is digits alone, which is hidden only as a whole number."""
    return text.isascii() and text.isdigit()


def is_wordy(text: str) -> bool:
    """Tell whether text is made of words alone, in lower case, capitalized or in capitals."""
    # Split first: one expression of both would try each way to share out the separators.
    return all(_WORD.fullmatch(word) for word in _BETWEEN_WORDS.split(kinds_of(text)))


def kinds_of(text: str) -> str:
    """Return the kind of each character: a small letter, or one of a script that has no others, is
    "a", a capital "A", a digit "0". What is none of these is itself. Marks belong to their letter.
    """
    if text.isascii():
        return text.translate(_KINDS)
    kinds: list[str] = []
    for character in text:
        kind = _kind(character)
        is_on_letter = kind == _MARK and kinds and kinds[-1] in ALNUM_KINDS
        kinds.append("a" if is_on_letter else character if kind == _MARK else kind)
    return "".join(kinds)


def weight(text: str) -> int:
    """Return how many letters of an alphabet say as much as letters of any script."""
    if text.isascii():
        return len(text)
    return sum(2 if character >= _EAST_ASIAN else 1 for character in text)


def letters_window(text: str) -> int:
    """Return how many letters of one kind are a piece: more in scripts that have capitals."""
    return SHORTEST_LETTERS if text.lower() != text.upper() else SHORTEST_FRAGMENTED


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    if character.isalpha():
        return "A" if character.isupper() else "a"
    if character.isalnum():
        return "0"
    return _MARK if unicodedata.category(character).startswith("M") else character


def classes(text: str) -> int:
    """Count the kinds of characters in text: lower case, upper case, digits, others."""
    kinds = set(kinds_of(text))
    return len(kinds & ALNUM_KINDS) + bool(kinds - ALNUM_KINDS)


def shares_marker(text: str) -> bool:
    """Tell whether a piece of a marker could be taken for a piece of text."""
    return any(piece in text for piece in _MARKER_PIECES)


def _strength_of_bytes(secret: SecretValue) -> Strength:
    size = len(secret.data)
    if size < SHORTEST or not (secret.disclosed or size >= SHORTEST_FRAGMENTED):
        return Strength.NOTHING
    if size < SHORTEST_FULL:
        return Strength.WORD
    return Strength.PIECES if size >= SHORTEST_FRAGMENTED else Strength.WHOLE
