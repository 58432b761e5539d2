"""Projections: texts as a reader sees them, with a map back to the raw bytes.

Colour splits a secret by escapes or tags, HTML spells its characters as entities, tables and
loops put separators between them. A projection leaves that out; a match in it marks the characters
that are seen, and what is left out stays.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from jupyter_secrets.redaction.patterns.alnum import (
    NOT_ALPHANUMERIC,
    alnum_of_scripts,
    alnum_offsets,
    alnum_offsets_of_scripts,
)
from jupyter_secrets.redaction.search.spans import Interval

# As numbers they are found in a short text seven times as fast.
BACKSPACE, ESCAPE, AND, LESS = b"\b\x1b&<"

# Bounds, so that a sequence that never ends is none after a while, however the text is cut.
_CONTROL = rb"[0-?]{0,64}[ -/]{0,8}"
_STRING = rb"[^\x07\x1b]{0,4096}"
# Each choice begins with a letter of its own, so that text without these is passed over fast.
_ESCAPE = (
    rb"\x1b\[" + _CONTROL + rb"[@-~]|\xc2\x9b" + _CONTROL + rb"[@-~]"
    rb"|\x1b[\]PX^_]" + _STRING + rb"(?:\x07|\x1b\\)"
    rb"|\x1b[ -/]{0,4}[0-~]|\x1b|\xc2\x9b"
)
_CONTROL_SEQUENCE = re.compile(rb"(?:\x1b\[|\xc2\x9b)" + _CONTROL + rb"[@-~]")
_ZERO_WIDTHS = (
    rb"\xc2\xad",
    rb"\xcd\x8f",
    rb"\xe1\xa0\x8e",
    rb"\xe2\x80[\x8b-\x8f\xaa-\xae]",
    rb"\xe2\x81[\xa0-\xaf]",
    rb"\xef\xb8[\x80-\x8f]",
    rb"\xef\xbb\xbf",
)
_ZERO_WIDTH = b"|".join(_ZERO_WIDTHS)
_UNFINISHED = re.compile(
    rb"(?:\x1b\[|\xc2\x9b)" + _CONTROL + rb"|\x1b[\]PX^_]" + _STRING + rb"\x1b?|\x1b[ -/]{0,4}",
    re.DOTALL,
)
_INVISIBLE = re.compile(_ESCAPE + rb"|" + _ZERO_WIDTH, re.DOTALL)
# What begins with known bytes is searched much faster than one of several patterns.
_EACH_ZERO_WIDTH = tuple(map(re.compile, (*_ZERO_WIDTHS, rb"\xc2\x9b")))
_MARKUP = re.compile(
    rb"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    rb"|<!--[^<>]{0,8192}-->|</?[A-Za-z][^<>]{0,8192}>|<[!?][^<>]{0,8192}>|"
    + _ESCAPE
    + rb"|"
    + _ZERO_WIDTH,
    re.DOTALL,
)
# A character that is overstruck: what stands there is the last one.
_STRUCK = rb"(?:(?:[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3})\x08)+"
_OVERSTRUCK = rb"(?P<struck>" + _STRUCK + rb"(?:[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3}))"
_INVISIBLE_OVERSTRUCK = re.compile(_INVISIBLE.pattern + rb"|" + _OVERSTRUCK, re.DOTALL)
_MARKUP_OVERSTRUCK = re.compile(_MARKUP.pattern + rb"|" + _OVERSTRUCK, re.DOTALL)
_UNFINISHED_OVERSTRUCK = re.compile(_STRUCK + rb"\Z")
_LONGEST_OVERSTRUCK = 64
_ENTITY = re.compile(rb"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Begins with a letter of its own, so that text without it passes at the speed of memory.
_TAG = re.compile(rb"<(?:!--[^<>]{0,8192}--|/?[A-Za-z][^<>]{0,8192}|[!?][^<>]{0,8192})>", re.DOTALL)
_UNFINISHED_TAG = re.compile(rb"<(?:/?(?:[A-Za-z][^<>]{0,8192})?|[!?][^<>]{0,8196})", re.DOTALL)
_UNFINISHED_ENTITY = re.compile(rb"&(?:#\d{0,7}|#[xX][0-9A-Fa-f]{0,6}|[A-Za-z][A-Za-z0-9]{0,31})?")
# What projections leave out is shorter.
LONGEST_TAG = 8300
LONGEST_ESCAPE = 4200
LONGEST_ENTITY = 40
_ALPHANUMERIC_RUN = re.compile(rb"[0-9A-Za-z]+")
# A text is taken in blocks of so many bytes, or in so many blocks.
_BLOCK, _MOST_BLOCKS = 256, 4096
# Where tags are rarer than this, only what is around them is worth a look.
_SPARSE = 256
_END = 48


class Segment(NamedTuple):
    """A part of a projection and where it comes from; the same length means byte by byte."""

    start: int
    end: int
    raw_start: int
    raw_end: int


class Projection:
    """What is seen of a text; where it comes from is only worked out when somebody asks."""

    def __init__(self, data: bytes, hidden: re.Pattern[bytes]) -> None:
        self._data = data
        self._hidden = hidden
        self._segments: list[Segment] = []
        self._starts: list[int] = []
        # A constant is put in much faster than what a function returns.
        decodes = b"\b" in data or (hidden is _MARKUP and b"&" in data)
        decoded = _decoded if decodes else b""
        self.text = hidden.sub(decoded, data)

    def _map(self) -> None:
        position = seen = 0
        for match in self._hidden.finditer(self._data):
            for size, start, end in (
                (match.start() - position, position, match.start()),
                (len(_decoded(match)), match.start(), match.end()),
            ):
                if size:
                    self._segments.append(Segment(seen, seen + size, start, end))
                    seen += size
            position = match.end()
        size = len(self._data) - position
        self._segments.append(Segment(seen, seen + size, position, len(self._data)))
        self._starts = [segment.start for segment in self._segments]

    def raw(self, start: int, end: int) -> tuple[Interval, ...]:
        """Return the raw intervals that [start, end) of the projection comes from."""
        if not self._segments:
            self._map()
        intervals: list[Interval] = []
        for segment in self._segments[bisect_right(self._starts, start) - 1 :]:
            if segment.start >= end:
                break
            low, high = segment.raw_start, segment.raw_end
            if high - low == segment.end - segment.start:
                low, high = (
                    low + max(start - segment.start, 0),
                    high - max(segment.end - end, 0),
                )
            intervals.append((low, high))
        return tuple(intervals)


class AlnumProjection:
    """The letters and digits of a text alone; their offsets are worked out block by block.

    They are numbered from `first` on: so many came before. With `scripts` they are those of all
    scripts, not of ASCII only.
    """

    def __init__(self, data: bytes, first: int = 0, *, scripts: bool = False) -> None:
        self._data = data
        self._first = first
        self._scripts = scripts and not data.isascii()
        # A block may end within a character, which has to be seen whole.
        self._block = len(data) if self._scripts else max(_BLOCK, len(data) // _MOST_BLOCKS)
        # How many stand before each block, as far as was asked; and where they do in some.
        self._counts = [0]
        self._offsets: dict[int, list[int]] = {}

    @property
    def text(self) -> bytes:
        """All letters and digits of the text."""
        if self._scripts:
            return alnum_of_scripts(self._data)
        return self._data.translate(None, NOT_ALPHANUMERIC)

    def offset(self, index: int) -> int:
        """Return the offset of the letter or digit of an index, or -1 if the text has it not."""
        index -= self._first
        if index < 0:
            return -1
        if len(self._data) > self._block:
            self._count(index)
        block = bisect_right(self._counts, index) - 1
        offsets = self._offsets.get(block)
        if offsets is None:
            offsets = self._offsets[block] = self._offsets_in(block)
        index -= self._counts[block]
        return offsets[index] if index < len(offsets) else -1

    def raw(self, start: int, end: int) -> tuple[Interval, ...]:
        """Return the intervals of the text that [start, end) of the projection comes from."""
        low, last = self.offset(start), self.offset(end - 1)
        if last - low == end - start - 1:
            return ((low, last + 1),)
        if self._scripts:
            offsets = self._offsets[0][start - self._first : end - self._first]
            return tuple(_runs(offsets))
        runs = _ALPHANUMERIC_RUN.finditer(self._data, low, last + 1)
        return tuple(run.span() for run in runs)

    def _offsets_in(self, block: int) -> list[int]:
        if self._scripts:
            return alnum_offsets_of_scripts(self._data)
        start = block * self._block
        return alnum_offsets(self._data[start : start + self._block], start)

    def _count(self, index: int) -> None:
        """Count the letters and digits of blocks until the one that has an index."""
        counts, data, size = self._counts, self._data, self._block
        while counts[-1] <= index and (start := (len(counts) - 1) * size) < len(data):
            alnum_text = data[start : start + size].translate(None, NOT_ALPHANUMERIC)
            counts.append(counts[-1] + len(alnum_text))


def _runs(offsets: list[int]) -> Iterator[Interval]:
    """Yield the intervals that consecutive offsets make."""
    start = before = offsets[0]
    for offset in offsets[1:]:
        if offset != before + 1:
            yield start, before + 1
            start = offset
        before = offset
    yield start, before + 1


def character_start(data: bytes, position: int) -> int:
    """Return where the UTF-8 character begins that a position lies within."""
    while 0 < position < len(data) and data[position] & 0xC0 == 0x80:
        position -= 1
    return position


def has_invisible(data: bytes) -> bool:
    """Tell whether data holds an escape, a backspace or a character of no width."""
    if ESCAPE in data or BACKSPACE in data:
        return True
    if data.isascii():
        return False
    return any(pattern.search(data) for pattern in _EACH_ZERO_WIDTH)


def visible(data: bytes) -> Projection:
    """Return the projection without escapes, what is overstruck, and characters of no width."""
    return Projection(data, _INVISIBLE_OVERSTRUCK if b"\b" in data else _INVISIBLE)


def control_sequences(data: bytes) -> list[Interval]:
    """Return where the sequences are that set colours and the like, in order."""
    return [match.span() for match in _CONTROL_SEQUENCE.finditer(data)]


def rendered(data: bytes) -> Projection:
    """Return the projection of HTML, SVG or Markdown without tags, its entities decoded."""
    return Projection(data, _MARKUP_OVERSTRUCK if b"\b" in data else _MARKUP)


def rendered_text(data: bytes) -> bytes:
    """Return the text of `rendered` for data that has no escapes; fast, without the map."""
    data = b"".join(_TAG.split(data))  # takes half the time of replacing by nothing
    return _ENTITY.sub(_unescaped, data) if b"&" in data else data


def around_tags(data: bytes, reach: int) -> bytes | None:
    """Return what `rendered_text` shows around what it leaves out, or `None` where that is nothing.

    Everything it shows that is not in data itself is there, as far as `reach` letters or digits on
    both sides; what stands between two such parts may be missing.
    """
    if b"&" in data and _ENTITY.search(data):
        return rendered_text(data)
    if b"<" not in data:
        return None
    parts = _TAG.split(data)
    if len(parts) == 1:
        return None
    if len(parts) * _SPARSE < len(data):
        parts = [_ends(part, reach) for part in parts]
    return b"".join(parts)


def _ends(part: bytes, reach: int) -> bytes:
    if len(part) > 2 * _END:
        first, last = part[:_END], part[-_END:]
        if min(len(end.translate(None, NOT_ALPHANUMERIC)) for end in (first, last)) >= reach:
            return first + last
    return part


def _unescaped(match: re.Match[bytes]) -> bytes:
    return html.unescape(match[0].decode("ascii")).encode("utf-8", "surrogatepass")


def has_markup(data: bytes) -> bool:
    """Tell whether a text of unknown kind has a whole tag or entity in it."""
    if b"<" in data and _TAG.search(data):
        return True
    return b"&" in data and _ENTITY.search(data) is not None


def unfinished_markup(data: bytes) -> int:
    """Return where the tag or entity begins that data ends in the middle of, or its length."""
    entity = data.rfind(b"&", max(0, len(data) - LONGEST_ENTITY))
    if entity >= 0 and _UNFINISHED_ENTITY.fullmatch(data, entity):
        return entity
    tag = data.rfind(b"<", max(0, len(data) - LONGEST_TAG))
    if tag >= 0 and _UNFINISHED_TAG.fullmatch(data, tag):
        return tag
    return len(data)


def markup_around(data: bytes, position: int) -> int:
    """Return where the tag or entity begins that a position lies within, or the position."""
    for mark, longest, pattern in ((b"<", LONGEST_TAG, _TAG), (b"&", LONGEST_ENTITY, _ENTITY)):
        start = data.rfind(mark, max(0, position - longest), position)
        match = pattern.match(data, start) if start >= 0 else None
        if match is not None and match.end() > position:
            return start
    return position


def unfinished(data: bytes) -> int:
    """Return the length of the escape sequence or overstruck character that data ends in, or 0."""
    waits = _unfinished_character(data) if b"\b" in data else 0
    last = data.rfind(b"\x1b")
    if last < 0 and b"\xc2\x9b" not in data:
        return waits
    for start in (data.rfind(b"\x1b", 0, max(last, 0)), data.rfind(b"\xc2\x9b"), last):
        if start >= 0 and _UNFINISHED.fullmatch(data, start):
            return max(waits, len(data) - start)
    return waits


def _unfinished_character(data: bytes) -> int:
    """Return the length of what data ends with that the next character may be printed over."""
    struck = _UNFINISHED_OVERSTRUCK.search(data, max(0, len(data) - _LONGEST_OVERSTRUCK))
    if struck:
        return len(data) - struck.start()
    size = 1
    while size < min(4, len(data)) and data[-size] & 0xC0 == 0x80:
        size += 1
    return 0 if data[-1] < 0x20 else size


def _decoded(match: re.Match[bytes]) -> bytes:
    """Return what an entity or an overstruck character stands for; nothing for what is not seen."""
    if match.lastgroup:
        return match[0].rpartition(b"\b")[2]
    if not match[0].startswith(b"&"):
        return b""
    return html.unescape(match[0].decode("ascii")).encode("utf-8", "surrogatepass")
