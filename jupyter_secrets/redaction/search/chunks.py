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
from jupyter_secrets.redaction.patterns.places import GRAM
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
    has_invisible,
    has_markup,
    rendered_text,
    visible,
)
from jupyter_secrets.redaction.search.spans import Region, Search

SIZE = 1 << 15
# Texts of fewer chunks are looked at as a whole.
FEWEST = 4
# Where a part of a text is cut out, its edges are not to be believed.
EDGE = 64
CARRIED = GRAM - 1
_FOLLOWING = 1024


class ChunkScanner(Protocol):
    """What chunks are searched with; `Scanner` is the one there is."""

    views: bool
    looks_at_text: bool
    tail_length: int
    reach: int

    def letters(self, data: bytes) -> bytes:
        """Return the letters and digits of data, if anything is looked for in them."""

    def prefilter(self, text: bytes, letters: bytes) -> list[Candidates]:
        """Return where there may be anything in a text and its letters."""

    def verify(
        self,
        candidates: Sequence[Candidates],
        text: bytes,
        letters: bytes,
        place_of: Callable[[int], int],
    ) -> tuple[list[Match], list[Match]]:
        """Return what stands at the candidates."""

    def search(
        self, data: bytes, context: Context, final: bool, markup: bool | None, *, at_once: bool
    ) -> Search:
        """Return all regions of data to hide, looking at all of it at once."""


def bounds(data: bytes, size: int) -> list[int]:
    """Return where the chunks of data begin, of about so many bytes, and its end."""
    places, at = [0], size
    escapes = b"\x1b" in data or (not data.isascii() and b"\xc2\x9b" in data)
    while at < len(data):
        place = _cut(data, at, escapes)
        if place > places[-1]:
            places.append(place)
        at += size
    if len(data) > places[-1]:
        places.append(len(data))
    return places


def find(
    scanner: ChunkScanner,
    data: bytes,
    context: Context,
    *,
    final: bool,
    markup: bool | None,
    size: int,
) -> list[Region]:
    """Return all regions of data to hide, as `Scanner.search` does at once."""
    places = bounds(data, size)
    in_page = context.page is not context.seen
    if markup is None:
        markup = scanner.views and (in_page or has_markup(data))
    candidates = list(_candidates(scanner, data, places, markup, context.seen.letters))
    if in_page and candidates[:1] != [0]:
        candidates.insert(0, 0)  # what a page showed before may go on
    found: list[Region] = []
    for first, last in _windows_around(scanner, data, places, candidates):
        low, high = places[first], places[last + 1]
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
        found += [
            region.moved(low) for region in regions if region.start >= start and region.end <= end
        ]
    return found


def _context_after(before: bytes) -> Context:
    return Context(before, Trail(before))


def _cut(data: bytes, at: int, escapes: bool) -> int:
    """Return a place at or a little before `at` that nothing lies across, or -1."""
    tag = data.rfind(b"<", max(0, at - LONGEST_TAG), at)
    if tag >= 0:
        # A tag has no other tag's beginning in it, but an escape may.
        return -1 if escapes and _has_escape(data, tag) else tag
    if escapes and _has_escape(data, at):
        place = data.rfind(b"\x1b", max(0, at - LONGEST_ESCAPE), at)
        # An escape begins here, unless this ends one; a tag may have it in it.
        if place < 0 or data[place + 1 : place + 2] == b"\\":
            return -1
        return -1 if data.find(b"<", max(0, place - LONGEST_TAG), place) >= 0 else place
    entity = data.rfind(b"&", max(0, at - LONGEST_ENTITY), at)
    if entity >= 0:
        return entity
    for _ in range(3):
        at -= data[at] & 0xC0 == 0x80
    return at


def _has_escape(data: bytes, end: int) -> bool:
    start = max(0, end - LONGEST_ESCAPE)
    return data.find(b"\x1b", start, end) >= 0 or data.find(b"\xc2\x9b", start, end) >= 0


