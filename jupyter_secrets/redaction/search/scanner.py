"""Searches a text in all its projections: the immutable search index of a redactor.

Invariants:
- `prefilter` has no false negatives: where it has no candidates, no pattern occurs in the text, nor
  in its alphanumeric projection.
- Each text is searched once: what `prefilter` found is handed to `verify`, which compares patterns
  with what stands there.
- `find` returns regions in the raw text, whatever projection they were found in. It depends on the
  text, the context and the patterns alone, never on how a text was cut into chunks.
- A scanner never changes: a redactor that learns values swaps in another one, so that a call in
  another thread goes on with the values it began with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from jupyter_secrets.redaction.patterns.alnum import NOT_ALPHANUMERIC, alnum_of_scripts
from jupyter_secrets.redaction.search import chunks
from jupyter_secrets.redaction.search.context import Context, Trail
from jupyter_secrets.redaction.search.index import Candidates, CompiledIndex, Find, Index
from jupyter_secrets.redaction.search.lookahead import Lookahead
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
from jupyter_secrets.redaction.search.regions import ProjectedText, Regions, regions_of
from jupyter_secrets.redaction.search.spans import (
    Region,
    Search,
    drop_covered,
    outside,
)
from jupyter_secrets.redaction.search.token_format import TOKENS, TokenLookahead
from jupyter_secrets.redaction.values import SecretValue

NOTHING_BEFORE = Context()
# Between the alphanumeric texts of different texts.
_BORDER = b"\n"


class Scanner:
    """Finds what to hide in bytes; without `projections` only in the text as it is."""

    def __init__(
        self,
        indexes: Iterable[CompiledIndex] = (),
        *,
        projections: bool = True,
        removed_values: frozenset[SecretValue] = frozenset(),
    ) -> None:
        self.indexes = tuple(index for index in indexes if index.size)
        self.projections = projections
        self._removed_values = removed_values
        self._engines: tuple[tuple[Index, Find | None, Find | None], ...] = (
            *((index, index.in_text, index.in_alnum) for index in self.indexes),
            (TOKENS, TOKENS.in_text, None),
        )
        # Often all values are looked for in the alphanumeric projection: tokens alone are not.
        self.finds_values_in_text = any(index.in_text for index in self.indexes)
        # Whether tags may be part of a value.
        self.has_tags = any(b"<" in value.data for index in self.indexes for value in index.values)
        self._searches_alnum = any(index.in_alnum for index in self.indexes)
        # Whether letters of other scripts than Latin's count.
        self._scripts = any(index.has_scripts for index in self.indexes)
        self._lookaheads: tuple[Lookahead | TokenLookahead, ...] = (
            *(index.lookahead for index in self.indexes),
            TOKENS.lookahead,
        )
        longest = max((index.longest_alnum for index in self.indexes), default=1)
        self.tail_length = longest - 1
        # No match is longer, in any projection, with some to spare.
        longest = max([longest, TOKENS.longest, *(index.longest for index in self.indexes)])
        self.reach = longest + 2 * chunks.EDGE
        # Whether a text may have to wait if this is its last byte.
        ends = frozenset[int]().union(*(each.alphabet for each in self._lookaheads))
        self._waits = bytes(byte in ends for byte in range(256))

    def alnum_of(self, data: bytes) -> bytes:
        """Return the alphanumeric projection of data, if anything is looked for in it."""
        if not self._searches_alnum:
            return b""
        if self._scripts:
            return alnum_of_scripts(data)
        return data.translate(None, NOT_ALPHANUMERIC)

    def alnum(self, data: bytes, first: int = 0) -> AlnumProjection:
        """Return the same with where its letters and digits stand, numbered from `first` on."""
        return AlnumProjection(data, first, scripts=self._scripts)

    def prefilter(self, text: bytes, alnum_text: bytes) -> list[Candidates]:
        """Return where there may be anything in a text and its projection; nowhere is certain."""
        candidates = []
        for index, find_in_text, find_in_alnum in self._engines:
            in_alnum = find_in_alnum(alnum_text) if find_in_alnum is not None else ()
            in_text = find_in_text(text) if find_in_text is not None else ()
            if in_alnum or in_text:
                candidates.append(Candidates(index, in_text, in_alnum))
        return candidates

    def verify_any(self, text: bytes) -> bool:
        """Tell whether there may be anything in a text as it is; only `False` is certain.

        What is at the candidates is compared: in a large text some grams occur by chance.
        """
        alnum_text = self.alnum_of(text)
        candidates = self.prefilter(text, alnum_text)
        return any(self.verify(candidates, text, alnum_text, self.alnum(text).offset))

    def verify_page(self, page: bytes) -> bool:
        """Do as `verify_any` for what is shown of a page, where that is not in it as it is."""
        shown = around_tags(page, chunks.CARRIED)
        if shown is None or not self.prefilter(shown, self.alnum_of(shown)):
            return False
        return self.verify_any(rendered_text(page))

    def prefilter_any(self, texts: Sequence[bytes]) -> bool:
        """Tell whether there may be anything in one of several texts, in one search."""
        text = _BORDER.join(texts)
        return bool(self.prefilter(text, _BORDER.join(map(self.alnum_of, texts))))

    def _prefilter_each(self, texts: Sequence[ProjectedText]) -> Iterator[list[Candidates]]:
        """Yield what `prefilter` returns for each of several texts, found in one search."""
        text = _BORDER.join([each.text for each in texts])
        candidates = self.prefilter(text, _BORDER.join([each.alnum_text for each in texts]))
        text_start = alnum_start = 0
        for projected in texts:
            text_end = text_start + len(projected.text)
            alnum_end = alnum_start + len(projected.alnum_text)
            within = [
                each.within((text_start, text_end), (alnum_start, alnum_end)) for each in candidates
            ]
            yield [each for each in within if each.in_text or each.in_alnum]
            text_start, alnum_start = text_end + len(_BORDER), alnum_end + len(_BORDER)

    def verify(
        self,
        candidates: Sequence[Candidates],
        text: bytes,
        alnum_text: bytes,
        offset_of: Callable[[int], int],
        *,
        before: bytes = b"",
        final: bool = True,
    ) -> tuple[list[Match], list[Match]]:
        """Return what stands at the candidates: the matches in a text, and in its projection alone.

        `offset_of` tells where a letter or digit is in the text, or a negative number.
        """
        in_text: list[Match] = []
        in_alnum: list[Match] = []
        for index, text_spans, alnum_spans in candidates:
            matches = index.verify(
                text,
                alnum_text,
                offset_of,
                text_spans,
                alnum_spans,
                before=before,
                final=final,
                removed_values=self._removed_values,
            )
            in_text += matches[0]
            in_alnum += matches[1]
        return in_text, in_alnum

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
        if len(data) >= chunks.LARGE and not at_once:
            bounds = chunks.chunk_bounds(data, chunks.SIZE)
            regions = chunks.find(self, data, bounds, context, final=final, markup=markup)
            return regions, self._last_alnum(data, context.seen.alnum_text), False
        # In order of what most messages are, each asked for before any function is called.
        alnum_text = b""
        if self._searches_alnum:
            alnum_text = context.seen.alnum_text + (
                alnum_of_scripts(data) if self._scripts else data.translate(None, NOT_ALPHANUMERIC)
            )
        same_page = LESS not in data and AND not in data and context.page is context.seen
        invisible = (ESCAPE in data or BACKSPACE in data or not data.isascii()) and has_invisible(
            data
        )
        trail = context.seen
        if (same_page and not invisible) or not self.projections:
            candidates = self.prefilter(data, alnum_text)
            if not candidates:
                return [], alnum_text, True
            trail = Trail(context.before, trail.alnum_text, trail.removed)
            regions, alnum_regions = self._regions(
                candidates, ProjectedText(data, alnum_text, trail), final
            )
            return regions + drop_covered(alnum_regions, regions), alnum_text, True
        raw = ProjectedText(
            data, alnum_text, Trail(context.before, trail.alnum_text, trail.removed)
        )
        texts = [raw, *self._projected_texts(raw, context, final, invisible, not same_page, markup)]
        findings = [
            self._regions(candidates, projected, final)
            for projected, candidates in zip(texts, self._prefilter_each(texts), strict=True)
        ]
        regions, alnum_regions = findings[0]
        if invisible:
            alnum_text = texts[1].alnum_text
            regions, alnum_regions = outside(control_sequences(data), regions), []
        for each in findings[1:]:
            regions, alnum_regions = regions + each.in_text, alnum_regions + each.in_alnum
        return regions + drop_covered(alnum_regions, regions), alnum_text, False

    def _projected_texts(
        self,
        raw: ProjectedText,
        context: Context,
        final: bool,
        invisible: bool,
        in_page: bool,
        markup: bool | None,
    ) -> Iterator[ProjectedText]:
        """Yield a text in its projections, where these differ from it."""
        data = text = raw.text
        if invisible:
            # An escape that is not complete yet must not be taken for text.
            seen = visible(data if final else data[: len(data) - unfinished(data)])
            yield self._projected(seen, context.seen)
            text = seen.text
        if in_page and markup is not False:
            page = self._page(data, final)
            if markup or page.text != text or context.page is not context.seen:
                yield self._projected(page, context.page)

    def _projected(self, projection: Projection, trail: Trail) -> ProjectedText:
        alnum_text = trail.alnum_text + self.alnum_of(projection.text)
        return ProjectedText(projection.text, alnum_text, trail, projection)

    def _page(self, data: bytes, final: bool) -> Projection:
        """Return what a page shows of data: nothing that may be within a tag or an escape."""
        end = len(data)
        if not final:
            end = min(unfinished_markup(data), end - unfinished(data))
        return rendered(data[:end])

    def _regions(
        self, candidates: list[Candidates], projected: ProjectedText, final: bool
    ) -> Regions:
        """Return what stands at the candidates, as regions of the raw text."""
        text, alnum_text, trail, _ = projected
        if not candidates:
            return Regions([], [])
        alnum = self.alnum(text, len(trail.alnum_text))
        matches = self.verify(
            candidates, text, alnum_text, alnum.offset, before=trail.before, final=final
        )
        return regions_of(matches, projected, alnum)

    def _last_alnum(self, data: bytes, tail: bytes) -> bytes:
        # More than what may be pending, and than what is remembered of the rest.
        enough, size = 2 * self.tail_length + self.reach, 4096
        while size < len(data):
            alnum_text = self.alnum_of(data[-size:])
            if len(alnum_text) > enough or not self._searches_alnum:
                return alnum_text
            size *= 4
        return tail + self.alnum_of(data)

    def decided(self, data: bytes, plain: bool) -> tuple[int, int]:
        """Return up to where data can be shown, and from where on it is searched again.

        What no later match can reach is decided. The beginning of a tag may be shown, but has to
        be read together with its end. `plain` is what `search` says of data.
        """
        if plain and not (data and self._waits[data[-1]]):
            return len(data), len(data)
        certain = len(data) - self._lookahead(data)
        if plain or not self.projections:
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
        if not self.projections:
            return certain
        for projection in (visible(data), rendered(data)):
            certain = min(certain, _last(projection, self._secret_end, len(data)))
        return certain

    def _lookahead(self, text: bytes) -> int:
        return max([lookahead(text) for lookahead in self._lookaheads], default=0)

    def _secret_end(self, text: bytes) -> int:
        return max([lookahead.secret_end(text) for lookahead in self._lookaheads], default=0)


def _last(projection: Projection, count: Callable[[bytes], int], end: int) -> int:
    """Return where the last bytes of a projection begin, as many as are counted; else an end."""
    size = len(projection.text)
    waiting = count(projection.text)
    return projection.raw(size - waiting, size)[0][0] if waiting else end
