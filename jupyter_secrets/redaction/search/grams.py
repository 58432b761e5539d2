"""Where grams are in patterns: what an engine finds is looked up here."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial

from jupyter_secrets.redaction.search.engines import Span

# Most grams are at one offset in one pattern, and one number tells both: their location.
_OFFSET_BITS = 40
_OFFSET = (1 << _OFFSET_BITS) - 1
FEW_LOCATIONS = 8


class GramTable:
    """Grams, and their locations in patterns."""

    def __init__(
        self,
        grams: Iterable[Iterable[tuple[int, bytes]]],
        context: Callable[[int, int], Hashable],
    ) -> None:
        """Take the (offset, gram) of each pattern; `context` gives what is around an offset.

        Of a pattern that repeats itself one offset in each context is enough: no piece is longer.
        """
        self._first: dict[bytes, int] = {}
        several: dict[bytes, list[int]] = {}
        for index, of_pattern in enumerate(grams):
            for offset, gram in of_pattern:
                location = index << _OFFSET_BITS | offset
                first = self._first.setdefault(gram, location)
                if first != location:
                    several.setdefault(gram, [first]).append(location)
        self._several = {gram: _grouped(locations, context) for gram, locations in several.items()}
        self._sizes = sorted(set(map(len, self._first)))

    def candidates(
        self, data: bytes, spans: Sequence[Span]
    ) -> Iterator[tuple[int, tuple[int, ...], int]]:
        """Yield (pattern, offsets in it, position in data) of grams that touch spans, in order."""
        searched, before = 0, self._sizes[-1] - 1 if self._sizes else 0
        for low, high in sorted([span[1:] for span in spans]):
            for position in range(max(searched, low - before), high):
                for size in self._sizes:
                    gram = data[position : position + size]
                    if gram in self._first:
                        for index, offsets in self._locations(gram):
                            yield index, offsets, position
            searched = max(searched, high)

    def _locations(self, gram: bytes) -> tuple[tuple[int, tuple[int, ...]], ...]:
        if gram in self._several:
            return self._several[gram]
        location = self._first[gram]
        return ((location >> _OFFSET_BITS, (location & _OFFSET,)),)


def _grouped(
    locations: list[int], context: Callable[[int, int], Hashable]
) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return the offsets by pattern."""
    offsets: dict[int, list[int]] = {}
    for location in locations:
        offsets.setdefault(location >> _OFFSET_BITS, []).append(location & _OFFSET)
    return tuple(
        (index, _one_in_each(group, partial(context, index))) for index, group in offsets.items()
    )


def _one_in_each(offsets: list[int], context: Callable[[int], Hashable]) -> tuple[int, ...]:
    if len(offsets) > FEW_LOCATIONS:
        offsets = list({context(offset): offset for offset in reversed(offsets)}.values())
    return tuple(offsets)
