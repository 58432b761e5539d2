"""Filter every message that a kernel sends, at the one object that all of them pass."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Mapping
from typing import Any

from jupyter_client.session import DELIM, Session

from jupyter_secrets.messages import StreamCarry, withheld_content
from jupyter_secrets.redaction import Redactor, redact_buffer, redact_json

# Where the socket and the routing prefix of a held stream message are kept.
_Envelope = tuple[Any, Any, dict[str, Any]]
_METADATA, _CONTENT = 4, 5  # positions behind the delimiter

_log = logging.getLogger(__name__)


class OutputFilter:
    """Wraps one session's `send` and `serialize`.

    The instance is wrapped, not the class, which other clients in the process share. Hooks that
    ipykernel offers are bound to threads and miss errors, replies and comms.
    """

    def __init__(self, session: Session, redactor: Redactor) -> None:
        self._session = session
        self._redactor = redactor
        self._carry: StreamCarry[_Envelope] = StreamCarry(redactor)
        self._send = session.send
        self._serialize = session.serialize
        session.send = self.send  # type: ignore[method-assign]
        session.serialize = self.serialize  # type: ignore[method-assign]
        atexit.register(self.release)

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
        try:
            buffers = self._filter_buffers(buffers or message.get("buffers"))
            outgoing = self._filter_stream(message, stream, ident)
        except Exception as error:  # whatever it is, nothing unfiltered goes out
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
        parent = str((message.get("parent_header") or {}).get("msg_id", ""))
        if message["header"]["msg_type"] != "stream":
            self.release(parent)
            return message
        content = message["content"]
        envelope = (socket, ident, message)
        text = self._carry.feed(parent, content["name"], content["text"], envelope)
        self._resend(self._carry.overflow())
        return {**message, "content": {**content, "text": text}} if text else None

    def release(self, parent: str | None = None) -> None:
        """Send what is held back for a cell, or for all."""
        if self._carry.holds_any:
            self._resend(self._carry.release(parent))

    def _resend(self, held: list[tuple[_Envelope, str]]) -> None:
        for (socket, ident, message), text in held:
            content = {**message["content"], "text": text}
            fresh = self._session.msg("stream", content, parent=message)
            fresh["parent_header"] = message.get("parent_header") or {}
            self._send(socket, fresh, ident=ident)

    def _filter_buffers(self, buffers: list[Any] | None) -> list[Any] | None:
        return buffers and [redact_buffer(self._redactor, buffer) for buffer in buffers]

    def serialize(self, msg: dict[str, Any], ident: Any = None) -> list[bytes]:
        """Do what `Session.serialize` does, without secrets in content and metadata.

        The packed bytes are searched first: walking the objects of a large table takes several
        times as long as packing them.
        """
        try:
            parts = self._serialize(msg, ident)
            start = parts.index(DELIM)
            packed = (parts[start + _METADATA], parts[start + _CONTENT])
            if not any(map(self._redactor.may_contain, packed)):
                return parts
            filtered = {
                **msg,
                "metadata": redact_json(self._redactor, msg.get("metadata") or {}),
                "content": redact_json(self._redactor, msg.get("content") or {}),
            }
        except Exception as error:  # whatever it is, nothing unfiltered goes out
            filtered = self._withhold(msg, error)
        return self._serialize(filtered, ident)

    def _withhold(self, message: dict[str, Any], error: Exception) -> dict[str, Any]:
        _log.error("jupyter_secrets: output withheld: %s", type(error).__name__)
        message_type = str(message["header"]["msg_type"])
        content = withheld_content(message_type, message.get("content"))
        return {**message, "metadata": {}, "content": content, "buffers": []}
