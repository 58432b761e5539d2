"""Gateways: servers that start kernels for other servers."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.environments import make_environment
from tests.jupyter import STARTUP_TIMEOUT, home_environment

PYTHON = [sys.executable, "-m"]
NAMES = ["URL", "FROM_SERVER", "DATABRICKS_TOKEN"]
KERNEL_GATEWAY = [
    *PYTHON, "kernel_gateway", "--debug", "--JupyterWebsocketPersonality.list_kernels=True",
    f"--JupyterWebsocketPersonality.env_whitelist={NAMES}",
]  # fmt: skip
# It takes no environment for a kernel.
JUPYTER_SERVER = [
    *PYTHON, "jupyter_server", "--no-browser", "--allow-root",
    "--ServerApp.jpserver_extensions={'jupyter_secrets': False}",
]  # fmt: skip


def kernel_gateway(folder: Path) -> list[str]:
    """Return the command line of Jupyter Kernel Gateway."""
    return KERNEL_GATEWAY


def enterprise_gateway(folder: Path) -> list[str]:
    """Return that of Enterprise Gateway, which takes older packages than the tests do.

    It has no kernel of its own: this one is in the environment of the tests. With ``--debug`` its
    log holds the variables that it is sent.
    """
    python = make_environment(folder / "environment", "jupyter-enterprise-gateway>=3.2")
    kernelspec = folder / "data/kernels/python3"
    kernelspec.mkdir(parents=True)
    argv = [*PYTHON, "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python", "language": "python"}
    (kernelspec / "kernel.json").write_text(json.dumps(spec))
    return [
        python, "-m", "enterprise_gateway", "--EnterpriseGatewayApp.list_kernels=True",
        "--EnterpriseGatewayApp.unauthorized_users=nobody",  # root, as CI is, by default
        f"--EnterpriseGatewayApp.client_envs={NAMES}",
    ]  # fmt: skip


# What documentation calls them; the tests are of each.
GATEWAYS = {
    "Jupyter Kernel Gateway": kernel_gateway,
    "Enterprise Gateway": enterprise_gateway,
}


@dataclass
class Gateway:
    """A gateway in a process of its own, with a home folder of its own."""

    home: Path
    command: list[str]
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
        names = (
            "KernelGatewayApp.auth_token", "EnterpriseGatewayApp.auth_token",
            "IdentityProvider.token",
        )  # fmt: skip
        tokens = [f"--{name}={self.token}" for name in names]
        with self.log.open("wb") as stream:
            self.process = subprocess.Popen(
                [*self.command, "--ip=127.0.0.1", f"--port={self.port}", *tokens],
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
