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
    r"([^\s:$]{1,128}):((?:\$(?:apr1|2[abxy]|1|5|6|y|argon2id?)\$|\{[A-Z0-9-]{2,12}\})\S{8,1024})(:[\d:]*)?"
)
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
            fields.append(Field(line, Role.PUBLIC, "comment"))
            continue
        found = _pgpass(line) or _htpasswd(line) or ("\n" in excerpt.text and read_url(line))
        if not found:
            return None
        fields += found
    return fields


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
        line.part(*match.span(5)), "\\", lambda text, at: (text[at + 1 : at + 2], at + 2)
    )
    return [*fields, Field(password, Role.SECRET, "password")]


def _htpasswd(line: Excerpt) -> list[Field] | None:
    match = _HTPASSWD.fullmatch(line.text)
    if match is None:
        return None
    return [
        Field(line.part(*match.span(1)), Role.SETTING, "user", ("user",)),
        Field(line.part(*match.span(2)), Role.SECRET, "hash of a password"),
    ]


def read_netrc(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a netrc file, or `None`."""
    words = list(_words(excerpt))
    if len(words) < 4 or words[0].text not in ("machine", "default"):
        return None
    if "password" not in [word.text for word in words]:
        return None
    fields, at = [], 0
    while at < len(words):
        word = words[at]
        if word.text == "default" or word.text not in _NETRC or at + 1 == len(words):
            role = Role.PUBLIC if word.text == "default" else Role.SEGMENT
            fields.append(Field(word, role, "word"))
            at += 1
            continue
        fields.append(Field(word, Role.PUBLIC, "option name"))
        kind = {"machine": "host", "login": "user"}.get(word.text, word.text)
        fields.append(Field(words[at + 1], Role.SETTING, kind, (kind,)))
        at += 2
    return fields


def _words(excerpt: Excerpt) -> Iterator[Excerpt]:
    at, text = 0, excerpt.text
    for word in text.split():
        at = text.index(word, at)
        yield excerpt.part(at, at + len(word))
        at += len(word)


def read_pair(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of `user:password`, or `None` where it may be one password.

    The user has to be a word or an address, the password has to be the rest.
    """
    user, colon, password = excerpt.text.partition(":")
    if not colon or not password or any(map(str.isspace, excerpt.text)):
        return None
    access_key = shapes.is_access_key_id(user)
    if user and not access_key and not (shapes.is_user(user) and not names.is_known(user + "_")):
        return None
    if password.startswith("//") or (password.isdigit() and len(password) <= 5):
        return None
    return [
        Field(excerpt.part(0, len(user)), Role.PUBLIC, "user"),
        Field(excerpt.part(len(user) + 1, len(excerpt.text)), Role.SECRET, "password"),
    ]
