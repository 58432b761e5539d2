"""The encodings of a value: what `repr`, JSON, URLs, HTML, base64 … make of it.

An encoding is cut to the part that the value alone decides, so that it is found wherever it stands:
escaped text comes without its quotes, base64 at its three alignments as whole 6-bit groups. Each
knows where the characters of the value are in it, so that a piece of the value is a piece of it.
"""

from __future__ import annotations

import base64
from array import array
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from jupyter_secrets.redaction.patterns.alnum import alnum_of_scripts
from jupyter_secrets.redaction.patterns.offsets import (
    OffsetMap,
    consecutive,
    doubled,
    following,
    single_bytes,
    single_span,
)
from jupyter_secrets.redaction.patterns.writers import (
    COMMON_WRITERS,
    RARE_WRITERS,
    WRITERS,
    WRITERS_OF_ALL,
    Writer,
    bytes_writers,
    written_by_all,
    written_by_common,
)
from jupyter_secrets.redaction.values import encode

SHORTEST_ENCODED = 8
LONG_TEXT = 512
# To change one character after another takes as many times as long as there are.
FEW_CHANGES = 32
# In another case, and in what is rare, only what is as long as a piece.
SHORTEST_FOLDED = 12
# Of longer values the rare encodings are left out.
LONGEST_NESTED = 512
# A longer value is one character here: its ends and its lines have pieces of their own.
LONGEST_IN_PIECES = 4096
# The common encodings are all that a longer one is looked for in.
LONGEST_IN_ALL = 16_384
# To learn how all encodings write a character takes some 0.3 ms.
MOST_SPECIALS = 1000

_ALNUM = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_FOR_URLS = bytes.maketrans(b"+/", b"-_")


class AlnumMode(Enum):
    """What of an encoding is looked for in the alphanumeric projection."""

    NOTHING = 0
    WINDOWS = 1  # 12 letters and digits of the value
    PIECES = 2  # its pieces: each character is written in letters and digits


class Encoded(NamedTuple):
    """A value as an encoding writes it; `offset_map` tells where its characters are in the data.

    That has one entry only where the value is found whole only. `alnum_mode` tells what of it is
    looked for in the alphanumeric projection too, `folded` that it is in another case than the
    value, `in_base64` that it is base64.
    """

    data: bytes
    offset_map: OffsetMap
    alnum_mode: AlnumMode = AlnumMode.WINDOWS
    folded: bool = False
    in_base64: bool = False


def encodings(text: str, *, offsets: bool = True) -> dict[bytes, Encoded]:
    """Return the encodings of a text, by their bytes; the first is the text itself.

    Those of fewer than 8 bytes are left out. Without `offsets` it is found whole only.
    """
    spellings: dict[bytes, Encoded] = {}
    for encoded in _of_text(text) if offsets else _of_text_whole(text):
        if len(encoded.data) >= SHORTEST_ENCODED:
            spellings.setdefault(encoded.data, encoded)
    return spellings


def as_it_is(text: str) -> Encoded:
    """Return a text of any length as its own encoding."""
    data = encode(text)
    if len(data) == len(text):
        return Encoded(data, single_bytes(len(text)))
    return Encoded(data, consecutive(len(encode(character)) for character in text))


def encodings_of_bytes(data: bytes) -> dict[bytes, Encoded]:
    """Return the encodings of bytes that are no text; each byte counts as a character."""
    plain = Encoded(data, single_bytes(len(data)))
    units = data.decode("latin-1")
    spellings = {data: plain}
    for writer in bytes_writers("latin-1"):
        encoded = _written(units, _table(writer, frozenset(units) - _ALNUM))
        spellings.setdefault(encoded.data, encoded)
    for encoded in _of_bytes(plain):
        spellings.setdefault(encoded.data, encoded)
    return spellings


