"""Redacts documents: strings are redacted where they are strings.

Nothing is changed in place, and what has nothing to hide comes back as the very same object.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

from jupyter_secrets.redaction.documents.json_tree import JsonTree
from jupyter_secrets.redaction.documents.protocol import TextRedactor
from jupyter_secrets.redaction.values import encode

T = TypeVar("T")


def redact_json(redactor: TextRedactor, value: T, *, words: bool = True, numbers: bool = True) -> T:
    """Return a JSON-like value (a MIME bundle, a message's content) with all strings redacted.

    Keys are redacted as well, but those that Jupyter reserves, and numbers of 8 digits on that are
    a value as a whole, unless without `numbers`. Without `words`, what is hidden as a whole word
    only is left alone. Strings that follow each other in a list are also read as one text. A key
    that is a MIME type tells how to read what is below it: HTML and SVG without tags; image data
    is replaced as a whole by an empty image.
    """
    return cast(T, JsonTree(redactor, words=words, numbers=numbers).value(value))


def redact_packed(
    redactor: TextRedactor,
    data: bytes,
    redact: Callable[[Any], Any] | None = None,
    *,
    is_json: bool = False,
) -> bytes:
    """Return a packed JSON document redacted; it is parsed only if there may be something to hide.

    `redact` returns a parsed document redacted, as `redact_json` does, which is the default. What
    is no JSON is redacted as text; with `is_json` it is read by nobody.
    """
    if not redactor.prefilter(data, is_json=is_json):
        return data
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return redactor.redact_bytes(data)
    redacted = redact_json(redactor, value) if redact is None else redact(value)
    return data if redacted is value else _pack(redacted)


def redact_buffer(redactor: TextRedactor, buffer: T) -> T | bytes:
    """Return a message's binary buffer, or what stands in its place if it holds a value.

    Text is redacted. An image is replaced by an empty one, other data by as many zeros: who reads
    an array of numbers relies on its length. Programs read buffers: what is hidden as a whole word
    only is left alone.
    """
    return cast("T | bytes", JsonTree(redactor, words=False).buffer(buffer))


def _pack(value: Any) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        # The document had a NaN before it came here.
        text = json.dumps(value, ensure_ascii=False)
    return encode(text)
