"""Filter what the server itself reads from kernels: cells that it runs for a front end.

`jupyter-server-nbmodel` and `jupyter-server-documents` run cells in the server and keep their
outputs there, without any websocket. All of them get their clients from a kernel's manager.
"""

from __future__ import annotations

import inspect
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from jupyter_secrets.messages import Held, StreamCarry, withheld_content
from jupyter_secrets.redaction import Redactor, redact_buffer, redact_json, redact_packed
from jupyter_secrets.server.services import Services
from jupyter_secrets.server.websocket import kernel_redactor

_Message = dict[str, Any]
_CHANNELS = ("shell", "iopub", "stdin", "control")
_FILTERED = "_jupyter_secrets_filtered"


class ClientFilter:
    """Filters the messages that one client of a kernel reads."""

    def __init__(self, redactor: Callable[[], Redactor], log: logging.Logger) -> None:
        self._find_redactor = redactor
        self._log = log
        self._carry: StreamCarry[_Message] | None = None
        self._released: deque[_Message] = deque()

    @property
    def carry(self) -> StreamCarry[_Message]:
        """What streams leave over; made, with the redactor, when the first message comes."""
        if self._carry is None:
            self._carry = StreamCarry(self._find_redactor())
        return self._carry

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
        waiting: deque[_Message] = deque()

        async def get_filtered(timeout: float | None = None) -> _Message:
            if waiting:
                return waiting.popleft()
            message: _Message = await get_message(timeout=timeout)
            if not has_session:
                message = self.filter(message)
            if timeout == 0:
                return message
            waiting.extend((*self.released(), message))
            return waiting.popleft()

        if inspect.iscoroutinefunction(get_message):
            channel.get_msg = get_filtered
            setattr(channel, _FILTERED, True)

    def wrap_hook(self, hook: Callable[[_Message], Any]) -> Callable[[_Message], Any]:
        """Return a hook for outputs that is also given what was held back before each."""

        def hook_filtered(message: _Message) -> Any:
            for released in self.released():
                hook(released)
            return hook(message)

        return hook_filtered

    def released(self) -> list[_Message]:
        """Take the messages that were held back until now."""
        released = list(self._released)
        self._released.clear()
        return released

    def filter(self, message: _Message) -> _Message:
        """Return a message without secrets; of a stream only what is certain."""
        try:
            return self._filter(message)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # an engine's panic is no Exception; nothing goes out
            self._log.error("jupyter_secrets: output withheld: %s", type(error).__name__)
            message_type = str(message["header"]["msg_type"])
            content = withheld_content(message_type, message.get("content"))
            return {**message, "metadata": {}, "content": content, "buffers": []}

    def _filter(self, message: _Message) -> _Message:
        message_type = str(message["header"]["msg_type"])
        parent = str((message.get("parent_header") or {}).get("msg_id", ""))
        content, redactor = message["content"], self.carry.redactor
        if isinstance(content, bytes):  # asked for without being read
            content = redact_packed(redactor, content)
        elif message_type == "stream":
            name = content["name"]
            envelope = {**message, "content": {"name": name}, "buffers": []}
            text = self.carry.feed(parent, name, content["text"], lambda: envelope)
            content = {**content, "text": text}
        else:
            self._release(message_type, content, parent)
            content = redact_json(redactor, content)
        return {
            **message,
            "content": content,
            "metadata": redact_json(redactor, message.get("metadata") or {}),
            "buffers": [redact_buffer(redactor, item) for item in message.get("buffers") or ()],
        }

    def _release(self, message_type: str, content: Any, parent: str) -> None:
        if message_type == "status" and content.get("execution_state") == "idle":
            self._keep(self.carry.end(parent))
        elif not message_type.endswith("_reply"):  # one may come before the last output
            self._keep(self.carry.release(parent))

    def _keep(self, held: Held[_Message]) -> None:
        for message, text in held:
            self._released.append({**message, "content": {**message["content"], "text": text}})


def install(kernel_manager: Any, services: Services, log: logging.Logger) -> None:
    """Have every client filtered that is made for a kernel which starts from now on.

    Whatever client class is configured stays in use, in a subclass.
    """
    create: Callable[..., Any] = kernel_manager.kernel_manager_factory

    def create_with_filter(*args: Any, **options: Any) -> Any:
        manager = create(*args, **options)
        manager.client_factory = filtered_client(
            manager.client_factory, lambda: kernel_redactor(services, manager), log
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
