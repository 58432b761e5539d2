"""A network between two processes that delays, cuts and resets what goes through it."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: what is closed is reset


class TcpProxy:
    """Passes connections on to a port.

    `fault` is ``""``, ``"refuse"`` (new connections are closed), ``"delay"`` (answers come after
    `seconds`), ``"cut"`` (half an answer comes) or ``"reset"`` (the request arrives, and instead of
    the answer the connection is reset).
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self.fault = ""
        self.seconds = 0.0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """End the network."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # closing it would not wake who accepts
        self._listening.close()
        self.drop()

    def drop(self) -> None:
        """Cut the connections that there are."""
        for each in self._connections:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._connections.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            if self.fault == "refuse":
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                client.close()
                continue
            self._connections += [client, server]
            threading.Thread(target=self._pass, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _answer(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if self.fault == "delay":
                    time.sleep(self.seconds)
                if self.fault == "reset":
                    target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    break
                target.sendall(data[: len(data) // 2] if self.fault == "cut" else data)
                if self.fault == "cut":
                    break
        target.close()
        source.close()
