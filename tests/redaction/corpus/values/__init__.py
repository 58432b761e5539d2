"""Invented values of every kind that people store, each with what in it is secret."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, Stored
from tests.redaction.corpus.values import (
    code,
    connections,
    daemons,
    defaults,
    documents,
    files,
    free_text,
    keys,
    logins,
    network,
    notes,
    other_scripts,
    scripts,
    tokens,
    typed,
    urls,
)

SHAPES: Shapes = {
    **tokens.SHAPES,
    **typed.SHAPES,
    **urls.SHAPES,
    **connections.SHAPES,
    **documents.SHAPES,
    **files.SHAPES,
    **keys.SHAPES,
    **logins.SHAPES,
    **scripts.SHAPES,
    **notes.SHAPES,
    **free_text.SHAPES,
    **defaults.SHAPES,
    **daemons.SHAPES,
    **network.SHAPES,
    **code.SHAPES,
    **other_scripts.SHAPES,
}
VALUES: dict[str, Stored] = {
    f"{shape}/{number}": value
    for shape, values in SHAPES.items()
    for number, value in enumerate(values, 1)
}
