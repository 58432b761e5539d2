"""Logins in lines of no known form: a user, and the password beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import shapes
from jupyter_secrets.redaction.components.component import Excerpt, words_of
from jupyter_secrets.redaction.components.urls import split

SHORTEST = 4
_WORD_SEPARATORS = ("\t", "|", ";", ",", " -> ", " => ", " / ")
_NAMED_WORD = re.compile(r"[^\s:=]{1,64}[ \t]{0,4}[:=][ \t]{1,4}(\S{1,1024})")
_RELATIVE_NAME = r"[A-Za-z]{1,16}=[^,:=]{1,64}"
_DISTINGUISHED_NAME = re.compile(rf"(?:{_RELATIVE_NAME},){{1,12}}{_RELATIVE_NAME}")
_ORACLE_LOGIN = re.compile(r"[\w$#]{1,64}/(?:\"([^\"]{1,256})\"|([^\s@/\"]{1,256}))@\S")
_ASSIGNMENT = re.compile(r"\w{1,64}[ \t]?[=:][^=]")
_IN_BRACKETS = re.compile(r"[\w.@-]{1,64} [(\[]\S{4,256}[)\]]")
_ROLES = frozenset(("user", "admin", "root", "guest", "viewer", "editor", "owner", "readonly"))
_PUBLIC = ("host", "address", "date", "flag", "placeholder", "version", "duration", "number")


def of_logins(lines: list[Excerpt]) -> Iterator[Excerpt]:
    """Yield what stands in lines where a user's password does."""
    for line in lines:
        yield from _of_login(line)
    if len(lines) == 2 and all(len(line.text.split()) == 1 for line in lines):
        yield lines[1]  # a user and a password, as OpenVPN reads them


def _of_login(line: Excerpt) -> Iterator[Excerpt]:
    """Yield the password of a line like `bob,password`, `host bob password` or `x bob:password`."""
    match = _NAMED_WORD.fullmatch(line.text)
    if match:
        yield line.part(*match.span(1))
    for word in words_of(line):
        yield from _of_pair(word)
    for separator in _WORD_SEPARATORS:
        if separator in line.text:
            yield from _after_login(_cells(line, separator))
            return
    words = list(words_of(line))
    if len(words) > 2 and words[1].text == "*" and _is_user(words[0].text):  # of chap-secrets
        yield words[2]
    if len(words) == 2 and (_is_surely_user(words[0].text) or _IN_BRACKETS.fullmatch(line.text)):
        yield words[1]
    elif len(words) == 3 and (_is_host(words[0].text) or _is_surely_user(words[0].text)):
        yield from _after_login(words)


def _is_host(text: str) -> bool:
    return shapes.is_host(text) or text.startswith(("https://", "http://"))


def _of_pair(word: Excerpt) -> Iterator[Excerpt]:
    oracle = _ORACLE_LOGIN.match(word.text)
    if oracle is not None:
        yield word.part(*oracle.span(1 if oracle[1] is not None else 2))
    head, colon, tail = word.text.partition(":")
    head = head.rpartition("=")[2] if not _DISTINGUISHED_NAME.fullmatch(head) else head
    start = word.text.find(":") + 1
    if colon and "//" not in tail and len(tail) >= SHORTEST and not tail.isdigit():
        named = _DISTINGUISHED_NAME.fullmatch(head) or _is_user(head)
        if named and any(map(str.isalpha, head)):
            yield word.part(start, len(word.text))


def _cells(line: Excerpt, separator: str) -> list[Excerpt]:
    cells = [line.part(*span).stripped() for span in split(line.text, separator)]
    return [next(words_of(cell), cell) if " " not in cell.text else cell for cell in cells]


def _after_login(cells: list[Excerpt]) -> Iterator[Excerpt]:
    """Yield the first cell after a user's name that is neither a role nor surely public."""
    users = [number for number, cell in enumerate(cells) if _is_user(cell.text)]
    for cell in cells[users[0] + 1 :] if users else ():
        kind = shapes.kind_of(cell.text)
        if len(cell.text) < SHORTEST or kind in _PUBLIC or shapes.is_host(cell.text):
            continue
        if cell.text.casefold() in _ROLES or _ASSIGNMENT.match(cell.text):
            continue
        yield cell
        return


def _is_user(text: str) -> bool:
    return _is_surely_user(text) or shapes.is_user(text) or shapes.is_access_key_id(text)


def _is_surely_user(text: str) -> bool:
    """Tell whether a text is an address of e-mail, or a user with a domain before it."""
    domain, backslash, user = text.partition("\\")
    if backslash:
        return shapes.is_user(domain) and shapes.is_user(user)
    return shapes.is_mail_address(text)
