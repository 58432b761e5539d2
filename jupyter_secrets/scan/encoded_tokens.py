"""Finds the store's tokens, ``jst_…``, in base64 and with their underscore percent-encoded.

A redactor finds them as they are: a stream would have to wait at too many letters for these.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

_TOKEN = re.compile(rb"jst_[A-Za-z0-9]{43}")
_PERCENT_ENCODED = re.compile(rb"jst%5[Ff][A-Za-z0-9]{43}")
# A token takes 63 letters or more.
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{63,}")
# "jst_" with none, one and two bytes before it in its group of three.
_BEGINNINGS = (b"anN0X", b"pzdF", b"qc3Rf")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_GROUP = 4


def encoded_tokens(data: bytes) -> Iterator[int]:
    """Yield where encoded tokens are: of one in base64, where its run of letters begins."""
    yield from (match.start() for match in _PERCENT_ENCODED.finditer(data))
    if any(beginning in data for beginning in _BEGINNINGS):
        yield from (match.start() for match in _BASE64.finditer(data) if _has_token(match[0]))


def _has_token(run: bytes) -> bool:
    """Tell whether a run holds a token, at whichever letter what was encoded begins."""
    letters = run.translate(_STANDARD)
    return any(_TOKEN.search(_decoded(letters[first:])) for first in range(_GROUP))


def _decoded(letters: bytes) -> bytes:
    # What is missing of the last group is as good as zeros.
    return base64.b64decode(letters + b"A" * (-len(letters) % _GROUP))
