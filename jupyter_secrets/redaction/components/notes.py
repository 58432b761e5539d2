"""What people write down in a form of their own: a user and a password, with or without a label.

No recogniser is sure of such a value, so the whole of it is secret; these are the parts of it that
are printed alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import names
from jupyter_secrets.redaction.components.component import Excerpt
from jupyter_secrets.redaction.components.urls import split

FEW_LINES = 20
SHORTEST = 8
_LABELLED = re.compile(
    r"([^\W\d_]{1,32})[\"'\])]{0,3}(?:[ \t]{0,4}[:=：][ \t]{0,4}[\"']?([^\s\"',;]{4,1024})"
    r"|[ \t]{1,4}([^\s\"',;]{4,1024})[,;]?$)",
    re.MULTILINE,
)
_LABELS = frozenset(
    (
        "пароль",
        "пин",
        "密码",
        "口令",
        "パスワード",
        "암호",
        "contraseña",
        "passe",
        "palavra",
        "hasło",
    )
)
_LAST = re.compile(r"[:=|,;\t/]\s{0,8}([^\s:=|,;/]{8,1024})$")
_TOKEN = re.compile(r"[A-Za-z0-9+/_=.-]+")
_QUOTES = "\"'`"


def parts_of_note(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield what may be secret alone in a text of no known form."""
    text = excerpt.text
    if len(text) > 2 and text[0] == text[-1] and text[0] in _QUOTES:
        yield excerpt.part(1, len(text) - 1)
    if _TOKEN.fullmatch(text):
        return
    for match in _LABELLED.finditer(text):
        if match[1].casefold() in _LABELS or names.is_secret_word(match[1].lower()):
            yield excerpt.part(*match.span(match.lastindex or 0))
    lines = [excerpt.part(start, end).stripped() for start, end in split(text, "\n")]
    for line in lines if len(lines) <= FEW_LINES else ():
        last = _LAST.search(line.text)
        if last:
            yield line.part(*last.span(1))
        elif len(lines) > 1 and len(line.text) >= SHORTEST and len(line.text.split()) == 1:
            yield line


def lines_of_secret(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield the lines of a secret that has several, each without the white space around it."""
    if "\n" in excerpt.text:
        for start, end in split(excerpt.text, "\n"):
            line = excerpt.part(start, end).stripped()
            if len(line.text) >= SHORTEST:
                yield line
