"""``jupyter secrets run``: secrets in, no secret out, and a terminal stays a terminal."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time

import pytest

from tests.jupyter import command_line, home_environment
from tests.tmux import open_terminal

VALUE, OTHER = "run-value-Abc-123456", "not-resolved-Xyz-98765"
RUN = [sys.executable, "-m", "jupyter_secrets.cli", "run"]


@pytest.fixture
def stored(home):
    command_line("create-scope", "prod", home=home)
    command_line("put-secret", "prod", "db", home=home, stdin=VALUE)
    command_line("put-secret", "prod", "other", home=home, stdin=OTHER)
    return home


def run(*arguments: str, stdin: str = "", **environment: str):
    return subprocess.run(
        [*RUN, *arguments], env=os.environ | environment, input=stdin, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_program_gets_the_value_and_shows_a_marker(stored):
    code = f"echo it is $PW of ${{#PW}}; echo on stderr $PW >&2; echo also {OTHER}; exit 7"

    done = run("--env", "PW={{secrets/prod/db}}", "--", "sh", "-c", code)

    assert done.stdout == f"it is [REDACTED] of {len(VALUE)}\nalso [REDACTED]\n"
    assert done.stderr == "on stderr [REDACTED]\n"
    assert done.returncode == 7


def test_what_is_decided_about_components_counts_in_what_the_program_prints(stored):
    value = "https://reporting:run-pass-Abc-12@Kd99fA7xQ2Lm.acme.test/"
    command_line("put-secret", "prod", "url", home=stored, stdin=value)
    command_line("explain", "prod", "url", "--secret", "user", home=stored)
    code = "echo as reporting with run-pass-Abc-12 at Kd99fA7xQ2Lm.acme.test"

    done = run("--env", "URL={{secrets/prod/url}}", "--", "sh", "-c", code)

    assert done.stdout == "as [REDACTED] with [REDACTED] at Kd99fA7xQ2Lm.acme.test\n"


def test_references_come_from_a_file_and_from_variables_that_are_named(stored):
    file = stored / ".env"
    file.write_text('URL="pg://app:{{secrets/prod/db}}@host"\n')
    code = "echo $URL ${#URL} ${#NAMED} $STRANGE"

    done = run(
        "--env-file", str(file), "--env", "NAMED", "--", "sh", "-c", code,
        NAMED="{{secrets/prod/db}}", STRANGE="{{secrets/prod/db}}",
    )  # fmt: skip

    shown = f"pg://app:[REDACTED]@host {len('pg://app:@host') + len(VALUE)} {len(VALUE)}"
    assert done.stdout == f"{shown} {{{{secrets/prod/db}}}}\n"
    assert "--env STRANGE" in done.stderr


def test_a_value_that_is_printed_slowly_is_hidden_from_the_piece_that_gives_it_away(stored):
    code = "printf 'prompt: '; sleep 0.6; printf '%.10s' $PW; sleep 0.6; echo ${PW#??????????} end"

    done = run("--env", "PW={{secrets/prod/db}}", "--", "bash", "-c", code)

    assert done.stdout == f"prompt: {VALUE[:10]}[REDACTED] end\n"


def test_what_cannot_be_resolved_keeps_the_program_from_running(stored):
    done = run("--env", "PW={{secrets/prod/nope}}", "--", "echo", "ran")

    assert "PW refers to {{secrets/prod/nope}}" in done.stderr
    assert done.stdout == ""
    assert done.returncode == 1


def test_standard_input_and_the_programs_options_are_left_alone(stored):
    assert run("--", "cat", "-", stdin="a\nb").stdout == "a\nb"


@pytest.mark.parametrize(("code", "status"), [("kill -TERM $$", -15), ("exit 3", 3)])
def test_it_ends_as_the_program_does(stored, code, status):
    assert run("--", "sh", "-c", code).returncode == status


def test_a_program_that_is_not_there_is_named(stored):
    done = run("--", "no-such-program")

    assert "no-such-program: No such file" in done.stderr
    assert done.returncode == 127


def test_a_filter_that_fails_ends_the_output_and_the_program_goes_on(tmp_path):
    code = (
        "import sys\n"
        "from jupyter_secrets.cli.filtered_process import run_filtered\n"
        "class Broken:\n"
        "    pending = 0\n"
        "    def feed_bytes(self, data): raise RuntimeError(data)\n"
        "    def flush_bytes(self): return b''\n"
        f"sys.exit(run_filtered(['sh', '-c', 'echo {VALUE}; echo more; touch done'], {{}}, Broken))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.stdout == "\n[output withheld: jupyter_secrets could not redact it]\n"
    assert (tmp_path / "done").exists()
    assert done.returncode == 0


PROGRESS = r"for i in 1 2 3; do printf '\r%s of 3 \033[32m%s\033[0m' $i $PW; sleep .1; done; echo"


def test_a_terminal_stays_a_terminal(stored):
    """Colours, a progress bar, a pager, a new size, Ctrl-C, Ctrl-Z and the exit status."""
    (stored / "text").write_text("\n".join(f"line {n}" for n in range(300)))
    with open_terminal(stored, os.environ | home_environment(stored)) as terminal:
        shell = ["env", "-u", "PS1", "bash", "--norc"]
        command = shlex.join([*RUN, "--env", "PW={{secrets/prod/db}}", "--", *shell])
        terminal.type(f"{command}; echo ended $?; stty -a | tr ' ' '\\n' | grep '^echo'")
        terminal.wait_for("bash-")
        terminal.type(PROGRESS)
        terminal.wait_for("3 of 3 [REDACTED]")
        terminal.type("stty size; test -t 0 -a -t 1 -a -t 2 && echo all terminals")
        terminal.wait_for("60 100")
        terminal.wait_for("all terminals")
        terminal.resize(90, 40)
        time.sleep(0.3)
        terminal.type("stty size")
        terminal.wait_for("40 90")
        terminal.type("less text")
        terminal.wait_for("line 30")
        terminal.press("q")
        terminal.type("sleep 100")
        time.sleep(0.5)
        terminal.press("C-c")
        terminal.type("echo interrupted $?")
        terminal.wait_for("interrupted 130")
        terminal.type("sleep 100")
        time.sleep(0.5)
        terminal.press("C-z")
        terminal.wait_for("Stopped")
        terminal.type("kill -KILL %1; sleep 0.5; exit 5")
        screen = terminal.wait_for("ended 5\necho\n")

    assert VALUE not in screen
