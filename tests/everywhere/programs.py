"""Programs that run an unchanged notebook, each as its users start it.

Each is a function of a Python, of a folder with ``in.ipynb`` in it, and of the environment; it
returns all that the program showed or wrote. None of them knows of this package.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from tests.jupyter import Server, home_environment

TIMEOUT = 180.0
Run = Callable[[str, Path, Mapping[str, str]], str]


@dataclass(frozen=True)
class Program:
    """A program, the environment that it is installed in, whether it saves the notebook, and
    whether it says why a cell failed, whatever that was.

    Without an environment of its own it is in that of the tests.
    """

    run: Run
    environment: str = ""
    saves: bool = True
    names_errors: bool = True


def cells(folder: Path) -> list[str]:
    """Return the sources of the notebook's cells."""
    return [cell.source for cell in nbformat.read(folder / "in.ipynb", 4).cells]


def _call(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], typed: str | None = None
) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=typed,
        stdin=None if typed is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    return done.stdout + done.stderr


def through_notebooks(*arguments: str, out: str = "out.ipynb") -> Run:
    """Return what runs a module, and reads the notebook that it writes."""

    def run(python: str, folder: Path, environment: Mapping[str, str]) -> str:
        log = _call([python, *arguments], folder, environment)
        written = folder / out  # some write none where a cell fails
        return (written.read_text() if written.exists() else "") + log

    return run


def typed_in(*arguments: str) -> Run:
    """Return what types the cells at a prompt, and reads what is shown."""

    def run(python: str, folder: Path, environment: Mapping[str, str]) -> str:
        lines = "\n".join([*cells(folder), "exit", ""])
        return _call([python, *arguments], folder, environment, lines)

    return run


def started_directly(*arguments: str) -> Run:
    """Return what starts a kernel as editors do, by a command of their own and its sockets."""

    def run(python: str, folder: Path, environment: Mapping[str, str]) -> str:
        path, _ = write_connection_file(str(folder / "kernel.json"), key=b"key")
        command = [python, *arguments, f"--f={path}"]
        with (folder / "kernel.log").open("w") as log:
            kernel = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            return _messages(path, cells(folder)) + (folder / "kernel.log").read_text()
        finally:
            kernel.kill()
            kernel.wait()

    return run


