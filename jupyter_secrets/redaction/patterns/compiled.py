"""What is looked for of one value, ready to be put into an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jupyter_secrets.redaction.patterns.alnum import alnum_patterns
from jupyter_secrets.redaction.patterns.pattern import Pattern
from jupyter_secrets.redaction.patterns.pieces import WINDOW
from jupyter_secrets.redaction.values import SecretValue


class CompiledValue:
    """What is looked for of one value: made once, shared by all redactors that know it.

    `alnum` are looked for in the alphanumeric projection, `in_text` in the text itself; `size`
    counts their grams. `wholes` are the texts that are found whole only, `partial` those that have
    pieces, by a bound of their longest smallest piece.
    """

    __slots__ = (
        "__weakref__",
        "alnum",
        "in_text",
        "longest",
        "longest_alnum",
        "partial",
        "secret",
        "size",
        "wholes",
    )

    def __init__(self, secret: SecretValue, patterns: Iterable[Pattern], *, alnum: bool) -> None:
        patterns = list({pattern_key(pattern): pattern for pattern in patterns}.values())
        self.secret = secret
        self.alnum, self.in_text = alnum_patterns(patterns) if alnum else ([], patterns)
        self.size = sum(len(each.offsets) for each in self.alnum)
        self.size += sum(1 for _ in self.text_grams())
        self.wholes: list[bytes] = []
        self.partial: dict[int, list[bytes]] = {}
        for each in patterns:
            if each.is_whole:
                # A word is certain only with the character after it: it is held in full.
                self.wholes.append(each.text + b"\xff" if each.word else each.text)
            else:
                self.partial.setdefault(_rounded(each.longest), []).append(each.text)
        self.longest = max((len(pattern.text) for pattern in patterns), default=0)
        self.longest_alnum = max((pattern.longest for pattern in self.alnum), default=1)

    def alnum_grams(self) -> Iterator[bytes]:
        """Yield the grams that are looked for in the alphanumeric projection."""
        return (gram for each in self.alnum for _, gram in each.grams())

    def text_grams(self) -> Iterator[bytes]:
        """Yield the grams that are looked for in the text itself."""
        return (gram for each in self.in_text for _, gram in each.grams())


def _rounded(size: int) -> int:
    return -(-size // WINDOW) * WINDOW


def pattern_key(pattern: Pattern) -> tuple[object, ...]:
    """Return what tells a value's patterns apart."""
    return pattern.text, pattern.word, len(pattern.offset_map), len(pattern.pieces.firsts)
