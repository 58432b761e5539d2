"""PNG images: what is in one besides its pixels, read without decoding these.

Pixels are compressed: nobody reads a text in them. They are nine tenths of an image and more, so
the chunks are walked at fixed offsets, in base64 too.
"""

from __future__ import annotations

import binascii
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIGNATURE_BASE64 = b"iVBORw0KGgo"
# A chunk's length and name before its body, and a checksum behind it.
_HEADER, _AROUND = 8, 12
_WHITE_SPACE = b" \t\r\n"
_COMPRESSED_TEXT_LIMIT = 1 << 20

_Read = Callable[[int, int], bytes]


def without_pixels(image: bytes) -> bytes | None:
    """Return all of an image, as bytes or in base64, but its pixels.

    `None` tells that it has to be read as a whole: it is not well-formed, goes on behind its end,
    or its pixels begin with a block that is not compressed.
    """
    if image.startswith(SIGNATURE):
        return _walk(lambda start, size: image[start : start + size], len(image))
    if not image.startswith(SIGNATURE_BASE64):
        return None
    if b"\n" in image:
        image = image.translate(None, _WHITE_SPACE)
    if len(image) % 4:
        return None
    try:
        return _walk(_reader(image), len(image) // 4 * 3 - image[-2:].count(b"="))
    except binascii.Error:
        return None


def texts(image: bytes) -> Iterator[bytes]:
    """Yield the texts in the chunks of an image, those that are compressed too."""
    position = len(SIGNATURE)
    if not image.startswith(SIGNATURE):
        return
    while position + _HEADER <= len(image):
        size, name = struct.unpack_from(">I4s", image, position)
        body = image[position + _HEADER : position + _HEADER + size]
        if name in (b"tEXt", b"eXIf"):
            yield body.decode("latin-1").encode()
        if name in (b"zTXt", b"iTXt"):
            yield body
            yield from _inflated(body)
        position += size + _AROUND


def _reader(image: bytes) -> _Read:
    """Return what reads (start, size) of an image in base64."""

    def read(start: int, size: int) -> bytes:
        first = start // 3
        data = binascii.a2b_base64(image[first * 4 : -(-(start + size) // 3) * 4])
        return data[start - first * 3 :][:size]

    return read


def _walk(read: _Read, length: int) -> bytes | None:
    position, chunks, has_pixels = len(SIGNATURE), [SIGNATURE], False
    while position + _AROUND <= length:
        size, name = struct.unpack(">I4s", read(position, _HEADER))
        end = position + size + _AROUND
        if name == b"IDAT":
            if not has_pixels and not _is_compressed(read(position + _HEADER, min(size, 3))):
                return None
            has_pixels = True
        elif end <= length:
            chunks.append(read(position, end - position))
        position = end
        if name == b"IEND":
            break
    return b"".join(chunks) if position == length else None


def _is_compressed(beginning: bytes) -> bool:
    """Tell whether a zlib stream begins with a block that is compressed."""
    return len(beginning) == 3 and beginning[0] & 0x0F == 8 and beginning[2] & 0x06 != 0


def _inflated(body: bytes) -> Iterator[bytes]:
    """Yield what a chunk's body holds compressed, wherever in it that begins."""
    start = body.find(b"\x78")
    while start >= 0:
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(body[start:], _COMPRESSED_TEXT_LIMIT)
        start = body.find(b"\x78", start + 1)
