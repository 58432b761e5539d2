"""Filter every frame that a kernel's websocket sends to a browser."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

from jupyter_server.base.call_context import CallContext

from jupyter_secrets.messages import (
    ALWAYS_CLEAN,
    LATE_SECONDS,
    WITHHELD,
    Held,
    StreamCarry,
    withheld_content,
)
from jupyter_secrets.redaction import Redactor, redact_buffer, redact_packed
from jupyter_secrets.server.frames import (
    Codec,
    Frame,
    LegacyCodec,
    MalformedFrameError,
    Message,
    V1Codec,
    dump,
    load,
    new_frame,
)
from jupyter_secrets.server.services import Services

V1_PROTOCOL = "v1.kernel.websocket.jupyter.org"
_SETTING = "kernel_websocket_connection_class"
_FILTERED = "_jupyter_secrets_filtered"
_CARRIES = "_jupyter_secrets_carries"
_V1_CODEC, _LEGACY_CODEC = V1Codec(), LegacyCodec()
# A page that is loaded anew has a new session; so many of one kernel are remembered.
_MAX_SESSIONS = 16
_PLAIN_STREAM = {"name", "text"}
_LAST_STATES = ("restarting", "autorestarting", "dead")


class FrameFilter:
    """Stands in front of one websocket's `write_message`.

    Until the first frame nothing is asked of `carry`, which has the redactor, and what earlier
    connections of the same session left over.
    """

    def __init__(
        self, handler: Any, carry: Callable[[], StreamCarry[Frame]], log: logging.Logger
    ) -> None:
        self._handler = handler
        self._write: Callable[..., Any] = handler.write_message
        self._find_carry = carry
        self._found: StreamCarry[Frame] | None = None
        self._log = log
        self._timer: asyncio.TimerHandle | None = None

    @property
    def _codec(self) -> Codec:
        # Which one is in use is agreed on only when the connection opens.
        is_v1 = self._handler.selected_subprotocol == V1_PROTOCOL
        return _V1_CODEC if is_v1 else _LEGACY_CODEC

    @property
    def _carry(self) -> StreamCarry[Frame]:
        if self._found is None:
            self._found = self._find_carry()
        return self._found

    def prepare(self) -> None:
        """Find the redactor now, which may take a while."""
        self._found = self._find_carry()

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
                raise MalformedFrameError
            frame = self._codec.decode(message)
            frames = self._filter_frame(frame)
            return [message if out is frame else self._codec.encode(out) for out in frames]
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # an engine's panic is no Exception; nothing goes out
            self._log.error("jupyter_secrets: output withheld: %s", type(error).__name__)
            return [self._withhold(frame)]

    def _filter_frame(self, frame: Frame) -> list[Frame]:
        message_type = load(frame.header).get("msg_type")
        if frame.channel not in ("iopub", "stdin"):
            return [self._redact(frame)]
        parent = str(load(frame.parent).get("msg_id", ""))
        if message_type == "stream":
            return [*self._stream(frame, parent), *_resume(self._carry.overflow())]
        return [*_resume(self._held_before(frame, message_type, parent)), self._redact(frame)]

    def _held_before(self, frame: Frame, message_type: object, parent: str) -> Held[Frame]:
        if message_type == "status":
            state = load(frame.content).get("execution_state")
            if state == "idle":
                return self._carry.end(parent)
            if state in _LAST_STATES:
                return self._carry.release()
        return self._carry.release(parent) if self._carry.is_pending(parent) else []

    def _stream(self, frame: Frame, parent: str) -> list[Frame]:
        content = load(frame.content)
        name, text = content.get("name"), content.get("text")
        if not isinstance(name, str) or not isinstance(text, str):
            raise MalformedFrameError
        envelope = partial(_envelope, frame, name)
        shown = self._carry.feed(parent, name, text, envelope)
        if self._carry.has_ended(parent):
            self._release_later()
        out = frame if shown == text else frame.with_content({**content, "text": shown})
        if content.keys() != _PLAIN_STREAM or frame.metadata != b"{}" or frame.buffers:
            out = self._redact(out)
        return [out] if shown else []

    def _release_later(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(LATE_SECONDS, self._release_ended)

    def _release_ended(self) -> None:
        self._timer = None
        if self._handler.ws_connection is None:
            return  # held until the session is connected again
        for frame in _resume(self._carry.release_ended()):
            message = self._codec.encode(frame)
            self._write(message, binary=isinstance(message, bytes))

    def _redact(self, frame: Frame) -> Frame:
        redactor = self._carry.redactor
        metadata, content = (
            part if part in ALWAYS_CLEAN else redact_packed(redactor, part)
            for part in (frame.metadata, frame.content)
        )
        buffers = tuple(redact_buffer(redactor, buffer) for buffer in frame.buffers)
        untouched = (
            metadata is frame.metadata
            and content is frame.content
            and all(new is old for new, old in zip(buffers, frame.buffers, strict=True))
        )
        if untouched:
            return frame
        return Frame(frame.channel, frame.header, frame.parent, metadata, content, buffers)

    def _withhold(self, frame: Frame | None) -> Message:
        """Return a message that says that one was withheld; in its place, where it can be read."""
        try:
            if frame is not None:
                message_type = str(load(frame.header).get("msg_type"))
                state = load(frame.content) if message_type == "status" else None
                content = withheld_content(message_type, state)
                envelope = Frame(frame.channel, frame.header, frame.parent, b"{}", b"{}")
                return self._codec.encode(envelope.with_content(content))
        except MalformedFrameError:
            pass
        notice = new_frame("stream", {"name": "stderr", "text": f"{WITHHELD}\n"})
        return self._codec.encode(notice)


def _envelope(frame: Frame, name: str) -> Frame:
    """Return a frame to send more of a stream in; it holds no text, for it is kept."""
    return Frame(frame.channel, frame.header, frame.parent, b"{}", dump({"name": name}))


def _resume(held: Held[Frame]) -> list[Frame]:
    return [frame.follow_up({**load(frame.content), "text": text}) for frame, text in held]


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
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            handler = self.websocket_handler
            self._frame_filter = FrameFilter(handler, lambda: _carry(services, self), log)
            handler.write_message = self._frame_filter

        async def prepare(self) -> None:
            # Comes before the connection opens, so no frame has to wait for the store.
            await asyncio.to_thread(self._frame_filter.prepare)
            if hasattr(super(), "prepare"):
                await super().prepare()

    setattr(FilteredConnection, _FILTERED, True)
    FilteredConnection.__name__ = f"Filtered{base.__name__}"
    FilteredConnection.__qualname__ = FilteredConnection.__name__
    return FilteredConnection


def _carry(services: Services, connection: Any) -> StreamCarry[Frame]:
    """Return what one session with a kernel left over: it may be connected once more."""
    manager = connection.kernel_manager
    redactor = kernel_redactor(services, manager, connection.websocket_handler)
    carries: OrderedDict[str, StreamCarry[Frame]] = vars(manager).setdefault(
        _CARRIES, OrderedDict()
    )
    session = str(connection.session.session)
    carry = carries.get(session)
    if carry is None or carry.redactor is not redactor:
        carry = carries[session] = StreamCarry(redactor)
        if len(carries) > _MAX_SESSIONS:
            carries.popitem(last=False)
    return carry


def kernel_redactor(services: Services, manager: Any, handler: Any = None) -> Redactor:
    """Return the redactor of whoever a kernel acts for; or else of whoever asks for its output."""
    grant = services.tokens.grant(manager.kernel_id)
    if grant is not None:
        return services.known.redactor(grant.caller)
    caller = services.identities.of(handler or CallContext.get(CallContext.JUPYTER_HANDLER))
    return Redactor() if caller is None else services.known.redactor(caller)
