"""A Jupyter server and its kernels, as a front end sees them."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import websocket

from jupyter_secrets.server.filters.frames import Frame, LegacyCodec, V1Codec

STARTUP_TIMEOUT = 60.0
EXECUTE_TIMEOUT = 60.0
V1 = "v1.kernel.websocket.jupyter.org"


def home_environment(home: Path) -> dict[str, str]:
    """Return the variables that keep Jupyter and IPython in one folder."""
    return {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }


def command_line(*arguments: str, home: Path, stdin: str | None = None) -> Any:
    """Run ``jupyter secrets`` in a home folder."""
    return subprocess.run(
        [sys.executable, "-m", "jupyter_secrets.cli", *arguments],
        env=os.environ | home_environment(home),
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
    )


def store_secret(home: Path, key: str, value: str) -> None:
    """Make a scope ``prod`` with a secret in it, in the store of a home folder."""
    for arguments, stdin in (
        (("create-scope", "prod"), None),
        (("put-secret", "prod", key), value),
    ):
        done = command_line(*arguments, home=home, stdin=stdin)
        assert done.returncode == 0, done.stderr


class HttpError(Exception):
    """A REST answer that is not 200."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body

    @property
    def answer(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Server:
    """A server in a process of its own; its store and everything else is in `home`."""

    home: Path
    config: str = ""
    base_url: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    token: str = field(default_factory=secrets.token_urlsafe)
    python: str = sys.executable

    def launch(self) -> None:
        """Start the process, without waiting for the server."""
        self.root = self.home / "root"
        self.root.mkdir(exist_ok=True)
        self.log = self.home / "server.log"
        (self.home / "config").mkdir(exist_ok=True)
        (self.home / "config/jupyter_server_config.py").write_text(self.config)
        environment = os.environ | home_environment(self.home) | self.environment
        # ipykernel captures no file descriptors where it believes itself under pytest.
        for name in ("JUPYTERHUB_USER", "PYTEST_CURRENT_TEST"):
            environment.pop(name, None)
        command = [
            self.python, "-m", "jupyter_server", "--no-browser", "--allow-root",
            "--ip=127.0.0.1", "--port=0", f"--ServerApp.root_dir={self.root}",
            f"--ServerApp.base_url={self.base_url}", f"--IdentityProvider.token={self.token}",
            "--debug", *self.arguments,
        ]  # fmt: skip
        with self.log.open("wb") as stream:
            self.process = subprocess.Popen(
                command, env=environment, stdout=stream, stderr=stream, cwd=self.root
            )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.launch()
        info = self.home / "runtime" / f"jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + STARTUP_TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            if info.exists() and info.stat().st_size:
                self.url = json.loads(info.read_text())["url"]
                try:
                    self.request("GET", "api/status")
                    return
                except (urllib.error.URLError, ConnectionError):
                    pass
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        """End the server and its kernels."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def request(
        self, method: str, path: str, body: object = None, *, token: str | None = None
    ) -> Any:
        """Send a request; return the JSON answer or raise `HttpError`."""
        return json.loads(self.respond(method, path, body, token=token)[1] or b"null")

    def respond(
        self, method: str, path: str, body: object = None, *, token: str | None = None
    ) -> tuple[dict[str, str], bytes]:
        """Send a request; return the answer's headers and body, or raise `HttpError`."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if token != "":
            headers["Authorization"] = f"Bearer {token or self.token}"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=EXECUTE_TIMEOUT) as response:
                return dict(response.headers), response.read()
        except urllib.error.HTTPError as error:
            with error:
                raise HttpError(error.code, error.read().decode()) from None

    def secrets(self, method: str, path: str, **body: object) -> Any:
        """Call Databricks' API."""
        if method == "GET":
            query = "&".join(f"{name}={value}" for name, value in body.items())
            return self.request("GET", f"api/2.0/secrets/{path}?{query}")
        return self.request("POST", f"api/2.0/secrets/{path}", body)

    def store_secret(self, key: str, value: str, scope: str = "prod") -> None:
        """Store a secret, and create its scope if it is not there."""
        try:
            self.secrets("POST", "scopes/create", scope=scope)
        except HttpError as error:
            if error.answer["error_code"] != "RESOURCE_ALREADY_EXISTS":
                raise
        self.secrets("POST", "put", scope=scope, key=key, string_value=value)

    @contextmanager
    def kernel(self, *, protocol: str = V1, **model: object) -> Iterator[Kernel]:
        """Start a kernel and connect to it; it ends with the block."""
        started = self.request("POST", "api/kernels", model or {"name": "python3"})
        kernel = Kernel(self, started["id"], protocol)
        try:
            kernel.connect()
            yield kernel
        finally:
            kernel.close()
            with suppress(HttpError):  # it may have died, as the test meant it to
                self.request("DELETE", f"api/kernels/{started['id']}")

    @contextmanager
    def connection(self, kernel_id: str, protocol: str = V1) -> Iterator[Kernel]:
        """Connect once more to a kernel that is running."""
        kernel = Kernel(self, kernel_id, protocol)
        kernel.connect()
        try:
            yield kernel
        finally:
            kernel.close()

    @contextmanager
    def events(self) -> Iterator[Iterator[dict[str, Any]]]:
        """Subscribe to the server's events."""
        socket = self.connect("api/events/subscribe")
        try:
            yield (json.loads(message) for message in iter(socket.recv, ""))
        finally:
            socket.close()

    def connect(self, path: str, *subprotocols: str) -> websocket.WebSocket:
        """Open a websocket."""
        return websocket.create_connection(
            f"{self.url.replace('http', 'ws', 1)}{path}",
            header=[f"Authorization: token {self.token}"],
            subprotocols=list(subprotocols),
            timeout=EXECUTE_TIMEOUT,
        )

    def save(self, path: str, notebook: Any) -> str:
        """Save a notebook through the contents API; return what is then on disk."""
        self.request("PUT", f"api/contents/{path}", {"type": "notebook", "content": notebook})
        return (self.root / path).read_text()


