"""What a start costs, of a kernel with the extension and without, and of the command line.

Run with ``pytest tests/benchmarks/test_start.py -s``; it prints the medians of interleaved starts.
CPU time is measured, of the whole process: a kernel's up to the moment in which it would wait for
its first cell.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.jupyter import home_environment

PAIRS = int(os.environ.get("PAIRS", "25"))
MOST_MILLISECONDS = 30.0

START = """
import os, sys
from ipykernel.kernelapp import IPKernelApp
IPKernelApp.instance().initialize(sys.argv[1:])
os._exit(0)
"""
TERMINAL = """
import os, sys
from IPython.terminal.ipapp import TerminalIPythonApp
TerminalIPythonApp.instance().initialize(sys.argv[1:])
os._exit(0)
"""
WITHOUT = "--InteractiveShellApp.extra_extensions=[]"


def milliseconds(home: Path, code: str, *arguments: str) -> float:
    """Return the CPU time that a process takes to its end."""
    environment = os.environ | home_environment(home)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # whoever starts twice does not compile twice
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("code", [START, TERMINAL], ids=["kernel", "terminal"])
def test_a_start_takes_hardly_longer_than_without(code: str, tmp_path: Path) -> None:
    ipython_config = Path(sys.prefix, "etc/ipython/ipython_config.json")
    assert ipython_config.exists(), "install the package again: pip install -e ."
    common = [f"--IPKernelApp.connection_file={tmp_path / 'k.json'}"] if code == START else []
    milliseconds(tmp_path, code, *common)  # writes what was compiled

    pairs = [
        (milliseconds(tmp_path, code, *common), milliseconds(tmp_path, code, *common, WITHOUT))
        for _ in range(PAIRS)
    ]

    on, off = (statistics.median(times) for times in zip(*pairs, strict=True))
    difference = statistics.median(one - other for one, other in pairs)
    print(
        f"\nwith {on:.0f} ms, without {off:.0f} ms, median of the differences {difference:.1f} ms"
    )
    assert difference <= MOST_MILLISECONDS


@pytest.mark.timeout(1200)
def test_a_command_takes_hardly_longer_than_to_import_sqlalchemy(tmp_path: Path) -> None:
    command = "from jupyter_secrets.cli import main; import sys; sys.exit(main(sys.argv[1:]))"
    milliseconds(tmp_path, command, "create-scope", "prod")
    codes = {
        "import sqlalchemy": ("import sqlalchemy",),
        "--help": (command, "--help"),
        "list-scopes": (command, "list-scopes"),
    }

    times: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(PAIRS):
        for name, code in codes.items():
            times[name].append(milliseconds(tmp_path, *code))

    found = {name: statistics.median(each) for name, each in times.items()}
    print("\n" + ", ".join(f"{name} {median:.0f} ms" for name, median in found.items()))
    assert found["list-scopes"] <= 1.5 * found["import sqlalchemy"]
