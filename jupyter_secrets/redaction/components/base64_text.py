"""Texts in base64, and where each character of what they say is written."""

from __future__ import annotations

import base64
import binascii
import re

from jupyter_secrets.redaction.components.component import Excerpt

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")


def is_base64(text: str) -> bool:
    """Tell whether a text may be base64, of either alphabet."""
    return _BASE64.fullmatch(text) is not None


def decoded_base64(excerpt: Excerpt) -> Excerpt | None:
    """Return the text that an excerpt is the base64 of, or `None`."""
    written = "".join(excerpt.text.split())
    if written != excerpt.text or not is_base64(written):
        return None
    padded = written.rstrip("=") + "=" * (-len(written.rstrip("=")) % 4)
    try:
        data = base64.b64decode(padded.translate(str.maketrans("-_", "+/")), validate=True)
        text = data.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if not all(c.isprintable() or c.isspace() for c in text) or not text.strip():
        return None
    return excerpt.decoded(_base64_units(text))


def _base64_units(text: str) -> list[tuple[str, int]]:
    units, size = [], 0
    for character in text:
        units.append((character, size * 4 // 3))
        size += len(character.encode("utf-8", "surrogatepass"))
    return units
