"""What goes wrong between a person and a command, whatever the command is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from jupyter_secrets.scopes import Session
from tests.jupyter import command_line, home_environment, store_secret


def test_a_fault_of_ours_is_told_by_its_type_and_place_alone(run, monkeypatch):
    def fail(_client):
        raise RuntimeError("first-canary-value")

    monkeypatch.setattr(Session, "list_scopes", fail)

    status, output, errors = run("list-scopes")

    assert (status, output) == (1, "")
    place = r"RuntimeError in cli/commands/scopes\.py:\d+\. "
    assert re.match(f"Error: INTERNAL_ERROR: {place}", errors)
    assert "canary" not in errors
    assert "Traceback" not in errors


def test_the_end_of_input_at_a_question_is_a_no(run, scope, terminal, monkeypatch):
    terminal()

    def end(_prompt):
        raise EOFError

    monkeypatch.setattr("getpass.getpass", end)

    assert run("put-secret", scope, "db") == (1, "", "\nNothing was done.\n")


@pytest.mark.parametrize(
    "typed",
    [
        ["-o", "json", "list-scopes"],
        ["--output=json", "list-scopes"],
        ["-ojson", "list-scopes"],
        ["list-scopes", "-o", "json"],
    ],
    ids=" ".join,
)
def test_options_may_come_before_the_command(run, scope, typed):
    status, output, errors = run(*typed)

    assert (status, errors) == (0, "")
    assert json.loads(output)["scopes"][0]["name"] == scope


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_every_locale_shows_what_it_can_and_exports_are_utf_8(home, encoding):
    environment = os.environ | home_environment(home)
    environment |= {"LC_ALL": "C", "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}

    def run(*arguments: str) -> bytes:
        done = subprocess.run(
            [sys.executable, "-m", "jupyter_secrets.cli", *arguments],
            env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    store_secret(home, "db", "naïve ☂ value")
    command_line("update-secret", "prod", "db", "--comment", "für ☂", home=home)
    command_line("put-acl", "prod", "zoë", "READ", home=home)

    shown = run("describe-secrets", "prod").decode(encoding)
    assert shown.splitlines()[1].endswith(
        {"ascii": r"f\xfcr \u2602", "latin-1": r"für \u2602", "utf-8": "für ☂"}[encoding]
    )
    assert run("export", "prod", "--yes", "--format", "env").decode() == "db='naïve ☂ value'\n"
    records = [json.loads(line) for line in run("audit", "export").decode().splitlines()]
    assert "user:zoë" in [record.get("about") for record in records]


@pytest.mark.parametrize("comment", ["red \x1b[31mtext", "two\nlines", "\u202eback", "\x9b2J"])
def test_a_comment_does_not_steer_the_terminal(run, scope, comment):
    run("update-secret", scope, "db", "--comment", comment)

    output = run("describe-secrets", scope)[1]

    assert len(output.splitlines()) == 2
    assert comment.encode("unicode_escape").decode() in output
    assert run("describe-secrets", scope, "-o", "json")[1].count(json.dumps(comment)) == 1


def test_letters_that_no_terminal_types_are_refused_at_a_prompt(run, scope, terminal):
    terminal(hidden="caf\udce9 and more")

    status, _, errors = run("put-secret", scope, "db")

    assert (status, "not valid in this terminal's encoding" in errors) == (1, True)


def test_a_damaged_key_file_is_named_with_what_to_do(run, scope, home):
    key = home / "config/jupyter_secrets/master.key"
    key.write_text("no key")

    status, output, errors = run("list-scopes")

    assert (status, output) == (1, "")
    assert errors.startswith(f"Error: STORE_UNUSABLE: The key file {key} is damaged")
    assert "put it back from your backup" in errors


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["put-secret", "--help"]], ids=" ".join
)
def test_what_needs_no_store_imports_nothing_heavy(home, arguments):
    heavy = ("cryptography", "jupyter_core", "sqlalchemy", "traitlets", "jupyter_secrets.redaction")
    code = (
        f"import atexit, sys; heavy = {heavy}; from jupyter_secrets.cli import main; "
        "tell = lambda: print([name for name in heavy if name in sys.modules], file=sys.stderr); "
        "atexit.register(tell); main(sys.argv[1:])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )

    assert done.stdout
    assert done.stderr == "[]\n"


def test_what_needs_the_stores_files_works_on_the_own_store_only(run):
    for arguments in (("key", "list"), ("fsck",), ("backup", "x"), ("audit", "verify"), ("stale",)):
        status, _, errors = run(*arguments, "--host", "http://127.0.0.1:9")
        assert (status, "own store only" in errors) == (1, True)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (("kye",), 'did you mean "key"'),
        (("key", "lst"), 'did you mean "list"'),
        (("audit", "nothing"), "choose from tail, verify, export, prune"),
    ],
)
def test_a_misspelt_command_is_told_apart(run, typed, hint):
    status, _, errors = run(*typed)

    assert status == 1
    assert hint in errors