def _messages(path: str, sources: Sequence[str]) -> str:
    client = BlockingKernelClient(connection_file=path)
    client.load_connection_file()
    client.start_channels(hb=False)  # a kernel that takes its time is not dead
    shown: list[dict[str, Any]] = []

    def show(message: dict[str, Any]) -> None:
        content = message["content"]
        if shown and "text" in content and shown[-1].get("name") == content.get("name"):
            shown[-1]["text"] += content["text"]  # as front ends do with a stream's pieces
        else:
            shown.append(content)

    try:
        client.kernel_info(reply=True, timeout=60)
        for source in sources:
            reply = client.execute_interactive(
                source, timeout=60, allow_stdin=False, output_hook=show
            )
            shown.append(reply["content"])
    finally:
        client.stop_channels()
    return json.dumps(shown, default=str)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def run_voila(python: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Have voilà serve the notebook, and get the page."""
    port = _free_port()
    command = [python, "-m", "voila", "in.ipynb", "--no-browser", f"--port={port}"]
    with (folder / "voila.log").open("w") as log:
        voila = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        page = _page(f"http://127.0.0.1:{port}/", voila)
    finally:
        voila.terminate()
        voila.wait()
    return page + (folder / "voila.log").read_text()


def _page(url: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.2)
    return ""


def run_scheduler(python: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Have a Lab's scheduler run the notebook as a job, and read what it wrote."""
    return run_job(python, folder, environment)


def run_job(python: str, folder: Path, environment: Mapping[str, str], **parameters: str) -> str:
    """Do so with parameters, each a piece of code."""
    home = Path(environment["HOME"])
    server = Server(home, environment=dict(environment), python=python)
    server.start()
    try:
        source = (folder / "in.ipynb").read_text()
        (server.root / "in.ipynb").write_text(source)
        (kind,) = server.request("GET", "scheduler/runtime_environments")
        job = server.request("POST", "scheduler/jobs", {
            "name": "job", "input_uri": "in.ipynb", "output_formats": ["ipynb"],
            "runtime_environment_name": kind["name"], "parameters": parameters,
        })  # fmt: skip
        found = _finished(server, job["job_id"])
        server.request("GET", f"scheduler/jobs/{job['job_id']}/download_files")
        written = _written(server.root, found)
        return written + json.dumps(found) + server.log.read_text()
    finally:
        server.stop()


def _finished(server: Server, job: str) -> dict[str, object]:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        found: dict[str, object] = server.request("GET", f"scheduler/jobs/{job}")
        if found["status"] in ("COMPLETED", "FAILED"):
            return found
        time.sleep(0.5)
    raise TimeoutError(job)


def _written(folder: Path, job: object) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        outputs = [path for path in folder.rglob("*.ipynb") if path.parent != folder]
        if outputs:
            time.sleep(0.5)
            return "".join(path.read_text() for path in outputs)
        time.sleep(0.2)
    return f"nothing was written: {job}"


def environment_of(home: Path, python: str = sys.executable) -> dict[str, str]:
    """Return the environment of somebody at home, with a Python's programs on the path."""
    environment = os.environ | home_environment(home) | {"PLOOMBER_STATS_ENABLED": "false"}
    # ipykernel captures no file descriptors where it believes itself under pytest.
    for name in ("PYTEST_CURRENT_TEST", "JUPYTERHUB_USER"):
        environment.pop(name, None)
    path = f"{Path(python).parent}{os.pathsep}{environment['PATH']}"
    return environment | {"PATH": path, "PYTHONUNBUFFERED": "1"}


_NBCLIENT = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read("in.ipynb", 4)
NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()
nbformat.write(notebook, "out.ipynb")
"""

PROGRAMS = {
    "nbclient": Program(through_notebooks("-c", _NBCLIENT)),
    "`jupyter execute`": Program(
        through_notebooks("-m", "jupyter", "execute", "in.ipynb", "--output=out")
    ),
    "papermill": Program(through_notebooks("-m", "papermill", "in.ipynb", "out.ipynb")),
    "`papermill --engine embedded`": Program(
        through_notebooks("-m", "papermill", "--engine", "embedded", "in.ipynb", "out.ipynb"),
        names_errors=False,
    ),
    "`nbconvert --execute`": Program(
        through_notebooks(
            "-m", "nbconvert", "--execute", "--to", "notebook", "--output=out.ipynb", "in.ipynb"
        )
    ),
    "VS Code": Program(
        started_directly("-Xfrozen_modules=off", "-m", "ipykernel_launcher"), saves=False
    ),
    "IPython in a terminal": Program(
        typed_in("-m", "IPython", "--simple-prompt", "--colors=NoColor"), saves=False
    ),
    "`jupyter console`": Program(
        typed_in("-m", "jupyter_console", "--simple-prompt"), "programs", saves=False
    ),
    "nbmake": Program(
        through_notebooks("-m", "pytest", "--nbmake", "--overwrite", "in.ipynb", out="in.ipynb"),
        "programs",
    ),
    "voilà": Program(run_voila, "programs", saves=False),
    "jupyter-scheduler": Program(run_scheduler, "programs"),
    "Spyder": Program(started_directly("-m", "spyder_kernels.console"), "spyder", saves=False),
}
REQUIREMENTS = {
    "programs": (
        "jupyter-console>=6.6", "jupyter-scheduler>=2", "jupyterlab>=4", "nbmake>=1.5",
        "voila>=0.5",
    ),
    "spyder": ("spyder-kernels>=3",),
    "databricks": ("mlflow-skinny>=2", "nbclient>=0.10", "pyspark[connect]>=3.5"),
}  # fmt: skip


def parameters() -> list[object]:
    """Return the programs for ``parametrize``: those with an environment of theirs are slow."""
    import pytest

    return [
        pytest.param(name, marks=[pytest.mark.matrix] if program.environment else [])
        for name, program in PROGRAMS.items()
    ]


def table() -> str:
    """Return what the documentation says of the programs: each cell is what a test asserts."""
    rows = [
        f"| {name} | yes | yes | yes | {'yes' if program.saves else '–'} | nothing |"
        for name, program in PROGRAMS.items()
    ]
    return "\n".join(rows)


def plain(text: str) -> str:
    """Return a text without colours."""
    return re.sub(r"\x1b\[[0-9;]*m|\\u001b\[[0-9;]*m", "", text)
