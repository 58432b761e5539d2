"""Which secrets a notebook or another text holds, and where."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from jupyter_secrets.redaction import Redactor, redact_notebook
from jupyter_secrets.scan.encoded_tokens import encoded_tokens

# What is found where nobody can tell whose value it is: in a picture, or over several outputs.
UNNAMED = "a value of the store"
# Found by its format: the store keeps no more than a hash.
TOKEN = "an access token (jst_…)"  # noqa: S105 - words, not a password
_TOKEN_START = b"jst_"


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret's value in a file: where it is and whose it is, never what it is.

    Cells and lines count from 1; `line` is a line of the cell's source, or of the file where there
    is no cell. `label` is ``scope/key``, or words where no secret can be named. A `piece` is part
    of a value, or of a component of it.
    """

    label: str
    location: str
    cell: int | None = None
    line: int | None = None
    piece: bool = False

    @property
    def what(self) -> str:
        """Whose value it is, and whether it is only a piece of that."""
        return f"a piece of {self.label}" if self.piece else self.label

    @property
    def secret(self) -> tuple[str, str] | None:
        """The scope and the key of the secret, if it can be named."""
        if self.label in (UNNAMED, TOKEN):
            return None
        scope, _, key = self.label.partition("/")
        return scope, key

    @property
    def is_source(self) -> bool:
        """Whether somebody typed it: nothing but its author takes it out."""
        return self.cell is not None and self.location == "source"

    @property
    def replacement(self) -> str | None:
        """The line of code to put in a source instead."""
        if not self.is_source or self.secret is None:
            return None
        scope, key = map(json.dumps, self.secret)
        return f"dbutils.secrets.get({scope}, {key})"

    def __str__(self) -> str:
        cell = f"cell {self.cell}, " if self.cell is not None else ""
        line = f" line {self.line}" if self.line is not None else ""
        return f"{cell}{self.location}{line}"


def find_in_text(
    redactor: Redactor, text: str | bytes, *, location: str = "text", cell: int | None = None
) -> list[Finding]:
    """Return what a text holds, each secret once for a line."""
    data = _as_bytes(text)
    encoded = {(TOKEN, data.count(b"\n", 0, start) + 1): False for start in encoded_tokens(data)}
    if redactor.redact_bytes(data) is data:
        return [Finding(TOKEN, location, cell, line) for _, line in encoded]
    pieces_only: dict[tuple[str, int], bool] = {}
    for region in sorted(redactor.find(data), key=lambda region: region.start):
        label = _label(region.label, data, region.start)
        label_and_line = label, data.count(b"\n", 0, region.start) + 1
        pieces_only[label_and_line] = pieces_only.get(label_and_line, True) and region.piece
    findings = [
        Finding(label, location, cell, line, piece)
        for (label, line), piece in {**pieces_only, **encoded}.items()
    ]
    return findings or [Finding(UNNAMED, location, cell)]


def find_in_sources(redactor: Redactor, notebook: dict[str, Any]) -> list[Finding]:
    """Return the secrets that were typed into a notebook's cells."""
    return [
        finding
        for number, cell in _cells(notebook)
        for finding in find_in_text(
            redactor, _joined(cell.get("source")), location="source", cell=number
        )
    ]


def find_in_notebook(redactor: Redactor, notebook: dict[str, Any]) -> list[Finding]:
    """Return all that a notebook (nbformat 4) holds: in sources, outputs, attachments, metadata."""
    findings = [*find_in_sources(redactor, notebook), *_encoded_in_outputs(notebook)]
    redacted = redact_notebook(redactor, notebook)
    if redacted is notebook:
        return findings
    for (number, cell), (_, new) in zip(_cells(notebook), _cells(redacted), strict=True):
        if new is not cell:
            findings += _in_cell(redactor, number, cell, new)
    for name, item in _changed(notebook, redacted):
        if name != "cells":
            findings += _named(redactor, item, name, None)
    return findings


def _encoded_in_outputs(notebook: dict[str, Any]) -> Iterator[Finding]:
    for number, cell in _cells(notebook):
        for index, output in enumerate(_outputs(cell), 1):
            if any(map(_has_token, map(_as_bytes, _texts(output)))):
                yield Finding(TOKEN, f"output {index}", number)


def _has_token(data: bytes) -> bool:
    return next(encoded_tokens(data), None) is not None


def _outputs(cell: dict[str, Any]) -> list[Any]:
    outputs = cell.get("outputs")
    return outputs if isinstance(outputs, list) else []


def _changed(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of each field that was redacted; a redacted name is part of the value."""
    for (old_name, old_item), (name, item) in zip(old.items(), new.items(), strict=True):
        if name != old_name:
            yield name, {old_name: old_item}
        elif item is not old_item:
            yield name, old_item


def _in_cell(
    redactor: Redactor, number: int, cell: dict[str, Any], redacted: dict[str, Any]
) -> Iterator[Finding]:
    for name, old in _changed(cell, redacted):
        if name != "outputs" or not isinstance(old, list):
            yield from _named(redactor, old, name, number)
            continue
        for index, (output, filtered) in enumerate(zip(old, redacted[name], strict=True), 1):
            if filtered is not output:
                yield from _named(redactor, output, f"output {index}", number, around=old)


def _named(
    redactor: Redactor, value: Any, location: str, cell: int | None, *, around: Any = None
) -> list[Finding]:
    """Return a finding for each secret in a value of which it is known that it holds one."""
    labels = _labels(redactor, _texts(value))
    if not labels and around is not None:
        labels = _labels(redactor, ["".join(_joined(o.get("text")) for o in around)])
    labels = labels or {UNNAMED: False}
    return [Finding(label, location, cell, piece=piece) for label, piece in labels.items()]


def _labels(redactor: Redactor, texts: Iterable[str | bytes]) -> dict[str, bool]:
    """Return the labels of what texts hold, each with whether there are only pieces of it."""
    pieces_only: dict[str, bool] = {}
    for text in texts:
        data = _as_bytes(text)
        for region in redactor.find(data):
            label = _label(region.label, data, region.start)
            pieces_only[label] = pieces_only.get(label, True) and region.piece
    return pieces_only


def _label(label: str, data: bytes, start: int) -> str:
    if label:
        return label
    return TOKEN if data.startswith(_TOKEN_START, start) else UNNAMED


def _as_bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _texts(value: Any) -> Iterator[str | bytes]:
    """Yield every text in a JSON value: keys, long numbers, lists of lines as one, pictures."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
            if isinstance(item, str) and "image/" in key:
                yield from _decoded(item)
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield "".join(value)
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
    elif isinstance(value, (int, float)):
        yield repr(value)


def _decoded(text: str) -> Iterator[bytes]:
    try:
        yield base64.b64decode(text)
    except (binascii.Error, ValueError):
        return


def _cells(notebook: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    cells = notebook.get("cells")
    cells = cells if isinstance(cells, list) else []
    return [(number, cell) for number, cell in enumerate(cells, 1) if isinstance(cell, dict)]


def _joined(text: Any) -> str:
    if isinstance(text, list):
        return "".join(line for line in text if isinstance(line, str))
    return text if isinstance(text, str) else ""
