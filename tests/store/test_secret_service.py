"""The key in a real keyring: gnome-keyring, with the command line and a server beside it."""

from __future__ import annotations

import base64
import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import StorePaths
from tests.callers import ADMIN
from tests.jupyter import HttpError, Server, command_line
from tests.secret_service import ADDRESS_VARIABLE, Prompter

VALUE = "first-canary-value"
PASSPHRASE = "correct horse battery staple"
# The keyring's own limit is 10 s, and a command may meet it twice.
LIMIT = 30.0


class Shell:
    """Runs ``jupyter secrets`` and remembers all that it said."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.said = ""

    def __call__(
        self, *arguments: str, typed: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        done = command_line(*arguments, home=self.home, stdin=typed)
        self.said += done.stdout + done.stderr
        return done

    def output(self, *arguments: str, typed: str | None = None) -> str:
        """Return what a command prints, which has to work."""
        done = self(*arguments, typed=typed)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def error(self, *arguments: str) -> str:
        """Return what a command complains of, which has to fail, and in time."""
        began = time.monotonic()
        done = self(*arguments)
        assert done.returncode == 1, done
        assert time.monotonic() - began < LIMIT
        return done.stderr

    def slots(self) -> list[tuple[str, str]]:
        """Return the kind and the id of each key of the store."""
        keys = json.loads(self.output("key", "list", "-o", "json"))["keys"]
        return [(key["kind"], key["id"]) for key in keys]

    def value(self) -> str:
        """Return the secret's value, by a process of its own."""
        return self.output("get-secret", "prod", "db")


@pytest.fixture
def key_file(home) -> Path:
    return home / "config/jupyter_secrets/master.key"


@pytest.fixture
def shell(secret_service, home, key_file) -> Shell:
    """A store with prod/db in it, which its key file and the keyring open."""
    scopes = Scopes(StorePaths(home / "data/jupyter_secrets/store.db", key_file))
    scopes.session(ADMIN).create_scope("prod")
    scopes.session(ADMIN).put("prod", "db", VALUE.encode())
    scopes.close()
    shell = Shell(home)
    shell.output("key", "add", "keyring")
    return shell


@pytest.fixture
def keyring_only(shell) -> Shell:
    """The same, and the keyring alone opens it."""
    shell.output("key", "remove", "file")
    return shell


