"""The encodings a value takes on its way out: what `repr`, JSON, URLs, HTML, base64 … make of it.

A form is cut to the part that the value alone decides, so that it is found wherever it stands:
escaped bodies come without their quotes, base64 at its three alignments as whole 6-bit groups.
"""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from jupyter_secrets.redaction.values import decode, encode

SHORTEST_ENCODED = 8
SHORTEST_FOLDED = 16

# How many bytes of a form are 12 characters of the value, a piece that gives it away.
TEXT_WINDOW = 12
BASE64_WINDOW = 16
BASE32_WINDOW = 20
HEX_WINDOW = 24
WIDE_BASE64_WINDOW = 32
WIDE_HEX_WINDOW = 48

_REQUESTS_SAFE = "!#$%&'()*+,/:;=?@[]~"
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash ",
        "~": r"\textasciitilde ",
        "^": r"\textasciicircum ",
        **{character: "\\" + character for character in "&%$#_{}"},
    }
)
_SHELL_SPECIAL = re.compile(r"([^\w@%+=:,./-])", re.ASCII)
_SHELL_IN_QUOTES = re.compile(r'(["\\$`])')
_ESCAPE = re.compile(r"%[0-9A-F]{2}")


def encodings(value: bytes) -> dict[bytes, int]:
    """Return the encodings of a value, each with the length of its pieces that give the value away.

    The first is the value itself, trimmed. Forms under 8 bytes are left out.
    """
    found: dict[bytes, int] = {}
    try:
        text = decode(value).strip()
    except UnicodeDecodeError:
        binary = value
        found[value] = TEXT_WINDOW
        for body in bytes_bodies(value):
            found.setdefault(encode(body), TEXT_WINDOW)
    else:
        binary = encode(text)
        for body in text_encodings(text):
            found.setdefault(encode(body), TEXT_WINDOW)
        for form, window in wide_encodings(text):
            found.setdefault(form, window)
    for form, window in binary_encodings(binary):
        found.setdefault(form, window)
    return {form: window for form, window in found.items() if len(form) >= SHORTEST_ENCODED}


def text_encodings(text: str) -> Iterator[str]:
    """Yield the encodings that are still text: quoted, escaped, in another case."""
    for plain in spellings(text):
        yield plain
        yield from json_bodies(plain)
        yield from repr_bodies(plain)
        yield from html_bodies(plain)
        yield from url_bodies(plain)
        yield from quoted_bodies(plain)
    yield from other_bodies(text)
    if len(text) >= SHORTEST_FOLDED:
        yield from (text.lower(), text.upper())


def spellings(text: str) -> Iterator[str]:
    """Yield a text and what is left when its quotes or its line ends are taken for markup."""
    yield text
    if text[:1] == text[-1:] and text[:1] in ("'", '"', "`"):
        yield text[1:-1]
    lines = text.splitlines()
    if len(lines) > 1:
        yield "\n".join(lines)
        yield "\r\n".join(lines)
        yield " ".join(lines)
        yield "".join(lines)
        yield "\\n".join(lines)


def json_bodies(text: str) -> Iterator[str]:
    r"""Yield what JSON makes of a text: ASCII or not, twice, with ``\/``."""
    for ascii_only in (True, False):
        body = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        yield body
        yield body.replace("/", "\\/")
        yield body.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
        yield json.dumps(body, ensure_ascii=ascii_only)[1:-1]


def repr_bodies(text: str) -> Iterator[str]:
    """Yield what `repr` and `ascii` make of a text and of its bytes, in both quotes, and twice."""
    for show in (repr, ascii):
        # A quote in front makes repr choose the other one for its own.
        single = show('"' + text)[2:-1]
        for body in _quotings(single):
            yield body
            yield from _quotings(repr('"' + body)[2:-1])
    yield from bytes_bodies(encode(text))
    if not text.isascii():
        with suppress(UnicodeEncodeError):
            yield from bytes_bodies(text.encode("latin-1"))
        yield encode(text).decode("latin-1")


def bytes_bodies(data: bytes) -> Iterator[str]:
    """Yield what `repr` makes of bytes, in both quotes."""
    yield from _quotings(repr(b'"' + data)[3:-1])


def html_bodies(text: str) -> Iterator[str]:
    """Yield what HTML makes of a text, with each way to write its quotes."""
    bare = html.escape(text, quote=False)
    yield bare
    for single in ("'", "&#x27;", "&#39;", "&apos;"):
        for double in ('"', "&quot;", "&#34;"):
            yield bare.replace("'", single).replace('"', double)
    if not text.isascii():
        yield bare.encode("ascii", "xmlcharrefreplace").decode()


def url_bodies(text: str) -> Iterator[str]:
    """Yield what URLs make of a text, and what is left of it when it was such a form itself."""
    for safe in ("", "/", _REQUESTS_SAFE):
        body = quote(text, safe=safe, errors="surrogatepass")
        yield body
        yield _ESCAPE.sub(lambda match: match[0].lower(), body)
    plus = quote_plus(text, errors="surrogatepass")
    yield plus
    yield _ESCAPE.sub(lambda match: match[0].lower(), plus)
    if "%" in text:
        yield unquote(text)
    if "+" in text or "%" in text:
        yield unquote_plus(text)


def quoted_bodies(text: str) -> Iterator[str]:
    """Yield what shells, CSV, SQL and YAML make of a text."""
    yield text.replace("'", "'\"'\"'")
    yield text.replace("'", "'\\''")
    yield _SHELL_SPECIAL.sub(r"\\\1", text)
    yield _SHELL_IN_QUOTES.sub(r"\\\1", text)
    yield text.replace("'", "\\'")
    yield text.replace('"', '\\"')
    yield text.replace('"', '""')
    yield text.replace("'", "''")
    if not text.isascii():
        yield "".join(map(_yaml_character, text))


def other_bodies(text: str) -> Iterator[str]:
    """Yield what LaTeX, Markdown and e-mails make of a text."""
    yield text.translate(_LATEX)
    yield text.replace("_", "\\_")
    yield quopri.encodestring(encode(text), quotetabs=False).decode("ascii").replace("=\n", "")


def binary_encodings(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the encodings of bytes with the window of each."""
    for body in base64_bodies(data):
        yield body, BASE64_WINDOW
        yield body.translate(bytes.maketrans(b"+/", b"-_")), BASE64_WINDOW
    yield data.hex().encode(), HEX_WINDOW
    yield data.hex().upper().encode(), HEX_WINDOW
    whole_groups = len(data) * 8 // 5
    yield base64.b32encode(data)[:whole_groups], BASE32_WINDOW


def wide_encodings(text: str) -> Iterator[tuple[bytes, int]]:
    """Yield the encodings of a text as UTF-16, as PowerShell and Windows have it."""
    wide = text.encode("utf-16-le", "surrogatepass")
    for body in base64_bodies(wide):
        yield body, WIDE_BASE64_WINDOW
    yield wide.hex().encode(), WIDE_HEX_WINDOW


def base64_bodies(data: bytes) -> Iterator[bytes]:
    """Yield the base64 of data at its three alignments, cut to what data alone decides."""
    for offset, first in ((0, 0), (1, 2), (2, 3)):
        whole_groups = (offset + len(data)) * 8 // 6
        yield base64.b64encode(bytes(offset) + data)[first:whole_groups]


def _quotings(single: str) -> tuple[str, str, str]:
    """Return a body in single quotes, with no quote escaped, and in double quotes."""
    bare = single.replace("\\'", "'")
    return single, bare, bare.replace('"', '\\"')


def _yaml_character(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        return {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}.get(character, character)
    if code < 0x100:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
