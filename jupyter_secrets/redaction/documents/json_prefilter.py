"""Packed JSON: reads the strings of a document without parsing it."""

from __future__ import annotations

import re

_UNICODE_ESCAPE = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})+")
_BETWEEN_STRINGS = re.compile(rb'",\s*"')
# What stands before a quote that opens a string, or is part of one; of longer indents nothing is
# known.
_BEFORE_STRING = (b"", b"[", b"{", b":", b",", b"\\")
_PERHAPS_UNCLEAR = re.compile(rb'(?<![^\s\[{:,\\])",\s*"')
_LONGEST_INDENT = 64
# To look for what may match first is ten times as fast: here all of these but the comma are alike.
_ALIKE = bytes.maketrans(b" \t\n\r\f\v[{:\\", b"[" * 10)
# Stands for a backslash while escapes are replaced; UTF-8 has no such byte.
_BACKSLASH = b"\xff"
_SHORT_ESCAPES = (
    (b"\\n", b"\n"),
    (b"\\t", b"\t"),
    (b"\\r", b"\r"),
    (b'\\"', b'"'),
    (b"\\/", b"/"),
    (b"\\b", b"\b"),
    (b"\\f", b"\f"),
)


def flatten(data: bytes) -> bytes:
    """Return a JSON document with the escapes in its strings replaced by what they stand for.

    The same object comes back where there is none. Every string of the document then stands
    somewhere in the result as it is; for what is no JSON the result is of no use.
    """
    if b"\\" not in data:
        return data
    data = data.replace(b"\\\\", _BACKSLASH)
    for escape, character in _SHORT_ESCAPES:
        data = data.replace(escape, character)
        if b"\\" not in data:
            break
    else:
        data = _UNICODE_ESCAPE.sub(_decoded, data)
    return data.replace(_BACKSLASH, b"\\")


def join_strings(data: bytes) -> bytes | None:
    """Return a JSON document with the strings of each list run together.

    The same object comes back where no string follows another, and `None` where only a parser
    could tell: a string that begins with a comma, or has one behind a quote, looks like what
    is between two strings.
    """
    if b'",' not in data:
        return data
    for match in _PERHAPS_UNCLEAR.finditer(data) if _is_perhaps_unclear(data) else ():
        before = data[max(0, match.start() - _LONGEST_INDENT) : match.start()].rstrip()
        if before[-1:] in _BEFORE_STRING:
            return None
    return b"".join(_BETWEEN_STRINGS.split(data))


def _is_perhaps_unclear(data: bytes) -> bool:
    alike = data.translate(_ALIKE)
    return alike.startswith(b'",') or b'[",' in alike or b',",' in alike


def _decoded(match: re.Match[bytes]) -> bytes:
    codes = match[0].decode("ascii").split("\\u")[1:]
    wide = b"".join(int(code, 16).to_bytes(2, "little") for code in codes)
    return wide.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass")
