"""Images: whatever can be read out of one counts, wherever in the file it stands."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from jupyter_secrets.redaction import (
    Redactor,
    SecretValue,
    redact_buffer,
    redact_json,
    redact_packed,
)
from tests.redaction.samples import SECRETS, TOKEN

REDACTOR = Redactor([SecretValue(value) for value in SECRETS.values()])
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(text: str = "", *, packed: bool = False, pixels: bytes = b"") -> bytes:
    info = PngInfo()
    if text:
        info.add_text("Comment", text, zip=packed)
    out = io.BytesIO()
    width = max(2, len(pixels) // 3)
    image = Image.frombytes("RGB", (width, 1), pixels[: width * 3].ljust(width * 3))
    image.save(out, "PNG", pnginfo=info)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def uncompressed(grey: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", len(grey), 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" + grey, 0))
    return SIGNATURE + header + pixels + chunk(b"IEND", b"")


def with_chunk(added: bytes) -> bytes:
    return png().replace(chunk(b"IEND", b""), added + chunk(b"IEND", b""))


VALUE = TOKEN.encode()
SPOILED = {
    "a text": png(f"made with {TOKEN}"),
    "a compressed text": png(f"made with {TOKEN}", packed=True),
    "a text of several languages": with_chunk(chunk(b"iTXt", b"Comment\0\0\0\0\0" + VALUE)),
    "a chunk that nobody knows": with_chunk(chunk(b"seCr", VALUE)),
    "behind the end": png() + VALUE,
    "pixels that are not compressed": uncompressed(VALUE),
    "a file that is cut off": png(f"made with {TOKEN}")[:-20],
    "a chunk longer than the file": png()[:-12] + struct.pack(">I4s", 999, b"tEXt") + VALUE,
    "no chunks at all": SIGNATURE + b"\0\0" + VALUE,
}
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "packed": lambda image: _image(
        json.loads(redact_packed(REDACTOR, json.dumps({"image/png": _base64(image)}).encode()))
    ),
    "packed in lines": lambda image: _image(
        json.loads(
            redact_packed(
                REDACTOR, json.dumps({"image/png": base64.encodebytes(image).decode()}).encode()
            )
        )
    ),
    "an object": lambda image: _image(redact_json(REDACTOR, {"image/png": _base64(image)})),
    "without a name": lambda image: base64.b64decode(
        redact_json(REDACTOR, {"src": _base64(image)})["src"]
    ),
    "a buffer": lambda image: bytes(redact_buffer(REDACTOR, image)),
}


def _base64(image: bytes) -> str:
    return base64.b64encode(image).decode()


def _image(data: dict[str, str]) -> bytes:
    return base64.b64decode(data["image/png"])


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("image", SPOILED.values(), ids=SPOILED)
def test_an_image_that_holds_a_value_is_replaced_by_an_empty_one(
    image: bytes, way: Callable[[bytes], bytes]
) -> None:
    redacted = way(image)

    assert redacted != image
    assert len(redacted) < 100
    assert Image.open(io.BytesIO(redacted)).size == (1, 1)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_an_image_without_a_value_stays_as_it_is(way: Callable[[bytes], bytes]) -> None:
    image = png("made with love", pixels=bytes(range(250)) * 40)

    assert way(image) == image


def test_a_value_beside_an_image_is_redacted_and_the_image_stays() -> None:
    image = _base64(png("made with love"))
    packed = json.dumps({"image/png": image, "text/plain": f"<Figure {TOKEN}>"}).encode()

    redacted = json.loads(redact_packed(REDACTOR, packed))

    assert redacted == {"image/png": image, "text/plain": "<Figure [REDACTED]>"}


def test_of_several_images_the_one_with_a_value_is_replaced() -> None:
    clean, spoiled = _base64(png("made with love")), _base64(SPOILED["a text"])

    redacted = json.loads(redact_packed(REDACTOR, json.dumps([clean, spoiled, clean]).encode()))

    assert redacted[::2] == [clean, clean]
    assert len(redacted[1]) < 200
