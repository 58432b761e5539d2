"""A network between two processes that delays, cuts and resets what goes through it."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from contextlib import suppress

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: what is closed is reset


class TcpProxy:
    """Passes connections on to a port, in a thread of its own.

    `fault` is ``""``, ``"refuse"`` (new connections are closed), ``"delay"`` (answers come after
    `seconds`), ``"cut"`` (half an answer comes), ``"reset"`` (the request arrives, and instead of
    the answer the connection is reset), ``"cut request"`` or ``"reset request"`` (half of the
    request arrives, and the connection ends).
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self.fault = ""
        self.seconds = 0.0
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._server = self._call(asyncio.start_server(self._accept, sock=listening))

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def close(self) -> None:
        """End the network."""
        self._server.close()
        self.drop()
        self._call(self._finish())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _finish(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def drop(self) -> None:
        """Cut the connections that there are."""

        async def abort() -> None:
            for each in self._writers:
                each.transport.abort()

        self._call(abort())

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(OSError, asyncio.CancelledError):
            if self.fault != "refuse":
                service, to_service = await asyncio.open_connection("127.0.0.1", self._target)
                self._writers.add(to_service)
                await asyncio.gather(
                    self._pass(reader, to_service, writer, "request"),
                    self._pass(service, writer, to_service, "answer"),
                )
                self._writers.discard(to_service)
        writer.close()
        self._writers.discard(writer)

    async def _pass(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
        what: str,
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                kind, _, where = self.fault.partition(" ")
                if (where or "answer") != what:
                    kind = ""
                if kind == "delay":
                    await asyncio.sleep(self.seconds)
                if kind == "cut" or (kind, what) == ("reset", "request"):
                    target.write(data[: len(data) // 2])
                    await target.drain()
                if kind == "reset":
                    for each in (target, back):
                        each.get_extra_info("socket").setsockopt(
                            socket.SOL_SOCKET, socket.SO_LINGER, _RESET
                        )
                if kind in ("cut", "reset"):
                    break
                target.write(data)
                await target.drain()
        target.close()
        back.close()