@contextmanager
def server_over(home: Path) -> Iterator[Server]:
    """A server over the store of a home folder."""
    server = Server(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def scopes_of(server: Server) -> list[str]:
    return [one["name"] for one in server.secrets("GET", "scopes/list")["scopes"]]


def error_of(call: Callable[[], object]) -> HttpError:
    with pytest.raises(HttpError) as caught:
        call()
    return caught.value


# Within reach


def test_the_key_is_put_into_the_keyring_under_the_slots_name(shell, secret_service):
    (item,) = secret_service.items()

    (slot,) = [slot for kind, slot in shell.slots() if kind == "keyring"]
    assert item.label == f"Password for '{slot}' on 'jupyter-secrets'"
    assert item.attributes["service"] == "jupyter-secrets"
    assert item.attributes["username"] == slot
    assert len(base64.b64decode(item.secret, validate=True)) == 32


def test_the_keyring_alone_opens_the_store(keyring_only, key_file):
    assert not key_file.exists()

    assert keyring_only.value() == VALUE


def test_the_store_still_opens_after_another_login(keyring_only, secret_service):
    secret_service.stop()
    secret_service.start()

    assert keyring_only.value() == VALUE


def test_a_new_root_key_is_wrapped_for_the_keyring_too(keyring_only, secret_service, home):
    before = secret_service.items()

    keyring_only.output("key", "rotate")

    assert secret_service.items() == before
    assert keyring_only.value() == VALUE
    assert list((home / "data/jupyter_secrets").glob("backups/*")) == []


def test_a_rotated_key_replaces_the_older_one_in_the_keyring(keyring_only, secret_service):
    (before,) = secret_service.items()

    keyring_only.output("key", "rotate", "keyring")

    (after,) = secret_service.items()
    assert after.attributes["username"] != before.attributes["username"]
    assert after.secret != before.secret
    assert keyring_only.slots() == [("keyring", after.attributes["username"])]
    assert keyring_only.value() == VALUE


@pytest.mark.parametrize(
    "command",
    [["key", "remove", "keyring"], ["key", "rotate", "--drop", "keyring"]],
    ids=["remove", "drop"],
)
def test_a_key_that_opens_nothing_more_is_taken_out_of_the_keyring(shell, secret_service, command):
    shell.output(*command)

    assert secret_service.items() == []
    assert [kind for kind, _ in shell.slots()] == ["file"]
    assert shell.value() == VALUE


def test_a_dropped_key_file_does_not_stand_before_the_keyring(shell, key_file):
    shell.output("key", "rotate", "--drop", "file")

    assert not key_file.exists()
    assert shell.value() == VALUE


def test_the_key_is_in_no_output_and_in_nothing_that_the_keyring_shows(
    keyring_only, secret_service, home
):
    items = secret_service.items()
    with server_over(home) as server:
        scopes_of(server)
    keyring_only.output("key", "rotate")
    keyring_only.output("key", "rotate", "keyring")
    keyring_only.output("fsck")
    keyring_only.output("audit", "tail")
    items += secret_service.items()
    secret_service.lock()
    keyring_only.error("get-secret", "prod", "db")

    shown = keyring_only.said + "".join(f"{item.label}{item.attributes}" for item in items)
    written = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    for item in items:
        key = base64.b64decode(item.secret)
        for form in (key, item.secret, key.hex().encode(), base64.urlsafe_b64encode(key)):
            assert form not in shown.encode()
            assert not any(form in content for content in written)


# Out of reach


def no_bus(service, monkeypatch):
    monkeypatch.delenv(ADDRESS_VARIABLE)


def no_keyring(service, monkeypatch):
    service.stop()


def another_keyring(service, monkeypatch):
    service.stop()
    (service.folder / "data/keyrings/login.keyring").unlink()
    service.start()


def locked(service, monkeypatch):
    service.lock()


def without_login(service, monkeypatch):
    service.stop()
    service.start_without_login()


def unresponsive(service, monkeypatch):
    service.pause()


OUT_OF_REACH = {
    "no session": (no_bus, "No keyring of the operating system is available"),
    "no keyring": (no_keyring, "No keyring of the operating system is available"),
    "another keyring": (another_keyring, "The operating system's keyring has no key of this store"),
    "locked": (locked, "The operating system's keyring is locked: unlock it"),
    "without a login": (without_login, "The operating system's keyring is locked: unlock it"),
    "unresponsive": (unresponsive, "The operating system's keyring did not answer in 10 s"),
}


@pytest.mark.parametrize(("leave", "message"), OUT_OF_REACH.values(), ids=OUT_OF_REACH)
def test_a_keyring_out_of_reach_is_told_and_not_waited_for(
    keyring_only, secret_service, monkeypatch, leave, message
):
    leave(secret_service, monkeypatch)

    errors = keyring_only.error("get-secret", "prod", "db")

    assert errors.startswith(f"Error: STORE_LOCKED: The store is locked. {message}")


@pytest.mark.parametrize("leave", [no_bus, locked], ids=["no session", "locked"])
def test_a_passphrase_opens_the_store_where_the_keyring_does_not(
    keyring_only, secret_service, monkeypatch, leave
):
    keyring_only.output("key", "add", "passphrase", "--new-passphrase-fd", "0", typed=PASSPHRASE)
    leave(secret_service, monkeypatch)

    assert 'Run "jupyter secrets unlock"' in keyring_only.error("get-secret", "prod", "db")
    opened = ("get-secret", "prod", "db", "--passphrase-fd", "0")
    assert keyring_only.output(*opened, typed=PASSPHRASE) == VALUE


def test_on_a_terminal_no_passphrase_is_asked_for_where_there_is_none(
    keyring_only, secret_service, home
):
    secret_service.lock()
    terminal, stdin = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-m", "jupyter_secrets.cli", "get-secret", "prod", "db"],
        stdin=stdin, capture_output=True, text=True, timeout=LIMIT, check=False,
    )  # fmt: skip
    for descriptor in (terminal, stdin):
        os.close(descriptor)

    assert done.returncode == 1
    assert done.stderr.startswith("Error: STORE_LOCKED: ")


def test_a_locked_keyring_takes_no_key_and_the_store_stays_as_it_is(shell, secret_service):
    before = shell.slots()
    secret_service.lock()

    assert "keyring is locked: unlock it" in shell.error("key", "rotate", "keyring")
    assert shell.slots() == before


def test_a_removed_key_that_stays_in_a_locked_keyring_is_told(shell, secret_service):
    secret_service.lock()

    done = shell("key", "remove", "keyring")

    assert done.returncode == 0
    assert "could not be removed. The operating system's keyring is locked" in done.stderr
    assert [kind for kind, _ in shell.slots()] == ["file"]


def test_a_root_rotation_says_how_to_go_on_without_the_keyring(shell, secret_service, home):
    ((_, slot),) = [key for key in shell.slots() if key[0] == "keyring"]
    secret_service.lock()

    errors = shell.error("key", "rotate")

    assert "keyring is locked: unlock it" in errors
    assert errors.endswith(f"Or drop it: --drop {slot}.\n")
    assert list((home / "data/jupyter_secrets").glob("backups/*")) == []
    shell.output("key", "rotate", "--drop", slot)
    assert shell.value() == VALUE


# A server


def test_a_server_opens_the_store_with_the_keyring_alone(keyring_only, home):
    with server_over(home) as server:
        assert scopes_of(server) == ["prod"]


def test_a_server_opens_the_store_once_the_keyring_is_there(keyring_only, secret_service, home):
    secret_service.stop()
    with server_over(home) as server:
        locked = error_of(lambda: scopes_of(server))
        secret_service.start()

        assert locked.status == 423
        assert "No keyring of the operating system is available" in locked.body
        assert scopes_of(server) == ["prod"]


def test_a_server_asks_for_no_dialog_while_the_keyring_is_locked(
    keyring_only, secret_service, home
):
    secret_service.lock()
    with Prompter.waiting() as prompter, server_over(home) as server:
        time.sleep(2)  # it looks twice a second whether it can open the store by now
        locked = error_of(lambda: scopes_of(server))

        assert locked.status == 423
        assert "The operating system's keyring is locked: unlock it" in locked.body
        assert prompter.asked() == []
        secret_service.stop()
        secret_service.start()
        assert scopes_of(server) == ["prod"]
