"""The commands for keys and copies, where a key is missing, stale or of another kind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

PASSPHRASE = "correct horse battery staple"
KEY_FILE_VARIABLE = "JUPYTER_SECRETS_KEY_FILE"


@pytest.fixture
def key_file(home) -> Path:
    return home / "config/jupyter_secrets/master.key"


@pytest.fixture
def with_passphrase(run, scope, descriptor):
    """The scope prod in a store that its key file and a passphrase open."""
    given = ("--new-passphrase-fd", descriptor(PASSPHRASE))
    assert run("key", "add", "passphrase", *given)[0] == 0
    return scope


# Before there is a store


def test_a_key_is_made_before_the_store_that_begins_with_it(run, home, monkeypatch, key_file):
    mounted = home / "mounted.key"

    status, output, errors = run("key", "generate", str(mounted))

    assert (status, errors) == (0, "")
    assert KEY_FILE_VARIABLE in output
    assert mounted.stat().st_mode & 0o777 == 0o600
    assert json.loads(mounted.read_bytes())["key"] not in output
    assert not Path(os.environ["JUPYTER_DATA_DIR"], "jupyter_secrets").exists()
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(mounted))
    assert run("create-scope", "prod")[0] == 0
    assert not key_file.exists()


def test_a_generated_key_overwrites_nothing_and_opens_no_store(run, home, scope, key_file):
    key, database = key_file.read_bytes(), home / "data/jupyter_secrets/store.db"
    before = database.read_bytes()

    status, _, errors = run("key", "generate", str(key_file))

    assert (status, "cannot be created: File exists" in errors) == (1, True)
    assert (key_file.read_bytes(), database.read_bytes()) == (key, before)


def test_a_missing_mounted_key_names_the_command_that_makes_one(run, home, monkeypatch):
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(home / "mounted.key"))

    status, _, errors = run("list-scopes")

    assert (status, "jupyter secrets key generate FILE" in errors) == (1, True)
    assert "backup" not in errors


# A key file of no slot


def test_after_a_restore_the_key_file_that_no_longer_fits_is_told(
    run, home, with_passphrase, descriptor
):
    backup = str(home / "backup.db")
    run("backup", backup)
    run("key", "rotate", "file")

    status, _, errors = run("restore", backup, "--yes")
    assert (status, "--passphrase-fd" in errors) == (1, True)
    restored = run("restore", backup, "--yes", "--passphrase-fd", descriptor(PASSPHRASE))

    assert restored[0] == 0
    assert "master.key belongs to no key of this store any more" in restored[2]
    assert '"jupyter secrets key add file"' in restored[2]
    assert run("key", "add", "file", "--passphrase-fd", descriptor(PASSPHRASE))[0] == 0
    assert run("get-secret", "prod", "db")[1] == "second-Value-1234"


def test_a_stale_key_file_does_not_keep_the_passphrase_from_being_asked_for(
    run, with_passphrase, key_file, terminal
):
    old = key_file.read_bytes()
    run("key", "rotate", "file")
    key_file.write_bytes(old)
    asked = terminal(hidden=PASSPHRASE)

    assert run("get-secret", "prod", "db")[1] == "second-Value-1234"
    assert asked == ["Passphrase or recovery key: "]


def test_an_environment_key_overwrites_no_other_file(run, home, scope):
    database = home / "data/jupyter_secrets/store.db"

    status, _, errors = run("key", "add", "environment", "--file", str(database))

    assert (status, "Name another file" in errors) == (1, True)
    assert run("get-secret", "prod", "db")[0] == 0
