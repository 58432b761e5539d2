"""Where a value comes from: a terminal, standard input, a file, the command line."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys

import pytest

from jupyter_secrets.terminal_input import HiddenInput
from tests.jupyter import home_environment
from tests.tmux import open_terminal

PEM = f"-----BEGIN PRIVATE KEY-----\n{'MIIEvQIBADAN' * 5}\n-----END PRIVATE KEY-----\n"
COMMAND = shlex.join([sys.executable, "-m", "jupyter_secrets.cli", "put-secret", "prod", "db"])
GRAMMARS = {
    "new": ["put-secret", "prod", "db"],
    "legacy": ["put", "--scope", "prod", "--key", "db"],
}


@pytest.fixture
def stored(run):
    """Store prod/db; return a function that fetches it."""
    run("create-scope", "prod")
    run("put-secret", "prod", "db", "--string-value", "good-Value-1234")
    return lambda: run("get-secret", "prod", "db")[1]


@pytest.fixture
def pipe(run, monkeypatch):
    """Run a command with standard input; return its status and its errors."""

    def run_it(*arguments: str, stdin: bytes) -> tuple[int, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        status, _, errors = run(*arguments)
        return status, errors

    return run_it


@pytest.fixture
def terminal(home, stored):
    """A shell in which a value is being asked for."""
    with open_terminal(home, home_environment(home)) as terminal:
        # Whatever is left over of a paste would be run.
        terminal.type("bind 'set enable-bracketed-paste off'; clear")
        terminal.type(f"{COMMAND}; echo exit=$?")
        terminal.wait_for("Value of prod/db: ")
        yield terminal


# A terminal


def test_what_is_typed_can_be_corrected(terminal, stored):
    terminal.type("wrong", enter=False)
    terminal.press("C-u")
    terminal.type("typed-Valuéx", enter=False)
    terminal.press("Left", "BSpace", "BSpace", "F5")
    terminal.type("e-1234")

    assert "typed-Valu" not in terminal.wait_for("exit=0")
    assert stored() == "typed-Value-1234"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["no-break", "LF", "CRLF"])
@pytest.mark.parametrize("marked", [True, False], ids=["marked", "not-marked"])
def test_a_line_is_pasted_with_its_line_break_or_without(terminal, stored, marked, end):
    terminal.paste(f"pasted-Value-1234{end}", marked=marked)
    if marked or not end:
        terminal.press("Enter")

    assert "pasted-Value" not in terminal.wait_for("exit=0")
    assert stored() == "pasted-Value-1234"


def test_several_lines_are_taken_where_the_terminal_marks_them(terminal, stored):
    terminal.paste(PEM, marked=True)
    terminal.press("Enter")

    screen = terminal.wait_for("exit=0")

    assert stored() == PEM
    assert "Note: the value of prod/db has 3 lines." in screen
    assert "PRIVATE KEY" not in screen


def test_of_several_lines_without_marks_none_is_taken_shown_or_run(terminal, stored, home):
    lines = ["pasted-Value-1234", "touch executed", *["echo pasted-Value"] * 500, "touch executed"]
    terminal.paste("\n".join([*lines, ""]), marked=False)

    screen = terminal.wait_for("exit=1")
    terminal.type("echo the shell goes on")
    screen = terminal.wait_for("\nthe shell goes on")

    assert "Several lines came at once" in screen
    assert "pasted-Value" not in screen
    assert not (home / "executed").exists()
    assert stored() == "good-Value-1234"


@pytest.mark.parametrize("marked", [True, False], ids=["marked", "not-marked"])
def test_a_line_that_is_longer_than_a_terminals_buffer_is_whole(terminal, stored, marked):
    value = "".join(f"{number:07x}-" for number in range(2500))
    terminal.paste(value, marked=marked)
    terminal.press("Enter")

    terminal.wait_for("exit=0")

    assert stored() == value


@pytest.mark.parametrize("keys", [["C-c"], ["C-d"]], ids=["interrupt", "end"])
def test_after_a_prompt_that_was_left_the_terminal_shows_what_is_typed(terminal, stored, keys):
    terminal.press("C-z", "C-\\", *keys)

    terminal.wait_for("Nothing was done.")
    terminal.type("echo seen-$((40+2))")

    assert "echo seen-$((40+2))" in terminal.wait_for("seen-42")
    assert stored() == "good-Value-1234"


def test_a_passphrase_is_one_line(home, stored):
    add = [sys.executable, "-m", "jupyter_secrets.cli", "key", "add", "passphrase"]
    with open_terminal(home, home_environment(home)) as terminal:
        terminal.type(f"{shlex.join(add)}; echo exit=$?")
        terminal.wait_for("New passphrase: ")
        terminal.paste("correct horse\nbattery staple", marked=True)
        terminal.press("Enter")

        screen = terminal.wait_for("exit=1")

    assert "Several lines were pasted in place of one" in screen
    assert "horse" not in screen


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_keys_are_understood_however_they_arrive(size):
    typed = "ab\x7f\x1b[A\x1bOPc\x1b[200~1\r\n2\r3\x1b[201~é\x1bx\t\x01\r"
    keys = HiddenInput()

    for start in range(0, len(typed), size):
        keys.feed(typed[start : start + size])

    assert (keys.value, keys.ended, keys.rest) == ("ac1\n2\n3é\t", True, "")


# Standard input and files


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
@pytest.mark.parametrize("source", ["standard input", "file"])
@pytest.mark.parametrize(
    "nothing",
    [b"", b"\n", b"\xef\xbb\xbf\r\n", b"\xff\xfe\r\0\n\0"],
    ids=["empty", "line-break", "UTF-8", "UTF-16"],
)
def test_an_empty_source_replaces_no_value(tmp_path, pipe, stored, grammar, source, nothing):
    (tmp_path / "nothing").write_bytes(nothing)
    given = ["--binary-file", str(tmp_path / "nothing")] if source == "file" else []

    status, errors = pipe(*grammar, *given, stdin=nothing)

    assert (status, "is empty, so nothing was stored" in errors) == (1, True)
    assert stored() == "good-Value-1234"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("put-secret prod db", "Standard input is empty"),
        ("purge-secrets prod", "There is no terminal to ask on"),
        ("key add passphrase", "There is no terminal to ask on"),
    ],
)
def test_a_closed_standard_input_is_an_empty_one(home, stored, command, told):
    whole = f"{shlex.join([sys.executable, '-m', 'jupyter_secrets.cli'])} {command} <&-"
    environment = os.environ | home_environment(home)

    done = subprocess.run(
        ["sh", "-c", whole], env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, told in done.stderr) == (1, True)
    assert stored() == "good-Value-1234"


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
@pytest.mark.parametrize("option", ["--string-value", "--bytes-value"])
def test_an_empty_value_can_be_given(run, stored, grammar, option):
    assert run(*grammar, option, "")[0] == 0

    assert stored() == ""


@pytest.mark.parametrize("source", ["standard input", "file"])
@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-16", "is text in UTF-16"),
        ("utf-8-sig", "begins with a byte order mark"),
        ("utf-8", ""),
    ],
)
def test_what_powershell_adds_is_noted(tmp_path, pipe, stored, source, encoding, note):
    value = "some-Value-1234\r\n".encode(encoding)
    (tmp_path / "file").write_bytes(value)
    given = ["--binary-file", str(tmp_path / "file")] if source == "file" else []

    status, errors = pipe(*GRAMMARS["new"], *given, stdin=value)

    assert status == 0
    assert ("byte order mark" in errors or "UTF-16" in errors) is bool(note)
    assert note in errors
    assert "some-Value" not in errors


# The command line


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
@pytest.mark.parametrize("value", ["-Xy77", "--", "--host", "-h", "-1", "- a", "--string-value=x"])
def test_a_value_may_begin_with_a_dash(run, stored, grammar, value):
    assert run(*grammar, "--string-value", value)[0] == 0

    assert stored() == value


def test_names_and_comments_may_begin_with_a_dash(run):
    assert run("create-scope", "--", "-s")[0] == 0
    assert run("put", "--scope", "-s", "--key", "-k", "--string-value", "x")[0] == 0
    assert run("put-secret", "--string-value", "-v", "--", "-s", "--all")[0] == 0
    assert run("update-secret", "-o", "json", "--comment", "-5 %", "--", "-s", "-k")[0] == 0

    rows = json.loads(run("describe-secrets", "-o", "json", "--", "-s")[1])["secrets"]

    assert [(row["key"], row["comment"]) for row in rows] == [("--all", ""), ("-k", "-5 %")]
    assert json.loads(run("audit", "tail", "--of-key", "-k", "-o", "json")[1])["records"]
    assert "names that begin with a dash come after --" in run("get-secret", "-s", "-k")[2]


def test_an_option_without_its_value_takes_no_name_for_it(run, stored):
    status, _, errors = run("put-secret", "prod", "db", "--string-value")

    assert (status, "usage:" in errors) == (1, True)
    assert stored() == "good-Value-1234"
