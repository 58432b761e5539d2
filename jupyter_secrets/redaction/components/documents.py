"""JSON, and what is written like it: Python's dicts, flow YAML, one document a line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from jupyter_secrets.redaction.components import names
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role, unescaped

_SPACE = re.compile(r"\s*")
_STRINGS = {
    '"': re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL),
    "'": re.compile(r"'[^'\\]*(?:\\.[^'\\]*)*'", re.DOTALL),
}
_PREFIX = re.compile(r"[bru]{1,2}(?=[\"'])")
_SCALAR = re.compile(r"[^\s,:\[\]{}()\"']+(?::[^\s,:\[\]{}()\"']+)*")
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "\n": ""}
_DIGITS = {"x": 2, "u": 4, "U": 8}
DEEPEST = 256


@dataclass(slots=True)
class _Reader:
    """Reads one token after another; `expects` says what may come next."""

    excerpt: Excerpt
    fields: list[Field] = field(default_factory=list)
    closings: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    titles: list[dict[str, int]] = field(default_factory=list)
    name: str = ""
    before: str = ""
    expects: str = "value"

    def read(self) -> list[Field] | None:
        """Return the fields of the document, or `None` where it is none."""
        text, position = self.excerpt.text, 0
        while position < len(text):
            end = self._token(text, position)
            if end is None:
                return None
            space = _SPACE.match(text, end)
            position = space.end() if space else end
        return None if self.closings else self.fields

    def _token(self, text: str, position: int) -> int | None:
        character = text[position]
        if character in _CLOSING:
            return self._open(character, position)
        if not self.closings:
            return None
        if character == self.closings[-1]:
            return self._close(position)
        if character == ",":
            return self._separate(position, ("comma",), self._next())
        if character == ":":
            return self._separate(position, ("colon",), "value")
        return self._scalar(text, position)

    def _open(self, character: str, position: int) -> int | None:
        if self.expects != "value" or len(self.closings) >= DEEPEST:
            return None
        self.closings.append(_CLOSING[character])
        self.names.append(self.name)
        self.titles.append({})
        self.before = ""
        self.expects = self._next()
        return position + 1

    def _close(self, position: int) -> int | None:
        if self.expects == "colon":
            return None
        self.closings.pop()
        self._name_value(self.titles.pop())
        self.name = self.names.pop()
        # Another document may follow on the next line.
        self.expects = "comma" if self.closings else "value"
        return position + 1

    def _name_value(self, indexes: dict[str, int]) -> None:
        """Give the value of an object like `{"name": "TOKEN", "value": "…"}` that name."""
        titles = [index for name, index in indexes.items() if names.is_title(name)]
        values = [index for name, index in indexes.items() if names.is_value(name)]
        if not titles or not values:
            return
        title = self.fields[titles[0]].excerpt
        self.fields[titles[0]] = Field(title, Role.SEGMENT, "option name")
        for index in values:
            each = self.fields[index]
            all_names = (*each.names[:-1], title.text, each.names[-1])
            self.fields[index] = replace(each, names=all_names)

    def _next(self) -> str:
        return "key" if self.closings[-1] == "}" else "value"

    def _separate(self, position: int, wanted: tuple[str, ...], following: str) -> int | None:
        if self.expects not in wanted:
            return None
        self.expects = following
        return position + 1

    def _scalar(self, text: str, position: int) -> int | None:
        prefix = _PREFIX.match(text, position)
        start = prefix.end() if prefix else position
        quoted = text[start] in _STRINGS
        match = (_STRINGS[text[start]] if quoted else _SCALAR).match(text, start)
        if match is None or self.expects not in ("key", "value"):
            return None
        if quoted:
            token = unescaped(self.excerpt.part(start + 1, match.end() - 1), "\\", escape)
        else:
            token = self.excerpt.part(start, match.end())
        if self.expects == "key":
            self.name, self.expects = token.text, "colon"
            self.fields.append(Field(token, Role.SEGMENT, "option name"))
        else:
            self.titles[-1][self.name] = len(self.fields)
            names = (*self.names[-2:], self.name, *self._option(token.text))
            self.fields.append(Field(token, Role.SETTING, names=names))
            self.expects = "comma"
        return match.end()

    def _option(self, text: str) -> tuple[str, ...]:
        """Return the option before a value in a list of a program's arguments."""
        before, self.before = self.before, text if self.closings[-1] != "}" else ""
        is_value = before.startswith("--") and not text.startswith("-") and "=" not in before
        return (before,) if is_value else ()


def read_json(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of JSON or the like, each with the names it lies under, or `None`."""
    if excerpt.text[:1] not in ("{", "["):
        return None
    return _Reader(excerpt).read()


def escape(text: str, position: int) -> tuple[str, int]:
    """Return what an escape of JSON or Python at a place stands for, and its end."""
    kind = text[position + 1 : position + 2]
    size = _DIGITS.get(kind)
    if size is None:
        return _SIMPLE.get(kind, kind), position + 2
    end = position + 2 + size
    code = _code(text[position + 2 : end])
    if code is None:
        return kind, position + 2
    if 0xD800 <= code < 0xDC00 and text[end : end + 2] == "\\u":
        low = _code(text[end + 2 : end + 6])
        if low is not None and 0xDC00 <= low < 0xE000:
            return chr(0x10000 + (code - 0xD800 << 10) + low - 0xDC00), end + 6
    return chr(code), end


def _code(digits: str) -> int | None:
    try:
        code = int(digits, 16)
    except ValueError:
        return None
    return code if 0 <= code <= 0x10FFFF else None
