"""The three adapters of the message filter, each run through the suite of `conformance`."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty
from typing import Any

import pytest
from jupyter_client.session import Session

from jupyter_secrets.kernel.session_filter import SessionFilter
from jupyter_secrets.outputs import MessageFilter
from jupyter_secrets.redaction import Redactor
from jupyter_secrets.server.filters.frames import V1_PROTOCOL, Frame, LegacyCodec, V1Codec, dump
from jupyter_secrets.server.filters.kernel_client import ClientFilter
from jupyter_secrets.server.filters.websocket import WebsocketFilter
from tests.outputs.conformance import Adapter, AdapterSuite, IncomingSuite, Sent

Connect = Callable[[Redactor], Adapter]
LOG = logging.getLogger("test")


def sent(native: dict[str, Any]) -> Sent:
    """Return a message of `jupyter_client` as the suite knows it."""
    return Sent(
        native["header"]["msg_type"],
        native["content"],
        (native["parent_header"] or {}).get("msg_id", ""),
        native["metadata"],
        [bytes(buffer) for buffer in native["buffers"]],
        native["header"]["msg_id"],
    )


class Socket:
    """Stands for a ZeroMQ socket: keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[list[bytes]] = []

    def send_multipart(self, parts: list[Any], **_: object) -> None:
        self.sent.append([bytes(part) for part in parts])


class KernelSession:
    """A kernel's session, whose filter is wrapped around it."""

    def __init__(self, redactor: Redactor) -> None:
        self._session, self._socket = Session(key=b"k", check_pid=False), Socket()
        self._front_end = Session(key=b"k")
        self._filter = SessionFilter(self._session, redactor)

    def send(self, message: Sent) -> None:
        parent = {"header": {"msg_id": message.parent}} if message.parent else None
        self._session.send(
            self._socket,
            message.type,
            message.content,
            parent=parent,
            metadata=message.metadata,
            buffers=list(message.buffers),
        )

    def returned(self, message: Sent) -> Sent:
        native = self._front_end.msg(message.type, message.content)
        parts = self._front_end.serialize(native)
        _, parts = self._session.feed_identities(parts)
        return sent({**self._session.deserialize(parts), "parent_header": {}, "buffers": []})

    def received(self) -> list[Sent]:
        receiver = Session(key=b"k")
        return [
            sent(receiver.deserialize(receiver.feed_identities(list(parts))[1]))
            for parts in self._socket.sent
        ]

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


class Websocket:
    """A websocket's handler, whose `write_message` has the filter in front of it."""

    def __init__(self, redactor: Redactor, protocol: str, loop: asyncio.AbstractEventLoop) -> None:
        self.selected_subprotocol = protocol
        self.ws_connection = object()
        self._codec = V1Codec() if protocol else LegacyCodec()
        self._loop = loop
        self._written: list[bytes | str] = []
        self._filter_messages = MessageFilter(redactor, LOG)
        self._filter = WebsocketFilter(self, lambda: self._filter_messages, LOG)

    def write_message(self, data: bytes | str, binary: bool = False) -> None:
        assert binary == isinstance(data, bytes)
        self._written.append(data)

    def _encoded(self, message: Sent, channel: str) -> bytes | str:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": message.type}
        parent = {"msg_id": message.parent} if message.parent else {}
        parts = map(dump, (header, parent, message.metadata, message.content))
        return self._codec.encode(Frame(channel, *parts, tuple(message.buffers)))

    def returned(self, message: Sent) -> Sent:
        data = self._filter.filter_incoming(self._encoded(message, "shell"))
        return self._message(self._codec.decode(data))

    def send(self, message: Sent) -> None:
        channel = "shell" if message.type.endswith("_reply") else "iopub"
        data = self._encoded(message, channel)

        async def write() -> None:
            self._filter(data)

        self._loop.run_until_complete(write())

    def received(self) -> list[Sent]:
        return [self._message(self._codec.decode(data)) for data in self._written]

    def _message(self, frame: Frame) -> Sent:
        parts = (frame.header, frame.parent, frame.metadata, frame.content)
        header, parent, metadata, content = map(json.loads, parts)
        return Sent(
            header["msg_type"],
            content,
            parent.get("msg_id", ""),
            metadata,
            [bytes(buffer) for buffer in frame.buffers],
            header["msg_id"],
        )

    def wait(self, seconds: float) -> None:
        self._loop.run_until_complete(asyncio.sleep(seconds))


class KernelClient:
    """A client in the server: its channel reads through a session that is wrapped."""

    def __init__(self, redactor: Redactor, loop: asyncio.AbstractEventLoop) -> None:
        self.session = Session(key=b"k")
        self._sender, self._socket = Session(key=b"k"), Socket()
        self._loop = loop
        self._received: list[Sent] = []
        self._filter = ClientFilter(lambda: redactor, LOG)
        self._filter.wrap_session(self.session)
        self._filter.wrap_channel(self)

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        if not self._socket.sent:
            await asyncio.sleep(timeout or 0)
            raise Empty
        parts = self._socket.sent.pop(0)
        return self.session.deserialize(self.session.feed_identities(parts)[1])

    def send(self, message: Sent) -> None:
        parent = {"header": {"msg_id": message.parent}} if message.parent else None
        self._sender.send(
            self._socket,
            message.type,
            message.content,
            parent=parent,
            metadata=message.metadata,
            buffers=list(message.buffers),
        )
        self.wait(0.01)

    def wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        with suppress(Empty):
            while (remaining := deadline - time.monotonic()) > 0:
                message = self._loop.run_until_complete(self.get_msg(timeout=remaining))
                self._received.append(sent(message))

    def received(self) -> list[Sent]:
        # For each message there is one, also where nothing of it may be shown yet.
        return [each for each in self._received if not is_empty(each)]


def is_empty(message: Sent) -> bool:
    content = message.content
    more = message.metadata or message.buffers or content.keys() != {"name", "text"}
    return message.type == "stream" and not content["text"] and not more


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


class TestKernelSession(AdapterSuite, IncomingSuite):
    """The kernel's own filter."""

    @pytest.fixture
    def connect(self) -> Connect:
        return KernelSession


class TestWebsocket(AdapterSuite, IncomingSuite):
    """The server's filter in front of browsers, in both protocols."""

    @pytest.fixture(params=[V1_PROTOCOL, ""], ids=["v1", "legacy"])
    def connect(self, request, loop) -> Connect:
        return lambda redactor: Websocket(redactor, request.param, loop)


class TestKernelClient(AdapterSuite):
    """The server's filter for cells that it runs itself."""

    @pytest.fixture
    def connect(self, loop) -> Connect:
        return lambda redactor: KernelClient(redactor, loop)
