"""Finds the store's own tokens, ``jst_…``, by their format: what the store keeps is a hash.

It is one more index of a scanner's, of one gram: the letters that every token begins with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from jupyter_secrets.names import TOKEN_LETTERS, TOKEN_PREFIX
from jupyter_secrets.redaction.search.engines import Span
from jupyter_secrets.redaction.search.matcher import Match
from jupyter_secrets.redaction.values import SecretValue

_BEGINNING = TOKEN_PREFIX.encode()
LENGTH = len(_BEGINNING) + TOKEN_LETTERS
_TOKEN = re.compile(rb"%b[A-Za-z0-9]{%d}" % (_BEGINNING, TOKEN_LETTERS))
_PARTIAL = re.compile(
    rb"(?:%b[A-Za-z0-9]{0,%d}|%b)\Z"
    % (
        _BEGINNING,
        TOKEN_LETTERS - 1,
        b"|".join(_BEGINNING[:size] for size in range(len(_BEGINNING) - 1, 0, -1)),
    )
)


class TokenLookahead:
    """Tells how much of a text's end may begin a token."""

    alphabet = frozenset(byte for byte in range(128) if chr(byte).isalnum()) | {ord("_")}

    def __call__(self, data: bytes) -> int:
        """Return the length of the suffix of data to hold."""
        begun = _PARTIAL.search(data, max(0, len(data) - LENGTH + 1))
        return len(data) - begun.start() if begun else 0

    def secret_end(self, data: bytes) -> int:
        """Return how much of that is more than half of a token."""
        return max(0, self(data) - LENGTH // 2)


class TokenIndex:
    """What a `CompiledIndex` is to values, this is to tokens."""

    longest = LENGTH
    lookahead = TokenLookahead()

    def in_text(self, data: bytes) -> list[Span]:
        """Return where tokens may begin."""
        spans: list[Span] = []
        start = data.find(_BEGINNING)
        while start >= 0:
            spans.append((0, start, start + len(_BEGINNING)))
            start = data.find(_BEGINNING, start + 1)
        return spans

    def verify(
        self,
        data: bytes,
        alnum_text: bytes,
        offset_of: Callable[[int], int],
        in_text: Sequence[Span],
        in_alnum: Sequence[Span],
        *,
        before: bytes = b"",
        final: bool = True,
        removed_values: frozenset[SecretValue] = frozenset(),
    ) -> tuple[list[Match], list[Match]]:
        """Return the tokens that begin at the places that `in_text` found in data."""
        begun = (_TOKEN.match(data, start) for _, start, _ in in_text)
        matches = [Match(*each.span(), "", word=False, piece=False) for each in begun if each]
        return matches, []


TOKENS = TokenIndex()
