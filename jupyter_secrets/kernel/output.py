"""Filter every message that a kernel sends, at the one object that all of them pass."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NoReturn

from jupyter_client.session import DELIM, Session

from jupyter_secrets.messages import (
    ALWAYS_CLEAN,
    LATE_SECONDS,
    Held,
    StreamCarry,
    withheld_content,
)
from jupyter_secrets.redaction import Redactor, redact_buffer, redact_json

# The socket, the routing prefix, the parent's header and the name of a stream.
_Envelope = tuple[Any, Any, dict[str, Any], str]
_METADATA, _CONTENT = 4, 5  # positions behind the delimiter

_log = logging.getLogger(__name__)


class _StreamContent(dict[str, Any]):
    """A stream's name and text as they came out of the carry: searched already."""


class OutputFilter:
    """Wraps one session's `send` and `serialize`.

    The instance is wrapped, not the class, which other clients in the process share. Hooks that
    ipykernel offers are bound to threads and miss errors, replies and comms.
    """

    def __init__(self, session: Session, redactor: Redactor) -> None:
        self._session = session
        self._redactor = redactor
        self._start()
        self._send = session.send
        self._serialize = session.serialize
        session.send = self.send  # type: ignore[method-assign]
        session.serialize = self.serialize  # type: ignore[method-assign]
        atexit.register(self.release)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_in_child)

    def _start(self) -> None:
        self._carry: StreamCarry[_Envelope] = StreamCarry(self._redactor)
        # What of a stream is let through has to be sent before another thread releases the rest.
        self._order = threading.RLock()
        self._timer: threading.Timer | None = None
        self._failures: set[str] = set()

    def _start_in_child(self) -> None:
        """Begin anew after a fork: locks may be taken, and what is held is for the parent to print.

        Children that were forked leave by `os._exit`, which runs nothing: print before it what
        is held.
        """
        self._start()
        leave = os._exit

        def leave_with_all_printed(status: int) -> NoReturn:
            with suppress(Exception):
                self.release()
            leave(status)

        os._exit = leave_with_all_printed

    def send(
        self,
        stream: Any,
        msg_or_type: dict[str, Any] | str,
        content: dict[str, Any] | None = None,
        parent: dict[str, Any] | None = None,
        ident: bytes | list[bytes] | None = None,
        buffers: list[Any] | None = None,
        track: bool = False,
        header: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> dict[str, Any] | None:
        """Do what `Session.send` does, without secrets in it; a stream's may come later."""
        message = self._message(msg_or_type, content, parent, header, metadata)
        buffers = buffers or message.get("buffers")
        if message["header"]["msg_type"] == "stream":
            with self._order:
                return self._send_filtered(stream, message, ident, buffers, track)
        return self._send_filtered(stream, message, ident, buffers, track)

    def _send_filtered(
        self,
        stream: Any,
        message: dict[str, Any],
        ident: Any,
        buffers: list[Any] | None,
        track: bool,
    ) -> dict[str, Any] | None:
        try:
            buffers = self._filter_buffers(buffers)
            outgoing = self._filter_stream(message, stream, ident)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # an engine's panic is no Exception; nothing goes out
            buffers, outgoing = None, self._withhold(message, error)
        if outgoing is None:
            return message
        return self._send(stream, outgoing, ident=ident, buffers=buffers, track=track)

    def _message(
        self,
        msg_or_type: dict[str, Any] | str,
        content: dict[str, Any] | None,
        parent: dict[str, Any] | None,
        header: dict[str, Any] | None,
        metadata: dict[str, Any] | None,
    ) -> dict[str, Any]:
        if isinstance(msg_or_type, Mapping):
            return dict(msg_or_type)
        return self._session.msg(
            msg_or_type, content=content, parent=parent, header=header, metadata=metadata
        )

    def _filter_stream(
        self, message: dict[str, Any], socket: Any, ident: Any
    ) -> dict[str, Any] | None:
        """Return the message to send now, or None if all of it is held back."""
        parent_header = message.get("parent_header") or {}
        parent = str(parent_header.get("msg_id", ""))
        message_type, content = message["header"]["msg_type"], message["content"] or {}
        if message_type == "status" and content.get("execution_state") == "idle":
            self._resend(self._carry.end, parent)
            return message
        if message_type != "stream":
            self.release(parent)
            return message
        name = content["name"]
        text = self._carry.feed(
            parent, name, content["text"], lambda: (socket, ident, parent_header, name)
        )
        self._resend(self._carry.overflow)
        if self._carry.has_ended(parent):
            self._release_later()
        if not text:
            return None
        only_these = content.keys() == {"name", "text"} and name in ("stdout", "stderr")
        kind = _StreamContent if only_these else dict
        return {**message, "content": kind(content, text=text)}

    def release(self, parent: str | None = None) -> None:
        """Send what is held back for a cell, or for all."""
        if parent is None or self._carry.is_pending(parent):
            self._resend(self._carry.release, parent)

    def _release_later(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(LATE_SECONDS, self._release_ended)
            self._timer.daemon = True
            self._timer.start()

    def _release_ended(self) -> None:
        self._timer = None
        with suppress(Exception):  # a thread of our own has nobody to tell
            self._resend(self._carry.release_ended)

    def _resend(self, take: Any, *of: Any) -> None:
        with self._order:
            held: Held[_Envelope] = take(*of)
            for (socket, ident, parent_header, name), text in held:
                message = self._session.msg("stream", _StreamContent(name=name, text=text))
                message["parent_header"] = parent_header
                self._send(socket, message, ident=ident)

    def _filter_buffers(self, buffers: list[Any] | None) -> list[Any] | None:
        return buffers and [redact_buffer(self._redactor, buffer) for buffer in buffers]

    def serialize(self, msg: dict[str, Any], ident: Any = None) -> list[bytes]:
        """Do what `Session.serialize` does, without secrets in content and metadata.

        The packed bytes are searched first: walking the objects of a large table takes several
        times as long as packing them.
        """
        parts = self._serialize(msg, ident)
        try:
            start = parts.index(DELIM)
            packed = {parts[start + _METADATA]}
            if not isinstance(msg.get("content"), _StreamContent):
                packed.add(parts[start + _CONTENT])
            if not any(map(self._redactor.prefilter, packed - ALWAYS_CLEAN)):
                return parts
            metadata, content = msg.get("metadata") or {}, msg.get("content") or {}
            filtered = {
                **msg,
                "metadata": redact_json(self._redactor, metadata),
                "content": redact_json(self._redactor, content),
            }
            if filtered["metadata"] is metadata and filtered["content"] is content:
                return parts
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # an engine's panic is no Exception; nothing goes out
            filtered = self._withhold(msg, error)
        return self._serialize(filtered, ident)

    def _withhold(self, message: dict[str, Any], error: BaseException) -> dict[str, Any]:
        failure = type(error).__name__
        if failure not in self._failures:  # what is logged may come here again, for ever
            self._failures.add(failure)
            _log.error("jupyter_secrets: output withheld: %s", failure)
        message_type = str(message["header"]["msg_type"])
        content = withheld_content(message_type, message.get("content"))
        return {**message, "metadata": {}, "content": content, "buffers": []}
