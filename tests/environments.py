"""Virtual environments of their own, for what the tests' own environment has in other versions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tests.node import node_environment

ROOT = Path(__file__).parents[1]
# An installer's call, so that the package is taken as it is, the sidebar as it is built.
BUILD = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"


class Environments:
    """A virtual environment for each list of requirements, with this package, made side by side."""

    def __init__(self, folder: Path, requirements: Mapping[str, Sequence[str]]) -> None:
        self._folder = folder
        self._wheel = self._build()
        self._pool = ThreadPoolExecutor()
        self._made: dict[str, Future[str]] = {
            name: self._pool.submit(self._make, name, each) for name, each in requirements.items()
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

    def _make(self, name: str, requirements: Sequence[str]) -> str:
        return make_environment(self._folder / name, "pip", str(self._wheel), *requirements)


def make_environment(folder: Path, *requirements: str, version: str = "") -> str:
    """Make a virtual environment with what is required and nothing else; return its Python.

    It is of the tests' own Python, or of a version such as ``3.12``.
    """
    found = find_python(version)
    assert found is not None, f"Install Python {version}: there is none on the PATH."
    _run(found, "-m", "venv", "--without-pip", str(folder))
    python = str(folder / "bin/python")
    _run(sys.executable, "-m", "pip", f"--python={python}", "install", "--quiet", *requirements)
    return python


def find_python(version: str = "") -> str | None:
    """Return the path of a Python of a version, or of the tests' own; `None` if there is none."""
    if version in ("", ".".join(map(str, sys.version_info[:2]))):
        return sys.executable
    managed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [
        *sorted(managed.glob(f"{version}.*/bin/python")),
        shutil.which(f"python{version}"),
    ]
    return next((str(each) for each in candidates if each and _runs(each)), None)


def _runs(python: str | Path) -> bool:
    # A launcher may stand for a version that is not installed.
    return not subprocess.run([python, "--version"], capture_output=True, check=False).returncode


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
