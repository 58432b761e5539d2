"""What is written on one line: pgpass, netrc, `user:password`, headers, htpasswd."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import names, shapes
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role, unescaped
from jupyter_secrets.redaction.components.urls import read_url, split

_HEADER = re.compile(
    r"(?i:(basic|bearer|token|apikey|digest|negotiate|splunk|bot|key|genie_?key|sso-key|ssws|oauth|"
    r"aws4-hmac-sha256|pve[a-z]*token)[ ]{1,4})(\S+)"
)
_PGPASS = re.compile(
    r"((?:\\[:\\]|[\w.*/@\[\]-]){1,256}):(\*|[0-9]{1,5}):((?:\\.|[^:\\]){1,256}):((?:\\.|[^:\\]){1,256}):(.{1,4096})"
)
_HTPASSWD = re.compile(
    r"([^\s:$]{1,128}):((?:\$(?:apr1|2[abxy]|[1567]|y|argon2id?)\$|\{[A-Z0-9-]{2,16}\})[^\s:]{4,1024})"
    r"(:[\w/:.-]*)?"
)
_NO_PASSWORD = re.compile(r"[^\s:$]{1,128}:[*!x]{0,2}(?::[\d:]{0,64})?")
_AT_HOST = re.compile(
    r"(?:(?:tcp|unix)\([^()]{1,128}\)|[\w-]+(?:\.[\w-]+)*:[0-9]{1,5}|[\w-]+(?:\.[\w-]+)+)(?:/[\w?=&.-]{0,64})?"
)
# A slash without a space beside it may be one of some base64.
_BESIDE = re.compile(
    r"([\w.@+-]{1,128})(?:[ \t]{0,4}[|\t\n][ \t]{0,4}|[ \t]{1,4}/[ \t]{1,4})(\S{4,1024})"
)
_TITLE = re.compile(r"[A-Za-z][\w .()/-]{0,40}")
_TITLED = re.compile(r"([A-Za-z][A-Za-z0-9 ]{0,40}):[ \t]{1,64}(\S.{0,4096})")
_QUOTED = re.compile(r"\"([^\"]*)\"")
_PORT = re.compile(r"[0-9]{1,5}:")
_NETRC_WORD = re.compile(r"\"([^\"]{1,1024})\"|\S+")
_OF_RULES = frozenset("|: -")
_NETRC = frozenset(("machine", "default", "login", "account", "password", "macdef", "port"))


def read_header(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of `Basic …`, `Bearer …` and the like, or `None`."""
    match = _HEADER.fullmatch(excerpt.text)
    if match is None:
        return None
    return [
        Field(excerpt.part(*match.span(1)), Role.PUBLIC, "scheme"),
        Field(excerpt.part(*match.span(2)), Role.SECRET, "token of a header"),
    ]


