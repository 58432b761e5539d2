from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from jupyter_secrets.client import Endpoint
from jupyter_secrets.errors import BackendUnavailableError, InvalidParameterError


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "http://[::1",
        "http://host:port",
        "http://host:99999",
        "http://ho st:9",
        "http://127.0.0.1:9/a b",
        "http://127.0.0.1:9/é",
        f"http://{'a' * 70}.example:9",
    ],
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(InvalidParameterError, match="must look like https://host:8888/base/url"):
        Endpoint(url).request("GET", "x")


@pytest.mark.parametrize("token", ["first-canary\nsecond", "first-canary-é", "first-canary\x7f"])
def test_a_token_that_is_none_is_refused_and_not_repeated(token):
    with pytest.raises(
        InvalidParameterError, match="token contains an invalid character"
    ) as caught:
        Endpoint("http://127.0.0.1:9", token).request("GET", "x")

    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


class Handler(BaseHTTPRequestHandler):
    """Answers with the number of the connection; hangs up after an answer, if it is to."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1
        self.number = self.server.connections

    def do_GET(self) -> None:
        body = json.dumps({"connection": self.number}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.server.hangs_up

    def do_POST(self) -> None:
        self.server.writes += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.hangs_up:
            self.close_connection = True
        else:
            self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.connections = server.writes = 0
        server.hangs_up = False
        server.status = 200
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def endpoint(server: ThreadingHTTPServer) -> Endpoint:
    return Endpoint(f"http://127.0.0.1:{server.server_port}")


def test_reads_share_a_connection(endpoint):
    assert [endpoint.request("GET", "x") for _ in range(3)] == [{"connection": 1}] * 3


def test_a_read_is_tried_again_where_the_server_has_hung_up(endpoint, server):
    server.hangs_up = True

    answers = [endpoint.request("GET", "x")["connection"] for _ in range(3)]

    assert answers == [1, 2, 3]


def test_a_write_has_a_connection_of_its_own(endpoint):
    endpoint.request("GET", "x")

    assert endpoint.request("POST", "x") == {"connection": 2}
    assert endpoint.request("GET", "x") == {"connection": 1}


def test_an_answer_that_is_none_of_ours_says_what_to_check(endpoint, server):
    server.status = 302  # as a Hub answers for a server that nobody started

    with pytest.raises(BackendUnavailableError, match=r"302\. Check that it was started, and"):
        endpoint.request("GET", "x")


def test_a_write_that_got_no_answer_is_not_sent_again(endpoint, server):
    endpoint.request("GET", "x")
    server.hangs_up = True

    with pytest.raises(BackendUnavailableError, match="does not answer"):
        endpoint.request("POST", "x")

    assert server.writes == 1


def test_a_fork_makes_connections_of_its_own(endpoint):
    endpoint.request("GET", "x")
    reads, writes = os.pipe()
    if os.fork() == 0:
        os.write(writes, str(endpoint.request("GET", "x")["connection"]).encode())
        os._exit(0)
    os.wait()

    assert os.read(reads, 10) == b"2"
    assert endpoint.request("GET", "x") == {"connection": 1}


def test_threads_do_not_share_a_connection_at_a_time(endpoint):
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(endpoint.request("GET", "x")["connection"]))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 20
