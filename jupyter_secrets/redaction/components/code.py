"""Source code in a text of no known form: lines of it that everybody writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import names, shapes

_CODE = re.compile(
    r"^[ \t]{0,64}(?:import [\w.]{2,64}|from [\w.]{1,64} import |(?:async )?def \w{1,64}\("
    r"|class \w{1,64}[:({ ]|(?:export )?(?:const|let|var|val) \w{1,64} ?=|function \w{1,64}\("
    r"|\#include ?[<\"]|package [\w.]{1,64};?$|using [\w.]{1,64};|<\?php|define\([\"']"
    r"|library\(\w)|\bos\.environ\b|\bgetenv\(|\bprocess\.env\.",
    re.MULTILINE,
)
_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"[^\W_][\w.-]*")
_CALL = re.compile(r"(?<![\w.\"'-])[A-Za-z_][\w.]{2,63}(?=\()")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_COMMENT = re.compile(r"[#`\"']|//|--")
_IMPORT = re.compile(r"\s*(?:import|from)\s")
SHORTEST = 4


def public_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of the lines of code that have only plain words and names in them.

    There are none where nothing tells that the text is code, and none of comments or of what has
    several words in quotes, which may be a passphrase.
    """
    if _CODE.search(text) is None:
        return
    for line in _LINE.finditer(text):
        quoted = "".join(_QUOTED.findall(line[0]))
        if any(map(str.isspace, quoted)) or _COMMENT.search(_QUOTED.sub("", line[0])):
            continue
        is_plain = shapes.is_identifier if _IMPORT.match(line[0]) else _is_plain
        if all(map(is_plain, _WORD.findall(line[0]))):
            yield line.span()


def public_calls(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of the names of what is called in code, unless chance made them."""
    if _CODE.search(text) is not None:
        for call in _CALL.finditer(text):
            if shapes.is_identifier(call[0]):
                yield call.span()


def _is_plain(word: str) -> bool:
    return (
        len(word) < SHORTEST
        or names.is_option(word)
        or shapes.kind_of(word.rstrip(".-")) is not None
    )
