"""Searches a text in all its projections: the immutable heart of a redactor.

Invariants:
- `prefilter` has no false negatives: where it says no, no pattern occurs in the text, nor in its
  letters and digits. `verify` has none either, for a text of its own; it only drops grams that
  stand there by chance.
- `find` returns regions in the raw text, whatever projection they were found in. It depends on the
  text, the context and the patterns alone, never on how a text was cut into chunks.
- A scanner never changes: a redactor that learns values swaps in another one, so that a call in
  another thread goes on with the values it began with.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jupyter_secrets.redaction.patterns.alnum import NOT_ALPHANUMERIC
from jupyter_secrets.redaction.search import chunks
from jupyter_secrets.redaction.search.context import Context
from jupyter_secrets.redaction.search.index import CompiledIndex
from jupyter_secrets.redaction.search.projections import (
    AlnumProjection,
    Projection,
    control_sequences,
    has_invisible,
    looks_like_markup,
    rendered,
    rendered_text,
    unfinished,
    visible,
)
from jupyter_secrets.redaction.search.spans import Interval, Region, drop_covered, outside
from jupyter_secrets.redaction.values import SecretValue


class Findings(NamedTuple):
    """What was found in a text, and what in its letters and digits alone."""

    regions: list[Region]
    spread: list[Region]


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
        self._in_text = tuple(index.in_text for index in self.indexes if index.in_text)
        # Often all that is looked for is looked for in letters.
        self.looks_at_text = bool(self._in_text)
        self._in_letters = tuple(index.in_letters for index in self.indexes if index.in_letters)
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

    def is_clean(self, data: bytes) -> bool:
        """Tell fast that there is nothing to find; `False` means that one has to look."""
        return self.clean_letters(data, b"") is not None

    def clean_letters(self, data: bytes, tail: bytes) -> bytes | None:
        """Return tail and the letters and digits of data, or `None` if one has to look closely.

        Fast. Where the answer is not `None` there is nothing to find. Of a large text, only the
        last letters and digits may be returned.
        """
        if len(data) >= self._large:
            clean = chunks.is_clean(self, data, tail, self._chunk)
            return self._last_letters(data, tail) if clean else None
        letters = tail + data.translate(None, NOT_ALPHANUMERIC) if self._in_letters else b""
        if self.prefilter(data, letters):
            return None
        if not self.views:
            return letters
        # Asked before calling anybody: most texts are short, and have none of these.
        if (b"\x1b" in data or not data.isascii()) and has_invisible(data):
            return None
        if (b"<" in data or b"&" in data) and not self._is_clean_markup(data):
            return None
        return letters

    def letters(self, data: bytes) -> bytes:
        """Return the letters and digits of data, if anything is looked for in them."""
        return data.translate(None, NOT_ALPHANUMERIC) if self._in_letters else b""

    def prefilter(self, text: bytes, letters: bytes) -> bool:
        """Tell fast whether there may be anything in a text and its letters; `False` is certain."""
        for found in self._in_letters:
            if found(letters):
                return True
        # No generator: this is most of what a short message costs.
        for found in self._in_text:  # noqa: SIM110
            if found(text):
                return True
        return False

    def verify(self, text: bytes, letters: bytes) -> bool:
        """Tell whether there is, where these are a text and letters of their own.

        Only `False` is certain.
        """
        view = AlnumProjection(text)
        for index in self.indexes:
            in_text, _ = index.find(text, view.text, view.place, gone=self._gone)
            if in_text or index.find(b"", letters, _nowhere, gone=self._gone)[1]:
                return True
        return False

    def _is_clean_markup(self, data: bytes) -> bool:
        if not looks_like_markup(data):
            return True
        text = rendered_text(data)
        letters = self.letters(text)
        return not self.prefilter(text, letters)

    def _last_letters(self, data: bytes, tail: bytes) -> bytes:
        # More than what may be pending, and than what is remembered of the rest.
        enough, size = 2 * self.tail_length + self.reach, 4096
        while size < len(data):
            letters = self.letters(data[-size:])
            if len(letters) > enough or not self._in_letters:
                return letters
            size *= 4
        return tail + self.letters(data)

    def lookahead(self, data: bytes, *, clean: bool = False) -> int:
        """Return how many bytes at the end of data have to wait for what follows.

        `clean` tells that there is nothing to find in it, and nothing invisible.
        """
        pending = 0
        if data and self._waits[data[-1]]:
            for lookahead in self._lookaheads:
                pending = max(pending, lookahead(data))
        if clean or not self.views or not has_invisible(data):
            return pending
        for start, end in control_sequences(data):
            if start < len(data) - pending < end:
                pending = len(data) - end  # nothing begins within a sequence
        return max(pending, self._lookahead_visible(data))

    def _lookahead_visible(self, data: bytes) -> int:
        cut = unfinished(data)
        seen = visible(data[: len(data) - cut])
        waiting = max([lookahead(seen.text) for lookahead in self._lookaheads], default=0)
        size = len(seen.text)
        start = seen.raw(size - waiting, size)[0][0] if waiting else len(data) - cut
        return len(data) - start

    def find(
        self,
        data: bytes,
        context: Context | None = None,
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
        if not self.indexes:
            return []
        context = context or Context()
        if self.is_large(data):
            regions = chunks.find(self, data, context, final=final, markup=markup, size=self._chunk)
        else:
            regions = self.find_within(data, context, final=final, markup=markup)
        return regions if words else [region for region in regions if not region.word]

    def find_within(
        self, data: bytes, context: Context, *, final: bool, markup: bool | None
    ) -> list[Region]:
        """Return what `find` does, looking at all of data at once."""
        if not self.views:
            return self._search(data, context.before, final).regions
        visible_text: Projection | None = None
        regions: list[Region] = []
        if has_invisible(data):
            # An escape that is not complete yet must not be taken for text.
            visible_text = visible(data if final else data[: len(data) - unfinished(data)])
            plain = self._search(data, context.before, final).regions
            regions = outside(control_sequences(data), plain)
        text = data if visible_text is None else visible_text.text
        before = context.before if visible_text is None else context.seen_before
        found = self._search(text, before, final, context, visible_text)
        regions += found.regions
        if markup or (markup is None and looks_like_markup(data)):
            page = rendered(data)
            shown = self._search(page.text, context.seen_before, final, Context(), page)
            regions += shown.regions
            regions += drop_covered(shown.spread, regions)
        return regions + drop_covered(found.spread, regions)

    def _search(
        self,
        text: bytes,
        before: bytes,
        final: bool,
        context: Context | None = None,
        projection: Projection | None = None,
    ) -> Findings:
        """Return what is found in a text, as regions of what it is a projection of.

        Letters and digits alone are looked at where there is a context: what came before them.
        """
        tail = context.tail if context is not None else b""
        letters = tail + self.letters(text)
        findings = Findings([], [])
        if not self.prefilter(text, letters):
            return findings
        view, shift = AlnumProjection(text), len(tail)

        def place_of(index: int) -> int:
            return view.place(index - shift) if index >= shift else -1

        def raw(start: int, end: int) -> tuple[Interval, ...]:
            return ((start, end),) if projection is None else projection.raw(start, end)

        for index in self.indexes:
            in_text, in_letters = index.find(
                text, letters, place_of, before=before, final=final, gone=self._gone
            )
            for match in in_text:
                parts = raw(match.start, match.end)
                if parts:
                    findings.regions.append(
                        Region(parts[0][0], parts[-1][1], match.label, parts, word=match.word)
                    )
            for match in in_letters:
                if context is None or match.end <= shift:
                    continue
                spans = view.raw(max(match.start - shift, 0), match.end - shift)
                parts = tuple(part for low, high in spans for part in raw(low, high))
                goes_on = match.start < shift and context.tail_removed
                start = 0 if goes_on else parts[0][0]
                findings.spread.append(Region(start, parts[-1][1], match.label, parts, goes_on))
        return findings


def _nowhere(_: int) -> int:
    return -1
