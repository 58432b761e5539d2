"""Notebooks as Jupyter's contents managers hand them over: parsed, as text, or in base64."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import nbformat

from jupyter_secrets.redaction import Redactor, redact_notebook
from jupyter_secrets.scan import UnscrubbableError, scrub_notebook

_EXTENSION = ".ipynb"
# Cells were in worksheets before nbformat 4.
_LISTS_OF_CELLS = ("cells", "worksheets")
# Jupyter writes the cells of a notebook first.
_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class NotebookContent:
    """The content of a notebook's model: parsed, or a text (`text`), which may be in base64.

    `notebook` is what the content says, and empty if that is no JSON object.
    """

    notebook: dict[str, Any]
    text: str | None = None
    in_base64: bool = False

    @classmethod
    def of_model(cls, model: Mapping[str, Any], path: str) -> NotebookContent | None:
        """Return the notebook in a contents model, or `None` if there is none in it.

        A file is a notebook if its name or its text says so. Raises `ValueError` for a notebook
        that is not in the base64 that its model says.
        """
        content = model.get("content")
        if model.get("type") == "notebook" and content is not None:
            return cls(content)
        if model.get("type") != "file" or not isinstance(content, str):
            return None
        if model.get("format") != "base64":
            return cls.of_text(content, path) if is_candidate(path, content[:_HEAD]) else None
        if not is_candidate(path, _base64_head(content)):
            return None
        text = base64.b64decode(content).decode("utf-8", "surrogateescape")
        return cls.of_text(text, path, in_base64=True)

    @classmethod
    def of_text(cls, text: str, path: str, *, in_base64: bool = False) -> NotebookContent | None:
        """Return the notebook that a file's text is, or `None` if it is another one."""
        notebook = _parsed(text)
        if _is_named_notebook(path) or _is_notebook(notebook):
            return cls(notebook, text, in_base64)
        return None

    def redacted(self, redactor: Redactor) -> Any:
        """Return the content to put in the model's place, or `None` if there is nothing to hide.

        The source of cells stays, and so does the way a text is written. A text that is no
        notebook of nbformat 4 is redacted whole.
        """
        if not self._may_hold_value(redactor):
            return None
        if self.text is None:
            return self._redacted_notebook(redactor)
        redacted = _redacted_text(redactor, self.text)
        if redacted == self.text:
            return None
        if self.in_base64:
            return base64.b64encode(redacted.encode("utf-8", "surrogateescape")).decode("ascii")
        return redacted

    def _may_hold_value(self, redactor: Redactor) -> bool:
        """Search the packed notebook, which takes a fraction of the time of a walk through it."""
        text = self.text
        if text is None:
            text = json.dumps(self.notebook, ensure_ascii=False, default=str)
        joined = json.dumps(list(_joined_streams(self.notebook)), ensure_ascii=False)
        return any(
            redactor.prefilter(part.encode("utf-8", "surrogatepass")) for part in (text, joined)
        )

    def _redacted_notebook(self, redactor: Redactor) -> Any:
        redacted = redact_notebook(redactor, self.notebook)
        if redacted is self.notebook:
            return None
        return nbformat.from_dict(redacted)  # type: ignore[no-untyped-call]


def is_candidate(path: str, head: str | bytes) -> bool:
    """Tell from a file's name, or from its beginning, whether it may be a notebook."""
    if _is_named_notebook(path):
        return True
    text = head.decode("utf-8", "replace") if isinstance(head, bytes) else head
    return text.lstrip("\ufeff \t\r\n").startswith("{") and '"cells"' in text


def read_candidate(path: str) -> str | None:
    """Return the text of a file that may be a notebook, or `None`; it need not be UTF-8."""
    with open(path, "rb") as file:  # noqa: PTH123 - Tornado hands over a text
        head = file.read(_HEAD)
        if not is_candidate(path, head):
            return None
        return (head + file.read()).decode("utf-8", "surrogateescape")


def _redacted_text(redactor: Redactor, text: str) -> str:
    try:
        return scrub_notebook(redactor, text)
    except UnscrubbableError:
        return redactor.redact(text)


def _is_named_notebook(path: str) -> bool:
    return path.lower().endswith(_EXTENSION)


def _is_notebook(parsed: Mapping[str, Any]) -> bool:
    parts = (parsed.get(name) for name in _LISTS_OF_CELLS)
    return "nbformat" in parsed and any(isinstance(part, list) for part in parts)


def _base64_head(content: str) -> bytes:
    head = "".join(content[:_HEAD].split())
    try:
        return base64.b64decode(head[: len(head) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""


def _joined_streams(notebook: Mapping[str, Any]) -> Iterator[str]:
    """Yield the text of adjacent outputs of one stream: a value may reach over several."""
    for cell in _mappings(notebook.get("cells")):
        for name, outputs in groupby(_mappings(cell.get("outputs")), lambda o: o.get("name")):
            texts = [_text(output.get("text")) for output in outputs]
            if name is not None and len(texts) > 1:
                yield "".join(texts)


def _mappings(items: object) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _text(text: object) -> str:
    if isinstance(text, list):
        return "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""


def _parsed(text: str) -> dict[str, Any]:
    try:
        notebook = json.loads(text.lstrip("\ufeff"))
    except (RecursionError, ValueError):
        return {}
    return notebook if isinstance(notebook, dict) else {}
