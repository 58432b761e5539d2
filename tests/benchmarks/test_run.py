"""What ``jupyter secrets run`` costs: pairs of programs run through it and directly, interleaved.

Run with ``pytest tests/benchmarks/test_run.py -s``; it prints a table. Measured is the time from
the first byte that arrives to the last line: the start is left out, and measured apart.
"""

from __future__ import annotations

import os
import pty
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.benchmarks.measuring import fill, interval
from tests.jupyter import command_line, home_environment

SECRETS = 100
LINES = 100_000
PAIRS = int(os.environ.get("PAIRS", "15"))
RUN = [sys.executable, "-m", "jupyter_secrets.cli", "run", "--"]
END = b"the end"

LINE_BY_LINE = """
import os, sys
for line in open(sys.argv[1], "rb"):
    os.write(1, line)
"""
WORK = {
    "cat": ["cat", "plain"],
    "line by line": [sys.executable, "-c", LINE_BY_LINE, "plain"],
    "cat, a value in 1 % of the lines": ["cat", "with-values"],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 100 secrets, and two files of 100,000 lines."""
    home = tmp_path_factory.mktemp("run")
    fill(home, SECRETS)
    value = command_line("get-secret", "prod", "k1", home=home).stdout.strip()
    for name, word in (("plain", "password"), ("with-values", value)):
        lines = (
            f"line {number} of a log: {word if number % 100 == 0 else 'nothing'} of interest\n"
            for number in range(LINES)
        )
        (home / name).write_text("".join(lines) + f"{END.decode()}\n")
    return home


def seconds_through_pipe(command: Sequence[str], home: Path) -> float:
    """Return the time from the first byte to the last line."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, **_at(home)) as process:
        assert process.stdout is not None
        return _read_to_end(process.stdout.fileno())


def seconds_through_terminal(command: Sequence[str], home: Path) -> float:
    """Return the time from the first byte to the last line; all three streams are a terminal."""
    ours, theirs = pty.openpty()
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    with subprocess.Popen(command, start_new_session=True, **streams, **_at(home)):
        os.close(theirs)
        try:
            return _read_to_end(ours)
        finally:
            os.close(ours)


def _at(home: Path) -> dict[str, object]:
    return {"env": os.environ | home_environment(home), "cwd": home}


def _read_to_end(descriptor: int) -> float:
    tail = os.read(descriptor, 1 << 16)
    start = time.perf_counter()
    while END not in tail:
        tail = tail[-len(END) :] + os.read(descriptor, 1 << 16)
    return time.perf_counter() - start


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("measure", [seconds_through_pipe, seconds_through_terminal])
def test_cost_of_lines(home: Path, measure: Callable[[Sequence[str], Path], float]) -> None:
    print(f"\n{LINES:,} lines, {SECRETS} secrets, {PAIRS} pairs: {measure.__name__}")
    print("| program | without | with | ratio (95 % interval of the median) |\n|---|---|---|---|")
    for name, command in WORK.items():
        pairs = [(measure([*RUN, *command], home), measure(command, home)) for _ in range(PAIRS)]
        on, off = (statistics.median(times) for times in zip(*pairs, strict=True))
        low, middle, high = interval([one / other for one, other in pairs])
        print(
            f"| {name} | {off * 1000:.0f} ms | {on * 1000:.0f} ms "
            f"| {middle:.1f} ({low:.1f} to {high:.1f}) |",
            flush=True,
        )


def test_cost_of_the_start(home: Path) -> None:
    environment = os.environ | home_environment(home)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    times = []
    for _ in range(PAIRS):
        start = time.perf_counter()
        subprocess.run([*RUN, "true"], env=environment, check=True)
        times.append(time.perf_counter() - start)
    print(f"\n{SECRETS} secrets: a program starts {statistics.median(times) * 1000:.0f} ms later")
