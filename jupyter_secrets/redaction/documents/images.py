"""Images: a secret in one is not cut out of it, the whole image goes."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

from jupyter_secrets.redaction.documents.protocol import TextRedactor
from jupyter_secrets.redaction.values import encode

_PNG = b"\x89PNG\r\n\x1a\n"
_MAGIC = (_PNG, b"\xff\xd8\xff", b"GIF8", b"RIFF", b"%PDF-", b"BM", b"II*\x00", b"MM\x00*")
PNG_BASE64 = "iVBORw0KGgo"
_MAGIC_BASE64 = (PNG_BASE64, "/9j/", "R0lGOD", "UklGR", "JVBERi0")
_COMPRESSED_TEXT_LIMIT = 1 << 20


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


EMPTY_IMAGE = b"".join(
    (
        _PNG,
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(bytes(5))),
        _chunk(b"IEND", b""),
    )
)
EMPTY_IMAGE_BASE64 = base64.b64encode(EMPTY_IMAGE).decode()


def is_image(data: str | bytes) -> bool:
    """Tell whether data begins as an image does, as bytes or in base64."""
    return data.startswith(_MAGIC_BASE64) if isinstance(data, str) else data.startswith(_MAGIC)


def holds_any(redactor: TextRedactor, image: str | bytes) -> bool:
    """Tell whether an image, as bytes or in base64, holds a value that can be read out of it.

    That is in its bytes as they are, or in the texts of a PNG, compressed ones too. What is hidden
    as a whole word only is no reason to drop an image: nobody reads these texts.
    """

    def holds(data: bytes) -> bool:
        return redactor.redact_bytes(data, words=False) is not data

    raw = encode(image) if isinstance(image, str) else image
    if holds(raw):
        return True
    if isinstance(image, str):
        if not image.startswith(PNG_BASE64):
            return False
        try:
            raw = base64.b64decode(raw)
        except (binascii.Error, ValueError):
            return False
    return any(map(holds, _texts(raw)))


def _texts(image: bytes) -> Iterator[bytes]:
    """Yield the texts in the chunks of a PNG image."""
    offset = len(_PNG)
    if not image.startswith(_PNG):
        return
    while offset + 8 <= len(image):
        size, name = struct.unpack_from(">I4s", image, offset)
        body = image[offset + 8 : offset + 8 + size]
        if name in (b"tEXt", b"eXIf"):
            yield body.decode("latin-1").encode()
        if name in (b"zTXt", b"iTXt"):
            yield body
            yield from _inflated(body)
        offset += size + 12


def _inflated(body: bytes) -> Iterator[bytes]:
    """Yield what a chunk's body holds compressed, wherever in it that begins."""
    start = body.find(b"\x78")
    while start >= 0:
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(body[start:], _COMPRESSED_TEXT_LIMIT)
        start = body.find(b"\x78", start + 1)