def read_lines(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of pgpass, htpasswd or URLs, one a line, or `None`."""
    fields: list[Field] = []
    for start, end in split(excerpt.text, "\n"):
        line = excerpt.part(start, end).stripped()
        if not line.text:
            continue
        if line.text.startswith("#"):
            fields.append(Field(line, Role.SEGMENT, "comment"))
            continue
        line_fields = _pgpass(line) or _htpasswd(line) or ("\n" in excerpt.text and read_url(line))
        if not line_fields:
            return None
        fields += line_fields
    return fields if any(field.kind != "comment" for field in fields) else None


def _pgpass(line: Excerpt) -> list[Field] | None:
    match = _PGPASS.fullmatch(line.text)
    if match is None:
        return None
    kinds = ("host", "port", "database", "user")
    fields = [
        Field(line.part(*match.span(number)), Role.SETTING, kind, (kind,))
        for number, kind in enumerate(kinds, 1)
    ]
    password = unescaped(
        line.part(*match.span(5)),
        "\\",
        lambda text, position: (text[position + 1 : position + 2], position + 2),
    )
    return [*fields, Field(password, Role.SECRET, "password")]


def _htpasswd(line: Excerpt) -> list[Field] | None:
    match = _HTPASSWD.fullmatch(line.text)
    if match is None:
        locked = _NO_PASSWORD.fullmatch(line.text) is not None
        return [Field(line, Role.PUBLIC, "user without a password")] if locked else None
    return [
        Field(line.part(*match.span(1)), Role.SETTING, "user", ("user",)),
        Field(line.part(*match.span(2)), Role.SECRET, "hash of a password"),
        *_plain(line.part(*match.span(2))),
    ]


def _plain(word: Excerpt) -> list[Field]:
    """Return the password after ``{PLAIN}``."""
    scheme, _, _ = word.text.partition("}")
    if scheme not in ("{PLAIN", "{CLEARTEXT", "{CLEAR"):
        return []
    return [Field(word.part(len(scheme) + 1, len(word.text)), Role.SECRET, "password")]


def read_netrc(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a netrc file, or `None`."""
    words = list(_words(excerpt))
    if len(words) < 4 or words[0].text not in ("machine", "default"):
        return None
    if "password" not in [word.text for word in words]:
        return None
    fields, position = [], 0
    while position < len(words):
        word = words[position]
        if word.text == "default" or word.text not in _NETRC or position + 1 == len(words):
            role = Role.PUBLIC if word.text == "default" else Role.SEGMENT
            fields.append(Field(word, role, "word"))
            position += 1
            continue
        fields.append(Field(word, Role.PUBLIC, "option name"))
        kind = {"machine": "host", "login": "user"}.get(word.text, word.text)
        fields.append(Field(words[position + 1], Role.SETTING, kind, (kind,)))
        position += 2
    return fields


def _words(excerpt: Excerpt) -> Iterator[Excerpt]:
    for match in _NETRC_WORD.finditer(excerpt.text):
        yield excerpt.part(*match.span(1 if match[1] is not None else 0))


def read_table(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a table with a line of names, of which one is secret, or `None`."""
    lines = [
        excerpt.part(start, end).stripped()
        for start, end in split(excerpt.text, "\n")
        if start < end
    ]
    if lines and lines[0].text.startswith("|"):
        lines = [_without_border(line) for line in lines if set(line.text) - _OF_RULES]
    if len(lines) < 2:
        return None
    separator = next((each for each in "|\t,;" if each in lines[0].text), "")
    if not separator:
        return None
    titles = [cell.text for cell in _cells(lines[0], separator)]
    verdicts = [names.verdict([title]) for title in titles]
    if names.Verdict.SECRET not in verdicts or not all(map(_TITLE.fullmatch, titles)):
        return None
    if len(titles) == 2 and all(names.is_known(_cells(line, separator)[0].text) for line in lines):
        return None  # a name and a value on each line
    fields = [Field(lines[0], Role.PUBLIC, "names of columns")]
    for line in lines[1:]:
        cells = _cells(line, separator)
        fields += [
            Field(cell, Role.SETTING, names=(title,))
            for title, cell in zip([*titles, *[titles[-1]] * len(cells)], cells, strict=False)
        ]
    return fields


def read_titled(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of lines like ``Secret access key: x``, if one is secret, or `None`."""
    fields: list[Field] = []
    titles: list[str] = []
    for span in split(excerpt.text, "\n"):
        line = excerpt.part(*span).stripped()
        match = _TITLED.fullmatch(line.text)
        if match is not None:
            titles.append(match[1])
            fields.append(Field(line.part(*match.span(1)), Role.PUBLIC, "option name"))
            fields.append(Field(line.part(*match.span(2)), Role.SETTING, names=(match[1],)))
        elif line.text:
            return None
    known_titles = sum(map(names.is_known, titles))
    secret = any(names.verdict([title]) is names.Verdict.SECRET for title in titles)
    return fields if len(titles) > 1 and secret and 2 * known_titles >= len(titles) else None


def _without_border(line: Excerpt) -> Excerpt:
    end = len(line.text) - line.text.endswith("|")
    return line.part(1, max(end, 1)).stripped()


def _cells(line: Excerpt, separator: str) -> list[Excerpt]:
    cells, position = [], 0
    while position <= len(line.text):
        quoted = _QUOTED.match(line.text, position)
        if quoted:
            cells.append(line.part(*quoted.span(1)))
            position = quoted.end()
        end = line.text.find(separator, position)
        end = end if end >= 0 else len(line.text)
        if not quoted:
            cells.append(line.part(position, end).stripped())
        position = end + 1
    return cells


def _after(excerpt: Excerpt, head: str) -> Excerpt:
    """Return what stands after a first part and its colon."""
    return excerpt.part(len(head) + 1, len(excerpt.text))


def read_pair(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of `user:password`, or `None` where it may be one password.

    The user has to be a word or an address, the password has to be the rest.
    """
    beside = _BESIDE.fullmatch(excerpt.text)
    if beside and shapes.is_user(beside[1]):
        return [
            Field(excerpt.part(*beside.span(1)), Role.PUBLIC, "user"),
            Field(excerpt.part(*beside.span(2)), Role.SECRET, "password"),
        ]
    user, colon, password = excerpt.text.partition(":")
    if not colon or not password or user == "WIFI" or any(map(str.isspace, excerpt.text)):
        return None
    port = _PORT.match(password)
    if port is not None and shapes.is_host(user) and ":" in password[port.end() :]:
        host = Field(excerpt.part(0, len(user)), Role.PUBLIC, "host")
        login = read_pair(excerpt.part(len(user) + 1 + port.end(), len(excerpt.text)))
        return [host, *login] if login else None
    if shapes.is_host(user.removeprefix("*.")) and (login := read_pair(_after(excerpt, user))):
        return [Field(excerpt.part(0, len(user)), Role.PUBLIC, "host"), *login]
    access_key = shapes.is_access_key_id(user)
    if user and not access_key and not shapes.is_user(user.rpartition("\\")[2]):
        return None
    if password.startswith("//") or (user == "localhost" and password.isdigit()):
        return None
    start, end = len(user) + 1, len(excerpt.text)
    position = excerpt.text.rfind("@")
    beside = _AT_HOST.fullmatch(excerpt.text, position + 1) if position > start else None
    if beside is not None:
        end = position
    fields = [
        Field(excerpt.part(0, len(user)), Role.PUBLIC, "user"),
        Field(excerpt.part(start, end), Role.SECRET, "password"),
    ]
    if beside is not None:
        fields.append(Field(excerpt.part(position + 1, len(excerpt.text)), Role.PUBLIC, "host"))
    return fields
