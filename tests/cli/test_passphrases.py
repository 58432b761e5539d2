"""When a passphrase is asked for, and where it is taken from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.answers import rows
from tests.jupyter import home_environment

PASSPHRASE = "correct horse battery staple"


@pytest.mark.parametrize("has_passphrase", [True, False])
def test_a_passphrase_is_asked_for_only_where_there_is_one(
    run, scope, monkeypatch, descriptor, has_passphrase
):
    if has_passphrase:
        run("key", "add", "passphrase", "--new-passphrase-fd", descriptor(PASSPHRASE))
    key = Path(os.environ["JUPYTER_CONFIG_DIR"], "jupyter_secrets/master.key")
    key.rename(key.with_name("away.key"))
    asked = []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or PASSPHRASE)

    status, output, errors = run("get-secret", scope, "db")

    assert len(asked) == has_passphrase
    if has_passphrase:
        assert (status, output) == (0, "second-Value-1234")
    else:
        assert "is missing: put it back from your backup" in errors


def test_no_passphrase_is_taken_from_the_command_line(run, scope):
    for arguments in (
        ("key", "add", "passphrase", PASSPHRASE),
        ("unlock", PASSPHRASE),
        ("unlock", "--passphrase", PASSPHRASE),
    ):
        status, _, errors = run(*arguments)
        assert status == 1
        assert PASSPHRASE not in errors


def test_a_locked_store_asks_for_its_passphrase_on_a_terminal(run, scope, terminal, descriptor):
    run("key", "add", "passphrase", "--new-passphrase-fd", descriptor(PASSPHRASE))
    run("key", "remove", "file")
    terminal(hidden=PASSPHRASE)

    assert rows(run("list-scopes", "-o", "json"), "scopes")[0]["name"] == scope


def test_a_whole_process_reads_a_passphrase_from_a_descriptor(run, scope, home, descriptor):
    number = int(descriptor(PASSPHRASE))

    done = subprocess.run(
        [sys.executable, "-m", "jupyter_secrets.cli", "key", "add", "passphrase",
         "--new-passphrase-fd", str(number)],
        env=os.environ | home_environment(home), pass_fds=[number], capture_output=True,
        text=True, check=False,
    )  # fmt: skip

    os.close(number)
    assert done.returncode == 0
    assert "passphrase" in done.stdout


def test_unlocking_without_a_terminal_says_what_a_key_file_takes(run, scope):
    status, _, errors = run("unlock")

    assert status == 1
    assert "give --without-passphrase" in errors
    assert run("unlock", "--without-passphrase")[0] == 0
