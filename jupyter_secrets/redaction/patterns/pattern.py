"""What exactly is searched for: the pieces of a form that give a value away, and its grams.

A piece of 12 characters is the smallest that counts, so a form stands for all its windows of 12:
a longer piece is their union. Each window holds one of the form's grams, 8-byte grams placed
as far apart as that allows; the engine looks for grams only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from jupyter_secrets.redaction.patterns.encodings import TEXT_WINDOW, encodings, text_encodings
from jupyter_secrets.redaction.patterns.parts import is_structured, parts, public_segments
from jupyter_secrets.redaction.patterns.policy import (
    COMMON_WORDS,
    SHORTEST,
    SHORTEST_FULL,
    Strength,
    has_pieces,
    strength,
)
from jupyter_secrets.redaction.values import SecretValue, encode

GRAM = 8
# A piece has to lookahead this many bytes that stand nowhere else, and this many different ones.
PRIVATE_BYTES = 5
DISTINCT_BYTES = 5
# Of a larger value the lines and the two ends have pieces.
LARGE = 4096
LARGE_END = 1024
LONGEST_BRIDGE = 64

# One character of the value, as the encodings write it: an escape is as long as what it stands for.
_UNIT = re.compile(
    rb"%[0-9A-Fa-f]{2}|\\+(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|text[a-z]+[ ]|.)|&#?\w{1,8};"
    rb"|=[0-9A-F]{2}|[\xc0-\xff][\x80-\xbf]*|.",
    re.DOTALL,
)

NOBODY = SecretValue(b"")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text to find, whole or in pieces.

    `spans` are its smallest pieces, sorted by start; `None` stands for all
    of `window` bytes. A pattern that is found whole only has a window of its length. A `word` is
    found only where no letter, digit or underscore touches it.
    """

    text: bytes
    window: int
    spans: tuple[tuple[int, int], ...] | None = None
    word: bool = False
    owner: SecretValue = NOBODY

    @property
    def is_whole(self) -> bool:
        """Whether the pattern is found whole only."""
        return self.spans is None and self.window == len(self.text)

    @property
    def longest(self) -> int:
        """The length of the longest of the smallest pieces."""
        if self.spans is None:
            return self.window
        return max((end - start for start, end in self.spans), default=0)

    def grams(self) -> Iterator[tuple[int, bytes]]:
        """Yield (offset, gram) so that each smallest piece holds one of the grams."""
        if self.spans is None:
            size = min(GRAM, self.window)
            first, last = self.window - size, len(self.text) - size
            for offset in range(first, last + 1, self.window - size + 1):
                yield offset, self.text[offset : offset + size]
            return
        anchored = -1
        for start, end in self.spans:
            size = min(GRAM, end - start)
            if anchored < start or anchored + size > end:
                anchored = end - size
                yield anchored, self.text[anchored:end]

    def covered(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """Yield the runs that the smallest pieces within [low, high) cover."""
        if self.spans is None:
            if high - low >= self.window:
                yield low, high
            return
        run_start = run_end = -1
        for start, end in self.spans:
            if start < low or end > high:
                continue
            if start >= run_end:
                if run_end >= 0:
                    yield run_start, run_end
                run_start = start
            run_end = max(run_end, end)
        if run_end >= 0:
            yield run_start, run_end


def whole(text: bytes, owner: SecretValue = NOBODY, *, word: bool = False) -> Pattern:
    """Return the pattern of a text that is found whole only."""
    return Pattern(text, len(text), word=word, owner=owner)


def patterns_of(
    secret: SecretValue,
    *,
    fragments: bool = True,
    common_words: frozenset[str] = COMMON_WORDS,
) -> list[Pattern]:
    """Return all patterns of a secret, as its strength allows."""
    level = strength(secret, common_words)
    if level is Strength.NOTHING:
        return []
    if level is Strength.WORD:
        return _word_patterns(secret, common_words)
    found = _encoding_patterns(secret.data, secret, fragments and level is Strength.PIECES)
    text = secret.text
    if text is not None:
        found += _part_patterns(secret, text, fragments, common_words)
    return found


def _word_patterns(secret: SecretValue, common_words: frozenset[str]) -> list[Pattern]:
    text = secret.text
    if text is None:
        return [whole(secret.data, secret, word=True)]
    text = text.strip()
    spelled = [text] if text.casefold() in common_words else [text, *text_encodings(text)]
    texts = dict.fromkeys(encode(form) for form in spelled if len(form) >= len(text))
    return [whole(form, secret, word=True) for form in texts]


def _part_patterns(
    secret: SecretValue, text: str, fragments: bool, common_words: frozenset[str]
) -> list[Pattern]:
    found: list[Pattern] = []
    for part, named in parts(text.strip()).items():
        if part.casefold() in common_words or len(part) < SHORTEST:
            continue
        if len(part) >= SHORTEST_FULL:
            found += _encoding_patterns(encode(part), secret, fragments and has_pieces(part))
        elif named and secret.disclosed:
            found.append(whole(encode(part), secret, word=True))
    return found


def _encoding_patterns(value: bytes, owner: SecretValue, fragments: bool) -> list[Pattern]:
    text = value.decode("utf-8", "replace").strip()
    if not fragments or is_structured(text):
        return [whole(form, owner) for form in encodings(value)]
    public = [
        form for start, end in public_segments(text) for form in _public_encodings(text[start:end])
    ]
    return [
        pattern
        for form, window in encodings(value).items()
        for pattern in _piece_patterns(form, window, public, owner)
    ]


def _public_encodings(segment: str) -> set[bytes]:
    return {
        encode(segment),
        encode(segment.lower()),
        encode(segment.upper()),
        *encodings(encode(segment)),
    }


def _piece_patterns(
    form: bytes, window: int, public: list[bytes], owner: SecretValue
) -> Iterator[Pattern]:
    if len(form) < max(window, TEXT_WINDOW):
        yield whole(form, owner)
        return
    if len(form) > LARGE:
        yield whole(form, owner)
        for end in (form[:LARGE_END], form[-LARGE_END:]):
            yield from _piece_patterns(end, window, public, owner)
        return
    hidden = _mask(form, public)
    units = _unit_starts(form) if window == TEXT_WINDOW else range(len(form) + 1)
    if all(hidden) and len(units) == len(form) + 1 and b"\n" not in form:
        spans = _distinct_windows(form, window)
        if spans is None:
            yield Pattern(form, window, owner=owner)
            return
    else:
        spans = _windows(form, units, window, hidden)
    if spans:
        spans = bridged(spans, len(form))
        yield Pattern(form, window, spans, owner=owner)
    if not spans or spans[0][0] > 0 or spans[-1][1] < len(form):
        yield whole(form, owner)


@lru_cache(maxsize=1 << 14)
def interned(start: int, end: int) -> tuple[int, int]:
    """Return a pair; patterns have very many of them, and most are alike."""
    return start, end


def bridged(spans: tuple[tuple[int, int], ...], size: int) -> tuple[tuple[int, int], ...]:
    """Add pieces over the public parts, so that a whole form becomes one run and no two."""
    bridges = [(0, spans[0][1]), (spans[-1][0], size)]
    bridges += [(left[0], right[1]) for left, right in pairwise(spans) if right[0] >= left[1]]
    short = {bridge for bridge in bridges if bridge[1] - bridge[0] <= LONGEST_BRIDGE}
    return spans if short.issubset(spans) else tuple(sorted({*spans, *short}))


def _mask(form: bytes, public: list[bytes]) -> bytearray:
    """Return a byte for each of form's: 1 where it is private."""
    mask = bytearray(b"\1" * len(form))
    for segment in public:
        start = form.find(segment) if len(segment) >= GRAM else -1
        while start >= 0:
            mask[start : start + len(segment)] = bytes(len(segment))
            start = form.find(segment, start + 1)
    return mask


def _unit_starts(form: bytes) -> list[int]:
    return [match.start() for match in _UNIT.finditer(form)] + [len(form)]


def _distinct_windows(form: bytes, window: int) -> tuple[tuple[int, int], ...] | None:
    """Return the windows with enough different bytes, or `None` if all have them."""
    half = window // 2
    starts = range(0, len(form) - half + 1, window - half + 1)
    if all(len(set(form[start : start + half])) >= DISTINCT_BYTES for start in starts):
        return None  # each window holds one of these
    spans = tuple(
        interned(start, start + window)
        for start in range(len(form) - window + 1)
        if len(set(form[start : start + window])) >= DISTINCT_BYTES
    )
    return None if len(spans) == len(form) - window + 1 else spans


def _windows(
    form: bytes, units: list[int] | range, window: int, mask: bytearray
) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    for index in range(len(units) - window):
        start, end = units[index], units[index + window]
        if form[start] in b"\r\n":
            continue
        if sum(mask[start:end]) < PRIVATE_BYTES or len(set(form[start:end])) < DISTINCT_BYTES:
            continue
        spans.append(interned(start, end))
    return tuple(spans)
