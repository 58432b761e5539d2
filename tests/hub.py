"""A real JupyterHub: its proxy, users in groups, and a server for each of them.

It runs what this environment has installed: its spawner starts single-user servers as the user who
runs the tests, root too, each with a home folder of its own.
"""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.jupyter import EXECUTE_TIMEOUT, HttpError, Server, home_environment
from tests.node import install_program, node_environment

USERS = ("alice", "bob", "carol")
ADMIN = "dave"
GROUPS = {"analysts": ["alice", "bob"], "engineers": ["bob", "carol"]}
PASSWORD = "the password of every user"
PROXY_PACKAGE = "configurable-http-proxy@5"
STARTUP_TIMEOUT = 120.0
STOP_TIMEOUT = 30.0
_DIRECTORY = ["read:users:name", "read:users:groups", "read:groups:name"]
_SCOPES = ["admin:users", "admin:groups", "admin:servers", "access:servers", "tokens", "read:hub"]


class Hub:
    """A hub in a process of its own; everything it and its users keep is in `folder`.

    Whoever is a user may visit everybody's server, as with a server that a team shares. The token
    of bob's server may read users and groups; those of others have JupyterHub's default scopes.
    With an `example`, a configuration file, they have those that it gives them, and ADMIN is there.
    """

    def __init__(
        self,
        folder: Path,
        *,
        example: Path | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self._example = example
        self.log = folder / "hub.log"
        self._token = secrets.token_hex(16)
        self._tokens: dict[str, str] = {}
        self._environment = {
            name: value
            for name, value in node_environment().items()
            if not name.startswith(("JUPYTER", "CONFIGPROXY_")) and name != "PYTEST_CURRENT_TEST"
        } | (environment or {})

    def start(self) -> None:
        """Start the hub and its proxy, and wait until they answer; fail if they cannot."""
        proxy = install_program("configurable-http-proxy", PROXY_PACKAGE, self.folder / "proxy")
        for user in (*USERS, ADMIN):
            Path(self.folder, user, "root").mkdir(parents=True)
        public, proxy_api, hub = free_ports(3)
        self.url = f"http://127.0.0.1:{public}/"
        config = self.folder / "jupyterhub_config.py"
        text = self._config(proxy, proxy_api, hub)
        if self._example is not None:  # it has roles for servers' tokens
            text += "c.Spawner.pop('server_token_scopes')\n"
            text += f"load_subconfig({str(self._example)!r})\n"
            text += f"c.Authenticator.admin_users = {{{ADMIN!r}}}\n"
        config.write_text(text)
        with self.log.open("wb") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "--config", str(config)],
                env=self._environment,
                stdout=stream,
                stderr=stream,
                cwd=self.folder,
            )
        self._wait_until_it_answers()

    def _config(self, proxy: str, proxy_api: int, hub: int) -> str:
        homes = {user: home_environment(self.folder / user) for user in (*USERS, ADMIN)}
        service = {"name": "tests", "api_token": self._token}
        roles = [
            {"name": "tests", "services": ["tests"], "scopes": _SCOPES},
            {
                "name": "visitors",
                "users": list(USERS),
                "scopes": ["self", "access:servers", *_DIRECTORY],
            },
        ]
        return f"""
import asyncio

c.JupyterHub.bind_url = {self.url!r}
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_api}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {PASSWORD!r}
c.Authenticator.allowed_users = {set(USERS)!r}
c.JupyterHub.load_groups = { {name: {"users": users} for name, users in GROUPS.items()}!r}
c.JupyterHub.services = [{service!r}]
c.JupyterHub.load_roles = {roles!r}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {str(self.folder / "{username}")!r}
c.Spawner.notebook_dir = {str(self.folder / "{username}/root")!r}
c.Spawner.cmd = [{sys.executable!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--debug"]
c.Spawner.start_timeout = c.Spawner.http_timeout = {int(STARTUP_TIMEOUT)}

SERVER_SCOPES = ["users:activity!user", "access:servers!server"]
DIRECTORY = {_DIRECTORY!r}

def server_scopes(spawner):
    return SERVER_SCOPES + (DIRECTORY if spawner.user.name == "bob" else [])

c.Spawner.server_token_scopes = server_scopes
HOMES = {homes!r}

def use_home(spawner):
    spawner.environment = spawner.environment | HOMES[spawner.user.name]

c.Spawner.pre_spawn_hook = use_home
"""

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + STARTUP_TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.api("GET", "info")
                return
            except (OSError, HttpError):  # the proxy answers before the hub does
                time.sleep(0.1)
        self.stop()
        pytest.fail(f"The hub did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        """End the hub, and with it the proxy, the servers and their kernels."""
        if self.process.poll() is not None:
            return
        below = psutil.Process(self.process.pid).children(recursive=True)
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        _, still_there = psutil.wait_procs(below, timeout=5)
        for process in still_there:
            process.kill()

    def api(self, method: str, path: str, body: object = None, *, token: str = "") -> Any:
        """Call the Hub's REST API, with the tests' own rights or a user's token.

        Returns the answer or raises `HttpError`.
        """
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}hub/api/{path}",
            data,
            {"Authorization": f"token {token or self._token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=EXECUTE_TIMEOUT) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                raise HttpError(error.code, error.read().decode()) from None

    def token(self, user: str) -> str:
        """Return a token of a user's."""
        if user not in self._tokens:
            self._tokens[user] = self.api("POST", f"users/{user}/tokens", {})["token"]
        return self._tokens[user]

    def join(self, group: str, user: str) -> None:
        """Make a user a member of a group."""
        self.api("POST", f"groups/{group}/users", {"users": [user]})

    def leave(self, group: str, user: str) -> None:
        """Take a user out of a group."""
        self.api("DELETE", f"groups/{group}/users", {"users": [user]})

    def server(self, owner: str, *, visitor: str | None = None) -> HubServer:
        """Return a user's server, which is started if it is not running, as a visitor sees it."""
        if not self._is_ready(owner):
            self._spawn(owner)
        return HubServer(self, owner, self.token(visitor or owner))

    def restart(self, owner: str, *, config: str = "") -> HubServer:
        """Return a user's server, started anew with a configuration of its own."""
        if self._is_ready(owner):
            self.api("DELETE", f"users/{owner}/server")
            self._wait_for_server(owner, ready=False)
        folder = self.folder / owner / "config"
        folder.mkdir(exist_ok=True)
        (folder / "jupyter_server_config.py").write_text(config)
        return self.server(owner)

    def _spawn(self, owner: str) -> None:
        self.api("POST", f"users/{owner}/server", {})
        self._wait_for_server(owner, ready=True)

    def _wait_for_server(self, owner: str, *, ready: bool) -> None:
        deadline = time.monotonic() + STARTUP_TIMEOUT
        while self._is_ready(owner) is not ready:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{owner}'s server is not as asked:\n{self.log.read_text()}")
            time.sleep(0.1)

    def _is_ready(self, owner: str) -> bool:
        servers = self.api("GET", f"users/{owner}?include_stopped_servers")["servers"]
        return any(server["ready"] for server in servers.values())


class HubServer(Server):
    """A user's server behind the hub's proxy, for whoever has a token."""

    def __init__(self, hub: Hub, owner: str, token: str) -> None:
        super().__init__(hub.folder / owner, base_url=f"/user/{owner}/", token=token)
        self.url = f"{hub.url}user/{owner}/"
        self.root = self.home / "root"
        self.log = hub.log


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens at."""
    with ExitStack() as held:
        sockets = [held.enter_context(closing(socket.socket())) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
