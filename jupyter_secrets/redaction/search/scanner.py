"""Searches a text in all its projections: the immutable heart of a redactor.

Invariants:
- `prefilter` has no false negatives: where it has no candidates, no pattern occurs in the text, nor
  in its letters and digits.
- Each text is searched once: what `prefilter` found is handed to `verify`, which compares patterns
  with what stands there.
- `find` returns regions in the raw text, whatever projection they were found in. It depends on the
  text, the context and the patterns alone, never on how a text was cut into chunks.
- A scanner never changes: a redactor that learns values swaps in another one, so that a call in
  another thread goes on with the values it began with.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from jupyter_secrets.redaction.patterns.alnum import NOT_ALPHANUMERIC
from jupyter_secrets.redaction.search import chunks
from jupyter_secrets.redaction.search.context import Context, Trail
from jupyter_secrets.redaction.search.index import Candidates, CompiledIndex
from jupyter_secrets.redaction.search.matcher import Match
from jupyter_secrets.redaction.search.projections import (
    AND,
    BACKSPACE,
    ESCAPE,
    LESS,
    AlnumProjection,
    Projection,
    around_tags,
    control_sequences,
    has_invisible,
    markup_around,
    rendered,
    rendered_text,
    unfinished,
    unfinished_markup,
    visible,
)
from jupyter_secrets.redaction.search.spans import (
    Interval,
    Region,
    Search,
    drop_covered,
    outside,
    token_around,
)
from jupyter_secrets.redaction.values import SecretValue


class Findings(NamedTuple):
    """What was found in a text, and what in its letters and digits alone."""

    regions: list[Region]
    spread: list[Region]


class View(NamedTuple):
    """A text as it is looked at: the letters before its own, where in the raw text it comes from.

    That is nowhere for the raw text itself.
    """

    text: bytes
    letters: bytes
    trail: Trail
    projection: Projection | None = None


NOTHING_BEFORE = Context()
# Between letters and digits of different texts.
_BORDER = b"\n"


class Scanner:
    """Finds what to hide in bytes, through the views it was made with."""

    def __init__(
        self,
        indexes: Iterable[CompiledIndex] = (),
        *,
        views: bool = True,
        gone: frozenset[SecretValue] = frozenset(),
        chunk: int = chunks.SIZE,
    ) -> None:
        self._chunk = chunk
        self._large = chunks.FEWEST * chunk
        self.indexes = tuple(index for index in indexes if index.size)
        self.views = views
        self._gone = gone
        self._engines = tuple((index, index.in_text, index.in_letters) for index in self.indexes)
        # Often all that is looked for is looked for in letters.
        self.looks_at_text = any(index.in_text for index in self.indexes)
        # Whether tags may be part of a value.
        self.has_tags = any(b"<" in value.data for index in self.indexes for value in index.values)
        self._looks_at_letters = any(index.in_letters for index in self.indexes)
        self._lookaheads = tuple(index.lookahead for index in self.indexes)
        longest = max((index.longest_alnum for index in self.indexes), default=1)
        self.tail_length = longest - 1
        # No match is longer, in the letters and digits of any projection, with some to spare.
        longest = max([longest, *(index.longest for index in self.indexes)])
        self.reach = longest + 2 * chunks.EDGE
        # Whether a text may have to wait if this is its last byte.
        ends = frozenset[int]().union(*(each.alphabet for each in self._lookaheads))
        self._waits = bytes(byte in ends for byte in range(256))

    def is_large(self, data: bytes) -> bool:
        """Tell whether data is looked at in chunks."""
        return len(data) >= self._large

    def letters(self, data: bytes) -> bytes:
        """Return the letters and digits of data, if anything is looked for in them."""
        return data.translate(None, NOT_ALPHANUMERIC) if self._looks_at_letters else b""

    def prefilter(self, text: bytes, letters: bytes) -> list[Candidates]:
        """Return where there may be anything in a text and its letters; nowhere is certain."""
        candidates = []
        for index, find_in_text, find_in_letters in self._engines:
            in_letters = find_in_letters(letters) if find_in_letters is not None else ()
            in_text = find_in_text(text) if find_in_text is not None else ()
            if in_letters or in_text:
                candidates.append(Candidates(index, in_text, in_letters))
        return candidates

    def may_contain(self, text: bytes) -> bool:
        """Tell whether there may be anything in a text as it is; only `False` is certain.

        What is at the candidates is compared: in a large text some grams occur by chance.
        """
        letters = self.letters(text)
        candidates = self.prefilter(text, letters)
        return any(self.verify(candidates, text, letters, AlnumProjection(text).place))

    def may_contain_page(self, page: bytes) -> bool:
        """Do as `may_contain` for what is shown of a page, where that is not in it as it is."""
        shown = around_tags(page, chunks.CARRIED)
        if shown is None or not self.prefilter(shown, self.letters(shown)):
            return False
        return self.may_contain(rendered_text(page))

    def prefilter_any(self, texts: Sequence[bytes]) -> bool:
        """Tell whether there may be anything in one of several texts, in one search."""
        text = _BORDER.join(texts)
        return bool(self.prefilter(text, _BORDER.join(map(self.letters, texts))))

    def _prefilter_views(self, views: Sequence[View]) -> Iterator[list[Candidates]]:
        """Yield what `prefilter` returns for each of several views, found in one search."""
        text = _BORDER.join([view.text for view in views]) if self.looks_at_text else b""
        candidates = self.prefilter(text, _BORDER.join([view.letters for view in views]))
        text_at = letters_at = 0
        for view in views:
            text_end, letters_end = text_at + len(view.text), letters_at + len(view.letters)
            within = [
                each.within((text_at, text_end), (letters_at, letters_end)) for each in candidates
            ]
            yield [each for each in within if each.in_text or each.in_letters]
            text_at, letters_at = text_end + len(_BORDER), letters_end + len(_BORDER)

    def verify(
        self,
        candidates: Sequence[Candidates],
        text: bytes,
        letters: bytes,
        place_of: Callable[[int], int],
        *,
        before: bytes = b"",
        final: bool = True,
    ) -> tuple[list[Match], list[Match]]:
        """Return what stands at the candidates: the matches in a text, and in its letters alone.

        `place_of` tells where a letter stands in the text, or a negative number.
        """
        in_text: list[Match] = []
        in_letters: list[Match] = []
        for index, text_spans, letter_spans in candidates:
            found = index.verify(
                text,
                letters,
                place_of,
                text_spans,
                letter_spans,
                before=before,
                final=final,
                gone=self._gone,
            )
            in_text += found[0]
            in_letters += found[1]
        return in_text, in_letters

    def find(
        self,
        data: bytes,
        context: Context = NOTHING_BEFORE,
        *,
        final: bool = True,
        markup: bool | None = None,
        words: bool = True,
    ) -> list[Region]:
        """Return all regions of data to hide.

        Not `final` tells that more follows. `markup` tells whether data is HTML or the like; with
        `None` it is looked at. What goes on from the context starts at 0. Without `words`, those
        that are hidden as whole words only are left alone.
        """
        regions, _, _ = self.search(data, context, final, markup)
        return regions if words else [region for region in regions if not region.word]

    def search(
        self,
        data: bytes,
        context: Context = NOTHING_BEFORE,
        final: bool = True,
        markup: bool | None = None,
        *,
        at_once: bool = False,
    ) -> Search:
        """Return what `find` does, and what a stream needs to know of the text.

        A large text is searched in chunks, unless it is to be looked at `at_once`.
        """
        if len(data) >= self._large and not at_once:
            regions = chunks.find(self, data, context, final=final, markup=markup, size=self._chunk)
            return regions, self._last_letters(data, context.seen.letters), False
        # In order of what most messages are, each asked for before any function is called.
        letters = b""
        if self._looks_at_letters:
            letters = context.seen.letters + data.translate(None, NOT_ALPHANUMERIC)
        same_page = LESS not in data and AND not in data and context.page is context.seen
        invisible = (ESCAPE in data or BACKSPACE in data or not data.isascii()) and has_invisible(
            data
        )
        trail = context.seen
        if (same_page and not invisible) or not self.views:
            candidates = self.prefilter(data, letters)
            if not candidates:
                return [], letters, True
            trail = Trail(context.before, trail.letters, trail.removed)
            regions, spread = self._regions(candidates, View(data, letters, trail), final)
            return regions + drop_covered(spread, regions), letters, True
        raw = View(data, letters, Trail(context.before, trail.letters, trail.removed))
        views = [raw, *self._projections(raw, context, final, invisible, not same_page, markup)]
        found = [
            self._regions(candidates, view, final)
            for view, candidates in zip(views, self._prefilter_views(views), strict=True)
        ]
        regions, spread = found[0]
        if invisible:
            letters = views[1].letters
            regions, spread = outside(control_sequences(data), regions), []
        for each in found[1:]:
            regions, spread = regions + each.regions, spread + each.spread
        return regions + drop_covered(spread, regions), letters, False

    def _projections(
        self,
        raw: View,
        context: Context,
        final: bool,
        invisible: bool,
        in_page: bool,
        markup: bool | None,
    ) -> Iterator[View]:
        """Yield what a text is seen as, where it is not as it is."""
        data = text = raw.text
        if invisible:
            # An escape that is not complete yet must not be taken for text.
            seen = visible(data if final else data[: len(data) - unfinished(data)])
            yield self._view(seen, context.seen)
            text = seen.text
        if in_page and markup is not False:
            page = self._page(data, final)
            if markup or page.text != text or context.page is not context.seen:
                yield self._view(page, context.page)

    def _view(self, projection: Projection, trail: Trail) -> View:
        letters = trail.letters + self.letters(projection.text)
        return View(projection.text, letters, trail, projection)

    def _page(self, data: bytes, final: bool) -> Projection:
        """Return what a page shows of data: nothing that may be within a tag or an escape."""
        end = len(data)
        if not final:
            end = min(unfinished_markup(data), end - unfinished(data))
        return rendered(data[:end])

    def _regions(self, candidates: list[Candidates], view: View, final: bool) -> Findings:
        """Return what stands at the candidates, as regions of what the view is one of."""
        text, letters, trail, projection = view
        findings = Findings([], [])
        if not candidates:
            return findings
        shift = len(trail.letters)
        alnum = AlnumProjection(text, shift)
        in_text, in_letters = self.verify(
            candidates,
            text,
            letters,
            alnum.place,
            before=trail.before,
            final=final,
        )
        for match in set(in_text):  # encodings that are alike are found several times
            start, end = match.start, match.end
            if match.in_base64:
                start, end = token_around(text, start, end)
            parts = _raw(projection, start, end)
            if parts:
                goes_on = match.in_base64 and end == len(text)
                findings.regions.append(
                    Region(
                        parts[0][0],
                        parts[-1][1],
                        match.label,
                        parts,
                        word=match.word,
                        piece=match.piece,
                        token=goes_on,
                    )
                )
        joined = _joined(in_text)
        for match in in_letters:
            if match.end <= shift:
                continue
            goes_on = match.start < shift and trail.removed
            spans = alnum.raw(max(match.start, shift), match.end)
            if not goes_on and _is_within(spans, joined):
                continue
            parts = tuple(part for low, high in spans for part in _raw(projection, low, high))
            start = 0 if goes_on else parts[0][0]
            findings.spread.append(
                Region(start, parts[-1][1], match.label, parts, goes_on, piece=match.piece)
            )
        return findings

    def _last_letters(self, data: bytes, tail: bytes) -> bytes:
        # More than what may be pending, and than what is remembered of the rest.
        enough, size = 2 * self.tail_length + self.reach, 4096
        while size < len(data):
            letters = self.letters(data[-size:])
            if len(letters) > enough or not self._looks_at_letters:
                return letters
            size *= 4
        return tail + self.letters(data)

    def decided(self, data: bytes, plain: bool) -> tuple[int, int]:
        """Return up to where data can be shown, and from where on it is searched again.

        What no later match can reach is decided. The beginning of a tag may be shown, but has to
        be read together with its end. `plain` is what `search` says of data.
        """
        if plain and not (data and self._waits[data[-1]]):
            return len(data), len(data)
        certain = len(data) - self._lookahead(data)
        if plain or not self.views:
            return certain, certain
        if has_invisible(data):
            for start, end in control_sequences(data):
                if start < certain < end:
                    certain = end  # nothing begins within a sequence
            end = len(data) - unfinished(data)
            certain = min(certain, end, _last(visible(data[:end]), self._lookahead, end))
        end = unfinished_markup(data)
        if LESS in data or AND in data:
            # An entity is a character, which a value may begin with.
            waits = end if data[end : end + 1] == b"&" else len(data)
            certain = min(certain, _last(self._page(data, False), self._lookahead, waits))
        return certain, min(certain, end, markup_around(data, certain))

    def showable(self, data: bytes) -> int:
        """Return up to where data may be shown that waits, though more may follow.

        That is all of it, but for a text that is hidden only whole, of which half may.
        """
        certain = len(data) - self._secret_end(data)
        if not self.views:
            return certain
        for projection in (visible(data), rendered(data)):
            certain = min(certain, _last(projection, self._secret_end, len(data)))
        return certain

    def _lookahead(self, text: bytes) -> int:
        return max([lookahead(text) for lookahead in self._lookaheads], default=0)

    def _secret_end(self, text: bytes) -> int:
        return max([lookahead.secret_end(text) for lookahead in self._lookaheads], default=0)


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


def _last(projection: Projection, count: Callable[[bytes], int], end: int) -> int:
    """Return where the last bytes of a projection begin, as many as are counted; else an end."""
    size = len(projection.text)
    waiting = count(projection.text)
    return projection.raw(size - waiting, size)[0][0] if waiting else end
