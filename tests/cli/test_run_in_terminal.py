"""``jupyter secrets run`` in a terminal: each program behaves as it does without it."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jupyter import home_environment, store_secret
from tests.tmux import Terminal, open_terminal

VALUE = "run-value-Abc-123456"
RUN = [sys.executable, "-m", "jupyter_secrets.cli", "run", "--env", "PW={{secrets/prod/db}}", "--"]
PROGRESS = r"for i in 1 2 3; do printf '\r%s of 3 \033[32m%s\033[0m' $i $PW; sleep .1; done; echo"
# What each prints is not what is typed, so that it tells that the program runs.
READS = 'echo is $((40 + 2)); while read line; do echo "got $line"; done'
ECHOES = "stty -a | tr ' ' '\\n' | grep '^echo'"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    store_secret(home, "db", VALUE)
    return home


@pytest.fixture
def terminal(stored: Path) -> Iterator[Terminal]:
    environment = os.environ | home_environment(stored)
    with open_terminal(stored, environment, "less", "nano") as terminal:
        yield terminal


def type_run(terminal: Terminal, *command: str) -> None:
    """Type a program's name after ``run --``; its end shows how it ended."""
    terminal.type(f"{shlex.join([*RUN, *command])}; echo ended $?")


def interrupt(terminal: Terminal) -> None:
    """Press Ctrl-C, and see that the program ended by it, for which the shell forgets its line."""
    terminal.press("C-c")
    terminal.wait_for_prompt()
    terminal.type("echo interrupted $?")
    terminal.wait_for("\ninterrupted 130")


def start_shell(terminal: Terminal) -> None:
    type_run(terminal, "env", "PS1=inner> ", "bash", "--norc")
    terminal.wait_for("\ninner> ")


def test_a_terminal_stays_a_terminal(terminal):
    """A shell in it: colours, a progress bar, all streams, the exit status, and echo after it."""
    start_shell(terminal)

    terminal.type(PROGRESS)
    terminal.wait_for("3 of 3 [REDACTED]")
    terminal.type("test -t 0 -a -t 1 -a -t 2 && echo all are terminals")
    terminal.wait_for("\nall are terminals")
    terminal.type("exit 5")
    terminal.wait_for("\nended 5")
    terminal.type(ECHOES)
    screen = terminal.wait_for("\necho\n")

    assert VALUE not in screen


def test_a_program_learns_that_its_terminal_has_another_size(terminal):
    type_run(terminal, "sh", "-c", "trap 'stty size' WINCH; stty size; while :; do sleep .1; done")
    terminal.wait_for("\n60 100\n")

    terminal.resize(90, 40)

    terminal.wait_for("\n40 90\n")
    interrupt(terminal)


def test_a_pager_takes_the_screen_and_gives_it_back(terminal, stored):
    lines = [f"line {number} {VALUE}" for number in range(300)]
    (stored / "text").write_text("\n".join(lines))

    type_run(terminal, "less", "text")
    shown = terminal.wait_for("line 30 [REDACTED]")
    terminal.press("G")
    shown += terminal.wait_for("line 299 [REDACTED]")
    terminal.press("q")
    shown += terminal.wait_for("\nended 0")

    assert VALUE not in shown
    assert "line 299" not in terminal.screen()


def test_an_editor_saves_what_is_typed_and_gives_the_screen_back(terminal, stored):
    terminal.type("echo 'is here' before")
    terminal.wait_for("\nis here before")

    type_run(terminal, "nano", "--ignorercfiles", "notes")
    terminal.wait_for("GNU nano")
    terminal.type("first line")
    terminal.type("second lime", enter=False)
    terminal.press("BSpace", "BSpace")
    terminal.type("ne", enter=False)
    terminal.press("Up", "Home")
    terminal.type("the ", enter=False)
    terminal.wait_for("the first line\nsecond line")
    terminal.press("C-o", "Enter")
    terminal.wait_for("Wrote 2 lines")
    terminal.press("C-x")
    screen = terminal.wait_for("\nended 0")

    assert "\nis here before" in screen
    assert "GNU nano" not in screen
    assert (stored / "notes").read_text() == "the first line\nsecond line\n"


def test_a_program_is_stopped_goes_on_and_is_interrupted(terminal):
    type_run(terminal, "sh", "-c", READS)
    terminal.wait_for("\nis 42\n")

    terminal.press("C-z")
    terminal.wait_for("Stopped")
    terminal.type(ECHOES)
    terminal.wait_for("\necho\n")
    terminal.type("fg")
    terminal.type("typed ahead")
    terminal.wait_for("\ngot typed ahead\n")
    interrupt(terminal)


def test_a_program_goes_on_in_the_background_and_comes_back(terminal, stored):
    os.mkfifo(stored / "go")
    type_run(terminal, "sh", "-c", f"echo is here; read line < go; {READS}")
    terminal.wait_for("\nis here\n")

    terminal.press("C-z")
    terminal.wait_for("Stopped")
    terminal.type("bg; echo > go")
    terminal.wait_for("is 42\n")
    terminal.type("echo the shell $((1 + 2))")
    terminal.wait_for("\nthe shell 3\n")
    terminal.type("jobs -r | grep -c here")
    terminal.wait_for("\n1\n")
    terminal.type("fg; echo at last $?")
    terminal.type("typed ahead")
    terminal.wait_for("\ngot typed ahead\n")
    terminal.press("C-d")

    terminal.wait_for("\nat last 0\n")


def test_a_shell_interrupts_and_stops_its_own_programs(terminal):
    start_shell(terminal)

    terminal.type("echo is $((40 + 2)); sleep 1000")
    terminal.wait_for("\nis 42\n")
    terminal.press("C-c")
    terminal.wait_for("^C\ninner>")
    terminal.type("echo interrupted $?")
    terminal.wait_for("\ninterrupted 130")
    terminal.type("echo is $((40 + 3)); cat")
    terminal.wait_for("\nis 43\n")
    terminal.press("C-z")
    terminal.wait_for("Stopped")
    terminal.type("kill -KILL %1; exit 5; exit 5")

    terminal.wait_for("\nended 5")
