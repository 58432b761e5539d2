"""Connections that are opened and left: they hold up nobody for long, and fill no disk."""

from __future__ import annotations

import contextlib
import socket
import sys

import pytest

from tests.service.service import Service, wait_until

# With few descriptors, and a short patience.
SERVICE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
from jupyter_secrets.service import connections
connections.IDLE_SECONDS = 2.0
from jupyter_secrets.cli import main
main(["serve", "--port", sys.argv[1]])
"""


class SmallService(Service):
    """A service that may open 256 files."""

    def command(self) -> list[str]:
        return [sys.executable, "-c", SERVICE, str(self.port)]


@pytest.fixture
def service(tmp_path):
    service = SmallService(tmp_path)
    service.start()
    yield service
    service.stop()


def is_alive(service: Service) -> bool:
    with contextlib.suppress(OSError):
        return service.respond("healthz")[1] == b"ok\n"
    return False


def test_more_connections_than_descriptors_are_closed_and_idle_ones_end(service):
    client = service.client()
    client.create_scope("prod")
    with contextlib.ExitStack() as flood:
        for _ in range(300):
            connection = socket.create_connection(("127.0.0.1", service.port), timeout=20)
            flood.enter_context(connection)
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"GET / HTTP/1.1\r\n")

        wait_until(lambda: is_alive(service))

        assert [scope.name for scope in client.list_scopes()] == ["prod"]
    assert [entry for entry in service.logged() if entry["level"] == "error"] == []
