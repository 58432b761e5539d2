"""Kernel messages as they travel over a websocket, in both of Jupyter's protocols."""

from __future__ import annotations

import json
import struct
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import accumulate, pairwise
from typing import Any, Protocol

V1_PROTOCOL = "v1.kernel.websocket.jupyter.org"
# A frame as it travels.
Data = str | bytes


class MalformedFrameError(ValueError):
    """A frame is not what either protocol says."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message; header, parent, metadata and content are JSON as it arrived."""

    channel: str
    header: bytes
    parent: bytes
    metadata: bytes
    content: bytes
    buffers: tuple[bytes, ...] = ()

    def with_new_id(self) -> Frame:
        """Return the same as a further message, with an id of its own."""
        header = {**load(self.header), "msg_id": uuid.uuid4().hex}
        return replace(self, header=dump(header))


def new_frame(message_type: str, content: dict[str, object]) -> Frame:
    """Return a message of no kernel's and no cell's."""
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": message_type,
        "username": "",
        "session": "",
        "date": datetime.now(timezone.utc).isoformat(),
        "version": "5.3",
    }
    return Frame("iopub", dump(header), b"{}", b"{}", dump(content))


class Codec(Protocol):
    """How frames are read and written in one protocol."""

    def decode(self, message: Data) -> Frame:
        """Return the frame, or raise `MalformedFrameError`."""

    def encode(self, frame: Frame) -> Data:
        """Return the message that carries a frame."""


def load(data: bytes) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        # To have the encoding guessed takes half as long as to read a header.
        value = json.loads(data.decode("utf-8", "surrogatepass"))
    except ValueError:
        raise MalformedFrameError from None
    if not isinstance(value, dict):
        raise MalformedFrameError
    return value


def dump(value: object) -> bytes:
    """Write JSON as kernels do."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


class V1Codec:
    """``v1.kernel.websocket.jupyter.org``: offsets, then the parts one after another."""

    def decode(self, message: Data) -> Frame:
        """See `Codec`."""
        if not isinstance(message, bytes):
            raise MalformedFrameError
        try:
            (count,) = struct.unpack_from("<Q", message)
            offsets = struct.unpack_from(f"<{count}Q", message, 8)
        except struct.error:
            raise MalformedFrameError from None
        whole = offsets[:1] == (8 * (count + 1),) and offsets[-1:] == (len(message),)
        if not whole or count < 6 or list(offsets) != sorted(offsets):
            raise MalformedFrameError
        channel, *parts = [message[start:end] for start, end in pairwise(offsets)]
        header, parent, metadata, content, *buffers = parts
        return Frame(_channel(channel), header, parent, metadata, content, tuple(buffers))

    def encode(self, frame: Frame) -> Data:
        """See `Codec`."""
        parts = [
            frame.channel.encode(),
            frame.header,
            frame.parent,
            frame.metadata,
            frame.content,
            *frame.buffers,
        ]
        ends = accumulate(map(len, parts), initial=8 * (len(parts) + 2))
        offsets = [len(parts) + 1, *ends]
        return struct.pack(f"<{len(offsets)}Q", *offsets) + b"".join(parts)


def _channel(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise MalformedFrameError from None


class LegacyCodec:
    """One JSON object; with buffers, offsets and the parts, the JSON first."""

    def decode(self, message: Data) -> Frame:
        """See `Codec`."""
        buffers: tuple[bytes, ...] = ()
        if isinstance(message, bytes):
            message, *rest = self._split(message)
            buffers = tuple(rest)
        data = load(message if isinstance(message, bytes) else message.encode())
        try:
            header, parent = data["header"], data.get("parent_header") or {}
            content = data["content"]
        except KeyError:
            raise MalformedFrameError from None
        return Frame(
            str(data.get("channel", "")),
            dump(header),
            dump(parent),
            dump(data.get("metadata") or {}),
            dump(content),
            buffers,
        )

    def _split(self, message: bytes) -> list[bytes]:
        try:
            (count,) = struct.unpack_from("!I", message)
            offsets = struct.unpack_from(f"!{count}I", message, 4)
        except struct.error:
            raise MalformedFrameError from None
        ends = (*offsets[1:], len(message))
        if offsets[:1] != (4 * (count + 1),) or list(ends) != sorted(ends):
            raise MalformedFrameError
        return [message[start:end] for start, end in zip(offsets, ends, strict=True)]

    def encode(self, frame: Frame) -> Data:
        """See `Codec`."""
        header = load(frame.header)
        data = {
            "header": header,
            "msg_id": header.get("msg_id"),
            "msg_type": header.get("msg_type"),
            "parent_header": load(frame.parent),
            "metadata": load(frame.metadata),
            "content": json.loads(frame.content),
            "channel": frame.channel,
        }
        if not frame.buffers:
            return json.dumps({**data, "buffers": []})
        parts = [json.dumps(data).encode(), *frame.buffers]
        starts = accumulate(map(len, parts[:-1]), initial=4 * (len(parts) + 1))
        return struct.pack(f"!{len(parts) + 1}I", len(parts), *starts) + b"".join(parts)


_V1_CODEC, _LEGACY_CODEC = V1Codec(), LegacyCodec()


def agreed_codec(handler: Any) -> Codec:
    """Return the codec of a websocket; which one is agreed on only when the connection opens."""
    return _V1_CODEC if handler.selected_subprotocol == V1_PROTOCOL else _LEGACY_CODEC
