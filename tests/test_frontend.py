"""The front end's own tests, so that one pytest runs everything."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.node import node_environment

LABEXTENSION = Path(__file__).parents[1] / "labextension"
# npm writes it last, so that its age is the installation's.
INSTALLED = LABEXTENSION / "node_modules/.package-lock.json"
# Jest compiles much of JupyterLab when its cache is empty.
TIMEOUT = 900


@pytest.fixture(scope="module")
def npm() -> Callable[..., None]:
    """Run npm in the front end's folder, where its packages are installed."""
    environment = node_environment()
    program = str(shutil.which("npm", path=environment["PATH"]))

    def run(*arguments: str) -> None:
        done = subprocess.run(
            [program, *arguments],
            cwd=LABEXTENSION,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"npm {' '.join(arguments)}:\n{done.stdout}"

    lock = LABEXTENSION / "package-lock.json"
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < lock.stat().st_mtime:
        run("ci")
    return run


@pytest.mark.timeout(TIMEOUT)
def test_the_units_of_the_front_end_work(npm):
    npm("test")


@pytest.mark.timeout(TIMEOUT)
def test_the_front_end_is_formatted_linted_and_typed(npm):
    npm("run", "lint:check")
