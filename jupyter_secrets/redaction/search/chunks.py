"""Large texts, in chunks: only what is around a candidate is searched closely.

Invariants:
- No tag, entity, escape sequence or character lies across two chunks, so that the projection of a
  text is the projections of its chunks, joined.
- Of consecutive chunks that a match lies in, at least one is a candidate.
- A candidate is searched with `reach` letters and digits around it, more than any match has; so
  the result is that of the whole text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Protocol

from jupyter_secrets.redaction.patterns.alnum import NOT_ALPHANUMERIC
from jupyter_secrets.redaction.patterns.offsets import GRAM
from jupyter_secrets.redaction.search.context import Context, Trail
from jupyter_secrets.redaction.search.engines import Span
from jupyter_secrets.redaction.search.index import Candidates
from jupyter_secrets.redaction.search.matcher import Match
from jupyter_secrets.redaction.search.projections import (
    LONGEST_ENTITY,
    LONGEST_ESCAPE,
    LONGEST_TAG,
    AlnumProjection,
    around_tags,
    character_start,
    has_invisible,
    has_markup,
    rendered_text,
    visible,
)
from jupyter_secrets.redaction.search.spans import Region, Search

SIZE = 1 << 15
# Shorter texts are looked at as a whole.
LARGE = 4 * SIZE
# Where a part of a text is cut out, its edges are not to be believed.
EDGE = 64
CARRIED = GRAM - 1
_FOLLOWING = 1024


class ChunkScanner(Protocol):
    """What chunks are searched with; `Scanner` is the one there is."""

    projections: bool
    tail_length: int
    reach: int

    def alnum_of(self, data: bytes) -> bytes:
        """Return the alphanumeric projection of data, if anything is looked for in it."""

    def alnum(self, data: bytes, first: int = 0) -> AlnumProjection:
        """Return the same with where its letters and digits stand, numbered from `first` on."""

    def prefilter(self, text: bytes, alnum_text: bytes) -> list[Candidates]:
        """Return where there may be anything in a text and its alphanumeric projection."""

    def verify(
        self,
        candidates: Sequence[Candidates],
        text: bytes,
        alnum_text: bytes,
        offset_of: Callable[[int], int],
    ) -> tuple[list[Match], list[Match]]:
        """Return what stands at the candidates."""

    def search(
        self, data: bytes, context: Context, final: bool, markup: bool | None, *, at_once: bool
    ) -> Search:
        """Return all regions of data to hide, looking at all of it at once."""


def chunk_bounds(data: bytes, size: int) -> list[int]:
    """Return where the chunks of data begin, of about so many bytes, and its end."""
    bounds, wanted = [0], size
    escapes = b"\x1b" in data or (not data.isascii() and b"\xc2\x9b" in data)
    while wanted < len(data):
        position = _cut(data, wanted, escapes)
        if position > bounds[-1]:
            bounds.append(position)
        wanted += size
    if len(data) > bounds[-1]:
        bounds.append(len(data))
    return bounds


def find(
    scanner: ChunkScanner,
    data: bytes,
    bounds: list[int],
    context: Context,
    *,
    final: bool,
    markup: bool | None,
) -> list[Region]:
    """Return all regions to hide of data that is cut at `bounds`, as `Scanner.search` at once."""
    in_page = context.page is not context.seen
    if markup is None:
        markup = scanner.projections and (in_page or has_markup(data))
    candidates = list(_candidates(scanner, data, bounds, markup, context.seen.alnum_text))
    if in_page and candidates[:1] != [0]:
        candidates.insert(0, 0)  # what a page showed before may go on
    merged: list[Region] = []
    for first, last in _windows_around(scanner, data, bounds, candidates):
        low, high = bounds[first], bounds[last + 1]
        whole = data[low:high]
        regions, _, _ = scanner.search(
            whole,
            context if low == 0 else _context_after(data[low - 4 : low]),
            final or high < len(data),
            markup,
            at_once=True,
        )
        start = EDGE if low else 0
        end = len(whole) - EDGE if high < len(data) else len(whole)
        merged += [
            region.moved(low) for region in regions if region.start >= start and region.end <= end
        ]
    return merged


def _context_after(before: bytes) -> Context:
    return Context(before, Trail(before))


def _cut(data: bytes, position: int, escapes: bool) -> int:
    """Return the last position up to the given one that nothing lies across, or -1."""
    tag = data.rfind(b"<", max(0, position - LONGEST_TAG), position)
    if tag >= 0:
        # A tag has no other tag's beginning in it, but an escape may.
        return -1 if escapes and _has_escape(data, tag) else tag
    if escapes and _has_escape(data, position):
        escape = data.rfind(b"\x1b", max(0, position - LONGEST_ESCAPE), position)
        # An escape begins here, unless this ends one; a tag may have it in it.
        if escape < 0 or data[escape + 1 : escape + 2] == b"\\":
            return -1
        return -1 if data.find(b"<", max(0, escape - LONGEST_TAG), escape) >= 0 else escape
    entity = data.rfind(b"&", max(0, position - LONGEST_ENTITY), position)
    if entity >= 0:
        return entity
    for _ in range(3):
        position -= data[position] & 0xC0 == 0x80
    return position


def _has_escape(data: bytes, end: int) -> bool:
    start = max(0, end - LONGEST_ESCAPE)
    return data.find(b"\x1b", start, end) >= 0 or data.find(b"\xc2\x9b", start, end) >= 0


def _candidates(
    scanner: ChunkScanner, data: bytes, bounds: list[int], markup: bool, tail: bytes
) -> Iterator[int]:
    """Yield the numbers of the chunks that something to hide may touch.

    Of chunks that follow each other, at least one of those that a match lies in.
    """
    carried = max(scanner.tail_length, CARRIED)
    alnum_text, page_text, page_alnum = tail, b"", tail[-CARRIED:]
    for number, (low, high) in enumerate(pairwise(bounds)):
        chunk = data[low:high]
        if scanner.projections and has_invisible(chunk):
            yield number
            # What lies across the border touches this chunk: the next one begins afresh.
            alnum_text, page_text, page_alnum = b"", data[max(0, high - CARRIED) : high], b""
            continue
        before = data[max(0, low - CARRIED) : low]
        same = not markup or (page_text == before and page_alnum == alnum_text[-CARRIED:])
        alnum_text += scanner.alnum_of(chunk)
        text = data[max(0, low - CARRIED) : high]
        candidates = scanner.prefilter(text, alnum_text)
        candidate = bool(candidates) and _verify(
            scanner, candidates, data, (low, high), alnum_text, len(before)
        )
        if markup:
            page = around_tags(chunk, CARRIED)
            if page is None and not same:
                page = chunk
            if page is None:
                page_text, page_alnum = (before + chunk)[-CARRIED:], alnum_text[-CARRIED:]
            else:
                page_text += page
                page_alnum += scanner.alnum_of(page)
                if not candidate and scanner.prefilter(page_text, page_alnum):
                    candidate = _verify_page(scanner, data, bounds, number)
                page_text, page_alnum = page_text[-CARRIED:], page_alnum[-CARRIED:]
        alnum_text = alnum_text[-carried:]
        if candidate:
            yield number


def _verify(
    scanner: ChunkScanner,
    candidates: list[Candidates],
    data: bytes,
    chunk: tuple[int, int],
    alnum_text: bytes,
    carried: int,
) -> bool:
    """Tell whether more than grams are at candidates in a chunk; only `False` is certain.

    They were found in the chunk and so many bytes before it, and in its projection after some more.
    """
    low, high = chunk
    following = scanner.alnum_of(data[high : character_start(data, high + _FOLLOWING)])
    if len(following) < scanner.tail_length and high + _FOLLOWING < len(data):
        return True
    start = character_start(data, max(0, low - scanner.reach))
    around = data[start : high + scanner.reach]
    # So much of the alphanumeric text came before that of what is around.
    shift = len(alnum_text) - len(scanner.alnum_of(data[start:high]))
    projection = scanner.alnum(around, shift)
    moved = [
        each._replace(in_text=_moved(each.in_text, low - carried - start)) for each in candidates
    ]
    in_text, in_alnum = scanner.verify(
        moved,
        around,
        alnum_text + following,
        projection.offset,
    )
    return bool(in_text or in_alnum)


def _moved(spans: Sequence[Span], by: int) -> list[Span]:
    return [(pattern, low + by, high + by) for pattern, low, high in spans]


def _verify_page(scanner: ChunkScanner, data: bytes, bounds: list[int], number: int) -> bool:
    """Tell the same for what is seen of a chunk without its tags, and of those beside it."""
    before, chunk, after = (
        rendered_text(data[low:high])
        for low, high in (
            (bounds[max(0, number - 1)], bounds[number]),
            (bounds[number], bounds[number + 1]),
            (bounds[number + 1], bounds[min(len(bounds) - 1, number + 2)]),
        )
    )
    complete = all(
        edge or (len(text) >= scanner.reach and len(scanner.alnum_of(text)) >= scanner.tail_length)
        for text, edge in ((before, number <= 1), (after, number >= len(bounds) - 3))
    )
    if not complete:
        return True
    text = before + chunk + after
    alnum_text, projection = scanner.alnum_of(text), scanner.alnum(text)
    return any(
        scanner.verify(scanner.prefilter(text, alnum_text), text, alnum_text, projection.offset)
    )


def _windows_around(
    scanner: ChunkScanner, data: bytes, bounds: list[int], candidates: list[int]
) -> Iterator[tuple[int, int]]:
    """Yield (first, last) chunks: candidates with so much around them that matches are whole."""
    seen: dict[int, int] = {}

    def reached(number: int, step: int) -> int:
        shown = 0
        while shown < scanner.reach and 0 <= number + step < len(bounds) - 1:
            number += step
            if number not in seen:
                chunk = data[bounds[number] : bounds[number + 1]]
                if has_invisible(chunk):
                    chunk = visible(chunk).text
                seen[number] = len(rendered_text(chunk).translate(None, NOT_ALPHANUMERIC))
            shown += seen[number]
        return number

    window: tuple[int, int] | None = None
    for candidate in candidates:
        first, last = reached(candidate, -1), reached(candidate, 1)
        if window is not None and first <= window[1]:
            window = window[0], max(window[1], last)
            continue
        if window is not None:
            yield window
        window = first, last
    if window is not None:
        yield window