def _candidates(
    scanner: ChunkScanner, data: bytes, places: list[int], markup: bool, tail: bytes
) -> Iterator[int]:
    """Yield the numbers of the chunks that something to hide may touch.

    Of chunks that follow each other, at least one of those that a match lies in.
    """
    carried = max(scanner.tail_length, CARRIED)
    letters, page_text, page_letters = tail, b"", tail[-CARRIED:]
    for number, (low, high) in enumerate(pairwise(places)):
        chunk = data[low:high]
        if scanner.views and has_invisible(chunk):
            yield number
            # What lies across the border touches this chunk: the next one begins afresh.
            letters, page_text, page_letters = b"", data[max(0, high - CARRIED) : high], b""
            continue
        before = data[max(0, low - CARRIED) : low]
        same = not markup or (page_text == before and page_letters == letters[-CARRIED:])
        letters += scanner.letters(chunk)
        text = data[max(0, low - CARRIED) : high] if scanner.looks_at_text else b""
        candidates = scanner.prefilter(text, letters)
        candidate = bool(candidates) and _verify(
            scanner, candidates, data, (low, high), letters, len(before)
        )
        if markup:
            page = around_tags(chunk, CARRIED)
            if page is None and not same:
                page = chunk
            if page is None:
                page_text, page_letters = (before + chunk)[-CARRIED:], letters[-CARRIED:]
            else:
                page_text += page
                page_letters += scanner.letters(page)
                if not candidate and scanner.prefilter(page_text, page_letters):
                    candidate = _verify_page(scanner, data, places, number)
                page_text, page_letters = page_text[-CARRIED:], page_letters[-CARRIED:]
        letters = letters[-carried:]
        if candidate:
            yield number


def _verify(
    scanner: ChunkScanner,
    candidates: list[Candidates],
    data: bytes,
    chunk: tuple[int, int],
    letters: bytes,
    carried: int,
) -> bool:
    """Tell whether more than grams are at candidates in a chunk; only `False` is certain.

    They were found in the chunk and so many bytes before it, and in its letters after some more.
    """
    low, high = chunk
    following = scanner.letters(data[high : high + _FOLLOWING])
    if len(following) < scanner.tail_length and high + _FOLLOWING < len(data):
        return True
    start = max(0, low - scanner.reach)
    around = data[start : high + scanner.reach]
    # So many of the letters came before those of what is around.
    shift = len(letters) - len(scanner.letters(data[start:high]))
    view = AlnumProjection(around, shift)
    moved = [
        each._replace(in_text=_moved(each.in_text, low - carried - start)) for each in candidates
    ]
    in_text, in_letters = scanner.verify(
        moved,
        around,
        letters + following,
        view.place,
    )
    return bool(in_text or in_letters)


def _moved(spans: Sequence[Span], by: int) -> list[Span]:
    return [(pattern, low + by, high + by) for pattern, low, high in spans]


def _verify_page(scanner: ChunkScanner, data: bytes, places: list[int], number: int) -> bool:
    """Tell the same for what is seen of a chunk without its tags, and of those beside it."""
    before, chunk, after = (
        rendered_text(data[low:high])
        for low, high in (
            (places[max(0, number - 1)], places[number]),
            (places[number], places[number + 1]),
            (places[number + 1], places[min(len(places) - 1, number + 2)]),
        )
    )
    complete = all(
        edge or (len(text) >= scanner.reach and len(scanner.letters(text)) >= scanner.tail_length)
        for text, edge in ((before, number <= 1), (after, number >= len(places) - 3))
    )
    if not complete:
        return True
    text = before + chunk + after
    letters, view = scanner.letters(text), AlnumProjection(text)
    return any(scanner.verify(scanner.prefilter(text, letters), text, letters, view.place))


def _windows_around(
    scanner: ChunkScanner, data: bytes, places: list[int], candidates: list[int]
) -> Iterator[tuple[int, int]]:
    """Yield (first, last) chunks: candidates with so much around them that matches are whole."""
    seen: dict[int, int] = {}

    def reached(number: int, step: int) -> int:
        shown = 0
        while shown < scanner.reach and 0 <= number + step < len(places) - 1:
            number += step
            if number not in seen:
                chunk = data[places[number] : places[number + 1]]
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
