"""Filter every message that a kernel sends, at the one object that all of them pass."""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from jupyter_client.session import DELIM, Session

from jupyter_secrets.outputs import LATE_SECONDS, NOT_SENT, Message, MessageFilter, unpacked
from jupyter_secrets.redaction import Redactor

_METADATA, _CONTENT = 4, 5  # positions behind the delimiter

_log = logging.getLogger(__name__)


class _Envelope(NamedTuple):
    socket: Any
    ident: Any
    parent_header: dict[str, Any]


class _SearchedContent(dict[str, Any]):
    """The content of a message that is not searched again when it is serialized."""


class SessionFilter:
    """Wraps one session's `send` and `serialize`, and `deserialize` for what widgets send back.

    The instance is wrapped, not the class, which other clients in the process share. Hooks that
    ipykernel offers are bound to threads and miss errors, replies and comms. `serialize`, which
    others than `send` call as well, sees each message packed.
    """

    def __init__(self, session: Session, redactor: Redactor) -> None:
        self._session = session
        self._redactor = redactor
        self._start()
        self._send = session.send
        self._serialize = session.serialize
        self._deserialize = session.deserialize
        session.send = self.send  # type: ignore[method-assign]
        session.serialize = self.serialize  # type: ignore[method-assign]
        session.deserialize = self.deserialize  # type: ignore[method-assign]
        atexit.register(self.release)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_in_child)

    def _start(self) -> None:
        self._filter: MessageFilter[_Envelope] = MessageFilter(self._redactor, _log)
        # What of a stream is let through has to be sent before another thread releases the rest.
        self._order = threading.RLock()
        self._timer: threading.Timer | None = None

    def _start_in_child(self) -> None:
        """Start afresh after a fork: locks may be taken, and pending text is the parent's to print.

        Children that were forked leave by `os._exit`, which runs nothing: print before it what
        is pending.
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
        """Do what `Session.send` does, without secrets in it; a stream's text may come later."""
        if isinstance(msg_or_type, Mapping):
            native = dict(msg_or_type)
        else:
            native = self._session.msg(
                msg_or_type, content=content, parent=parent, header=header, metadata=metadata
            )
        carried = native.pop("buffers", None)  # `Session.send` would take them from there
        message = _message(native, _envelope(native, stream, ident), buffers or carried)
        with self._order:
            out = self._sequence(message)
            if message.type == "stream":
                return self._send_own(native, out, track)
        return self._send_own(native, out, track)

    def _sequence(self, message: Message[_Envelope]) -> Message[_Envelope] | None:
        """Send what is pending before a message; return what is to be sent of the message."""
        out: Message[_Envelope] | None = None
        for each in self._filter.sequence(message):
            if each.follows_up:
                self._send_pending(each)
            else:
                out = each
        if message.type == "stream" and self._filter.has_late():
            self._release_later()
        return out

    def _send_own(
        self, native: dict[str, Any], out: Message[_Envelope] | None, track: bool
    ) -> dict[str, Any] | None:
        if out is None:
            return native
        out = self._filter.redact_buffers(out)
        content = _SearchedContent(unpacked(out.content)) if out.searched else out.content
        return self._send(
            out.envelope.socket,
            {**native, "content": content, "metadata": out.metadata},
            ident=out.envelope.ident,
            buffers=list(out.buffers),
            track=track,
        )

    def _send_pending(self, out: Message[_Envelope]) -> None:
        native = self._session.msg("stream", _SearchedContent(unpacked(out.content)))
        native["parent_header"] = out.envelope.parent_header
        self._send(out.envelope.socket, native, ident=out.envelope.ident)

    def release(self) -> None:
        """Send all that is pending."""
        with self._order:
            for out in self._filter.release():
                self._send_pending(out)

    def _release_later(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(LATE_SECONDS, self._release_late)
            self._timer.daemon = True
            self._timer.start()

    def _release_late(self) -> None:
        self._timer = None
        with suppress(Exception), self._order:  # a thread of our own has nobody to tell
            for out in self._filter.release_late():
                self._send_pending(out)

    def serialize(self, msg: dict[str, Any], ident: Any = None) -> list[bytes]:
        """Do what `Session.serialize` does, without secrets in content and metadata."""
        parts = self._serialize(msg, ident)
        start = parts.index(DELIM)
        message = _message(msg, _envelope(msg, None, ident), None)
        packed = [parts[start + _METADATA]]
        if not message.searched:
            packed.append(parts[start + _CONTENT])
        out = self._filter.redact(message, packed=packed)
        if out is message:
            return parts
        return self._serialize({**msg, "metadata": out.metadata, "content": out.content}, ident)

    def deserialize(self, *arguments: Any, **named: Any) -> dict[str, Any]:
        """Do what `Session.deserialize` does, without markers in the state of widgets."""
        native = self._deserialize(*arguments, **named)
        if native["header"]["msg_type"] != "comm_msg":
            return native
        message = _message(native, _envelope(native, None, None), None)
        with suppress(ValueError):
            out = self._filter.filter_incoming(message)
            if out is not message:
                _log.warning(NOT_SENT)
                native["content"] = out.content
        return native


def _envelope(native: dict[str, Any], socket: Any, ident: Any) -> _Envelope:
    return _Envelope(socket, ident, native.get("parent_header") or {})


def _message(
    native: dict[str, Any], envelope: _Envelope, buffers: list[Any] | None
) -> Message[_Envelope]:
    content = native.get("content") or {}
    if isinstance(content, str):
        content = content.encode()  # packed by the caller, as `Session.serialize` allows
    return Message(
        str(native["header"]["msg_type"]),
        str(envelope.parent_header.get("msg_id", "")),
        content,
        native.get("metadata") or {},
        tuple(buffers or ()),
        envelope,
        searched=isinstance(content, _SearchedContent),
    )
