"""The HTTP server: how many connections there are at once, and how long idle ones stay."""

from __future__ import annotations

import resource
from ssl import SSLContext
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application

# So long a request's body may take to come.
BODY_SECONDS = 60.0
# So long a connection may be silent, and a request's headers may take.
IDLE_SECONDS = 75.0
_MOST_DESCRIPTORS = 65_536
# For the store's files, and for whatever else is opened.
_RESERVE = 512


class ConnectionServer(HTTPServer):
    """Closes what connects while there are `most` connections.

    Without a descriptor left the process could accept nothing, and would try for ever.
    """

    most = _MOST_DESCRIPTORS
    _count = 0

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """Serve a connection, or close it."""
        if self._count >= self.most:
            stream.close()
            return
        self._count += 1
        super().handle_stream(stream, address)

    def on_close(self, server_conn: object) -> None:
        """Note that a connection has ended."""
        self._count -= 1
        super().on_close(server_conn)


def make_server(application: Application, tls: SSLContext | None, size: int) -> ConnectionServer:
    """Return a server for an application, whose requests have bodies of `size` at most."""
    server = ConnectionServer(
        application,
        ssl_options=tls,
        max_body_size=size,
        max_buffer_size=size,
        body_timeout=BODY_SECONDS,
        idle_connection_timeout=IDLE_SECONDS,
    )
    server.most = _most_connections()
    return server


def _most_connections() -> int:
    """Have this process open as many files as it may, and return what that is in connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft not in (wanted, resource.RLIM_INFINITY) and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError):  # macOS has a limit below the one that it tells
            pass
    descriptors = _MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    return max(descriptors - _RESERVE, descriptors // 2)
