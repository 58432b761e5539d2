"""Other ways to write a value: without its groups, with other ones, unquoted, composed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote, unquote_plus

from jupyter_secrets.redaction.patterns.policy import is_wordy

LONGEST_FORM = 512
LONGEST_GROUPED = 256
_GROUPS = re.compile(r"[^\W_]+([ ._-])[^\W_]+(?:\1[^\W_]+)*")
_ACCOUNT = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}|[0-9]{12,19}")
_GROUP = 4
_SMALLEST = 3
_UUID = [8, 4, 4, 4, 12]


def other_spellings(text: str) -> Iterator[str]:
    """Yield what a text stands for where it was quoted or percent-encoded itself, or decomposed.

    A text in groups stands for itself without them, words for the same ones joined otherwise.
    """
    if len(text) > 2 and text[0] == text[-1] and text[0] in "'\"`":
        yield text[1:-1]
    if "%" in text:
        yield unquote(text)
    form = "+" in text or "%" in text
    if form and "://" not in text and len(text) <= LONGEST_FORM:  # a scheme may have a plus
        yield unquote_plus(text)
    if not text.isascii():
        yield unicodedata.normalize("NFC", text)
    if len(text) <= LONGEST_GROUPED:
        yield from _regrouped(text.strip("{}[]()"))


def _regrouped(text: str) -> Iterator[str]:
    groups = _GROUPS.fullmatch(text)
    parts = text.split(groups[1]) if groups is not None else []
    sizes = [len(part) for part in parts]
    even = len(parts) > 1 and len(set(sizes[:-1])) == 1 and _SMALLEST <= sizes[0] >= sizes[-1]
    words = len(parts) > 1 and is_wordy(text)
    if even or words:
        yield from (joiner.join(parts) for joiner in ("", " ", "-"))
    elif sizes == _UUID or (parts and "".join(parts).isdigit()):
        yield "".join(parts)
    elif _ACCOUNT.fullmatch(text):
        yield " ".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
