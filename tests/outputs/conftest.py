"""One server for each layer of the filter: only the kernel's, only the server's, and none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.jupyter import Kernel, Server
from tests.outputs.leaks import PASSWORD, VALUE, shown

_NO_WEBSOCKET = """
from jupyter_secrets.server.filters import websocket
websocket.install = lambda *_: None
"""
LAYERS = {
    "kernel": _NO_WEBSOCKET,
    "server": "c.JupyterSecrets.autoload = False",
    "none": _NO_WEBSOCKET + "c.JupyterSecrets.autoload = False",
}

BOTH = pytest.mark.parametrize("kernel", ["kernel", "server"], indirect=True, scope="module")
NONE = pytest.mark.parametrize("kernel", ["none"], indirect=True, scope="module")


def filled(server: Server) -> Server:
    """Store the values in a server."""
    server.store_secret("token", VALUE)
    server.store_secret("password", PASSWORD)
    return server


class Layers:
    """Starts a layer's server when it is first asked for."""

    def __init__(self, start_server: Callable[..., Server]) -> None:
        self._start = start_server
        self._servers: dict[str, Server] = {}

    def __getitem__(self, layer: str) -> Server:
        if layer not in self._servers:
            self._servers[layer] = filled(self._start(config=LAYERS[layer]))
        return self._servers[layer]


@pytest.fixture(scope="session")
def layers(start_server: Callable[..., Server]) -> Layers:
    return Layers(start_server)


def give(kernel: Kernel) -> None:
    """Let a kernel know the values as `v` and `w`, in the way that its layer has."""
    code = (
        "try:\n"
        "    v, w = (dbutils.secrets.get('prod', key) for key in ('token', 'password'))\n"
        f"except NameError:\n    v, w = {VALUE[::-1]!r}[::-1], {PASSWORD[::-1]!r}[::-1]"
    )
    assert kernel.execute(code).reply["status"] == "ok"


def installed(folder: Path, *requirements: str) -> Path:
    """Install packages into a folder of their own, without what they depend on."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*command, str(folder), *requirements], check=True, stderr=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the ipykernel and the IPython before those of today."""
    folder = tmp_path_factory.mktemp("older")
    return installed(folder, "ipykernel==6.29.5", "ipython==8.39.0", "nest-asyncio", "decorator")


@pytest.fixture(scope="module")
def kernel(layers: Layers, request: pytest.FixtureRequest) -> Iterator[Kernel]:
    """A kernel behind the layer that a test is parametrized with, or behind the server's."""
    with layers[getattr(request, "param", "server")].kernel() as kernel:
        give(kernel)
        yield kernel


def run(kernel: Kernel, code: str, marker: str) -> str:
    """Run a cell; return all that was seen until the marker was."""
    reply = kernel.execute(code)
    kernel.wait_for(reply, lambda: marker in shown(reply))
    return shown(reply)
