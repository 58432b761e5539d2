"""Filter every frame that a kernel's websocket sends to a browser."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, NamedTuple

from jupyter_server.base.call_context import CallContext

from jupyter_secrets.outputs import (
    LATE_SECONDS,
    NOT_SENT,
    Content,
    FailureLog,
    Message,
    MessageFilter,
    may_have_marker,
    withheld_content,
)
from jupyter_secrets.redaction import Redactor
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.filters.frames import (
    Codec,
    Data,
    Frame,
    MalformedFrameError,
    agreed_codec,
    dump,
    load,
    new_frame,
)
from jupyter_secrets.server.filters.incoming import IncomingMessages

_SETTING = "kernel_websocket_connection_class"
_FILTERED = "_jupyter_secrets_filtered"
_FILTERS = "_jupyter_secrets_filters"
# A page that is loaded anew has a new session; so many of one kernel are remembered.
_MAX_SESSIONS = 16


class _Envelope(NamedTuple):
    channel: str
    header: bytes
    parent: bytes


class WebsocketFilter:
    """Stands in front of one websocket's `write_message`.

    Until the first message nothing is asked of `find_filter`: it answers with the filter of the
    same session's earlier connections, whose pending text is not lost. `notify` is called with
    what a person should know.
    """

    def __init__(
        self,
        handler: Any,
        find_filter: Callable[[], MessageFilter[_Envelope]],
        log: logging.Logger,
        notify: Callable[[str], object] = str,
    ) -> None:
        self._handler = handler
        self._notify = notify
        self._write: Callable[..., Any] = handler.write_message
        self._find_filter = find_filter
        self._failures = FailureLog(log)
        self._found: MessageFilter[_Envelope] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def _codec(self) -> Codec:
        return agreed_codec(self._handler)

    @property
    def _filter(self) -> MessageFilter[_Envelope]:
        if self._found is None:
            self._found = self._find_filter()
        return self._found

    def prepare(self) -> None:
        """Find the redactor now, which may take a while."""
        self._found = self._find_filter()

    def __call__(self, data: Data | dict[str, Any], binary: bool = False) -> Any:
        """Send what may be shown of a message, and what was pending before it."""
        sent: Any = None
        for filtered in self.filter(data):
            sent = self._write(filtered, binary=isinstance(filtered, bytes))
        return sent if sent is not None else _done()

    def filter(self, data: Data | dict[str, Any]) -> list[Data]:
        """Return what to send in place of a message; the very same where nothing was hidden."""
        try:
            if isinstance(data, dict):
                raise MalformedFrameError
            frame = self._codec.decode(data)
            message = _message(frame)
            filtered = [
                data if out.shows_the_same(message) else self._codec.encode(_frame(out))
                for out in self._filter.filter(message)
            ]
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of a search engine is no Exception
            self._failures.add(error)
            notice = new_frame("stream", withheld_content("stream"))
            return [self._codec.encode(notice)]
        if message.type == "stream" and self._filter.has_late():
            self._release_later()
        return filtered

    def filter_incoming(self, data: Data) -> Data:
        """Return what to hand on of what a front end sends; mostly the very same."""
        if not may_have_marker(data):
            return data
        try:
            message = _message(self._codec.decode(data))
            out = self._filter.filter_incoming(message)
        except ValueError:  # it is no message, and the kernel's to refuse
            return data
        if out is message:
            return data
        self._notify(NOT_SENT)
        return self._codec.encode(_frame(out))

    def _release_later(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(LATE_SECONDS, self._release_late)

    def _release_late(self) -> None:
        self._timer = None
        if self._handler.ws_connection is None:
            return  # pending until the session is connected again
        for out in self._filter.release_late():
            data = self._codec.encode(_frame(out))
            self._write(data, binary=isinstance(data, bytes))


def _message(frame: Frame) -> Message[_Envelope]:
    return Message(
        str(load(frame.header).get("msg_type")),
        _message_id(frame.parent),
        frame.content,
        frame.metadata,
        frame.buffers,
        _Envelope(frame.channel, frame.header, frame.parent),
    )


@lru_cache(maxsize=64)  # all messages of a cell have the same parent
def _message_id(header: bytes) -> str:
    return str(load(header).get("msg_id", ""))


def _frame(out: Message[_Envelope]) -> Frame:
    metadata, content = _packed(out.metadata), _packed(out.content)
    frame = Frame(*out.envelope, metadata, content, out.buffers)
    return frame.with_new_id() if out.follows_up else frame


def _packed(content: Content) -> bytes:
    return content if isinstance(content, bytes) else dump(content)


def _done() -> asyncio.Future[None]:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_result(None)
    return future


def install(settings: dict[str, Any], context: AppContext, log: logging.Logger) -> None:
    """Have all websockets that a server opens from now on filtered.

    Whatever connection class is configured stays in use, in a subclass. Doing it twice is fine.
    """
    base = settings[_SETTING]
    if getattr(base, _FILTERED, False):
        return
    settings[_SETTING] = filtered_class(base, context, log)


def filtered_class(base: type[Any], context: AppContext, log: logging.Logger) -> type[Any]:
    """Return a subclass of a websocket connection class whose frames are filtered."""

    class FilteredConnection(base):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            handler = self.websocket_handler
            kernel_id = str(self.kernel_manager.kernel_id)
            self._websocket_filter = WebsocketFilter(
                handler,
                lambda: _session_filter(context, self, log),
                log,
                partial(context.notices.warning, kernel_id=kernel_id),
            )
            handler.write_message = self._websocket_filter
            self._incoming = IncomingMessages(handler, lambda: context.starts.pending(kernel_id))

        def handle_incoming_message(self, incoming_msg: Data) -> None:
            send = super().handle_incoming_message
            self._incoming.send(send, self._websocket_filter.filter_incoming(incoming_msg))

        async def prepare(self) -> None:
            # Comes before the connection opens, so no frame has to wait for the store.
            await asyncio.to_thread(self._websocket_filter.prepare)
            if hasattr(super(), "prepare"):
                await super().prepare()

    setattr(FilteredConnection, _FILTERED, True)
    FilteredConnection.__name__ = f"Filtered{base.__name__}"
    FilteredConnection.__qualname__ = FilteredConnection.__name__
    return FilteredConnection


def _session_filter(
    context: AppContext, connection: Any, log: logging.Logger
) -> MessageFilter[_Envelope]:
    """Return the filter of one session with a kernel: it may be connected once more."""
    manager = connection.kernel_manager
    redactor = kernel_redactor(context, manager, connection.websocket_handler)
    filters: OrderedDict[str, MessageFilter[_Envelope]] = vars(manager).setdefault(
        _FILTERS, OrderedDict()
    )
    session = str(connection.session.session)
    message_filter = filters.get(session)
    if message_filter is None or message_filter.redactor is not redactor:
        message_filter = filters[session] = MessageFilter(redactor, log)
        if len(filters) > _MAX_SESSIONS:
            filters.popitem(last=False)
    return message_filter


def kernel_redactor(context: AppContext, manager: Any, handler: Any = None) -> Redactor:
    """Return the redactor of whoever a kernel acts for; or else of whoever asks for its output."""
    grant = context.tokens.grant(manager.kernel_id)
    if grant is not None:
        return context.redactors.redactor(grant.caller)
    caller = context.identities.of(handler or CallContext.get(CallContext.JUPYTER_HANDLER))
    if caller is None:
        return Redactor()
    return context.redactors.redactor(replace(caller, kernel_id=manager.kernel_id))
