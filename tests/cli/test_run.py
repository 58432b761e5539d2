"""``jupyter secrets run``: secrets in, no secret out, and a terminal stays a terminal."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys

import pytest

from tests.jupyter import command_line, store_secret

VALUE, OTHER = "run-value-Abc-123456", "not-resolved-Xyz-98765"
RUN = [sys.executable, "-m", "jupyter_secrets.cli", "run"]


@pytest.fixture
def stored(home):
    store_secret(home, "db", VALUE)
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


def test_only_what_looks_like_a_reference_is_noted(stored):
    run_true = ("--", "true")

    assert run(*run_true, TEMPLATE="{{host}}/api/secrets/list").stderr == ""
    assert "Note: TEMPLATE holds" in run(*run_true, TEMPLATE="{{ secrets / prod / db }}").stderr


@pytest.mark.parametrize("named", ["--env=DB={{ secrets.prod.db }}", "--env=DB", "--env-file"])
def test_what_resembles_a_reference_in_a_variable_that_is_named_stops_the_program(stored, named):
    file = stored / ".env"
    file.write_text("DB={{secret/prod/db}}\n")
    arguments = (named, str(file)) if named == "--env-file" else (named,)

    done = run(*arguments, "--", "echo", "ran", DB="{{secrets.prod.db}}")

    assert (done.stdout, done.returncode) == ("", 1)
    assert "the environment variable DB.\nA reference is malformed: write {{" in done.stderr


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


def test_a_file_that_is_no_program_is_named(stored):
    (stored / "text").write_text("no program")

    done = run("--", str(stored / "text"))

    assert f"{stored / 'text'}: Permission denied" in done.stderr
    assert done.returncode == 126


def test_a_locked_store_keeps_the_program_from_running(stored):
    passphrase = "correct horse battery staple 7"
    given, giving = os.pipe()
    os.write(giving, f"{passphrase}\n".encode())
    os.close(giving)
    subprocess.run(
        [*RUN[:-1], "key", "add", "passphrase", "--new-passphrase-fd", str(given)],
        pass_fds=[given], check=True, capture_output=True,
    )  # fmt: skip
    os.close(given)
    next(stored.glob("**/*.key")).unlink()

    done = run("--env", "PW={{secrets/prod/db}}", "--", "echo", "ran")

    assert "STORE_LOCKED: The store is locked" in done.stderr
    assert (done.stdout, done.returncode) == ("", 1)


def test_who_may_read_too_many_secrets_is_told_that_only_resolved_ones_are_redacted(stored):
    (stored / "config").mkdir(exist_ok=True)
    (stored / "config/jupyter_config.py").write_text("c.JupyterSecrets.max_known_values = 1\n")

    done = run("--env", "PW={{secrets/prod/db}}", "--", "sh", "-c", f"echo $PW {OTHER}")

    assert done.stdout == f"[REDACTED] {OTHER}\n"
    assert done.stderr.count("more than 1 secrets (c.JupyterSecrets.max_known_values)") == 1
    assert "only values that are resolved here are redacted" in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_standard_streams_that_are_closed_lead_nowhere(stored, closed):
    code = "cat; echo shown; echo told >&2; touch done"
    command = shlex.join([*RUN, "--", "sh", "-c", code])

    done = subprocess.run(
        ["sh", "-c", f"{command} {closed}"], cwd=stored, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert done.stdout == ("shown\n" if " >" not in f" {closed}" else "")
    assert done.stderr == ("told\n" if "2>" not in closed else "")
    assert (stored / "done").exists()
    assert done.returncode == 0


def test_a_program_whose_output_nobody_reads_any_more_ends(stored):
    command = shlex.join([*RUN, "--", "yes"])

    done = subprocess.run(
        ["bash", "-c", f"{command} | head -1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert (done.stdout, done.stderr) == ("y\n", "")
    assert done.returncode == 128 + signal.SIGPIPE


def test_it_runs_within_itself(stored):
    inner = [*RUN, "--env", "PW", "--env", "AGAIN={{secrets/prod/db}}", "--"]

    done = run(
        "--env", "PW={{secrets/prod/db}}", "--", *inner, "sh", "-c", "echo ${#PW} $AGAIN; exit 4"
    )

    assert done.stdout == f"{len(VALUE)} [REDACTED]\n"
    assert done.returncode == 4


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
