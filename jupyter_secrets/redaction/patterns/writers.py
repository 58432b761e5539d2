"""How each character of a value is written: escaped, quoted, as an entity.

A writer is a function of one character, so writers nest: what JSON makes of what `repr` made is
what it makes of each character of it.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from urllib.parse import quote, quote_plus

from jupyter_secrets.redaction.values import encode

Writer = Callable[[str], str]

_REQUESTS_SAFE = "!#$%&'()*+,/:;=?@[]~"
_SHELL_SAFE = frozenset("@%+=:,./-_\n")
_LATEX = {
    "\\": r"\textbackslash ",
    "~": r"\textasciitilde ",
    "^": r"\textasciicircum ",
    **{character: "\\" + character for character in "&%$#_{}"},
}
_LATEX_GROUPS = {c: written.replace(" ", "{}") for c, written in _LATEX.items()}
_IN_MARKUP = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
# What plotly escapes.
_IN_SCRIPT = {"<": "\\u003c", ">": "\\u003e", "/": "\\u002f"}


def remembered(writer: Writer) -> Writer:
    """Return a writer that remembers what it made of the commoner characters."""
    return lru_cache(maxsize=512)(writer)


def nested(*writers: Writer) -> Writer:
    """Return what the last writer makes of what the ones before it made, each in its turn."""

    def write(character: str) -> str:
        for writer in writers:
            character = "".join(map(writer, character))
        return character

    return remembered(write)


def _table(table: dict[str, str]) -> Writer:
    return lambda character: table.get(character, character)


@remembered
def json_ascii(character: str) -> str:
    """Write as `json.dumps` does."""
    return json.dumps(character)[1:-1]


@remembered
def json_unicode(character: str) -> str:
    """Write as `json.dumps` does with ``ensure_ascii=False``."""
    return json.dumps(character, ensure_ascii=False)[1:-1]


def json_in_markup(character: str) -> str:
    """Write as JSON in HTML is written."""
    return _IN_MARKUP.get(character) or json_ascii(character)


def json_in_markup_unicode(character: str) -> str:
    """Write the same, without escapes of other characters."""
    return _IN_MARKUP.get(character) or json_unicode(character)


def json_in_script(character: str) -> str:
    """Write as plotly writes JSON into a page."""
    return _IN_SCRIPT.get(character) or json_ascii(character)


def json_in_script_unicode(character: str) -> str:
    """Write the same, without escapes of other characters."""
    return _IN_SCRIPT.get(character) or json_unicode(character)


def _quotings(show: Callable[[str], str]) -> tuple[Writer, Writer, Writer]:
    """Return what `repr` or the like writes in single quotes, with no quote escaped, in double."""

    @remembered
    def single(character: str) -> str:
        # A quote in front makes repr choose the other one for its own.
        return show('"' + character)[2:-1]

    def bare(character: str) -> str:
        return character if character == "'" else single(character)

    def double(character: str) -> str:
        return '\\"' if character == '"' else bare(character)

    return single, bare, double


def bytes_writers(encoding: str) -> tuple[Writer, Writer, Writer]:
    """Return what `repr` makes of the bytes of a text, in each way to quote."""

    def show(text: str) -> str:
        try:
            return repr(text.encode(encoding, "surrogatepass"))[1:]
        except UnicodeEncodeError:
            return repr(text)

    return _quotings(show)


def html_writers() -> Iterator[Writer]:
    """Yield what HTML makes of a character, with each way to write quotes."""
    for single, double in product(("&#x27;", "'", "&#39;", "&apos;"), ("&quot;", '"', "&#34;")):
        quotes = {"'": single, '"': double}

        def write(character: str, quotes: dict[str, str] = quotes) -> str:
            return quotes.get(character) or html.escape(character, quote=False)

        yield write


def html_numeric(character: str) -> str:
    """Write other characters than those of ASCII as numbers."""
    return html.escape(character).encode("ascii", "xmlcharrefreplace").decode()


def _percent(safe: str) -> Writer:
    return remembered(lambda character: quote(character, safe=safe, errors="surrogatepass"))


def _plus(character: str) -> str:
    return quote_plus(character, errors="surrogatepass")


def _lower(writer: Writer) -> Writer:
    def write(character: str) -> str:
        written = writer(character)
        return written if written == character else written.lower()

    return write


def _shell(character: str) -> str:
    safe = character in _SHELL_SAFE or (character.isascii() and character.isalnum())
    return character if safe else "\\" + character


def _printable(character: str) -> str:
    """Write as e-mails do (quoted-printable)."""
    plain = character.isascii() and (character.isprintable() or character in "\t\n")
    if plain and character != "=":
        return character
    return "".join(f"={byte:02X}" for byte in encode(character))


def _yaml(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        return {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}.get(character, character)
    if code < 0x100:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _mojibake(character: str) -> str:
    """Write as UTF-8 that was read as Latin-1."""
    return encode(character).decode("latin-1")


def _mojibake_of_windows(character: str) -> str:
    """Write as UTF-8 that was read as Windows-1252, where that has a character for each byte."""
    data = encode(character)
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)


def _decomposed(character: str) -> str:
    return unicodedata.normalize("NFD", character)


def _of_bytes(shown: str) -> Writer:
    """Return a writer that writes each byte in a format."""
    return remembered(lambda character: "".join(map(shown.format, encode(character))))


def _slash(writer: Writer) -> Writer:
    return lambda character: "\\/" if character == "/" else writer(character)


_REPR, _ASCII = _quotings(repr), _quotings(ascii)
_HTML = tuple(html_writers())
_PERCENT = tuple(map(_percent, ("", "/", _REQUESTS_SAFE)))
_PERCENT_LOWER = (*map(_lower, _PERCENT), _lower(_plus))
_PERCENT_TWICE = (
    nested(_PERCENT[0], _PERCENT[0]),
    nested(_plus, _plus),
    nested(_plus, _PERCENT[0]),
)
_REPR_OF_REPR = [nested(inner, outer) for inner in (*_REPR, *_ASCII) for outer in _REPR]
_THREE_LEVELS = (
    *(nested(inner, outer) for inner in _REPR_OF_REPR for outer in (*_REPR, json_ascii)),
    *(nested(json_ascii, inner, outer) for inner in _REPR for outer in (*_REPR, json_ascii)),
    *(nested(quoting, json_ascii, json_ascii) for quoting in _REPR),
    *(nested(json_ascii, json_ascii, quoting) for quoting in _REPR),
    *(nested(quoting, json_ascii, outer) for quoting in _REPR for outer in _REPR),
    nested(json_ascii, json_ascii, json_ascii),
    nested(json_unicode, json_unicode, json_unicode),
)

# The first is the value as it is.
WRITERS: tuple[Writer, ...] = (
    str,
    *(_table({"\n": end}) for end in ("\r\n", " ", "")),
    json_ascii,
    json_unicode,
    _slash(json_ascii),
    _slash(json_unicode),
    json_in_markup,
    json_in_markup_unicode,
    nested(json_ascii, json_ascii),
    json_in_script,
    json_in_script_unicode,
    nested(json_in_script, json_ascii),
    nested(json_in_markup, json_ascii),
    nested(json_unicode, json_unicode),
    *_REPR,
    *_ASCII,
    *_REPR_OF_REPR,
    *(nested(json_ascii, quoting) for quoting in _REPR),
    *(nested(quoting, json_ascii) for quoting in _REPR),
    *_THREE_LEVELS,
    *bytes_writers("utf-8"),
    *bytes_writers("latin-1"),
    *_HTML,
    html_numeric,
    nested(_HTML[0], _HTML[0]),
    nested(html_numeric, html_numeric),
    nested(_HTML[1], _HTML[0]),
    nested(_HTML[0], json_ascii),
    nested(json_in_markup, _HTML[0]),
    nested(json_ascii, _HTML[0]),
    *_PERCENT,
    _plus,
    *_PERCENT_LOWER,
    *_PERCENT_TWICE,
    _table({"'": "'\"'\"'"}),
    _table({"'": "'\\''"}),
    _shell,
    _table({character: "\\" + character for character in '"\\$`'}),
    _table({"'": "\\'"}),
    _table({'"': '\\"'}),
    _table({'"': '""'}),
    _table({"'": "''"}),
    _yaml,
    _table(_LATEX),
    _table(_LATEX_GROUPS),
    re.escape,
    _table({"\\": ""}),
    _table({"_": "\\_"}),
    _printable,
    _mojibake,
    _mojibake_of_windows,
    _decomposed,
)


def _repr_of_wide(name: str) -> Writer:
    return remembered(lambda character: repr(character.encode(name, "surrogatepass"))[2:-1])


# A long value is hidden in these only as a whole.
RARE_WRITERS = frozenset(
    (
        *_PERCENT_LOWER,
        *_PERCENT_TWICE,
        *_THREE_LEVELS,
        _printable,
        _mojibake,
        _mojibake_of_windows,
        json_in_script,
        json_in_script_unicode,
        re.escape,
    )
)
# Of a very long value, these only are tried.
COMMON_WRITERS: tuple[Writer, ...] = (
    str,
    _table({"\n": "\r\n"}),
    json_ascii,
    json_unicode,
    _REPR[0],
    _REPR[2],
    *bytes_writers("utf-8")[:1],
    _HTML[0],
    *_PERCENT[:2],
)
# Those that change every character; what stands between these in a list is left out.
WRITERS_OF_ALL: tuple[Writer, ...] = (
    *(
        _of_bytes(shown)
        for shown in ("\\x{:02x}", "\\x{:02X}", "0x{:02x}", "0x{:02X}", "%{:02X}", "%{:02x}")
    ),
    *(_repr_of_wide(name) for name in ("utf-16-le", "utf-16-be")),
)


@lru_cache(maxsize=1024)
def written_by_all(character: str) -> tuple[str, ...]:
    """Return what each of the writers makes of a character, in their order."""
    return _written_by(WRITERS, character)


@lru_cache(maxsize=512)
def written_by_common(character: str) -> tuple[str, ...]:
    """Return what each of the common writers makes of a character, in their order."""
    return _written_by(COMMON_WRITERS, character)


def _written_by(writers: Sequence[Writer], character: str) -> tuple[str, ...]:
    # Most of them write the same, which is kept once.
    same: dict[str, str] = {}
    return tuple(same.setdefault(written, written) for written in (w(character) for w in writers))
