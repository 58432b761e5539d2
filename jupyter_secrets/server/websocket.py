"""Filter every frame that a kernel's websocket sends to a browser."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from jupyter_secrets.messages import StreamCarry, withheld_content
from jupyter_secrets.redaction import Redactor, redact_buffer, redact_packed
from jupyter_secrets.server.frames import (
    Codec,
    Frame,
    LegacyCodec,
    Message,
    V1Codec,
    load,
)
from jupyter_secrets.server.services import Services

V1_PROTOCOL = "v1.kernel.websocket.jupyter.org"
_SETTING = "kernel_websocket_connection_class"
_FILTERED = "_jupyter_secrets_filtered"
_V1_CODEC, _LEGACY_CODEC = V1Codec(), LegacyCodec()


class FrameFilter:
    """Stands in front of one websocket's `write_message`."""

    def __init__(self, handler: Any, redactor: Redactor, log: logging.Logger) -> None:
        self._handler = handler
        self._write: Callable[..., Any] = handler.write_message
        self._redactor = redactor
        self._log = log
        self._carry: StreamCarry[Frame] = StreamCarry(redactor)

    @property
    def _codec(self) -> Codec:
        # Which one is in use is agreed on only when the connection opens.
        is_v1 = self._handler.selected_subprotocol == V1_PROTOCOL
        return _V1_CODEC if is_v1 else _LEGACY_CODEC

    def __call__(self, message: Message | dict[str, Any], binary: bool = False) -> Any:
        """Send what may be sent of a message, and what was held back before it."""
        sent: Any = None
        for filtered in self.filter(message):
            sent = self._write(filtered, binary=isinstance(filtered, bytes))
        return sent if sent is not None else _done()

    def filter(self, message: Message | dict[str, Any]) -> list[Message]:
        """Return the messages to send in place of one; the very same where nothing was hit."""
        frame: Frame | None = None
        try:
            if isinstance(message, dict):
                raise TypeError("a kernel's websocket sends text and bytes only")
            frame = self._codec.decode(message)
            frames = self._filter_frame(frame)
            return [message if out is frame else self._codec.encode(out) for out in frames]
        except Exception as error:  # whatever it is, nothing unfiltered goes out
            self._log.error("jupyter_secrets: output withheld: %s", type(error).__name__)
            return [] if frame is None else self._withhold(frame)

    def _filter_frame(self, frame: Frame) -> list[Frame]:
        message_type = load(frame.header).get("msg_type")
        if frame.channel == "iopub" and message_type == "stream":
            return [*self._stream(frame), *self._resume(self._carry.overflow())]
        if frame.channel in ("iopub", "stdin"):
            held = self._carry.release(_parent(frame)) if self._carry.holds_any else []
            return [*self._resume(held), self._redact(frame)]
        return [self._redact(frame)]

    def _stream(self, frame: Frame) -> list[Frame]:
        content = load(frame.content)
        name, text = str(content.get("name")), str(content.get("text", ""))
        shown = self._carry.feed(_parent(frame), name, text, frame)
        if shown == text:
            return [frame]
        return [frame.with_content({"name": name, "text": shown})] if shown else []

    def _resume(self, held: list[tuple[Frame, str]]) -> list[Frame]:
        return [
            frame.follow_up({"name": load(frame.content).get("name"), "text": text})
            for frame, text in held
        ]

    def _redact(self, frame: Frame) -> Frame:
        redactor = self._redactor
        metadata = redact_packed(redactor, frame.metadata)
        content = redact_packed(redactor, frame.content)
        buffers = tuple(redact_buffer(redactor, buffer) for buffer in frame.buffers)
        untouched = (
            metadata is frame.metadata
            and content is frame.content
            and all(new is old for new, old in zip(buffers, frame.buffers, strict=True))
        )
        if untouched:
            return frame
        return Frame(frame.channel, frame.header, frame.parent, metadata, content, buffers)

    def _withhold(self, frame: Frame) -> list[Message]:
        try:
            message_type = str(load(frame.header).get("msg_type"))
            state = load(frame.content) if message_type == "status" else None
            content = withheld_content(message_type, state)
            envelope = Frame(frame.channel, frame.header, frame.parent, b"{}", b"{}")
            return [self._codec.encode(envelope.with_content(content))]
        except Exception:
            self._log.error("jupyter_secrets: a malformed message was dropped")
            return []


def _parent(frame: Frame) -> str:
    return str(load(frame.parent).get("msg_id", ""))


def _done() -> asyncio.Future[None]:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future


def install(settings: dict[str, Any], services: Services, log: logging.Logger) -> None:
    """Have all websockets that a server opens from now on filtered.

    Whatever connection class is configured stays in use, in a subclass. Doing it twice is fine.
    """
    base = settings[_SETTING]
    if getattr(base, _FILTERED, False):
        return
    settings[_SETTING] = filtered_class(base, services, log)


def filtered_class(base: type[Any], services: Services, log: logging.Logger) -> type[Any]:
    """Return a subclass of a websocket connection class whose frames are filtered."""

    class FilteredConnection(base):  # type: ignore[misc]
        async def prepare(self) -> None:
            # Comes before the connection opens, so no frame was sent yet.
            redactor = await asyncio.to_thread(_redactor, services, self)
            handler = self.websocket_handler
            handler.write_message = FrameFilter(handler, redactor, log)
            if hasattr(super(), "prepare"):
                await super().prepare()

    setattr(FilteredConnection, _FILTERED, True)
    FilteredConnection.__name__ = f"Filtered{base.__name__}"
    FilteredConnection.__qualname__ = FilteredConnection.__name__
    return FilteredConnection


def _redactor(services: Services, connection: Any) -> Redactor:
    """Return the redactor of whoever the connection's kernel acts for."""
    grant = services.tokens.grant(connection.kernel_manager.kernel_id)
    handler = connection.websocket_handler
    caller = services.identities.of(handler) if grant is None else grant.caller
    return Redactor() if caller is None else services.known.redactor(caller)
