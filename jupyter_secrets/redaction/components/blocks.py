"""Files of statements in braces: BIND's and rndc's keys, Juniper's and Kea's configurations.

A statement is words up to a semicolon, or up to the block that it opens. None has an equals sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jupyter_secrets.redaction.components import names
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role

_TOKEN = re.compile(
    r"""
      (?P<comment>(?:\#|//)[^\n]*|/\*.{0,4096}?\*/)
    | "(?P<quoted>[^"\n]{0,1024})"
    | (?P<mark>[{};])
    | (?P<word>[^\s{};"=]{1,1024})
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*")
# Before a secret, these say of which kind it is.
_KINDS = frozenset(("0", "5", "7", "8", "9", "ascii-text", "hexadecimal", "encrypted", "plain"))
_DEEPEST = 64


@dataclass(slots=True)
class _Reader:
    """Reads one token after another; `heads` are the names of the blocks that are open."""

    excerpt: Excerpt
    fields: list[Field] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    words: list[Excerpt] = field(default_factory=list)
    blocks: int = 0
    secrets: int = 0

    def read(self) -> list[Field] | None:
        """Return the fields of the file, or `None` where it is none."""
        text, position = self.excerpt.text, 0
        while position < len(text):
            token = _TOKEN.match(text, position)
            if token is None or not self._take(token):
                return None
            space = _SPACE.match(text, token.end())
            position = space.end() if space else token.end()
        complete = not self.heads and not self.words and self.blocks
        return self.fields if complete and self.secrets else None

    def _take(self, token: re.Match[str]) -> bool:
        """Take a token; tell whether it may stand there."""
        if token["comment"]:
            self.fields.append(Field(self.excerpt.part(*token.span()), Role.SEGMENT, "comment"))
        elif token["mark"] == ";":
            self._end()
        elif token["mark"] == "{":
            return self._open()
        elif token["mark"]:
            return self._close()
        else:
            self.words.append(self.excerpt.part(*token.span(token.lastgroup or 0)))
        return True

    def _end(self) -> None:
        """End a statement."""
        fields = list(statement(self.words, tuple(self.heads[-1:])))
        self.secrets += sum(_is_secret(each) for each in fields)
        self.fields += fields
        self.words = []

    def _open(self) -> bool:
        """Open a block: of a key, `key "name" {`, or of a community of SNMP, whose name it is."""
        if not self.words or len(self.heads) >= _DEEPEST:
            return False
        self.blocks += 1
        name, *others = self.words
        self.heads.append(name.text)
        self.words = []
        self.fields.append(Field(name, Role.SEGMENT, "option name"))
        for word in others:
            if name.text == "community":
                self.secrets += 1
                self.fields.append(Field(word, Role.SECRET, "community"))
            else:
                self.fields.append(Field(word, Role.SETTING, names=("name",)))
        return True

    def _close(self) -> bool:
        if self.words or not self.heads:
            return False
        self.heads.pop()
        return True


def statement(words: list[Excerpt], heads: tuple[str, ...] = ()) -> Iterator[Field]:
    """Yield the fields of the words of one statement: what follows a secret name is secret."""
    name = ""
    for number, word in enumerate(words):
        if name and word.text in _KINDS:
            yield Field(word, Role.PUBLIC, "kind of a secret")
        elif name:
            yield Field(word, Role.SETTING, names=(name,))
            name = ""
        elif names.verdict([word.text]) is names.Verdict.SECRET and number + 1 < len(words):
            name = word.text
            yield Field(word, Role.SEGMENT, "option name")
        elif number == 0:
            yield Field(word, Role.SEGMENT, "option name")
        else:
            yield Field(word, Role.SETTING, names=(*heads, words[0].text))


def _is_secret(each: Field) -> bool:
    return each.role is Role.SETTING and names.verdict(each.names[-1:]) is names.Verdict.SECRET


def read_blocks(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of statements in braces, of which one is secret, or `None`."""
    text = excerpt.text
    if "{" not in text or ";" not in text or text[0] in "{[(<":
        return None
    return _Reader(excerpt).read()