def text_encodings(text: str, *, offsets: bool = True) -> Iterator[Encoded]:
    """Yield the encodings that are still text: quoted, escaped, in another case."""
    specials = sorted(frozenset(text) - _ALNUM)
    seen: set[tuple[str, ...]] = set()
    in_pieces = offsets and len(text) <= LONGEST_NESTED
    writers, write = _writers(text, len(specials))
    # Without special characters all of them write the same.
    rows = zip(*map(write, specials), strict=True) if specials else [()]
    for writer, written in zip(writers, rows, strict=False):
        if not offsets and writer in RARE_WRITERS:
            continue  # what is secret of a long value is looked for in these by itself
        if written not in seen:
            seen.add(written)
            table = {ord(c): new for c, new in zip(specials, written, strict=True) if new != c}
            yield _written(text, table, offsets and (in_pieces or writer not in RARE_WRITERS))
    for fold in (str.lower, str.upper) if len(text) >= SHORTEST_FOLDED else ():
        yield _folded(text, fold, in_pieces)


def _writers(text: str, specials: int) -> tuple[Sequence[Writer], Callable[[str], tuple[str, ...]]]:
    """Return what a text is written by, and a function of a character that tells how."""
    if len(text) > LONGEST_IN_ALL or specials > MOST_SPECIALS:
        return COMMON_WRITERS, written_by_common
    return WRITERS, written_by_all


def _of_text(text: str) -> Iterator[Encoded]:
    plain, *others = text_encodings(text)
    yield from (plain, *others)
    yield from _of_bytes(plain)
    wide = [_wide(text, "utf-16-le")]
    if len(text) <= LONGEST_NESTED:
        for writer in WRITERS_OF_ALL:
            yield _written_anew(text, writer)
        for inner in _base64(plain):
            yield from _base64(inner)
        wide.append(_wide(text, "utf-16-be"))
    for encoded in wide:
        yield from _base64(encoded)
        yield _hex(encoded)


def _of_text_whole(text: str) -> Iterator[Encoded]:
    yield from text_encodings(text, offsets=False)
    data = encode(text)
    yield from _of_bytes(_whole(data))
    wide = _wide(text, "utf-16-le")
    yield from _base64(wide)
    yield _hex(wide)


def _whole(data: bytes) -> Encoded:
    return Encoded(data, single_span(len(data)))


def _of_bytes(plain: Encoded) -> Iterator[Encoded]:
    for encoded in _base64(plain):
        yield encoded
        yield encoded._replace(data=encoded.data.translate(_FOR_URLS))
    lower = _hex(plain)
    yield lower
    rare = plain if len(plain.data) <= LONGEST_NESTED else _whole(plain.data)
    yield _hex(rare)._replace(data=lower.data.upper())
    yield from _base32(rare, plain.data)


def _table(writer: Writer, characters: frozenset[str]) -> dict[int, str]:
    """Return the characters that a writer changes, and what it makes of them."""
    return {ord(c): written for c in characters if (written := writer(c)) != c}


def _translated(text: str, table: dict[int, str]) -> str:
    """Return what `str.translate` does, sooner where a long text has few characters to change."""
    if len(text) < LONG_TEXT or len(table) > FEW_CHANGES:
        return text.translate(table)
    # What stands in what others are changed to is changed first.
    order = TopologicalSorter(
        {
            code: [other for other in map(ord, new) if other in table and other != code]
            for code, new in table.items()
        }
    )
    try:
        codes = list(order.static_order())
    except CycleError:
        return text.translate(table)
    for code in codes:
        text = text.replace(chr(code), table[code])
    return text


def _written(text: str, table: dict[int, str], offsets: bool = True) -> Encoded:
    """Return a text as it is written with some of its characters changed."""
    data = encode(_translated(text, table))
    adds_alnum = any("\\" in new and _adds_alnum(new) for new in table.values())
    adds_alnum |= not text.isascii() and any(_loses_alnum(*item) for item in table.items())
    alnum_mode = AlnumMode.NOTHING if adds_alnum else AlnumMode.WINDOWS
    if len(text) > LONGEST_IN_PIECES or not offsets:
        return Encoded(data, single_span(len(data)), alnum_mode)
    if len(data) == len(text) and text.isascii():
        return Encoded(data, single_bytes(len(text)), alnum_mode)
    lengths = _Lengths({chr(code): len(encode(new)) for code, new in table.items()})
    return Encoded(data, consecutive(map(lengths.__getitem__, text)), alnum_mode)


