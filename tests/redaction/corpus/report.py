"""How many texts leak, and how many public ones are blanked, for each shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache

from jupyter_secrets.redaction import Redactor, SecretValue
from tests.redaction.corpus.cells import Cell, early_cells, early_texts, hide_cells
from tests.redaction.corpus.public_texts import PUBLIC_TEXTS
from tests.redaction.corpus.stored import Stored
from tests.redaction.corpus.values import SHAPES, VALUES
from tests.redaction.corpus.visible import leak

Redact = Callable[[str], str]


@dataclass
class Row:
    """What went wrong with the values of a shape, and of how many texts."""

    name: str
    cells: int = 0
    texts: int = 0
    leaking: list[str] = field(default_factory=list)
    blanked: list[str] = field(default_factory=list)


@cache
def redactor_of(stored: Stored, *, disclosed: bool = True) -> Redactor:
    """Return a redactor of one value."""
    return Redactor([SecretValue(stored.value, disclosed=disclosed)])


def full_store(*, disclosed: bool) -> Redactor:
    """Return a redactor of all values of the corpus."""
    return Redactor(
        SecretValue(stored.value, name, disclosed=disclosed) for name, stored in VALUES.items()
    )


def leaking(redact: Redact, cells: Iterable[Cell]) -> tuple[int, list[str]]:
    """Return how many cells there are, and the names of those that leak."""
    count, names = 0, []
    for cell in cells:
        count += 1
        out = redact(cell.text)
        if any(leak(out, part) for part in cell.parts):
            names.append(cell.name)
    return count, names


def blanked(redact: Redact, texts: Iterable[str]) -> tuple[int, list[str]]:
    """Return how many public texts there are, and those that did not stay."""
    kept = list(texts)
    return len(kept), [text for text in kept if redact(text) != text]


def rows() -> list[Row]:
    """Judge the values of each shape, and the public texts with a store full of them."""
    judged = []
    for shape, values in SHAPES.items():
        row = Row(shape)
        for stored in values:
            _judge(row, stored)
        judged.append(row)
    public = Row("public texts, a full store")
    for disclosed in (True, False):
        count, texts = blanked(full_store(disclosed=disclosed).redact, PUBLIC_TEXTS.values())
        public.texts += count
        public.blanked += texts
    return [*judged, public]


def _judge(row: Row, stored: Stored) -> None:
    given, early = redactor_of(stored), redactor_of(stored, disclosed=False)
    for redactor, cells in ((given, hide_cells(stored)), (early, early_cells(stored))):
        count, names = leaking(redactor.redact, cells)
        row.cells += count
        row.leaking += names
    for redactor, texts in ((given, stored.keep), (early, early_texts(stored))):
        count, public = blanked(redactor.redact, texts)
        row.texts += count
        row.blanked += public


def table(judged: Iterable[Row]) -> str:
    """Return the counts as a table in Markdown."""
    judged = list(judged)
    total = Row(
        "all",
        sum(row.cells for row in judged),
        sum(row.texts for row in judged),
        [name for row in judged for name in row.leaking],
        [text for row in judged for text in row.blanked],
    )
    lines = ["| shape | leak | of | blanked | of |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.name} | {len(row.leaking)} | {row.cells} | {len(row.blanked)} | {row.texts} |"
        for row in (*judged, total)
    ]
    return "\n".join(lines)
