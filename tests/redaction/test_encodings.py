"""Each form a value takes on its way out is hidden."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import quopri
import re
import shlex
import unicodedata
import urllib.parse
from collections.abc import Callable

import pytest

from jupyter_secrets.redaction import Redactor
from jupyter_secrets.redaction.components.recognise import components_of
from jupyter_secrets.redaction.patterns.encodings import encodings
from tests.redaction.samples import KEY, LETTERS, MARKER, MIXED, PASSWORD, TOKEN, URL, leaks


def _csv(value: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([value])
    return out.getvalue()


ENCODERS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "repr": repr,
    "ascii": ascii,
    "repr of repr": lambda value: repr(repr(value)),
    "repr in a list": lambda value: repr([value]),
    "bytes": lambda value: repr(value.encode()),
    "latin-1 bytes": lambda value: repr(value.encode("latin-1")),
    "JSON": json.dumps,
    "JSON, not ASCII": lambda value: json.dumps(value, ensure_ascii=False),
    "JSON in JSON": lambda value: json.dumps(json.dumps(value)),
    "JSON with \\/": lambda value: json.dumps(value).replace("/", "\\/"),
    "HTML": html.escape,
    "HTML without quotes": lambda value: html.escape(value, quote=False),
    "HTML numeric": lambda value: html.escape(value).replace("&#x27;", "&#39;"),
    "HTML &#34;": lambda value: html.escape(value).replace("&quot;", "&#34;"),
    "percent": lambda value: urllib.parse.quote(value, safe=""),
    "percent with /": urllib.parse.quote,
    "percent, lower": lambda value: urllib.parse.quote(value, safe="").replace("%C3%A9", "%c3%a9"),
    "form": urllib.parse.quote_plus,
    "shell": shlex.quote,
    "bash -x": lambda value: "'" + value.replace("'", "'\\''") + "'",
    "CSV": _csv,
    "SQL": lambda value: "'" + value.replace("'", "''") + "'",
    "YAML": lambda value: (
        '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("é", "\\xE9") + '"'
    ),
    "quoted-printable": lambda value: quopri.encodestring(value.encode()).decode(),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 after 1": lambda value: base64.b64encode(b"u" + value.encode()).decode(),
    "base64 after 2": lambda value: base64.b64encode(b"u:" + value.encode()).decode(),
    "base64 for URLs": lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
    "base64 in lines": lambda value: base64.encodebytes(b"user:" + value.encode()).decode(),
    "base32": lambda value: base64.b32encode(value.encode()).decode(),
    "hex": lambda value: value.encode().hex(),
    "HEX": lambda value: value.encode().hex().upper(),
    "hex:": lambda value: value.encode().hex(":"),
    "UTF-16 base64": lambda value: base64.b64encode(value.encode("utf-16-le")).decode(),
    "UTF-16 hex": lambda value: value.encode("utf-16-le").hex(),
    "lower case": str.lower,
    "upper case": str.upper,
    "CRLF": lambda value: value.replace("\n", "\r\n"),
    "percent twice": lambda value: urllib.parse.quote(urllib.parse.quote(value, safe="")),
    "base64 in base64": lambda value: base64.b64encode(
        base64.b64encode(b"app:" + value.encode())
    ).decode(),
    "entities twice": lambda value: html.escape(html.escape(value)),
    "JSON in JSON in repr": lambda value: repr({"b": json.dumps({"p": json.dumps(value)})}),
    "UTF-16 as repr": lambda value: repr(value.encode("utf-16-le")),
    "\\\\xNN": lambda value: "".join(f"\\x{byte:02x}" for byte in value.encode()),
    "0xNN": lambda value: ", ".join(f"0x{byte:02x}" for byte in value.encode()),
    "decomposed": lambda value: unicodedata.normalize("NFD", value),
    "JSON three times": lambda value: json.dumps(json.dumps(json.dumps(value))),
    "repr three times": lambda value: repr(repr(repr(value))),
    "repr of JSON of JSON": lambda value: repr(json.dumps(json.dumps(value))),
    "JSON of JSON of repr": lambda value: json.dumps(json.dumps(repr(value))),
    "JSON of repr of repr": lambda value: json.dumps(repr(repr(value))),
    "plotly": lambda value: (
        json.dumps({"t": value})
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("/", "\\u002f")
    ),
    "plotly in JSON": lambda value: json.dumps(
        json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("/", "\\u002f")
    ),
    "JSON in a page": lambda value: (
        json.dumps(value).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    ),
    "UTF-16BE as repr": lambda value: repr(value.encode("utf-16-be")),
    "UTF-16BE hex": lambda value: value.encode("utf-16-be").hex(),
    "form twice": lambda value: urllib.parse.quote_plus(urllib.parse.quote_plus(value)),
    "%NN": lambda value: "".join(f"%{byte:02X}" for byte in value.encode()),
    "%nn": lambda value: "".join(f"%{byte:02x}" for byte in value.encode()),
    "\\xNN, upper case": lambda value: "".join(f"\\x{byte:02X}" for byte in value.encode()),
    "0xNN, upper case": lambda value: " ".join(f"0x{byte:02X}" for byte in value.encode()),
    "hex with spaces": lambda value: value.encode().hex(" "),
    "HEX:": lambda value: value.encode().hex(":").upper(),
    "base64 in base64 after 1": lambda value: base64.b64encode(
        b"x" + base64.b64encode(b"ap:" + value.encode())
    ).decode(),
    "entities twice without quotes": lambda value: html.escape(
        html.escape(value, quote=False), quote=False
    ),
    "each character as an entity": lambda value: "".join(f"&#x{ord(c):x};" for c in value),
    "composed": lambda value: unicodedata.normalize("NFC", value),
    "UTF-8 read as latin-1": lambda value: value.encode().decode("latin-1"),
    "LaTeX": lambda value: "".join(
        {"\\": "\\textbackslash ", "~": "\\textasciitilde ", "^": "\\textasciicircum "}.get(
            c, "\\" + c if c in "&%$#_{}" else c
        )
        for c in value
    ),
    "LaTeX with groups": lambda value: value.translate(
        {ord(c): "\\" + c for c in "&%$#_"} | {ord("\\"): "\\textbackslash{}"}
    ),
    "a regular expression": re.escape,
    "bash $''": lambda value: "$'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'",
    "without its backslashes": lambda value: value.replace("\\", ""),
    "overstruck": lambda value: "".join(c if c < " " else f"{c}\b{c}" for c in value),
    "underlined": lambda value: "".join(c if c < " " else f"_\b{c}" for c in value),
    "space-joined": lambda value: " ".join(value.splitlines()),
    "\\n-escaped": lambda value: value.replace("\n", "\\n"),
}


@pytest.mark.parametrize("secret", [TOKEN, PASSWORD, KEY, MIXED, URL], ids=lambda s: s[:8])
@pytest.mark.parametrize("name", ENCODERS)
def test_an_encoded_value_leaves_no_half_of_itself(name: str, secret: str) -> None:
    redactor = Redactor([secret])
    encoded = ENCODERS[name](secret.strip())

    out = redactor.redact(f"x {encoded} y")

    left = out.replace(MARKER, "")
    assert MARKER in out
    assert not leaks(out)
    pieces = {encoded[i : i + 24] for i in range(len(encoded) - 23)}
    assert not [piece for piece in pieces if piece in left and "-----" not in piece]


SEPARATIONS: dict[str, Callable[[str], str]] = {
    "a list": lambda value: repr(list(value)),
    "one a line": "\n".join,
    "spaces": " ".join,
    "colours": lambda value: "\x1b[1m" + "\x1b[0m\x1b[1m".join(value),
    "tags": lambda value: "".join(f"<b>{html.escape(c)}</b>" for c in value),
    "base64 in pieces": lambda value: "\n".join(
        re.findall(".{1,6}", base64.b64encode(value.encode()).decode())
    ),
}
EXACTLY_TWELVE = ["aB3$dE5gHi7K", "mN8bV6cX4zA2", "Zü9xQ→påss4W", "q\\7&Z'w<2Rt4"]


@pytest.mark.parametrize("secret", EXACTLY_TWELVE)
@pytest.mark.parametrize("name", [*ENCODERS, *SEPARATIONS])
def test_exactly_twelve_characters_are_found_in_each_encoding(name: str, secret: str) -> None:
    assert len(secret) == 12
    try:
        encoded = {**ENCODERS, **SEPARATIONS}[name](secret)
    except UnicodeEncodeError:
        return  # latin-1 has no arrow

    out = Redactor([secret]).redact(f"-- {encoded} --")

    # What is left stands around the value, or between its characters.
    left = re.sub("<.*?>|\x1b.*?m|textbackslash|quot|amp|u003c|dXNlcj", "", out.replace(MARKER, ""))
    assert MARKER in out
    assert sum(map(str.isalnum, left)) <= 6


@pytest.mark.parametrize("text", ["Basic {}", "Authorization: Basic {}\nnext", "token={}&x=1"])
@pytest.mark.parametrize("after", ["", ":x", ":more of it"])
@pytest.mark.parametrize("user", ["", "a", "ap", "app", "user:"])
def test_a_token_of_base64_goes_as_a_whole(text: str, user: str, after: str) -> None:
    token = base64.b64encode(f"{user}:{TOKEN}{after}".encode()).decode()

    assert Redactor([TOKEN]).redact(text.format(token)) == text.format(MARKER)


def test_a_path_keeps_what_is_no_part_of_a_token() -> None:
    token = base64.b64encode(TOKEN.encode()).decode()

    out = Redactor([TOKEN]).redact(f"https://host.example/abcd/{token}/more")

    assert out == f"https://host.example/abcd/{MARKER}/more"


@pytest.mark.parametrize("name", ["pandas", "head and tail", "30 characters", "the end"])
def test_a_truncated_value_is_hidden(name: str) -> None:
    shown = {
        "pandas": LETTERS[:46] + "...",
        "head and tail": LETTERS[:13] + "..." + LETTERS[-14:],
        "30 characters": LETTERS[:30] + "…",
        "the end": LETTERS[-12:],
    }[name]

    out = Redactor([LETTERS]).redact(shown)

    assert out.replace(MARKER, "") in ("...", "…", "")


def test_a_multi_line_value_is_hidden_line_by_line_but_not_its_header() -> None:
    redactor = Redactor([KEY])

    lines = KEY.splitlines()

    assert redactor.redact(lines[2]) == MARKER
    assert redactor.redact(lines[0]) == lines[0]
    assert redactor.redact(KEY) == MARKER + "\n"


def test_the_strings_of_a_settings_file_are_secrets_but_not_its_words() -> None:
    settings = json.dumps({"type": "service_account", "key": "Zx81nm4420", "on": True}, indent=2)
    redactor = Redactor([settings])

    assert redactor.redact("key Zx81nm4420") == f"key {MARKER}"
    assert redactor.redact('{"type": "service_account", "on": true}') == (
        '{"type": "service_account", "on": true}'
    )
    assert redactor.redact("{\n}\n") == "{\n}\n"


def test_the_password_of_a_url_is_a_secret_of_its_own() -> None:
    assert "p@ss-9Qz7" in [each.text for each in components_of(URL) if each.secret]
    assert Redactor([URL]).redact("login p@ss-9Qz7") == f"login {MARKER}"


@pytest.mark.parametrize(
    "text",
    ["postgresql+psycopg2://scott:tiger@localhost/test", "www.example.com", "sslmode=require"],
)
def test_the_public_parts_of_a_url_are_no_secret(text: str) -> None:
    assert Redactor([URL]).redact(text) == text


def test_a_plain_token_has_few_encodings() -> None:
    assert len(encodings(TOKEN)) <= 40


def test_a_large_value_is_found_at_its_ends_and_as_a_whole() -> None:
    value = "".join(f"{number:05d}-xY" for number in range(16 * 1024))
    redactor = Redactor([value])

    assert redactor.redact(f"a {value} b") == f"a {MARKER} b"
    assert redactor.redact(value[100:140]) == MARKER
    assert redactor.redact(value[-140:-100]) == MARKER


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ('{"engine": "postgres", "password": "Sunshine-Lane"}', "Sunshine-Lane"),
        ('{"user": "bob", "password": "hunt3r2"}', "hunt3r2"),
        ('{"user": "bob", "pin": 90210455}', "90210455"),
        ("PGHOST=db1\nPGPASSWORD=Sunsh-ine\nPGUSER=app\n", "Sunsh-ine"),
        ("{'user': 'app', 'password': 'hunt3r2!'}", "hunt3r2!"),
        ("DB_PW=ab12cd\n", "ab12cd"),
        ("Driver={X};Server=db1;Uid=app;Pwd={aB3x!9Qz};Encrypt=yes;", "aB3x!9Qz"),
    ],
    ids=["JSON", "short", "number", "PGPASSWORD", "repr", "DB_PW", "ODBC"],
)
def test_what_is_named_a_password_is_hidden_alone(value: str, secret: str) -> None:
    redactor = Redactor([value])

    assert redactor.redact(f"it is {secret}.") == f"it is {MARKER}."
    assert redactor.redact("1902104557 user bob postgres") == "1902104557 user bob postgres"
