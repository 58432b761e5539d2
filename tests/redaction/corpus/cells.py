"""The texts that judge a redactor: what shows a secret component, and what shows none."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from tests.redaction.corpus.encoders import encodings
from tests.redaction.corpus.kinds import (
    ENCODED,
    LETTERS_PIECE,
    PIECE,
    Kind,
    alnum,
    has_pieces,
    is_surely_common,
    is_surely_opaque,
    kind_of,
    spreads,
    words_of,
)
from tests.redaction.corpus.stored import Stored

COLUMNS = (40, 60, 80)
WIDTHS = (8, 20, 76)


@dataclass(frozen=True)
class Cell:
    """A text that is printed, and the components that it must not show."""

    name: str
    text: str
    parts: tuple[str, ...]


def hide_cells(stored: Stored) -> Iterator[Cell]:
    """Yield the texts that show what is secret in a value that a kernel was given."""
    for number, part in enumerate(stored.hide, 1):
        for name, text in _of_part(part):
            yield Cell(f"{number}: {name}", text, (part,))
    for name, text in _around(stored):
        yield Cell(f"piece: {name}", text, (text,))
    for name, text in _of_value(stored.value.strip()):
        yield Cell(f"whole: {name}", text, stored.hide)


def early_cells(stored: Stored) -> Iterator[Cell]:
    """Yield the texts that show what is secret in a value that no kernel was given yet."""
    for number, part in enumerate(filter(is_surely_opaque, stored.hide), 1):
        for name, text in _of_part(part):
            yield Cell(f"{number}: {name}", text, (part,))


def early_texts(stored: Stored) -> Iterator[str]:
    """Yield the texts that stay as they are while no kernel was given the value."""
    yield from stored.keep
    for part in filter(is_surely_common, stored.hide):
        yield f"x {part} y"


def _of_part(part: str) -> Iterator[tuple[str, str]]:
    for name, encoded in encodings(part):
        yield name, f"x {encoded} y"
    yield "assigned", f"value={part};"
    yield from _pieces(part)
    if spreads(part):
        yield from _spread(part)


def _pieces(part: str) -> Iterator[tuple[str, str]]:
    """Yield what displays leave of a component that they cut short."""
    kind = kind_of(part)
    size = {Kind.OPAQUE: PIECE, Kind.LETTERS: LETTERS_PIECE}.get(kind, len(part))
    if len(part) > size:
        middle = (len(part) - size) // 2
        yield "the first characters", f"{part[:size]}..."
        yield "the last characters", f"...{part[-size:]}"
        yield "some in the middle", f"...{part[middle : middle + size]}..."
    if has_pieces(part):
        for columns in COLUMNS:
            if len(part) > columns:
                yield f"cut at {columns}", part[: columns - 1] + "…"
    words = words_of(part)
    if kind is Kind.WORDS and len(words) > 3:
        for start in range(len(words) - 2):
            run = words[start : start + 3]
            if sum(map(len, run)) >= LETTERS_PIECE:
                yield f"three words from {start + 1}", f"see {' '.join(run)} ..."


def _spread(part: str) -> Iterator[tuple[str, str]]:
    """Yield a component with other characters between its own."""
    yield "list()", repr(list(part))
    yield "one character a line", "\n".join(part)
    yield "spaced", " ".join(part)
    yield "one tag a character", "".join(f"<td>{character}</td>" for character in part)
    yield "coloured", f"\x1b[32m{part[:5]}\x1b[39;49m{part[5:9]}\x1b[0m\x1b[1m{part[9:]}\x1b[0m"
    yield "in spans", f'<span class="n">{part[:6]}</span><span class="o">{part[6:]}</span>'
    yield "overstruck", "".join(f"{character}\b{character}" for character in part)
    for width in WIDTHS:
        yield f"wrapped at {width}", textwrap.fill(f"pw {part}", width)
    for size in (3, 4, 5):
        groups = [part[start : start + size] for start in range(0, len(part), size)]
        yield f"in groups of {size}", " ".join(groups)
        yield f"in groups of {size} with dashes", "-".join(groups)
    kind = kind_of(part)
    if kind is Kind.NUMBER:
        yield "thousands", f"{int(alnum(part)):,}"
        yield "without separators", alnum(part)
    if kind is Kind.WORDS:
        for joiner in (" ", "-", "_", ".", "", "\n", ", ", " | "):
            yield f"joined by {joiner!r}", joiner.join(words_of(part))


def _around(stored: Stored) -> Iterator[tuple[str, str]]:
    """Yield 12 characters of a value of which 8 are those of a secret component."""
    for part in filter(has_pieces, stored.hide):
        start = stored.value.find(part)
        before, after = stored.value[max(start - 4, 0) : start], part[:ENCODED]
        if start < 0 or len(before) < 4 or not before.isprintable() or not before.strip():
            continue  # white space beside 8 characters of a secret shows no more of it
        if len(set(after)) > 4:
            yield "4 characters before and 8 of it", before + after


def _of_value(value: str) -> Iterator[tuple[str, str]]:
    for name, encoded in encodings(value):
        yield name, f"x {encoded} y"
    for columns in COLUMNS:
        if len(value) > columns:
            yield f"cut at {columns}", value[: columns - 1] + "…"
            yield f"the last {columns}", "…" + value[1 - columns :]
    for width in WIDTHS[1:]:
        yield f"wrapped at {width}", textwrap.fill(value, width)
    yield "line by line", "\n".join(f"{n:3} {line}" for n, line in enumerate(value.splitlines()))
