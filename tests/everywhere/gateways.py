"""Gateways: servers that start kernels for other servers."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.jupyter import STARTUP_TIMEOUT, home_environment

PYTHON = [sys.executable, "-m"]
KERNEL_GATEWAY = [*PYTHON, "kernel_gateway", "--JupyterWebsocketPersonality.list_kernels=True"]
# It takes no environment for a kernel.
JUPYTER_SERVER = [
    *PYTHON, "jupyter_server", "--no-browser", "--allow-root",
    "--ServerApp.jpserver_extensions={'jupyter_secrets': False}",
]  # fmt: skip


@dataclass
class Gateway:
    """A gateway in a process of its own, with a home folder of its own."""

    home: Path
    command: list[str]
    arguments: tuple[str, ...] = ()
    token: str = field(default_factory=secrets.token_urlsafe)

    def start(self) -> None:
        """Start it and wait until it listens."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.log = self.home / "gateway.log"
        environment = os.environ | home_environment(self.home)
        for name in ("JUPYTERHUB_USER", "PYTEST_CURRENT_TEST"):
            environment.pop(name, None)
        names = ("KernelGatewayApp.auth_token", "IdentityProvider.token")
        tokens = [f"--{name}={self.token}" for name in names]
        with self.log.open("wb") as stream:
            self.process = subprocess.Popen(
                [*self.command, "--ip=127.0.0.1", f"--port={self.port}", *tokens, *self.arguments],
                env=environment, stdout=stream, stderr=stream, cwd=self.home,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTUP_TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the gateway did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        """End it and its kernels."""
        self.process.terminate()
        self.process.wait()

    def configuration(self) -> str:
        """Return the configuration of a server that has its kernels started there."""
        return (
            f"c.GatewayClient.url = 'http://127.0.0.1:{self.port}/'\n"
            f"c.GatewayClient.auth_token = {self.token!r}\n"
        )
