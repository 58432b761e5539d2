"""Filter what the server itself reads from kernels: cells that it runs for a front end.

`jupyter-server-nbmodel` and `jupyter-server-documents` run cells in the server and keep their
outputs there, without any websocket. All of them get their clients from a kernel's manager.
"""

from __future__ import annotations

import inspect
import logging
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from queue import Empty
from typing import Any

from jupyter_secrets.outputs import LATE_SECONDS, Message, MessageFilter, unpacked
from jupyter_secrets.redaction import Redactor
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.filters.websocket import kernel_redactor

_Native = dict[str, Any]
_GetMessage = Callable[..., Awaitable[_Native]]
_CHANNELS = ("shell", "iopub", "stdin", "control")
_FILTERED = "_jupyter_secrets_filtered"


class ClientFilter:
    """Filters the messages that one client of a kernel reads."""

    def __init__(self, redactor: Callable[[], Redactor], log: logging.Logger) -> None:
        self._find_redactor = redactor
        self._log = log
        self._found: MessageFilter[_Native] | None = None
        self._released: deque[_Native] = deque()
        self._late_since: float | None = None

    @property
    def _filter(self) -> MessageFilter[_Native]:
        if self._found is None:  # made, with the redactor, when the first message comes
            self._found = MessageFilter(self._find_redactor(), self._log)
        return self._found

    def wrap_session(self, session: Any) -> None:
        """Filter what a session deserializes, once its signature was verified."""
        if not hasattr(session, _FILTERED):
            deserialize = session.deserialize

            def deserialize_filtered(parts: Any, content: bool = True, copy: bool = True) -> Any:
                return self.filter(deserialize(parts, content=content, copy=copy))

            session.deserialize = deserialize_filtered
            setattr(session, _FILTERED, True)

    def wrap_channel(self, channel: Any) -> None:
        """Have a channel return what was held back, and then the message that comes after it.

        Who reads without waiting looks for messages at the socket, where there is none then: see
        `wrap_hook`. A gateway's channels have no session, so they are filtered here.
        """
        if hasattr(channel, _FILTERED):
            return
        get_message = channel.get_msg
        has_session = hasattr(channel, "session")
        waiting: deque[_Native] = deque()

        async def get_filtered(timeout: float | None = None) -> _Native:
            if waiting:
                return waiting.popleft()
            message: _Native | None = await self._next(get_message, timeout)
            if message is not None and not has_session:
                message = self.filter(message)
            if message is not None and timeout == 0:
                return message
            waiting.extend(self.released())
            if message is not None:
                waiting.append(message)
            return waiting.popleft()

        if inspect.iscoroutinefunction(get_message):
            channel.get_msg = get_filtered
            setattr(channel, _FILTERED, True)

    async def _next(self, get_message: _GetMessage, timeout: float | None) -> _Native | None:
        """Return a channel's next message; `None` where text that is late was released instead."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._late_since is not None:
            wait = max(0.0, self._late_since + LATE_SECONDS - time.monotonic())
            if deadline is not None:
                wait = min(wait, max(0.0, deadline - time.monotonic()))
            with suppress(Empty):
                return await get_message(timeout=wait)
            if time.monotonic() >= self._late_since + LATE_SECONDS:
                self._late_since = None
                self._released.extend(map(_follow_up, self._filter.release_late()))
                if self._released:
                    return None
            elif deadline is not None and time.monotonic() >= deadline:
                raise Empty
        remaining = None if deadline is None else max(0.0, deadline - time.monotonic())
        return await get_message(timeout=remaining)

    def wrap_hook(self, hook: Callable[[_Native], Any]) -> Callable[[_Native], Any]:
        """Return a hook for outputs that is also given what was held back before each."""

        def hook_filtered(message: _Native) -> Any:
            for released in self.released():
                hook(released)
            return hook(message)

        return hook_filtered

    def released(self) -> list[_Native]:
        """Take the messages that were held back until now."""
        released = list(self._released)
        self._released.clear()
        return released

    def filter(self, native: _Native) -> _Native:
        """Return a message without secrets; of a stream what may be shown, if only nothing."""
        message = _message(native)
        shown = None
        for out in self._filter.filter(message):
            if out.follows_up:
                self._released.append(_follow_up(out))
            else:
                shown = out
        if not self._filter.has_late():
            self._late_since = None
        elif self._late_since is None:
            self._late_since = time.monotonic()
        if shown is None:  # who reads from a socket gets a message for each
            shown = replace(message, content={**unpacked(message.content), "text": ""})
            shown = self._filter.redact(self._filter.redact_buffers(shown))
        if shown.shows_the_same(message):
            return native
        return {
            **native,
            "content": shown.content,
            "metadata": shown.metadata,
            "buffers": list(shown.buffers),
        }


def _message(native: _Native) -> Message[_Native]:
    parent_header = native.get("parent_header") or {}
    return Message(
        str(native["header"]["msg_type"]),
        str(parent_header.get("msg_id", "")),
        native["content"],  # bytes, where it was asked for without being read
        native.get("metadata") or {},
        tuple(native.get("buffers") or ()),
        {key: native[key] for key in native.keys() - {"content", "metadata", "buffers"}},
    )


def _follow_up(out: Message[_Native]) -> _Native:
    message_id = uuid.uuid4().hex
    header = {**out.envelope["header"], "msg_id": message_id}
    own = {"header": header, "msg_id": message_id, "metadata": {}, "buffers": []}
    return {**out.envelope, **own, "content": dict(unpacked(out.content))}


def install(kernel_manager: Any, context: AppContext, log: logging.Logger) -> None:
    """Have every client filtered that is made for a kernel which starts from now on.

    Whatever client class is configured stays in use, in a subclass.
    """
    create: Callable[..., Any] = kernel_manager.kernel_manager_factory

    def create_with_filter(*args: Any, **options: Any) -> Any:
        manager = create(*args, **options)
        manager.client_factory = filtered_client(
            manager.client_factory, lambda: kernel_redactor(context, manager), log
        )
        return manager

    kernel_manager.kernel_manager_factory = create_with_filter


def filtered_client(
    base: type[Any], redactor: Callable[[], Redactor], log: logging.Logger
) -> type[Any]:
    """Return a subclass of a client's class that reads messages without secrets."""

    class FilteredClient(base):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            self._output_filter = ClientFilter(redactor, log)
            super().__init__(*args, **options)
            self._output_filter.wrap_session(self.session)
            self.observe(lambda change: self._output_filter.wrap_session(change.new), "session")

        def execute_interactive(self, *args: Any, **options: Any) -> Any:
            hook = options.get("output_hook")
            if hook is not None:
                options["output_hook"] = self._output_filter.wrap_hook(hook)
            return super().execute_interactive(*args, **options)

    for name in _CHANNELS:
        setattr(FilteredClient, f"{name}_channel", _wrapped(getattr(base, f"{name}_channel")))
    FilteredClient.__name__ = f"Filtered{base.__name__}"
    FilteredClient.__qualname__ = FilteredClient.__name__
    return FilteredClient


def _wrapped(channel: property) -> property:
    """Return a property of a client that makes a channel, wrapped."""

    def get(self: Any) -> Any:
        made = channel.__get__(self)
        self._output_filter.wrap_channel(made)
        return made

    return property(get)
