"""What a reader can see in a text: written independently of the redactor, to judge it.

A text is looked at as it is, without colours and tags, with entities, percent, backslashes, base64,
base32, hex and UTF-16 undone, one in another, and as letters and digits alone.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote

from jupyter_secrets.redaction import MARKER
from tests.redaction.corpus.kinds import (
    LETTERS_PIECE,
    PIECE,
    Kind,
    alnum,
    kind_of,
    phrases,
    spreads,
    windows,
)

_DEPTH = 3
_DECODED_DEPTH = 2
_MOST_VIEWS = 400
_INVISIBLE = re.compile("\x1b\\[[0-?]*[ -/]*[@-~]|[\u200b\u00ad\x00]|.\b")
_TAGS = re.compile("<[^<>]*>")
_BACKSLASH = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{10,}")
_BASE32 = re.compile(r"[A-Z2-7]{12,}")
_HEX = re.compile(r"(?:(?:\\x|0x|%|=)?[0-9a-fA-F]{2}[\s:,%-]{0,2}){8,}")
_QUOTED = re.compile(r"=([0-9A-F]{2})")
_LATEX = re.compile(r"\\text(backslash|asciitilde|asciicircum) ?(?:\{\})?")
_LATEX_NAMES = {"backslash": "\\", "asciitilde": "~", "asciicircum": "^"}


def leak(out: str, part: str) -> str | None:
    """Return what a redacted text shows of a component, or `None`."""
    segments = out.split(MARKER)
    for segment in segments:
        for view in _views(segment):
            shown = _shown(view, part)
            if shown is not None:
                return shown
    return None


def _shown(view: str, part: str) -> str | None:
    if kind_of(part) is Kind.SHORT:
        return part if re.search(rf"(?<!\w){re.escape(part)}(?!\w)", view) else None
    folded, other = part, view
    if len(part) >= PIECE:
        folded, other = part.casefold(), view.casefold()
    return _contains(other, folded, part)


def _contains(view: str, folded: str, part: str) -> str | None:
    kind = kind_of(part)
    if kind is Kind.NUMBER:
        return _number(view, alnum(part))
    if folded in view:
        return part
    squeezed = alnum(view)
    if kind is Kind.OPAQUE:
        return _piece(view, folded, PIECE) or _piece(squeezed, alnum(folded), PIECE)
    if kind is Kind.LETTERS and len(part) >= LETTERS_PIECE:
        return _piece(squeezed, folded, LETTERS_PIECE)
    if kind is Kind.WORDS and spreads(part):
        return next((run for run in phrases(folded) if run in squeezed), None)
    return None


def _number(view: str, digits: str) -> str | None:
    grouping = r"[^0-9A-Za-z]{0,3}" if len(digits) >= PIECE else ""
    pattern = rf"(?<!\d){grouping.join(digits)}(?!\d)"
    return digits if re.search(pattern, view) else None


def _piece(view: str, part: str, size: int) -> str | None:
    if len(view) < size:
        return None
    wanted = _windows(part, size)
    starts = range(len(view) - size + 1)
    return next((view[at : at + size] for at in starts if view[at : at + size] in wanted), None)


@lru_cache(maxsize=256)
def _windows(part: str, size: int) -> frozenset[str]:
    return frozenset(windows(part, size))


def _views(text: str) -> Iterator[str]:
    """Yield a text and what undoing encodings, one in another, makes of it."""
    seen = {text}
    level = [text]
    yield text
    for depth in range(_DEPTH):
        following: list[str] = []
        for view in level:
            for new in _undone(view, decode=depth < _DECODED_DEPTH):
                if new not in seen and len(seen) < _MOST_VIEWS:
                    seen.add(new)
                    following.append(new)
                    yield new
        level = following


def _undone(text: str, *, decode: bool) -> Iterator[str]:
    for undo in _UNDO:
        yield undo(text)
    if decode:
        # Wrapped base64 goes on in the next line, with or without an indent.
        joined = re.sub(r"\s+", "", text)
        for view in {text, joined}:
            yield from _decoded(view)


def _decoded(text: str) -> Iterator[str]:
    for match in _BASE64.finditer(text):
        run = match[0].translate(str.maketrans("-_", "+/"))
        for offset in range(4):
            cut = run[offset:]
            yield from _texts(base64.b64decode(cut[: len(cut) // 4 * 4] + _rest(cut)))
    for match in _HEX.finditer(text):
        digits = re.sub(r"\\x|0x|[^0-9a-fA-F]", "", match[0])
        for offset in range(2):
            cut = digits[offset:]
            yield from _texts(bytes.fromhex(cut[: len(cut) // 2 * 2]))
    for match in _BASE32.finditer(text):
        for offset in range(8):
            cut = match[0][offset:]
            yield from _texts(base64.b32decode(cut[: len(cut) // 8 * 8]))


def _rest(run: str) -> str:
    rest = run[len(run) // 4 * 4 :]
    return rest + "=" * (4 - len(rest)) if len(rest) > 1 else ""


def _texts(data: bytes) -> Iterator[str]:
    if len(data) >= 4:
        yield data.decode("utf-8", "replace")
        if b"\0" in data:
            yield data.replace(b"\0", b"").decode("latin-1")
        for encoding in ("utf-16-le", "utf-16-be"):
            for start in (0, 1) if b"\0" in data or max(data) > 127 else ():
                cut = data[start:]
                yield cut[: len(cut) // 2 * 2].decode(encoding, "replace")


def _backslashes(text: str) -> str:
    def undo(match: re.Match[str]) -> str:
        escaped = match[1]
        if len(escaped) > 1 and int(escaped[1:], 16) < 0x110000:
            return chr(int(escaped[1:], 16))
        return _CONTROLS.get(escaped, escaped)

    return _BACKSLASH.sub(undo, text)


def _utf8(text: str) -> str:
    """Read characters under 256 as the bytes of UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return text


def _wide(text: str) -> str:
    """Read characters under 256 as the bytes of UTF-16."""
    try:
        data = text.encode("latin-1")
    except UnicodeEncodeError:
        return text
    return data[: len(data) // 2 * 2].decode("utf-16-le", "replace") if b"\0" in data else text


_UNDO: tuple[Callable[[str], str], ...] = (
    lambda text: _INVISIBLE.sub("", text),
    lambda text: _TAGS.sub("", text),
    html.unescape,
    unquote,
    lambda text: text.replace("+", " "),
    lambda text: _LATEX.sub(lambda match: _LATEX_NAMES[match[1]], text),
    _backslashes,
    lambda text: text.replace("''", "'").replace('""', '"'),
    lambda text: _QUOTED.sub(lambda match: chr(int(match[1], 16)), text.replace("=\n", "")),
    lambda text: unicodedata.normalize("NFC", text),
    _utf8,
    _wide,
)


def shown_parts(out: str, parts: Iterable[str]) -> list[str]:
    """Return the components of which a redacted text shows too much."""
    return [part for part in parts if leak(out, part) is not None]
