"""The state machine that every message of a kernel passes on its way out.

The kernel's session, a browser's websocket and the server's own kernel clients are adapters of
it: they turn what they carry into a `Message` and send what comes back. Its invariants:

- A value that the redactor knows when a message comes is in nothing that is returned for it; a
  weak one, in nothing that people read (see `contents`).
- A stream's text is returned once and in order. What may begin a secret is pending until more of
  the stream decides it, or until it has to be shown: before any other output of the same cell,
  when the cell asks for input or ends, when the kernel dies or restarts, and after `LATE_SECONDS`.
- It fails closed: an error of any kind withholds the content of the message and says so in its
  place. It is logged by its type, once: the log may be an output that comes here again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar

from jupyter_secrets.outputs.contents import redact_content, redact_metadata
from jupyter_secrets.outputs.stream_buffer import Pending, StreamBuffer
from jupyter_secrets.outputs.widgets import COMM_TYPES, MARKER_START, WidgetStates
from jupyter_secrets.outputs.withheld import FailureLog, withheld_content
from jupyter_secrets.redaction import (
    EXECUTION_STATES,
    Redactor,
    redact_buffer,
    redact_packed,
    same_objects,
)

# An object, or the JSON of one.
Content = bytes | Mapping[str, Any]
Envelope = TypeVar("Envelope")

_STANDARD_STREAMS = frozenset({"stdout", "stderr"})
_FINAL_STATES = frozenset({"restarting", "autorestarting", "dead"})
# Packed content and metadata of most messages. Nothing is searched for in them: a state that is
# a secret's value as well must reach the front end all the same.
_PACKED_STATES = {
    f'{{"execution_state":{space}"{state}"}}'.encode(): state
    for state in EXECUTION_STATES
    for space in ("", " ")
}
_ALWAYS_CLEAN = frozenset([b"{}", *_PACKED_STATES])


@dataclass(frozen=True, slots=True)
class Message(Generic[Envelope]):
    """One message. `parent` is the id of the message that it answers.

    `envelope` is whatever an adapter needs to send the message, and more of a stream; it is kept
    and must hold none of the content. `follows_up` marks text that was pending: it is sent in
    the envelope of an earlier message, under an id of its own. `searched` tells that the content
    needs no further search.
    """

    type: str
    parent: str
    content: Content = field(repr=False)
    metadata: Content = field(repr=False)
    buffers: tuple[Any, ...] = field(repr=False)
    envelope: Envelope
    follows_up: bool = False
    searched: bool = False

    def shows_the_same(self, other: Message[Envelope]) -> bool:
        """Return whether both have the very same objects as content, metadata and buffers."""
        return (
            self.content is other.content
            and self.metadata is other.metadata
            and same_objects(self.buffers, other.buffers)
        )


class MessageFilter(Generic[Envelope]):
    """Filters the messages that go to one receiver. Safe to use from several threads.

    Whoever calls it from several threads sees to the order in which they send what it returns.
    Nothing is changed in place; what has nothing to hide comes back as the very same object.
    """

    def __init__(self, redactor: Redactor, log: logging.Logger) -> None:
        self.redactor = redactor
        self._failures = FailureLog(log)
        self._buffer: StreamBuffer[Envelope] = StreamBuffer(redactor)
        self._widgets = WidgetStates()

    def filter(self, message: Message[Envelope]) -> list[Message[Envelope]]:
        """Return what to send for a message: pending text first, what is shown of it last.

        Of a stream nothing may be shown yet, then what comes back is pending text alone.
        """
        return [self.redact(self.redact_buffers(each)) for each in self.sequence(message)]

    def sequence(self, message: Message[Envelope]) -> list[Message[Envelope]]:
        """Do the part of `filter` that depends on other messages: streams, and their order."""
        try:
            return self._sequence(message)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of a search engine is no Exception
            return [self._withhold(message, error)]

    def redact(
        self, message: Message[Envelope], *, packed: Sequence[bytes] | None = None
    ) -> Message[Envelope]:
        """Return a message with content and metadata redacted.

        `packed` is what its objects are once packed, if that is known: to search it takes a
        fraction of the time that walking the objects does.
        """
        try:
            return self._redact(message, packed)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            return self._withhold(message, error)

    def redact_buffers(self, message: Message[Envelope]) -> Message[Envelope]:
        """Return a message with its binary buffers redacted."""
        if not message.buffers:
            return message
        try:
            buffers = tuple(redact_buffer(self.redactor, buffer) for buffer in message.buffers)
            return replace(message, buffers=buffers)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            return self._withhold(message, error)

    def filter_incoming(self, message: Message[Envelope]) -> Message[Envelope]:
        """Return what a front end may send to a kernel; the same object unless that is less.

        What was typed around a marker in a widget is left out: the marker is no part of it.
        """
        if message.type != "comm_msg" or not self._widgets:
            return message
        content = unpacked(message.content)
        shown = self._widgets.without_markers(content)
        return message if shown is content else replace(message, content=shown)

    def release(self, parent: str | None = None) -> list[Message[Envelope]]:
        """Return what is pending for a cell, or for all of them."""
        if parent is not None and not self._buffer.is_pending(parent):
            return []
        return self._follow_up(self._buffer.release(parent))

    def has_late(self) -> bool:
        """Return whether `release_late` should be called `LATE_SECONDS` from now."""
        return self._buffer.has_late()

    def release_late(self) -> list[Message[Envelope]]:
        """Return what has waited for `LATE_SECONDS`; what follows is still read with it."""
        return self._follow_up(self._buffer.release_late())

    def _withhold(self, message: Message[Envelope], error: BaseException) -> Message[Envelope]:
        self._failures.add(error)
        with suppress(ValueError):
            content = withheld_content(message.type, unpacked(message.content))
            return replace(message, content=content, metadata={}, buffers=(), searched=True)
        content = withheld_content(message.type)
        return replace(message, content=content, metadata={}, buffers=(), searched=True)

    def _sequence(self, message: Message[Envelope]) -> list[Message[Envelope]]:
        if message.type != "stream":
            return [*self._pending_before(message), message]
        shown = self._feed(message)
        return [*self._follow_up(self._buffer.forget_oldest()), *shown]

    def _pending_before(self, message: Message[Envelope]) -> list[Message[Envelope]]:
        """Return what is to be shown before a message that is no stream's."""
        if message.type == "status":
            state = _state(message.content)
            if state == "idle":
                return self._follow_up(self._buffer.end(message.parent))
            if state in _FINAL_STATES:
                return self.release()
        if message.type.endswith("_reply"):
            return []  # it may overtake the cell's last output
        if message.type == "input_request":
            return self._follow_up(self._buffer.ask(message.parent))
        return self.release(message.parent)

    def _feed(self, message: Message[Envelope]) -> list[Message[Envelope]]:
        content = unpacked(message.content)
        name, text = content["name"], content["text"]
        if not isinstance(name, str) or not isinstance(text, str):
            raise TypeError("name and text of a stream are not both strings")
        shown = self._buffer.feed(
            message.parent, name, text, lambda: (message.envelope, self._shown_name(name))
        )
        only_text = content.keys() == {"name", "text"}
        if not shown and only_text and not message.buffers and message.metadata in ({}, b"{}"):
            return []
        plain = only_text and name in _STANDARD_STREAMS
        if plain and shown == text:
            return [replace(message, searched=True)]
        others = {key: value for key, value in content.items() if key != "text"}
        searched = others if plain else redact_content(self.redactor, "stream", others)
        return [replace(message, content={**searched, "text": shown}, searched=True)]

    def _shown_name(self, name: str) -> str:
        return name if name in _STANDARD_STREAMS else self.redactor.redact(name)

    def _follow_up(self, released: list[Pending[Envelope]]) -> list[Message[Envelope]]:
        return [
            Message(
                "stream",
                pending.parent,
                {"name": pending.name, "text": pending.text},
                {},
                (),
                pending.envelope,
                follows_up=True,
                searched=True,
            )
            for pending in released
        ]

    def _redact(
        self, message: Message[Envelope], packed: Sequence[bytes] | None
    ) -> Message[Envelope]:
        if packed is not None and not any(map(self._prefilter, packed)):
            self._note_widget(message, packed)
            return message
        metadata = self._redact_part(message.metadata, partial(redact_metadata, self.redactor))
        content = message.content
        if not message.searched:
            redact = partial(redact_content, self.redactor, message.type)
            content = self._redact_part(content, redact)
        if metadata is message.metadata and content is message.content:
            self._note_widget(message, packed)
            return message
        redacted = replace(message, metadata=metadata, content=content)
        self._note_widget(redacted, None)
        return redacted

    def _note_widget(self, message: Message[Envelope], packed: Sequence[bytes] | None) -> None:
        """Take note of the markers in a widget's state, as it is sent."""
        if message.type not in COMM_TYPES:
            return
        if packed is None and isinstance(message.content, bytes):
            packed = (message.content,)
        has_marker = packed is None or any(map(may_have_marker, packed))
        if not has_marker and not self._widgets:
            return
        content = unpacked(message.content)
        if message.type == "comm_close":
            self._widgets.forget(str(content.get("comm_id")))
        else:
            self._widgets.note(content, may_have_marker=has_marker)

    def _prefilter(self, packed: bytes) -> bool:
        return packed not in _ALWAYS_CLEAN and self.redactor.prefilter(packed, is_json=True)

    def _redact_part(self, part: Content, redact: Callable[[Any], Any]) -> Content:
        if isinstance(part, bytes):
            if part in _ALWAYS_CLEAN:
                return part
            return redact_packed(self.redactor, part, redact, is_json=True)
        redacted: Mapping[str, Any] = redact(part)
        return redacted


def _state(content: Content) -> Any:
    packed_state = _PACKED_STATES.get(content) if isinstance(content, bytes) else None
    return packed_state or unpacked(content).get("execution_state")


def may_have_marker(data: str | bytes) -> bool:
    """Tell whether a front end's message is one for `MessageFilter.filter_incoming`; fast."""
    return MARKER_START in data if isinstance(data, str) else MARKER_START.encode() in data


def unpacked(content: Content) -> Mapping[str, Any]:
    """Return the object that a message's content is; raise `ValueError` where it is none."""
    value = json.loads(content) if isinstance(content, bytes) else content
    if not isinstance(value, Mapping):
        raise ValueError("not an object")
    return value
