"""How a text comes out of a program: written with standard libraries, not with the package."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import quopri
import shlex
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

from tests.redaction.corpus.kinds import ENCODED, PIECE

Encoder = Callable[[str], str]
RARE_UP_TO = 512


def _csv(text: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(["id", text])
    return out.getvalue()


def _base64_after(prefix: bytes) -> Encoder:
    return lambda text: base64.b64encode(prefix + text.encode()).decode()


def _lower_percent(text: str) -> str:
    pieces = quote(text, safe="").split("%")
    return pieces[0] + "".join("%" + piece[:2].lower() + piece[2:] for piece in pieces[1:])


def _yaml(text: str) -> str:
    escaped = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    )
    return '"' + "".join(_yaml_character(character) for character in escaped) + '"'


def _yaml_character(character: str) -> str:
    code = ord(character)
    if code < 0x7F:
        return character
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"


def _latex(text: str) -> str:
    names = {"\\": r"\textbackslash ", "~": r"\textasciitilde ", "^": r"\textasciicircum "}
    names |= {character: "\\" + character for character in "&%$#_{}"}
    return "".join(names.get(character, character) for character in text)


def _in_script(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


# The encodings of docs/redaction.md.
ENCODERS: dict[str, Encoder] = {
    "raw": str,
    "repr": repr,
    "ascii": ascii,
    "repr in a dict": lambda text: repr({"value": text}),
    "repr of repr": lambda text: repr(repr(text)),
    "bytes": lambda text: repr(text.encode()),
    "Latin-1 bytes": lambda text: repr(text.encode("latin-1")),
    "JSON": json.dumps,
    "JSON, not ASCII": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"v": text})),
    "JSON with \\/": lambda text: json.dumps(text).replace("/", "\\/"),
    "JSON in repr": lambda text: repr(json.dumps({"v": text})),
    "JSON in JSON in repr": lambda text: repr({"b": json.dumps({"p": json.dumps({"v": text})})}),
    "JSON in a script": _in_script,
    "JSON in an attribute": lambda text: html.escape(json.dumps({"v": text})),
    "entities": html.escape,
    "entities, quotes left alone": lambda text: html.escape(text, quote=False),
    "entities, decimal quotes": lambda text: (
        html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    ),
    "entities, numeric": lambda text: (
        html.escape(text).encode("ascii", "xmlcharrefreplace").decode()
    ),
    "entities twice": lambda text: html.escape(html.escape(text)),
    "percent": lambda text: quote(text, safe=""),
    "percent but /": quote,
    "percent of requests": lambda text: quote(text, safe="!#$%&'()*+,/:;=?@[]~"),
    "percent, lower": _lower_percent,
    "form": quote_plus,
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "shell": shlex.quote,
    "bash -x": lambda text: "'" + text.replace("'", "'\\''") + "'",
    "CSV": _csv,
    "SQL": lambda text: "'" + text.replace("'", "''") + "'",
    "YAML": _yaml,
    "LaTeX": _latex,
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
    "base64": _base64_after(b""),
    "base64 after 1": _base64_after(b"u"),
    "base64 after 2": _base64_after(b"u:"),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 in lines": lambda text: base64.encodebytes(b"user:" + text.encode()).decode(),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "hex with colons": lambda text: text.encode().hex(":"),
    "hex with spaces": lambda text: text.encode().hex(" "),
    "UTF-16 in base64": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "UTF-16 in hex": lambda text: text.encode("utf-16-le").hex(),
    "UTF-16 as repr": lambda text: repr(text.encode("utf-16-le")),
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "UTF-8 read as Latin-1": lambda text: text.encode().decode("latin-1"),
}
# What is rare, and not done to what is large.
RARE: dict[str, Encoder] = {
    "UTF-16BE in base64": lambda text: base64.b64encode(text.encode("utf-16-be")).decode(),
    "UTF-16BE as repr": lambda text: repr(text.encode("utf-16-be")),
    "base64 in base64": lambda text: base64.b64encode(
        base64.b64encode(b"app:" + text.encode())
    ).decode(),
    "every byte as \\xNN": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "every byte as 0xNN": lambda text: ", ".join(f"0x{byte:02x}" for byte in text.encode()),
    "every byte as %NN": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "upper case": str.upper,
    "lower case": str.lower,
}


def encodings(text: str) -> Iterator[tuple[str, str]]:
    """Yield each encoding that has to be recognised in a text, with its name, each text once."""
    encoders = dict(ENCODERS) if len(text) >= ENCODED else {"raw": str}
    if PIECE <= len(text) <= RARE_UP_TO:
        encoders |= RARE
    seen: set[str] = set()
    for name, encode in encoders.items():
        try:
            encoded = encode(text)
        except UnicodeEncodeError:
            continue  # it has other letters than Latin-1
        if encoded not in seen:
            seen.add(encoded)
            yield name, encoded
