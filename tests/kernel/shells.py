"""Programs that run cells in a shell of their own, which is no ipykernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from tests.jupyter import home_environment

_BARE = """
import json, sys
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

shell, results = InteractiveShell.instance(), []
for cell in json.loads(Path("cells.json").read_text()):
    with capture_output() as captured:
        result = shell.run_cell(cell, store_history=True)
    displays = [{"output_type": "display_data", "data": o.data} for o in captured.outputs]
    streams = [
        {"output_type": "stream", "name": name, "text": getattr(captured, name)}
        for name in ("stdout", "stderr")
    ]
    error = {"output_type": "error", "evalue": str(result.error_in_exec)}
    results.append([*streams, *displays, *([] if result.success else [error])])
Path("outputs.json").write_text(json.dumps(results))
"""


@dataclass
class Run:
    """What each cell showed, as a notebook keeps it, and what the program wrote meanwhile."""

    cells: list[list[dict[str, Any]]]
    log: str


def stream(outputs: Sequence[dict[str, Any]], name: str = "stdout") -> str:
    """Return the text of a cell's stream."""
    named = [o for o in outputs if o["output_type"] == "stream" and o["name"] == name]
    return "".join(output["text"] for output in named)


def _program(arguments: Sequence[str], folder: Path) -> str:
    environment = os.environ | home_environment(folder) | {"PLOOMBER_STATS_ENABLED": "false"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return done.stdout + done.stderr


def _notebook(cells: Sequence[str], path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "3", "language": "python"}
    nbformat.write(notebook, path)


def _outputs(path: Path) -> list[list[dict[str, Any]]]:
    cells = nbformat.read(path, 4).cells
    return [cell.outputs for cell in cells if cell.cell_type == "code"]


def through_notebooks(*command: str) -> Callable[[Sequence[str], Path], Run]:
    """Return a function that runs cells with a command that takes two notebooks' names."""

    def run(cells: Sequence[str], folder: Path) -> Run:
        _notebook(cells, folder / "in.ipynb")
        log = _program([*command, "in.ipynb", "out.ipynb"], folder)
        return Run(_outputs(folder / "out.ipynb"), log)

    return run


def run_bare(cells: Sequence[str], folder: Path) -> Run:
    """Run cells in an `InteractiveShell`, as programs do that capture what each one shows."""
    (folder / "cells.json").write_text(json.dumps(cells))
    log = _program(["-c", _BARE], folder)
    return Run(json.loads((folder / "outputs.json").read_text()), log)


_NBCLIENT = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], 4)
NotebookClient(notebook, kernel_name="xpython", allow_errors=True, timeout=60).execute()
nbformat.write(notebook, sys.argv[2])
"""

PROGRAMS = {
    "ploomber-engine": through_notebooks("-c", "from ploomber_engine.cli import cli; cli()"),
    "papermill --engine embedded": through_notebooks("-m", "papermill", "--engine", "embedded"),
    "xeus-python": through_notebooks("-c", _NBCLIENT),
    "InteractiveShell": run_bare,
}