@dataclass
class Reply:
    """What one execution sent: all messages, and all frames as they came."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    def of(self, message_type: str) -> list[dict[str, Any]]:
        return [m["content"] for m in self.messages if m["header"]["msg_type"] == message_type]

    def stream(self, name: str = "stdout") -> str:
        return "".join(c["text"] for c in self.of("stream") if c["name"] == name)

    @property
    def reply(self) -> dict[str, Any]:
        return self.of("execute_reply")[0]

    @property
    def text(self) -> str:
        """Everything that came, as text."""
        return b"".join(self.raw).decode(errors="replace")

    def outputs(self) -> list[dict[str, Any]]:
        """The outputs as JupyterLab would keep them in the notebook."""
        return [
            nbformat.v4.output_from_msg(message)
            for message in self.messages
            if message["header"]["msg_type"]
            in ("stream", "display_data", "execute_result", "error")
        ]


class Kernel:
    """A connection to a kernel's websocket."""

    def __init__(self, server: Server, kernel_id: str, protocol: str = V1) -> None:
        self.server = server
        self.id = kernel_id
        self.protocol = protocol
        self.codec = V1Codec() if protocol == V1 else LegacyCodec()
        self.session = uuid.uuid4().hex

    def connect(self) -> None:
        path = f"api/kernels/{self.id}/channels?session_id={self.session}"
        self.socket = self.server.connect(path, *filter(None, [self.protocol]))

    def close(self) -> None:
        self.socket.close()

    def send(
        self, message_type: str, content: dict[str, Any], channel: str = "shell", **header: object
    ) -> str:
        message_id = uuid.uuid4().hex
        header |= {
            "msg_id": message_id,
            "msg_type": message_type,
            "username": "test",
            "session": self.session,
            "version": "5.3",
            "date": "2026-01-01T00:00:00Z",
        }
        frame = Frame(
            channel, json.dumps(header).encode(), b"{}", b"{}", json.dumps(content).encode()
        )
        data = self.codec.encode(frame)
        self.socket.send(data, 2 if isinstance(data, bytes) else 1)
        return message_id

    def receive(self) -> tuple[dict[str, Any], bytes]:
        data = self.socket.recv()
        frame = self.codec.decode(data)
        message = {
            "channel": frame.channel,
            "header": json.loads(frame.header),
            "parent_header": json.loads(frame.parent),
            "metadata": json.loads(frame.metadata),
            "content": json.loads(frame.content),
            "buffers": list(frame.buffers),
        }
        return message, data if isinstance(data, bytes) else data.encode()

    def ask(
        self,
        message_type: str,
        content: dict[str, Any],
        answer: str = "",
        channel: str = "shell",
        **header: object,
    ) -> Reply:
        """Send a request and collect everything until its reply and idle have come."""
        message_id = self.send(message_type, content, channel, **header)
        waiting_for = {"idle", "reply"}
        collected = Reply()
        while waiting_for:
            message, raw = self.receive()
            collected.raw.append(raw)
            if message["parent_header"].get("msg_id") != message_id:
                continue
            collected.messages.append(message)
            kind, body = message["header"]["msg_type"], message["content"]
            if kind == "status" and body["execution_state"] == "idle":
                waiting_for.discard("idle")
            elif kind.endswith("_reply"):
                waiting_for.discard("reply")
            elif kind == "input_request":
                self.send("input_reply", {"value": answer}, "stdin")
        return collected

    def wait_for_output(self, reply: Reply, text: str) -> None:
        """Collect messages until one holds a text: what is read from descriptors comes late."""
        self.wait_for(reply, lambda: text in reply.text)

    def wait_for(self, reply: Reply, condition: Callable[[], bool]) -> None:
        """Collect messages until something is true of them."""
        while not condition():
            message, raw = self.receive()
            reply.messages.append(message)
            reply.raw.append(raw)

    def execute(self, code: str, *, answer: str = "", **options: Any) -> Reply:
        """Run a cell."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": True,
            "stop_on_error": True,
            **options,
        }
        return self.ask("execute_request", content, answer)
