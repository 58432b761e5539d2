"""Regions of a text that hide something, merged into runs, and what is printed in their place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Interval = tuple[int, int]

# What was found in a text; its alphanumeric text as it is seen, after that of the context (of a
# large text maybe only the end); whether nothing in it is invisible, markup or the beginning of
# either. No class: to make one takes as long as to search a short message.
Search = tuple[list["Region"], bytes, bool]

LONGEST_TOKEN = 256
# A slash may be a part of it as well, but more often it parts a path.
_IN_TOKEN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-_"
_TOKEN_AFTER = re.compile(rb"[A-Za-z0-9+_-]{0,256}={0,2}")
_SECOND_PADDING = re.compile(rb"=?")

# So many letters or digits beside a match may be there by chance.
MAX_CHANCE_CHARACTERS = 3


class Region(NamedTuple):
    """A match as it lies in the raw text.

    `removed` are the intervals that go; what lies between them is transparent (escapes, tags,
    separators) and stays. `printed` tells that the marker of the run it belongs to is out already,
    `word` that the match counts as a whole word only, `piece` that it is a piece of what is hidden,
    `token` that it is in a token of base64 that the text ends with and that may go on.
    """

    start: int
    end: int
    label: str
    removed: tuple[Interval, ...]
    printed: bool = False
    word: bool = False
    piece: bool = False
    token: bool = False

    def moved(self, by: int) -> Region:
        """Return the region as it lies in a text that begins so much earlier."""
        removed = tuple((low + by, high + by) for low, high in self.removed)
        return self._replace(start=self.start + by, end=self.end + by, removed=removed)


@dataclass(slots=True)
class Run:
    """Regions that overlap, as one."""

    start: int
    end: int
    label: str
    removed: list[Interval]
    printed: bool
    token: bool = False

    def remaining(self, data: bytes, end: int) -> bytes:
        """Return what stays of the run up to an end, in order."""
        return self.remaining_between(data, self.start, end)

    def remaining_between(self, data: bytes, start: int, end: int) -> bytes:
        """Return what stays of the run's part within [start, end), in order."""
        remaining, position, end = [], max(start, self.start), min(end, self.end)
        for low, high in self.removed:
            if position >= end:
                break
            remaining.append(data[position : max(position, min(low, end))])
            position = max(position, high)
        remaining.append(data[position:end])
        return b"".join(remaining)

    def carried(self, position: int) -> Region:
        """Return the run's part from a position on, counted from there; its marker is printed."""
        removed = tuple(
            (max(low - position, 0), high - position)
            for low, high in self.removed
            if high > position
        )
        return Region(max(self.start - position, 0), self.end - position, self.label, removed, True)


def merge(regions: Iterable[Region]) -> list[Run]:
    """Merge regions that overlap; those that only touch stay apart."""
    runs: list[Run] = []
    for region in sorted(regions, key=_sort_key):
        last = runs[-1] if runs else None
        if last is None or region.start >= last.end:
            runs.append(
                Run(
                    region.start,
                    region.end,
                    region.label,
                    list(region.removed),
                    region.printed,
                    region.token,
                )
            )
            continue
        last.end = max(last.end, region.end)
        last.removed += region.removed
        last.printed |= region.printed
        last.token |= region.token
    for run in runs:
        run.removed.sort()
    return runs


def splice(data: bytes, runs: Sequence[Run], marker: Callable[[str], bytes]) -> bytes:
    """Return data with each run replaced by its marker and what stays of it."""
    out: list[bytes] = []
    position = 0
    for run in runs:
        out += (data[position : run.start], marker(run.label), run.remaining(data, run.end))
        position = run.end
    out.append(data[position:])
    return b"".join(out)


def token_around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the token of base64 lies that has a match in it."""
    before = data[max(0, start - LONGEST_TOKEN) : start]
    start -= len(before) - len(before.rstrip(_IN_TOKEN))
    return start, end + token_length(data, end)


def token_length(data: bytes, start: int, *, padded: bool = False) -> int:
    """Return how many bytes from `start` on go on with a token of base64.

    One that is `padded` has a sign of padding before `start`: only the second may follow.
    """
    match = (_SECOND_PADDING if padded else _TOKEN_AFTER).match(data, start)
    return match.end() - start if match else 0


def drop_covered(alnum_regions: list[Region], regions: list[Region]) -> list[Region]:
    """Return what the alphanumeric projection alone tells beyond the regions of the others.

    Beside a match there stands, now and then, a letter that the value would go on with.
    """
    if not alnum_regions or not regions:
        return alnum_regions
    covered = merge(regions)
    starts = [run.start for run in covered]
    result = []
    for region in alnum_regions:
        expected = new = 0
        for low, high in region.removed:
            index = bisect_right(starts, low) - 1
            inside = max(0, min(high, covered[index].end) - low) if index >= 0 else 0
            after = max(0, high - starts[index + 1]) if index + 1 < len(starts) else 0
            expected += inside + after
            new += high - low - inside - after
        if not expected or new > MAX_CHANCE_CHARACTERS or region.printed:
            result.append(region)
    return result


def outside(sequences: list[Interval], regions: list[Region]) -> list[Region]:
    """Return regions cut so that none begins or ends within a control sequence.

    The letter a sequence ends with may be the one that a piece of a value begins with.
    """
    starts = [start for start, _ in sequences]
    result = []
    for region in regions:
        low, high = region.start, region.end
        before = bisect_right(starts, low) - 1
        if before >= 0 and low < sequences[before][1]:
            low = sequences[before][1]
        before = bisect_right(starts, high - 1) - 1
        if before >= 0 and high < sequences[before][1]:
            high = sequences[before][0]
        if low < high:
            result.append(region._replace(start=low, end=high, removed=((low, high),)))
    return result


def _sort_key(region: Region) -> tuple[int, bool, int]:
    return region.start, not region.printed, -region.end
