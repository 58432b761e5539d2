"""Redacts notebooks: all they lookahead but the source of their cells, which is the author's."""

from __future__ import annotations

from typing import Any

from jupyter_secrets.redaction.documents.json_tree import JsonTree, changed
from jupyter_secrets.redaction.documents.protocol import TextRedactor


def redact_notebook(redactor: TextRedactor, notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook (nbformat 4) redacted: outputs, attachments and metadata on every level.

    Adjacent outputs of one stream are read as one text. The source of cells is never altered.
    The very same object comes back where there is nothing to hide.
    """
    walk = JsonTree(redactor)
    return changed(
        notebook,
        lambda key, item: _cells(walk, item) if key == "cells" else walk.value(item),
    )


def _cells(walk: JsonTree, cells: Any) -> Any:
    if not _holds_mappings(cells):
        return walk.value(cells)
    return _same_or_new(cells, [_cell(walk, cell) for cell in cells])


def _cell(walk: JsonTree, cell: Any) -> Any:
    if not isinstance(cell, dict):
        return walk.value(cell)

    def redact(key: str, item: Any) -> Any:
        if key == "source":
            return item
        return _outputs(walk, item) if key == "outputs" else walk.value(item)

    return changed(cell, redact)


def _outputs(walk: JsonTree, outputs: Any) -> Any:
    if not _holds_mappings(outputs):
        return walk.value(outputs)
    redacted: list[Any] = []
    for group in _groups(outputs):
        redacted += _stream(walk, group) if _is_stream(group[0]) else [walk.value(group[0])]
    return _same_or_new(outputs, redacted)


def _groups(outputs: list[Any]) -> list[list[Any]]:
    """Return the outputs in groups: adjacent ones of one stream together, others alone."""
    groups: list[list[Any]] = []
    for output in outputs:
        joins = (
            bool(groups)
            and _is_stream(output)
            and _is_stream(groups[-1][0])
            and output.get("name") == groups[-1][0].get("name")
        )
        if joins:
            groups[-1].append(output)
        else:
            groups.append([output])
    return groups


def _stream(walk: JsonTree, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = iter(walk.joined([line for output in outputs for line in _lines(output)]))
    redacted = []
    for output in outputs:
        old = _lines(output)
        new = [next(lines) for _ in old]
        same = all(a is b for a, b in zip(old, new, strict=True))
        text = output["text"] if same else new if isinstance(output["text"], list) else new[0]
        redacted.append(_with_text(walk, output, text))
    return redacted


def _with_text(walk: JsonTree, output: dict[str, Any], text: Any) -> dict[str, Any]:
    return changed(output, lambda key, item: text if key == "text" else walk.value(item))


def _is_stream(output: Any) -> bool:
    if not isinstance(output, dict) or output.get("output_type") != "stream":
        return False
    text = output.get("text")
    return isinstance(text, str) or (
        isinstance(text, list) and all(isinstance(line, str) for line in text)
    )


def _holds_mappings(value: Any) -> bool:
    """Tell whether a value is the list that the format asks for, and no other document."""
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _lines(output: dict[str, Any]) -> list[str]:
    text = output["text"]
    return text if isinstance(text, list) else [text]


def _same_or_new(old: list[Any], new: list[Any]) -> list[Any]:
    return old if all(a is b for a, b in zip(old, new, strict=True)) else new
