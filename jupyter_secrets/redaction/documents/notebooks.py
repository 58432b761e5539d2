"""Redacts notebooks: all they hold but the source of their cells, which is the author's.

What is hidden as a whole word only is hidden where people read: in the streams, the displays and
the errors of cells. Elsewhere programs read, and it is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyter_secrets.redaction.documents.json_tree import JsonTree
from jupyter_secrets.redaction.documents.protocol import TextRedactor
from jupyter_secrets.redaction.documents.reserved import is_constant
from jupyter_secrets.redaction.documents.same_objects import same_objects, same_or_new

# The fields of an output that people read.
_DISPLAYED = frozenset({"data", "ename", "evalue", "text", "traceback"})


def redact_notebook(redactor: TextRedactor, notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook (nbformat 4) redacted: outputs, attachments and metadata on every level.

    Adjacent outputs of one stream are read as one text. The source of cells is never altered.
    The very same object comes back where there is nothing to hide.
    """
    return _Notebook(redactor).redacted(notebook)


class _Notebook:
    def __init__(self, redactor: TextRedactor) -> None:
        self._for_people = JsonTree(redactor)
        self._for_programs = JsonTree(redactor, words=False)

    def redacted(self, notebook: dict[str, Any]) -> dict[str, Any]:
        """Return a notebook redacted."""
        return self._mapping(
            notebook,
            lambda key, item: self._cells(item) if key == "cells" else self._field(key, item),
        )

    def _field(self, key: str, item: Any) -> Any:
        return item if is_constant(key, item) else self._for_programs.value(item)

    def _mapping(
        self, mapping: dict[str, Any], redact: Callable[[str, Any], Any]
    ) -> dict[str, Any]:
        return self._for_programs.mapping(mapping, redact=redact)

    def _cells(self, cells: Any) -> Any:
        if not _holds_mappings(cells):
            return self._for_programs.value(cells)
        return same_or_new(cells, [self._cell(cell) for cell in cells])

    def _cell(self, cell: Any) -> Any:
        if not isinstance(cell, dict):
            return self._for_programs.value(cell)

        def redact(key: str, item: Any) -> Any:
            if key == "source":
                return item
            return self._outputs(item) if key == "outputs" else self._field(key, item)

        return self._mapping(cell, redact)

    def _outputs(self, outputs: Any) -> Any:
        if not _holds_mappings(outputs):
            return self._for_people.value(outputs)
        redacted: list[Any] = []
        for group in _groups(outputs):
            is_stream = _is_stream(group[0])
            redacted += self._stream(group) if is_stream else [self._output(group[0])]
        return same_or_new(outputs, redacted)

    def _output(self, output: Any) -> Any:
        if not isinstance(output, dict):
            return self._for_people.value(output)
        return self._mapping(
            output,
            lambda key, item: (
                self._for_people.value(item) if key in _DISPLAYED else self._field(key, item)
            ),
        )

    def _stream(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        lines = iter(
            self._for_people.joined([line for output in outputs for line in _lines(output)])
        )
        redacted = []
        for output in outputs:
            old = _lines(output)
            new = [next(lines) for _ in old]
            if same_objects(old, new):
                text = output["text"]
            else:
                text = new if isinstance(output["text"], list) else new[0]
            redacted.append(self._with_text(output, text))
        return redacted

    def _with_text(self, output: dict[str, Any], text: Any) -> dict[str, Any]:
        return self._mapping(
            output, lambda key, item: text if key == "text" else self._field(key, item)
        )


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
