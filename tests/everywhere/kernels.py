"""Kernels in an environment without this package, as kernelspecs start them under a server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from tests.jupyter import Server

CONNECTION = "{connection_file}"


def _by_module(python: str, folder: Path) -> list[str]:
    return [python, "-m", "ipykernel_launcher", "-f", CONNECTION]


def _by_file(python: str, folder: Path) -> list[str]:
    (launcher,) = Path(python).parents[1].glob("lib/python*/site-packages/ipykernel_launcher.py")
    return [python, str(launcher), "-f", CONNECTION]


def _by_shell(python: str, folder: Path) -> list[str]:
    return ["bash", "-lc", f"exec {python} -m ipykernel -f {CONNECTION}"]


def _by_script(python: str, folder: Path) -> list[str]:
    script = folder / "start-kernel"
    script.write_text(f'#!/bin/sh\nexport STARTED_BY=a-script\n{python} -m ipykernel -f "$1"\n')
    script.chmod(0o755)
    return [str(script), CONNECTION]


# What `conda run` does, by conda's own `conda.utils.wrap_subprocess_call`: a shell script that
# activates an environment, and the command in a child of it. No package index has conda.
_CONDA = """#!{python}
import subprocess, sys, tempfile
prefix, command = sys.argv[sys.argv.index("-p") + 1], sys.argv[sys.argv.index("-p") + 2:]
with tempfile.NamedTemporaryFile("w", prefix="conda-run", delete=False) as script:
    script.write(f"export CONDA_PREFIX='{{prefix}}' CONDA_SHLVL=1\\n")
    script.write(f"export PATH='{{prefix}}/bin':$PATH\\n")
    script.write(" ".join(f"'{{word}}'" for word in command) + "\\n")
sys.exit(subprocess.run(["bash", script.name]).returncode)
"""


def _by_conda_run(python: str, folder: Path) -> list[str]:
    prefix = Path(python).parents[1]
    (prefix / "conda-meta").mkdir(exist_ok=True)
    conda = folder / "conda"
    conda.write_text(_CONDA.format(python=sys.executable))
    conda.chmod(0o755)
    command = ["python", "-m", "ipykernel_launcher", "-f", CONNECTION]
    return [str(conda), "run", "--no-capture-output", "-p", str(prefix), *command]


# What test_gateways.py asserts.
GATEWAY = (
    "| kernels behind a [gateway](#gateways) | yes | yes, twice | yes | yes | install it there |"
)
# What documentation calls them, and the command line of each.
STARTS: dict[str, Callable[[str, Path], list[str]]] = {
    "kernels in an environment without this package": _by_module,
    "the same, started by a file": _by_file,
    "the same, started by a shell": _by_shell,
    "the same, started by a script": _by_script,
    "the same, started as `conda run` does": _by_conda_run,
}


def install_kernel(
    server: Server, name: str, *argv: str, language: str = "python", **environment: str
) -> str:
    """Install a kernelspec for a server; return its name."""
    folder = server.home / "data/kernels" / name
    folder.mkdir(parents=True, exist_ok=True)
    spec = {"argv": [*argv], "display_name": name, "language": language, "env": environment}
    (folder / "kernel.json").write_text(json.dumps(spec))
    return name


def table() -> str:
    """Return what the documentation says of them: each cell is what a test asserts."""
    rows = [
        f"| {name} | yes | yes, twice | yes | yes | nothing, under a server |" for name in STARTS
    ]
    return "\n".join([*rows, GATEWAY])
