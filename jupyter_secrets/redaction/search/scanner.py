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

from jupyter_secrets.redaction.patterns.alnum import NOT_ALPHANUMERIC
from jupyter_secrets.redaction.search import chunks
from jupyter_secrets.redaction.search.context import Context
from jupyter_secrets.redaction.search.index import CompiledIndex
from jupyter_secrets.redaction.search.matcher import Match
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
from jupyter_secrets.redaction.search.spans import Region, drop_covered, outside
from jupyter_secrets.redaction.values import SecretValue


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
        self.indexes = tuple(index for index in indexes if len(index.plain))
        self.views = views
        self._gone = gone
        self._in_text = tuple(s.in_text for s in self.indexes if s.in_text)
        # Often all that is looked for is looked for in letters.
        self.looks_at_text = bool(self._in_text)
        self._in_letters = tuple(s.in_letters for s in self.indexes if s.in_letters)
        self._plain = tuple(index.plain for index in self.indexes)
        self._alnum = tuple(index.alnum for index in self.indexes if len(index.alnum))
        self._lookaheads = tuple(index.lookahead for index in self.indexes)
        longest = max((index.longest_alnum for index in self.indexes), default=1)
        self.tail_length = longest - 1
        # No match is longer, in the letters and digits of any view, with some to spare.
        longest = max([longest, *(plain.longest for plain in self._plain)])
        self.reach = longest + 2 * chunks.EDGE
        # Whether a text may have to wait if this is its last byte.
        self._waits = bytes(
            any(byte in lookahead.alphabet for lookahead in self._lookaheads) for byte in range(256)
        )

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
        if not self.views:
            found = self.prefilter(data, b"") and self.verify(data, b"")
            return None if found else b""
        letters = tail + data.translate(None, NOT_ALPHANUMERIC) if self._alnum else b""
        if self.prefilter(data, letters) and self.verify(data, letters):
            return None
        # Asked before calling anybody: most texts are short, and have none of these.
        if (b"\x1b" in data or not data.isascii()) and has_invisible(data):
            return None
        if (b"<" in data or b"&" in data) and not self._is_clean_markup(data):
            return None
        return letters

    def letters(self, data: bytes) -> bytes:
        """Return the letters and digits of data, if anything is looked for in them."""
        return data.translate(None, NOT_ALPHANUMERIC) if self._alnum else b""

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
        """Tell whether there is, where this is one text of its own; only `False` is certain."""
        return any(plain.find(text, gone=self._gone) for plain in self._plain) or any(
            alnum.find(letters, gone=self._gone) for alnum in self._alnum
        )

    def _is_clean_markup(self, data: bytes) -> bool:
        if not looks_like_markup(data):
            return True
        text = rendered_text(data)
        letters = self.letters(text)
        return not (self.prefilter(text, letters) and self.verify(text, letters))

    def _last_letters(self, data: bytes, tail: bytes) -> bytes:
        # More than what may be pending, and than what is remembered of the rest.
        enough, size = 2 * self.tail_length + self.reach, 4096
        while size < len(data):
            letters = self.letters(data[-size:])
            if len(letters) > enough or not self._alnum:
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
        regions = [
            Region(
                match.start, match.end, match.label, ((match.start, match.end),), word=match.word
            )
            for match in self._matches(data, context.before, final)
        ]
        return (
            self._through_projections(regions, data, context, final, markup)
            if self.views
            else regions
        )

    def _through_projections(
        self,
        regions: list[Region],
        data: bytes,
        context: Context,
        final: bool,
        markup: bool | None,
    ) -> list[Region]:
        """Return the regions of the raw text and of all views."""
        base: Projection | None = None
        text = data
        if has_invisible(data):
            # An escape that is not complete yet must not be taken for text.
            base = visible(data if final else data[: len(data) - unfinished(data)])
            text = base.text
            regions = outside(control_sequences(data), regions)
            regions += self._projected(base, context.seen_before, final)
        if markup or (markup is None and looks_like_markup(data)):
            page = rendered(data)
            regions += self._projected(page, context.seen_before, final)
            regions += drop_covered(self._find_alnum(page.text, page, Context()), regions)
        return regions + drop_covered(self._find_alnum(text, base, context), regions)

    def may_match(self, data: bytes) -> bool:
        """Tell whether the raw view finds anything in data, words within words included."""
        return self.prefilter(data, self.letters(data))

    def _matches(self, text: bytes, before: bytes, final: bool) -> list[Match]:
        found: list[Match] = []
        letters = self.letters(text)
        if self.prefilter(text, letters):
            for plain in self._plain:
                found += plain.find(text, before, final=final, gone=self._gone)
        return found

    def _projected(self, view: Projection, before: bytes, final: bool) -> list[Region]:
        return [
            Region(raw[0][0], raw[-1][1], match.label, raw, word=match.word)
            for match in self._matches(view.text, before, final)
            if (raw := view.raw(match.start, match.end))
        ]

    def _find_alnum(self, text: bytes, base: Projection | None, context: Context) -> list[Region]:
        """Return what is found in letters and digits alone, in coordinates of base's raw text."""
        regions: list[Region] = []
        if not self._alnum:
            return regions
        view = AlnumProjection(text)
        shift = len(context.tail)
        letters = context.tail + view.text
        if not self.prefilter(b"", letters):
            return regions
        for matcher in self._alnum:
            for match in matcher.find(letters, gone=self._gone):
                if match.end <= shift:
                    continue
                raw = view.raw(max(match.start - shift, 0), match.end - shift)
                if base is not None:
                    raw = tuple(part for low, high in raw for part in base.raw(low, high))
                goes_on = match.start < shift and context.tail_removed
                start = 0 if goes_on else raw[0][0]
                regions.append(Region(start, raw[-1][1], match.label, raw, goes_on))
        return regions
