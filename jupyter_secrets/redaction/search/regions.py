"""From matches in a text or one of its projections to regions of the raw text."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from jupyter_secrets.redaction.search.context import Trail
from jupyter_secrets.redaction.search.matcher import Match
from jupyter_secrets.redaction.search.projections import AlnumProjection, Projection
from jupyter_secrets.redaction.search.spans import Interval, Region, token_around


class Regions(NamedTuple):
    """What was found in a text, and what in its alphanumeric projection alone."""

    in_text: list[Region]
    in_alnum: list[Region]


class ProjectedText(NamedTuple):
    """A text in one of its projections; the raw text itself has no `projection`.

    `alnum_text` are its letters and digits, after those of the trail.
    """

    text: bytes
    alnum_text: bytes
    trail: Trail
    projection: Projection | None = None


def regions_of(
    matches: tuple[list[Match], list[Match]], projected: ProjectedText, alnum: AlnumProjection
) -> Regions:
    """Return the matches in a text, and those in its alphanumeric projection alone, as regions."""
    in_text, in_alnum = matches
    return Regions(
        # Encodings that are alike are found several times.
        [region for match in set(in_text) if (region := _region(match, projected))],
        list(_alnum_regions(in_alnum, projected, alnum, _joined(in_text))),
    )


def _region(match: Match, projected: ProjectedText) -> Region | None:
    start, end = match.start, match.end
    if match.in_base64:
        start, end = token_around(projected.text, start, end)
    parts = _raw(projected.projection, start, end)
    if not parts:
        return None
    return Region(
        parts[0][0],
        parts[-1][1],
        match.label,
        parts,
        word=match.word,
        piece=match.piece,
        token=match.in_base64 and end == len(projected.text),
    )


def _alnum_regions(
    matches: Iterable[Match],
    projected: ProjectedText,
    alnum: AlnumProjection,
    covered: list[Interval],
) -> Iterator[Region]:
    """Yield the regions of what is not covered by a match in the text itself."""
    shift = len(projected.trail.alnum_text)
    for match in matches:
        if match.end <= shift:
            continue
        goes_on = match.start < shift and bool(projected.trail.removed)
        spans = alnum.raw(max(match.start, shift), match.end)
        if not goes_on and _is_within(spans, covered):
            continue
        parts = tuple(part for low, high in spans for part in _raw(projected.projection, low, high))
        start = 0 if goes_on else parts[0][0]
        yield Region(start, parts[-1][1], match.label, parts, goes_on, piece=match.piece)


def _joined(matches: Iterable[Match]) -> list[Interval]:
    """Return what matches cover, as intervals that do not overlap, in order."""
    joined: list[Interval] = []
    for start, end in sorted({(match.start, match.end) for match in matches}):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _is_within(spans: tuple[Interval, ...], joined: list[Interval]) -> bool:
    """Tell whether one of the intervals covers spans."""
    low, high = spans[0][0], spans[-1][1]
    index = bisect_right(joined, (low, sys.maxsize)) - 1
    return index >= 0 and high <= joined[index][1]


def _raw(projection: Projection | None, start: int, end: int) -> tuple[Interval, ...]:
    return ((start, end),) if projection is None else projection.raw(start, end)
