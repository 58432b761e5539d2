"""The front ends that the sidebar runs in besides this environment's JupyterLab."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.node import node_environment
from tests.ui.lab import Lab, Notebook

ROOT = Path(__file__).parents[2]
# What is installed where: the oldest versions that are supported, and the newest Notebook 7.
REQUIREMENTS = {
    "oldest": ("jupyterlab==4.2.*", "notebook==7.2.*"),
    "newest": ("notebook>=7.6,<8",),
}
# An installer's call, so that the sidebar is taken as it is built, be it for development.
BUILD = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"


@dataclass(frozen=True)
class FrontEnd:
    """An application, and the environment that it is installed in."""

    environment: str
    kind: type[Lab]


FRONT_ENDS = {
    "oldest-lab": FrontEnd("oldest", Lab),
    "oldest-notebook": FrontEnd("oldest", Notebook),
    "newest-notebook": FrontEnd("newest", Notebook),
}


class Environments:
    """A virtual environment for each list of requirements, with this package, made side by side."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._wheel = self._build()
        self._pool = ThreadPoolExecutor()
        self._made: dict[str, Future[str]] = {
            name: self._pool.submit(self._make, name) for name in REQUIREMENTS
        }

    def python(self, name: str) -> str:
        """Return the path of an environment's Python, once it is made."""
        return self._made[name].result()

    def close(self) -> None:
        """Wait until no installation is under way."""
        self._pool.shutdown()

    def _build(self) -> Path:
        wheels = self._folder / "wheels"
        wheels.mkdir()
        _run(sys.executable, "-c", BUILD, str(wheels), env=node_environment())
        (wheel,) = wheels.iterdir()
        return wheel

    def _make(self, name: str) -> str:
        environment = self._folder / name
        venv.create(environment, with_pip=True)
        python = str(environment / "bin/python")
        _run(python, "-m", "pip", "install", "--quiet", str(self._wheel), *REQUIREMENTS[name])
        return python


def _run(*command: str, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env or dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}"
