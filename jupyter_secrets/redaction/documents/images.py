"""Images: a secret in one is not cut out of it, the whole image goes."""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

from jupyter_secrets.redaction.documents import png
from jupyter_secrets.redaction.documents.protocol import TextRedactor
from jupyter_secrets.redaction.values import encode

_MAGIC = (png.SIGNATURE, b"\xff\xd8\xff", b"GIF8", b"RIFF", b"%PDF-", b"BM", b"II*\x00", b"MM\x00*")
_MAGIC_BASE64 = (png.SIGNATURE_BASE64.decode(), "/9j/", "R0lGOD", "UklGR", "JVBERi0")
_PNG_STRING = b'"' + png.SIGNATURE_BASE64


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


EMPTY_IMAGE = b"".join(
    (
        png.SIGNATURE,
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
    return any(redactor.find(part, words=False) for part in _readable(image))


def cut_images(packed: bytes) -> tuple[bytes, list[bytes]] | None:
    """Return a packed JSON document without its PNG images, and what can be read in these.

    `None` tells that one of them has to be read as a whole.
    """
    parts, readable, position = [], [], 0
    start = packed.find(_PNG_STRING)
    while start >= 0:
        end = packed.find(b'"', start + 1)
        rest = png.without_pixels(packed[start + 1 : end].replace(b"\\n", b""))
        if end < 0 or rest is None:
            return None
        readable += [rest, *png.texts(rest)]
        parts.append(packed[position : start + 1])
        position = end
        start = packed.find(_PNG_STRING, end)
    return b"".join([*parts, packed[position:]]) if parts else packed, readable


def _readable(image: str | bytes) -> Iterator[bytes]:
    raw = encode(image) if isinstance(image, str) else image
    rest = png.without_pixels(raw)
    if rest is not None:
        yield rest
        yield from png.texts(rest)
        return
    yield raw
    if raw.startswith(png.SIGNATURE_BASE64):
        with suppress(binascii.Error, ValueError):
            raw = base64.b64decode(raw)
            yield raw
    yield from png.texts(raw)
