"""Documents of lines: YAML, INI, TOML, properties and `.env` files, one entry a line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from jupyter_secrets.redaction.components import names, shapes
from jupyter_secrets.redaction.components.component import (
    Excerpt,
    Field,
    Role,
    unescaped,
    words_of,
)
from jupyter_secrets.redaction.components.documents import escape
from jupyter_secrets.redaction.components.settings import read_settings
from jupyter_secrets.redaction.components.urls import read_url

_ENTRY = re.compile(
    r"""
      (?:-[ ]+)*                                     # items of a list
      (?:(?:export|set|setx|setenv|ENV|ARG|declare[ ]-x|set[ ]-g?x)[ ]+)?
      (?:\$(?:[Ee]nv|ENV):|\$)?
      (?:"([^"\n]{1,128})"|'([^'\n]{1,128})'|([A-Za-z_/@.*$:<][^\s=:"'#{}()\[\],;]{0,127}(?::_?[A-Za-z]{1,32}(?==))?))
      (?:[ \t]*(?::=|=>|=)[ \t]*|[ \t]*::?(?=\s|$)[ \t]*)
    """,
    re.VERBOSE,
)
# `pass phrase = x`, and what calls or looks up a name: `define('NAME', x)`, `config['name'] = x`.
_SPACED = re.compile(
    r"(\0)?(\0)?([A-Za-z]{2,24}(?:[ ][A-Za-z]{2,24}){1,3})[ \t]*(?:=|:(?=\s))[ \t]*"
)
_CALLED = re.compile(
    r"(?:[A-Za-z_$][\w.$>-]{0,63})[(\[][ ]?(?:\"([^\"\n]{1,128})\"|'([^'\n]{1,128})'|(\0))"
    r"(?:[)\]]?[ ]{0,4}=[ ]{0,4}|,[ ]{0,4})(?=[\"'0-9a-zA-Z])"
)
_TIGHT = re.compile(r"(\0)?(\0)?([A-Za-z_][\w.-]{0,63}):(?=[^\s/])")
_TYPE = re.compile(
    r"(?:typing\.)?(?:str|int|float|bool|bytes|string|String|number|boolean|SecretStr|SecretBytes"
    r"|(?:Optional|Final|ClassVar|Annotated)\[[\w., \[\]|]{1,64}\])"
    r"(?:[ ]?\|[ ]?None)?[ \t]{0,4}=[ \t]{0,4}"
)
# Lines of code around entries.
_CODE = re.compile(
    r"(?:class|def|async[ ]def)[ ]\w{1,64}(?:\([\w., =\[\]]{0,128}\))?:"
    r"|[)\]}]{1,4}[;,]?|<\?php|\?>|pass"
)
_OPEN_CALL = re.compile(r"(?:await[ ]|new[ ])?[A-Za-z_][\w.]{1,127}\(")
_SECTION = re.compile(r"\[{1,2}[ ]?([\w .:/\"'-]{1,128})[ ]?\]{1,2}")
_BLOCK = re.compile(r"(?:![\w!/-]{1,32}[ ]+)?(?:&\w{1,32}[ ]+)?[|>][+-]?[0-9]?[+-]?")
_PROPERTIES = re.compile(r"(?:(?:&[\w-]{1,64}|![\w!/:.-]{0,64})[ \t]{1,8}){1,2}(?=[^\s#|>])")
_HEREDOC = re.compile(r"<<[-~]?[\"']?(\w{1,32})[\"']?")
_OPENING = re.compile(
    r"[A-Za-z_][\w.-]{0,63}(?:[ ]+(?:\"([^\"\n]{1,128})\"|[\w.-]{1,64})){0,3}[ ]*\{"
)
_RULE = re.compile(r"(?:---|\.\.\.)(?:[ ].*)?")
_COMMENT = re.compile(r"[#;!]+|//(?=\s)|--[ ]|rem[ ]", re.IGNORECASE)
_ITEM = re.compile(r"(?:-[ ]+)+")
LONGEST_BRACKETED = 8192
_QUOTES = ('"""', "'''", '"', "'", "`")


@dataclass(slots=True)
class _Reader:
    """Reads one line after another; `parents` are (indent, name) of what a line may lie in."""

    excerpt: Excerpt
    fields: list[Field] = field(default_factory=list)
    parents: list[tuple[int, str]] = field(default_factory=list)
    section: str = ""
    title: str = ""
    entries: list[str] = field(default_factory=list)
    strangers: int = 0

    def read(self) -> list[Field]:
        """Return the fields of all lines."""
        text, position = self.excerpt.text, 0
        while position < len(text):
            end = text.find("\n", position)
            end = end if end >= 0 else len(text)
            position = self._line(position, end) + 1
        return self.fields

    def _line(self, start: int, end: int) -> int:
        """Read the line; return where the last of what it says ends."""
        text = self.excerpt.text
        line = text[start:end].strip()
        if not line or _RULE.fullmatch(line):
            return end
        start += len(text[start:end]) - len(text[start:end].lstrip())
        comment = _COMMENT.match(line)
        if comment:
            self._comment(start + comment.end(), end)
            return end
        section = _SECTION.fullmatch(line)
        if section:
            self.section, self.parents = section[1], []
            inner = self._part(start + section.start(1), start + section.end(1))
            self.fields.append(Field(inner, Role.SEGMENT, "option name"))
            return end
        return self._entry(start, end)

    def _part(self, start: int, end: int) -> Excerpt:
        return self.excerpt.part(start, end).stripped()

    def _comment(self, start: int, end: int) -> None:
        entry = _ENTRY.match(self.excerpt.text, _after_space(self.excerpt.text, start, end), end)
        if entry and names.verdict([_name(entry)]) is names.Verdict.SECRET:
            self._entry(entry.start(), end)
        else:
            self.fields.append(Field(self._part(start, end), Role.SEGMENT, "comment"))

    def _entry(self, start: int, end: int) -> int:
        text = self.excerpt.text
        entry = _ENTRY.match(text, start, end) or self._other_entry(start, end)
        indent = start - (text.rfind("\n", 0, start) + 1)
        # Items of a list may stand below the first letter of its name.
        inner = indent + text.startswith("- ", start)
        self.parents = [parent for parent in self.parents if parent[0] < inner]
        if entry is None:
            return self._item(start, end, indent)
        name = _name(entry)
        if (
            entry[0].endswith("=")
            and not text[entry.end() : end].strip("= ")
            and not (shapes.is_identifier(name) or names.is_option(name))
        ):
            return self._item(start, end, indent)  # the end of some base64
        self.entries.append(name)
        annotated = _TYPE.match(text, entry.end(), end) if entry[0].rstrip().endswith(":") else None
        group = entry.lastindex or 3
        self.fields.append(Field(self._part(*entry.span(group)), Role.SEGMENT, "option name"))
        value, end = self._value(annotated.end() if annotated else entry.end(), end, indent)
        if value.text:
            self.fields.append(self._named(value, name))
        else:
            self.parents.append((indent, name))
        return end

    def _named(self, value: Excerpt, name: str) -> Field:
        """Return the value of an entry; `- name: TOKEN` names the value after it."""
        if names.is_title(name) and (names.is_option(value.text) or names.is_known(value.text)):
            self.title = value.text
            return Field(value, Role.SEGMENT, "option name")
        if _OPEN_CALL.fullmatch(value.text) and shapes.is_identifier(value.text):
            return Field(value, Role.PUBLIC, "function")
        if value.text.startswith("*") and f"&{value.text[1:]}" in self.excerpt.text:
            return Field(value, Role.PUBLIC, "alias")
        title = (self.title,) if self.title and names.is_value(name) else ()
        if not title and self.parents and names.is_value(name):
            name = "value"  # `default` of a variable of Terraform
        return Field(value, Role.SETTING, names=(*self._within(), *title, name))

    def _other_entry(self, start: int, end: int) -> re.Match[str] | None:
        """Return an entry that is one only with a name that is known.

        It has no space after its colon, in an INI file, or it has some in its name, or in a call.
        """
        text = self.excerpt.text
        entry = _TIGHT.match(text, start, end) if self.section else None
        if entry is None:
            entry = _SPACED.match(text, start, end)
            if entry is not None:
                return entry if names.is_option(_name(entry)) else None
            entry = _CALLED.match(text, start, end)
        return entry if entry and names.is_known(_name(entry)) else None

    def _item(self, start: int, end: int, indent: int) -> int:
        """Read a line that is no entry: an item of a list, or what goes on the entry before."""
        opening = _OPENING.fullmatch(self.excerpt.text[start:end].rstrip())
        if opening or self.excerpt.text[start:end].rstrip() in ("}", "};", "},"):
            if opening and opening[1]:
                self.parents.append((indent, opening[1]))
            self.fields.append(Field(self._part(start, end), Role.SEGMENT, "block"))
            return end
        line = self._part(start, end)
        if _CODE.fullmatch(line.text) and shapes.is_identifier(line.text.rstrip(":")):
            self.fields.append(Field(line, Role.PUBLIC, "code"))
            return end
        if self.section and not self.parents and self._of_host(line):
            return end
        item = _ITEM.match(self.excerpt.text, start, end)
        if not (self.parents or (item and self.section)):
            self.strangers += item is None
            self.fields.append(Field(self._part(start, end), Role.SEGMENT, "line"))
            return end
        value, end = self._value(item.end() if item else start, end, indent)
        self.fields.append(Field(value, Role.SETTING, names=self._within()))
        return end

    def _of_host(self, line: Excerpt) -> bool:
        """Read a host with settings, as in inventories of Ansible; tell whether it is one."""
        host = next(words_of(line), line)
        if not (shapes.is_host(host.text) or shapes.is_plain_word(host.text)):
            return False
        settings = read_settings(line) if "=" in line.text else None
        if settings is None and (host.text != line.text or not shapes.is_host(host.text)):
            return False
        self.fields += settings or [Field(line, Role.SEGMENT, "host")]
        return True

    def _within(self) -> tuple[str, ...]:
        return (self.section, *(name for _, name in self.parents[-2:]))

    def _value(self, start: int, end: int, indent: int) -> tuple[Excerpt, int]:
        """Return the value that begins at a place, and its end, perhaps in a later line."""
        text = self.excerpt.text
        start = _after_space(text, start, end)
        properties = _PROPERTIES.match(text, start, end)
        start = properties.end() if properties else start
        heredoc = _HEREDOC.fullmatch(text[start:end].rstrip())
        if heredoc and (last := text.find("\n" + heredoc[1], end)) > end:
            return self._part(end, last), last + 1 + len(heredoc[1])
        if _BLOCK.fullmatch(text[start:end].rstrip()):
            last = _block_end(text, end, indent)
            return self._part(end, last), last
        for quote in _QUOTES:
            if text.startswith(quote, start):
                return self._quoted(quote, start + len(quote), end)
        comment = re.search(r"[ \t]#", text[start:end])
        stop = start + comment.start() if comment else end
        value = self._part(start, stop)
        if value.text.endswith((",", ";")) and value.text[:1] not in ("{", "["):
            value = value.part(0, len(value.text) - 1)
        if value.text[:1] in ("{", "[") and value.text[-1:] not in ("}", "]"):
            return self._bracketed(start, end)
        return value, end

    def _quoted(self, quote: str, start: int, end: int) -> tuple[Excerpt, int]:
        text, close = self.excerpt.text, start
        while True:
            close = text.find(quote, close)
            if close < 0:
                return self._part(start - len(quote), end), end
            if quote == "'" and text.startswith("''", close):
                close += 2
            elif quote != "'" and _is_escaped(text, close, start):
                close += 1
            else:
                break
        after = text.find("\n", close)
        after = after if after >= 0 else len(text)
        if not self._is_quoted(start, close, text[close + len(quote) : after]):
            return self._part(start - len(quote), end), end
        value = self.excerpt.part(start, close)
        if text[close + len(quote) : after].strip(" \t,;})"):
            after = close + len(quote)  # another entry, or a comment
        if quote[0] == '"':
            value = unescaped(value, "\\", escape)
        elif quote == "'":
            value = unescaped(value, "'", lambda text, position: ("'", position + 2))
        return value, after

    def _is_quoted(self, start: int, close: int, rest: str) -> bool:
        """Tell whether quotes are those of a value: nothing follows, and no entry is within."""
        if rest.strip() and not rest.lstrip().startswith(("#", ",", ";", "}", ")")):
            return False
        lines = self.excerpt.text[start:close].split("\n")[1:]
        return not any(_ENTRY.match(line) for line in lines)

    def _bracketed(self, start: int, end: int) -> tuple[Excerpt, int]:
        """Return an array or object over several lines, up to the line that closes it."""
        text = self.excerpt.text
        closing = {"{": "}", "[": "]"}[text[start]]
        close = text.find("\n" + closing, end, end + LONGEST_BRACKETED)
        if close < 0:
            return self._part(start, end), end
        return self._part(start, close + 2), close + 2


def read_entries(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a document of lines, or `None` for what is none.

    It is one if most of its lines are entries and one of their names is known.
    """
    first = excerpt.text.split("\n", 1)[0]
    if not ("\n" in excerpt.text or _is_entry(first.strip())):
        return None
    reader = _Reader(excerpt)
    fields = reader.read()
    only_entries = len(reader.entries) > 1 and not reader.strangers
    is_known = any(map(names.is_known, reader.entries)) or bool(reader.section) or only_entries
    if len(reader.entries) == 1:
        is_known = is_known or _holds_a_secret(fields) or _is_url(fields[-1])
    if not is_known or reader.strangers > len(reader.entries):
        return None
    if len(reader.entries) == 1 and not _is_surely_an_entry(fields):
        return None
    return fields


def _is_entry(line: str) -> bool:
    return bool(_ENTRY.match(line) or _SPACED.match(line) or _CALLED.match(line))


def _holds_a_secret(fields: list[Field]) -> bool:
    """Tell whether one entry is a block of others, of which one is named a secret."""
    block = fields[-1].excerpt.text
    if not (block.startswith("{") and "\n" in block):
        return False
    inner = (_ENTRY.match(line.strip()) for line in block.split("\n")[1:])
    return any(names.verdict([_name(each)]) is names.Verdict.SECRET for each in inner if each)


def _is_url(value: Field) -> bool:
    """Tell whether the value of an entry is a URL with a user."""
    return "@" in value.excerpt.text and bool(read_url(value.excerpt))


def _is_surely_an_entry(fields: list[Field]) -> bool:
    """Tell whether one entry is no base64 with a padding."""
    values = [each.excerpt.text for each in fields if each.role is Role.SETTING]
    return bool(values) and values[0].strip("=") != ""


def _name(entry: re.Match[str]) -> str:
    return entry[1] or entry[2] or entry[3]


def _after_space(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _is_escaped(text: str, position: int, start: int) -> bool:
    backslashes = 0
    while position - backslashes > start and text[position - backslashes - 1] == "\\":
        backslashes += 1
    return backslashes % 2 == 1


def _block_end(text: str, position: int, indent: int) -> int:
    """Return the end of the lines after a place that are indented more, or empty."""
    while position < len(text):
        end = text.find("\n", position + 1)
        end = end if end >= 0 else len(text)
        line = text[position + 1 : end]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        position = end
    return position