def _folded(text: str, fold: Writer, offsets: bool) -> Encoded:
    """Return a text in another case, each character by itself."""
    if text.isascii() and offsets:
        return Encoded(encode(fold(text)), single_bytes(len(text)), folded=True)
    return _written(text, _table(fold, frozenset(text)), offsets)._replace(folded=True)


def _written_anew(text: str, writer: Writer) -> Encoded:
    """Return a text as it is written by what changes every character, in letters and digits."""
    written = list(map(writer, text))
    data = encode("".join(written))
    sizes = [len(each) if each.isascii() else len(encode(each)) for each in written]
    if len(set(sizes)) != 1:
        return Encoded(data, consecutive(sizes), AlnumMode.PIECES)
    offset_map = single_bytes(len(text)).derived(("each", sizes[0]), lambda: following(sizes))
    return Encoded(data, offset_map, AlnumMode.PIECES)


class _Lengths(dict[str, int]):
    def __missing__(self, character: str) -> int:
        self[character] = size = 1 if character.isascii() else len(encode(character))
        return size


def _loses_alnum(code: int, written: str) -> bool:
    """Tell whether a letter of another script is written as what is partly no letter.

    What is left of UTF-8 read as Latin-1 is nearly the same for all letters of a script.
    """
    if code < 0x80 or written.isascii() or not chr(code).isalnum():
        return False
    data = encode(written)
    return len(alnum_of_scripts(data)) < len(data)


def _adds_alnum(written: str) -> bool:
    # The lines of a key are often shown one by one, each with its "\n".
    return written.strip("\\") not in ("", "n") and any(map(str.isalnum, written))


def _wide(text: str, name: str) -> Encoded:
    data = text.encode(name, "surrogatepass")
    if len(text) > LONGEST_NESTED:
        return _whole(data)
    if len(data) == 2 * len(text):
        return Encoded(data, doubled(single_bytes(len(text))))
    return Encoded(data, consecutive(4 if ord(character) > 0xFFFF else 2 for character in text))


def _hex(source: Encoded) -> Encoded:
    return Encoded(source.data.hex().encode(), doubled(source.offset_map), AlnumMode.PIECES)


def hex_pairs(source: Encoded) -> Iterator[Encoded]:
    """Yield the hex of data with something between the bytes, in both cases."""

    def parted() -> tuple[Sequence[int], Sequence[int]]:
        bounds = source.offset_map
        starts, ends = [3 * start for start in bounds.starts], [3 * end - 1 for end in bounds.ends]
        return array("I", starts), array("I", ends)

    offset_map = source.offset_map.derived("pairs", parted)
    for separator in (":", " "):
        data = source.data.hex(separator).encode()
        yield Encoded(data, offset_map, AlnumMode.PIECES)
        yield Encoded(data.upper(), offset_map, AlnumMode.PIECES)


def _base64(source: Encoded) -> Iterator[Encoded]:
    """Yield the base64 of data at its three alignments, cut to what data alone decides."""
    for offset, first in ((0, 0), (1, 2), (2, 3)):
        whole = base64.b64encode(bytes(offset) + source.data)
        yield _grouped(source, whole, 6, offset, first)._replace(in_base64=True)


def _base32(source: Encoded, data: bytes) -> Iterator[Encoded]:
    """Yield the base32 of data, at its five alignments if it is no long one."""
    alignments = range(5) if len(data) <= LONGEST_NESTED else range(1)
    for offset in alignments:
        first = -(-8 * offset // 5)
        yield _grouped(source, base64.b32encode(bytes(offset) + data), 5, offset, first)


def _grouped(source: Encoded, whole: bytes, bits: int, offset: int = 0, first: int = 0) -> Encoded:
    """Return an encoding that writes groups of so many bits."""
    data = whole[first : (offset + len(source.data)) * 8 // bits]
    shift, size = 8 * offset, len(data)

    def grouped() -> tuple[Sequence[int], Sequence[int]]:
        # A character lies in the groups that it alone decides, with those before and after it.
        bounds = source.offset_map
        starts = [min(-((-8 * start - shift) // bits) - first, size) for start in bounds.starts]
        ends = [max((8 * end + shift) // bits - first, 0) for end in bounds.ends]
        return array("I", starts), array("I", ends)

    return Encoded(
        data, source.offset_map.derived((bits, offset, first, size), grouped), AlnumMode.PIECES
    )
