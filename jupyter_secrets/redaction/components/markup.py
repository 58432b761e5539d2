"""XML: the text of its elements and the values of their attributes, each with its names."""

from __future__ import annotations

import html
import re

from jupyter_secrets.redaction.components import names, shapes
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role, unescaped

_ATTRIBUTE = re.compile(
    # Its name is tried where it begins only.
    r"(?<![\w:.-])([\w:.-]{1,128})[ \t\r\n]{0,8}=[ \t\r\n]{0,8}(?:\"([^\"]*)\"|'([^']*)')"
)
_TAG = re.compile(r"/?[A-Za-z_][\w:.-]{0,127}")
_LONGEST_ENTITY = 12
_TWO_DEEP = 4  # a name and a title of each of two elements
_NAMING = frozenset(("key", "name", "id", "property"))


def read_xml(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of an XML document, or `None` for what is none."""
    text = excerpt.text
    if not text.startswith("<") or not text.endswith(">") or not ("</" in text or "/>" in text):
        return None
    fields: list[Field] = []
    stack: list[str] = []
    position = 0
    while position < len(text):
        start = text.find("<", position)
        start = start if start >= 0 else len(text)
        content = excerpt.part(position, start).stripped()
        if content.text:
            fields.append(_content(_decoded(content), stack))
        if start == len(text):
            break
        end = _markup_end(text, start)
        if end is None:
            return None
        fields += _markup(excerpt.part(start, end), stack)
        position = end
    return fields


def _content(text: Excerpt, stack: list[str]) -> Field:
    """Return the text of an element; that of `<key>` and `<name>` names what stands beside it."""
    if len(stack) >= _TWO_DEEP and stack[-2].lower() in _NAMING and names.is_known(text.text):
        stack[-3] = text.text
        return Field(text, Role.SEGMENT, "option name")
    return Field(text, Role.SETTING, names=tuple(stack[-4:]))


def _markup_end(text: str, start: int) -> int | None:
    for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<", ">")):
        if text.startswith(opening, start):
            end = text.find(closing, start + len(opening))
            return end + len(closing) if end >= 0 else None
    return None


def _markup(excerpt: Excerpt, stack: list[str]) -> list[Field]:
    text = excerpt.text
    if text.startswith("<![CDATA["):
        return [
            Field(excerpt.part(9, len(text) - 3).stripped(), Role.SETTING, names=tuple(stack[-4:]))
        ]
    if text.startswith("<?xml "):
        return [Field(excerpt, Role.PUBLIC, "declaration")]
    if text.startswith("<!--"):
        return [Field(excerpt.part(4, len(text) - 3).stripped(), Role.SEGMENT, "comment")]
    if text.startswith(("<!", "<?")):
        return [Field(excerpt.part(2, len(text) - 1), Role.SEGMENT, "comment")]
    tag = _TAG.match(text, 1)
    if tag is None:
        return [Field(excerpt, Role.SEGMENT, "markup")]
    if text.startswith("</"):
        del stack[-2:]
        return []
    return _element(excerpt, tag.end(), stack)


def _element(excerpt: Excerpt, position: int, stack: list[str]) -> list[Field]:
    tag = excerpt.text[1:position]
    attributes = []
    for match in _ATTRIBUTE.finditer(excerpt.text, position):
        low, high = match.span(2 if match[2] is not None else 3)
        attributes.append((match[1], _decoded(excerpt.part(low, high))))
    naming = [value.text for name, value in attributes if _names_another(name, value.text)]
    title = naming[0] if naming else ""
    fields = [Field(excerpt.part(1, position), Role.SEGMENT, "option name")]
    for name, value in attributes:
        if title and value.text == title and name.lower() in _NAMING:
            fields.append(Field(value, Role.SEGMENT, "option name"))
        else:
            fields.append(Field(value, Role.SETTING, names=(tag, title, name)))
    if not excerpt.text.endswith("/>"):
        stack += [tag, title]
    return fields


def _names_another(attribute: str, value: str) -> bool:
    """Tell whether an attribute says what another one or the text of its element is."""
    return attribute.lower() in _NAMING and (names.is_known(value) or shapes.is_plain_word(value))


def _decoded(excerpt: Excerpt) -> Excerpt:
    return unescaped(excerpt, "&", _entity)


def _entity(text: str, position: int) -> tuple[str, int]:
    end = text.find(";", position, position + _LONGEST_ENTITY) + 1
    return (html.unescape(text[position:end]), end) if end else ("&", position + 1)
