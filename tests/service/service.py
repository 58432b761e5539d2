"""A real service in a process of its own, and its store."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_secrets.app import local_session, open_scopes
from jupyter_secrets.client import Endpoint, ServiceClient
from jupyter_secrets.model import Caller
from jupyter_secrets.scopes import Session
from jupyter_secrets.settings import JupyterSecrets
from tests.jupyter import EXECUTE_TIMEOUT, STARTUP_TIMEOUT, HttpError, home_environment

OWNER = "owner"


@dataclass
class Service:
    """``jupyter secrets serve`` in a home folder of its own."""

    home: Path
    config: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    scheme: str = "http"

    def start(self) -> None:
        """Start the service, and wait until it listens; a restart has the same port."""
        (self.home / "config").mkdir(exist_ok=True)
        config = f"c.JupyterSecrets.owner = {OWNER!r}\n{self.config}"
        (self.home / "config/jupyter_config.py").write_text(config)
        environment = os.environ | home_environment(self.home) | self.environment
        for name in ("JUPYTERHUB_USER", "PYTEST_CURRENT_TEST"):
            environment.pop(name, None)
        self.log = self.home / "service.log"
        with self.log.open("ab") as errors:
            self.process = subprocess.Popen(
                self.command(),
                env=environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=self.home,
            )
        self.greeting = self.process.stdout.readline()
        if not self.greeting:
            self.process.wait(STARTUP_TIMEOUT)
            self.process.stdout.close()
            raise RuntimeError(f"the service did not start:\n{self.log.read_text()}")
        self.url = self.greeting.split()[-1]
        self.port = int(self.url.rpartition(":")[2])

    def command(self) -> list[str]:
        """Return what is run."""
        return [sys.executable, "-m", "jupyter_secrets.cli", "serve", "--port", str(self.port)]

    def stop(self) -> int:
        """Tell the service to stop, and return its exit status."""
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            return self.process.wait(STARTUP_TIMEOUT)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    def kill(self) -> None:
        """End the service without a warning, as a machine that loses its power."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @property
    def settings(self) -> JupyterSecrets:
        """The settings of its store."""
        folder = "jupyter_secrets"
        return JupyterSecrets(
            store_path=str(self.home / "data" / folder / "store.db"),
            key_path=str(self.home / "config" / folder / "master.key"),
            owner=OWNER,
        )

    def owner(self) -> Session:
        """Return what its owner can do at the machine of the store."""
        return local_session(self.settings, "cli")

    def token(self, user: str = OWNER, **options: Any) -> str:
        """Make a token of a user's, as one who has logged in does."""
        with closing(open_scopes(self.settings)) as scopes:
            return scopes.session(Caller(user)).tokens.create("tests", **options)[1]

    def client(self, user: str = OWNER, **options: Any) -> ServiceClient:
        """Return a client with a token of a user's."""
        return ServiceClient(Endpoint(self.url, self.token(user, **options)))

    def respond(
        self, path: str, headers: dict[str, str] | None = None, body: object = None
    ) -> tuple[dict[str, str], bytes]:
        """Send a request; return the answer's headers and body, or raise `HttpError`."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/{path}", data, headers or {})
        try:
            with urllib.request.urlopen(request, timeout=EXECUTE_TIMEOUT) as response:
                return dict(response.headers), response.read()
        except urllib.error.HTTPError as error:
            with error:
                raise HttpError(error.code, error.read().decode()) from None

    def logged(self) -> list[dict[str, Any]]:
        """Return what the service has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line[:1] == "{"]


def wait_until(condition: Any, seconds: float = EXECUTE_TIMEOUT) -> Any:
    """Return what a condition returns once that is true; fail if it never is."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
    return found
