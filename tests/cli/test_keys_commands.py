"""The commands for keys and copies, where a key is missing, stale or of another kind."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from jupyter_secrets.client import OwnServer
from jupyter_secrets.errors import StoreError, StoreLockedError
from tests.cli.answers import rows

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
    assert "master.key no longer belongs to a key of this store" in restored[2]
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

    assert (status, "Choose another path" in errors) == (1, True)
    assert run("get-secret", "prod", "db")[0] == 0


# With the wrong option


def test_a_rotation_with_the_passphrase_that_opened_the_store_asks_for_no_other(
    run, with_passphrase, descriptor
):
    run("key", "remove", "file")

    assert run("key", "rotate", "--passphrase-fd", descriptor(PASSPHRASE))[0] == 0
    opened = ("get-secret", "prod", "db", "--passphrase-fd", descriptor(PASSPHRASE))
    assert run(*opened)[1] == "second-Value-1234"


@pytest.mark.parametrize("command", ["rotate", "add passphrase"])
def test_the_option_for_a_passphrase_that_is_missing_is_named(run, with_passphrase, command):
    errors = run("key", *command.split())[2]

    assert "give --new-passphrase-fd, the number" in errors


@pytest.mark.parametrize("command", ["rotate", "add passphrase", "rotate passphrase"])
def test_a_new_passphrase_in_the_option_for_the_old_one_is_told(run, scope, command, descriptor):
    fd = descriptor("another passphrase, and a new one")

    status, _, errors = run("key", *command.split(), "--passphrase-fd", fd)

    assert (status, "a passphrase to set comes from --new-passphrase-fd" in errors) == (1, True)


@pytest.mark.parametrize("number", ["99", "-1", "99999999999999999999"])
def test_a_descriptor_that_is_not_open_is_told(run, scope, number):
    errors = run("list-scopes", "--passphrase-fd", number)[2]

    assert f"No passphrase can be read from file descriptor {number}" in errors


# Dropped and removed


def test_a_key_to_drop_that_there_is_not_is_refused_before_it_is_asked_for(
    run, with_passphrase, terminal
):
    asked = terminal(hidden=PASSPHRASE)

    status, _, errors = run("key", "rotate", "--drop", "fil")

    assert (status, 'no key "fil" of this store to drop' in errors) == (1, True)
    assert asked == []
    assert "leave it out" in run("key", "rotate", "file", "--drop", "passphrase")[2]


def test_a_key_that_could_not_be_removed_is_told(run, scope, descriptor, key_file, monkeypatch):
    run("key", "add", "passphrase", "--new-passphrase-fd", descriptor(PASSPHRASE))

    def fail(_path):
        raise StoreError("The file system is read-only.")

    monkeypatch.setattr("jupyter_secrets.store.maintenance.rotation.remove_file", fail)

    status, _, errors = run("key", "remove", "file")

    assert status == 0
    assert errors.startswith("Warning: The file key ")
    assert "could not be removed. The file system is read-only." in errors
    opened = run("list-scopes", "--passphrase-fd", descriptor(PASSPHRASE))
    assert opened[0] == 0


# Lock and unlock


def test_a_server_that_stays_locked_is_an_error(run, scope, monkeypatch):
    class Locked:
        def unlock(self, typed):
            raise StoreLockedError("Its keyring is locked.")

    servers = [OwnServer("http://one/", Locked())]
    monkeypatch.setattr("jupyter_secrets.client.own_servers", lambda: servers)

    status, output, errors = run("unlock", "--without-passphrase")

    assert (status, output) == (1, "")
    assert errors == "Error: http://one/: STORE_LOCKED: Its keyring is locked.\n"


def test_unlocking_without_what_it_takes_says_what_it_takes(run, with_passphrase, key_file):
    key_file.unlink()

    status, output, errors = run("unlock", "--without-passphrase")

    assert (status, output) == (1, "")
    assert "with the passphrase or the recovery key" in errors


# Adding, listing, recovering


def test_keys_are_added_listed_rotated_and_removed(run, scope, descriptor):
    given = ("--new-passphrase-fd", descriptor(PASSPHRASE))
    assert run("key", "add", "passphrase", *given)[0] == 0
    assert run("key", "rotate", "file")[0] == 0
    assert run("key", "rotate", "--new-passphrase-fd", descriptor(PASSPHRASE))[0] == 0
    assert run("key", "rotate", "--of-scope", scope)[1] == "Re-encrypted 2 values.\n"
    status, _, errors = run("key", "remove", "file")
    assert (status, "key rotate" in errors) == (0, True)

    status, output, errors = run("get-secret", scope, "db")

    assert (status, output) == (1, "")
    assert errors.startswith("Error: STORE_LOCKED: The store is locked.")
    unlocked = run("key", "list", "-o", "json", "--passphrase-fd", descriptor(PASSPHRASE))
    assert [row["kind"] for row in rows(unlocked, "keys")] == ["passphrase"]
    wrong = run("get-secret", scope, "db", "--passphrase-fd", descriptor("wrong passphrase"))
    assert wrong[0] == 1
    assert "PERMISSION_DENIED" in wrong[2]
    assert "wrong passphrase" not in wrong[2]


def test_a_recovery_key_is_shown_once_and_on_a_terminal_only(run, scope, monkeypatch, descriptor):
    status, output, _ = run("key", "recovery")
    assert (status, output) == (1, "")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    status, output, _ = run("key", "recovery")

    (text,) = re.findall(r"JSRK(?:-[A-Z2-7]{1,4})+", output)
    Path(os.environ["JUPYTER_CONFIG_DIR"], "jupyter_secrets/master.key").unlink()
    assert run("key", "add", "file", "--passphrase-fd", descriptor(text))[0] == 0
    assert run("list-secrets", scope)[0] == 0


def test_the_reminder_goes_once_there_is_a_recovery_key(run, scope, monkeypatch):
    assert "There is no recovery key" in run("key", "list")[2]
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout.isatty", lambda: True, raising=False)
        run("key", "recovery")

    assert run("key", "list")[2] == ""


def test_a_new_scope_reminds_of_the_recovery_key_on_a_terminal_only(run, monkeypatch):
    assert run("create-scope", "first") == (0, "", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    reminded = run("create-scope", "second")
    run("key", "recovery")

    assert reminded[2].count("\n") == 1
    assert "jupyter secrets key recovery" in reminded[2]
    assert run("create-scope", "third") == (0, "", "")
