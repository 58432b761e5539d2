"""HTTP requests to a Jupyter server: TCP, TLS or a Unix socket; never through a proxy.

A connection that a read leaves open serves the next read: to make one takes longer than to get a
secret. A server may close it meanwhile, so that a read is tried once more; a write is not, and
always has a connection of its own. One that was sent and not answered may have been carried out:
the error says so.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

from jupyter_secrets._version import VERSION
from jupyter_secrets.client.answers import Answer
from jupyter_secrets.errors import (
    BackendUnavailableError,
    InvalidParameterError,
    SecretsError,
    from_rest,
)

TIMEOUT_SECONDS = 30.0
USER_AGENT = f"jupyter_secrets/{VERSION}"
_MOST_KEPT = 4
_STATUS = "jupyter-secrets/status"
_CHECK_ADDRESS = "Check that it is running, and that its address is right."
# A Hub answers for a server that is not running.
_CHECK_START = "Check that it was started, and that its base URL is right."
_UNKNOWN_OUTCOME = (
    "Whether the change was made is unknown: look at what is there before you repeat it."
)


class _UnansweredError(Exception):
    """A write was sent, and no answer came."""


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _IdleConnections:
    """Connections that are open and serve no request. Thread-safe; a fork has none of them."""

    def __init__(self) -> None:
        self._connections: deque[http.client.HTTPConnection] = deque()
        self._process = os.getpid()

    def take(self) -> http.client.HTTPConnection | None:
        """Return a connection for a request, if there is one."""
        if self._process != os.getpid():
            self.close()
            self._process = os.getpid()
        try:
            return self._connections.pop()
        except IndexError:
            return None

    def keep(self, connection: http.client.HTTPConnection) -> None:
        """Keep a connection whose answer was read, or close it."""
        if connection.sock is None or len(self._connections) >= _MOST_KEPT:
            connection.close()
        else:
            self._connections.append(connection)

    def close(self) -> None:
        """Close all; in a fork, those of its parent stay open there."""
        while self._connections:
            self._connections.pop().close()

    __del__ = close


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server's address, base URL included, and the token to show it.

    `authority` is a file with the certificate that the server shows, where it signed its own.
    """

    url: str
    token: str = field(default="", repr=False)
    authority: str | None = None
    timeout: float = TIMEOUT_SECONDS
    headers: Mapping[str, str] = field(default_factory=dict)
    _idle_connections: _IdleConnections = field(
        default_factory=_IdleConnections, init=False, repr=False, compare=False
    )

    def with_headers(self, headers: Mapping[str, str]) -> Endpoint:
        """Return an endpoint that sends these headers too, over the same connections."""
        changed = replace(self, headers=headers)
        object.__setattr__(changed, "_idle_connections", self._idle_connections)
        return changed

    def with_timeout(self, seconds: float) -> Endpoint:
        """Return an endpoint that waits for so long, over connections of its own."""
        return replace(self, timeout=seconds)

    def request(
        self, method: str, path: str, data: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """Send a request with a JSON body (a query, for GET) and return the JSON answer.

        Raises the `SecretsError` that the server answers, or `BackendUnavailableError` if it
        does not answer, or not in JSON.
        """
        parts = self._parts()
        target = f"{parts.path.rstrip('/')}/{path}"
        if method == "GET" and data:
            target = f"{target}?{urlencode({k: str(v) for k, v in data.items()})}"
        body = None if method == "GET" else json.dumps(data or {}).encode()
        headers = {
            "Content-Type": "application/json", "User-Agent": USER_AGENT, **self.headers,
        }  # fmt: skip
        if self.token:
            if not (self.token.isascii() and self.token.isprintable()):
                raise InvalidParameterError(
                    "The server's token contains an invalid character, such as a line break."
                )
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            status, content = self._exchange(method, target, body, headers)
        except UnicodeError:  # a host that can be none
            raise _unreadable() from None
        except _UnansweredError as error:
            raise self._silent(str(error), _UNKNOWN_OUTCOME) from None
        except (OSError, http.client.HTTPException) as error:
            raise self._silent(_reason(error), _CHECK_ADDRESS) from None
        return self._answer(method, path, status, content)

    def _silent(self, reason: str, advice: str) -> BackendUnavailableError:
        return BackendUnavailableError(
            f"The server at {self._address} does not answer ({reason}). {advice}"
        )

    def _exchange(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Send a request and return the status and the body of the answer."""
        if method == "GET":
            return self._read(target, headers)
        connection = self._connect()
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        try:
            return self._send(connection, method, target, body, headers)
        except (OSError, http.client.HTTPException) as error:
            raise _UnansweredError(_reason(error)) from None

    def _read(self, target: str, headers: dict[str, str]) -> tuple[int, bytes]:
        idle_connection = self._idle_connections.take()
        if idle_connection is not None:
            try:
                return self._send(idle_connection, "GET", target, None, headers)
            except ConnectionError:  # the server has closed it
                pass
        return self._send(self._connect(), "GET", target, None, headers)

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> tuple[int, bytes]:
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            content = response.read()
        except BaseException:
            connection.close()
            raise
        if method == "GET":
            self._idle_connections.keep(connection)
        else:
            connection.close()
        return response.status, content

    def _parts(self) -> SplitResult:
        try:
            parts = urlsplit(self.url)
            _ = parts.port  # is refused if it is no number
        except ValueError:
            raise _unreadable() from None
        if not parts.path.isascii() or not self.url.isprintable() or " " in self.url:
            raise _unreadable()
        return parts

    @property
    def _address(self) -> str:
        """The URL without what may be secret in it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        if parts.scheme == "http+unix":
            return _UnixConnection(unquote(parts.netloc), self.timeout)
        if not parts.hostname or parts.scheme not in ("http", "https"):
            raise _unreadable()
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=self.timeout)
        context = ssl.create_default_context(cafile=self.authority)
        # A certificate that was handed over is pinned; the name in it is often another.
        context.check_hostname = self.authority is None
        return http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=self.timeout, context=context
        )

    def _answer(self, method: str, path: str, status: int, content: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(content, object_hook=self._object)
        except (ValueError, RecursionError):
            answer = None
        if status == http.client.OK and isinstance(answer, dict):
            return answer
        if isinstance(answer, dict) and "error_code" in answer:
            if answer["error_code"] == "ENDPOINT_NOT_FOUND" and path != _STATUS:
                raise self._other_version(f"has no {path}")
            raise from_rest(str(answer["error_code"]), str(answer.get("message", "")))
        if status == http.client.NOT_FOUND:
            raise BackendUnavailableError(
                f"The server at {self._address} has no secret scopes: is jupyter_secrets "
                "installed and enabled there, and the base URL right?"
            )
        is_unknown = method != "GET" and not 300 <= status < http.client.INTERNAL_SERVER_ERROR
        if status == http.client.OK:
            advice = _UNKNOWN_OUTCOME if is_unknown else _CHECK_ADDRESS
            raise self._silent("an incomplete answer, or none in JSON", advice)
        advice = _UNKNOWN_OUTCOME if is_unknown else _CHECK_START
        raise BackendUnavailableError(
            f"The server at {self._address} answers with HTTP status {status}. {advice}"
        )

    def _object(self, content: dict[str, Any]) -> Answer:
        return Answer(content, lambda name: self._other_version(f'answers without "{name}"'))

    def _other_version(self, what: str) -> BackendUnavailableError:
        """Return what to raise where the server cannot do what this version needs."""
        try:
            version = self.request("GET", _STATUS).get("version")
        except SecretsError:
            version = None
        if not version:
            versions = "it does not say its version. Is its address right, and its base URL?"
        elif version == VERSION:
            versions = f"it has jupyter_secrets {VERSION}, as there is here. Is its address right?"
        else:
            versions = (
                f"it has jupyter_secrets {version}, and here is {VERSION}. Update the older one."
            )
        return BackendUnavailableError(f"The server at {self._address} {what}: {versions}")


def _reason(error: Exception) -> str:
    """Return what went wrong, in words that hold nothing of the request."""
    name = type(error).__name__
    return (
        f"{name}: {error.verify_message}"
        if isinstance(error, ssl.SSLCertVerificationError)
        else name
    )


def _unreadable() -> InvalidParameterError:
    return InvalidParameterError("The server's address must look like https://host:8888/base/url.")
