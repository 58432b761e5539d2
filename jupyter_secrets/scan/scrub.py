"""Takes values out of a notebook's text and leaves every other byte as it is.

The notebook is read with the place of each value in the text; where redaction changed a value,
its text is replaced, and nothing is written anew.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from jupyter_secrets.redaction import Redactor, redact_notebook

_SPACE = re.compile(r"[ \t\n\r]*")
_SCALAR = re.compile(
    r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity", re.ASCII
)
_Edit = tuple[int, int, str]


class UnscrubbableError(ValueError):
    """A text is no notebook that could be scrubbed."""


@dataclass(slots=True)
class _Node:
    """A value in a text, and where it stands."""

    start: int
    end: int
    value: Any
    parts: list[tuple[_Node | None, _Node]] = field(default_factory=list)


def scrub_notebook(redactor: Redactor, text: str) -> str:
    """Return a notebook's text redacted, all of it but the source of its cells.

    The very same text comes back where there is nothing to hide. Raises `UnscrubbableError` for
    what is no notebook of nbformat 4.
    """
    try:
        root, end = _value(text, _skip(text, 0))
    except (RecursionError, ValueError):
        raise UnscrubbableError("it is not valid JSON") from None
    if _skip(text, end) != len(text):
        raise UnscrubbableError("it is not valid JSON")
    if not isinstance(root.value, dict) or not isinstance(root.value.get("cells"), list):
        raise UnscrubbableError("it is no notebook of format 4")
    redacted = redact_notebook(redactor, root.value)
    for start, end, new in sorted(_edits(text, root, redacted), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _edits(text: str, node: _Node, new: Any) -> list[_Edit]:
    """Return what to replace in a text so that it says `new` where it says the node's value."""
    if new is node.value:
        return []
    if isinstance(new, (dict, list)) and len(new) == len(node.parts):
        keys = list(new) if isinstance(new, dict) else [None] * len(new)
        values = new.values() if isinstance(new, dict) else new
        edits: list[_Edit] = []
        for (old_key, old), key, value in zip(node.parts, keys, values, strict=True):
            if old_key is not None and key != old_key.value:
                edits.append(_edit(text, old_key, key))
            edits += _edits(text, old, value)
        return edits
    return [_edit(text, node, new)]


def _edit(text: str, node: _Node, new: Any) -> _Edit:
    """Write a value as the file writes its own: with or without escapes."""
    ascii_only = text[node.start : node.end].isascii()
    return node.start, node.end, json.dumps(new, ensure_ascii=ascii_only)


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _value(text: str, position: int) -> tuple[_Node, int]:
    """Read the value that begins at a place; return it and its end."""
    opening = text[position : position + 1]
    if opening == '"':
        value, end = scanstring(text, position + 1, False)
        return _Node(position, end, value), end
    if opening in ("{", "["):
        return _container(text, position, "}" if opening == "{" else "]")
    match = _SCALAR.match(text, position)
    if match is None:
        raise ValueError
    return _Node(position, match.end(), json.loads(match[0])), match.end()


def _container(text: str, start: int, closing: str) -> tuple[_Node, int]:
    node = _Node(start, start, None)
    position = _skip(text, start + 1)
    while text[position : position + 1] != closing:
        if node.parts:
            position = _skip(text, _expect(text, position, ","))
        key = None
        if closing == "}":
            key, position = _value(text, position)
            position = _skip(text, _expect(text, _skip(text, position), ":"))
        item, position = _value(text, position)
        node.parts.append((key, item))
        position = _skip(text, position)
    node.end = position + 1
    node.value = _contents(node, closing)
    return node, node.end


def _contents(node: _Node, closing: str) -> Any:
    if closing == "]":
        return [item.value for _, item in node.parts]
    pairs = {key.value: item.value for key, item in node.parts if key is not None}
    if len(pairs) < len(node.parts) or not all(isinstance(key, str) for key in pairs):
        raise ValueError  # a name that is there twice would hide what its first value holds
    return pairs


def _expect(text: str, position: int, character: str) -> int:
    if text[position : position + 1] != character:
        raise ValueError
    return position + 1
