"""Key files: the store's own, those that containers mount, and those that open nothing any more."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_secrets.errors import (
    InvalidParameterError,
    PermissionDeniedError,
    StoreError,
    StoreLockedError,
)
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store, StorePaths
from jupyter_secrets.store.files import create_file
from jupyter_secrets.store.keys.keyfile import KeyFile
from jupyter_secrets.store.keys.unlock import KEY_FILE_VARIABLE
from tests.callers import ADMIN

PASSPHRASE = "correct horse battery staple"
VALUE = b"first-canary-value"
# Whom a container runs as, and the group that its volumes are given.
USER, GROUP = 1000, 2000


def fill(paths: StorePaths) -> Scopes:
    service = Scopes(paths)
    service.session(ADMIN).create_scope("prod")
    service.session(ADMIN).put("prod", "db", VALUE)
    return service


@pytest.fixture
def scopes(paths):
    """The secret prod/db in a store that its key file opens."""
    with closing(fill(paths)) as service:
        yield service


def value(paths: StorePaths, typed: str | None = None) -> bytes:
    """Return the secret, as a new process gets it."""
    with closing(Scopes(paths)) as service:
        if typed is not None:
            service.session(ADMIN).unlock(typed)
        return service.session(ADMIN).get("prod", "db").value


# Of no slot any more


@pytest.fixture
def restored(scopes, session, paths, tmp_path):
    """A store with a passphrase, put back to before its key file was renewed."""
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    session.admin.back_up(tmp_path / "backup.db")
    session.admin.add_key("file")
    session.admin.restore_backup(tmp_path / "backup.db", passphrase=PASSPHRASE)
    scopes.close()
    return paths


def test_a_key_file_of_no_slot_locks_the_store_and_says_what_to_do(restored):
    with pytest.raises(StoreLockedError) as caught:
        value(restored)

    assert f"{restored.key} no longer belongs to a key of this store" in str(caught.value)
    assert '"jupyter secrets unlock"' in str(caught.value)
    assert '"jupyter secrets key add file"' in str(caught.value)
    status = Scopes(restored).status()
    assert (status.state, status.takes_passphrase) == ("locked", True)


def test_once_it_is_unlocked_a_key_file_that_fits_takes_its_place(restored):
    with closing(Scopes(restored)) as service:
        service.session(ADMIN).unlock(PASSPHRASE)
        service.session(ADMIN).admin.add_key("file")

    assert value(restored) == VALUE


@pytest.mark.parametrize("kind", ["file", "environment"])
def test_a_key_file_of_no_slot_leaves_it_to_the_other_keys(
    session, paths, tmp_path, monkeypatch, kind
):
    mounted = tmp_path / "mounted.key"
    session.admin.add_key("environment", path=mounted)
    old = (paths.key if kind == "file" else mounted).read_bytes()
    session.admin.remove_key(kind)
    stale = paths.key if kind == "file" else mounted
    stale.unlink(missing_ok=True)
    create_file(stale, old)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(mounted))

    assert value(paths) == VALUE


def test_a_stale_key_file_alone_asks_for_the_one_that_fits(session, paths):
    old = paths.key.read_bytes()
    session.admin.add_key("file")
    paths.key.write_bytes(old)

    with pytest.raises(StoreLockedError, match=r"a key of this store: put the one that does"):
        value(paths)


def test_what_is_wrong_with_the_file_that_the_environment_names_is_told(
    session, paths, tmp_path, monkeypatch
):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    paths.key.unlink()
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "mounted.key"))

    with pytest.raises(StoreLockedError, match=rf"which {KEY_FILE_VARIABLE} names, is missing"):
        value(paths)


def test_a_key_file_of_another_store_is_told_and_does_not_stop_a_passphrase(
    session, paths, tmp_path
):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    other = StorePaths(tmp_path / "2/data/store.db", tmp_path / "2/config/master.key")
    fill(other).close()
    shutil.copy(other.key, paths.key)

    with pytest.raises(StoreError, match="belongs to another store"):
        value(paths)
    with pytest.raises(PermissionDeniedError):
        value(paths, PASSPHRASE + "!")
    assert value(paths, PASSPHRASE) == VALUE


# What is there already


@pytest.mark.parametrize("kind", ["environment", "file"])
def test_a_file_that_is_no_key_of_this_store_is_not_overwritten(
    scopes, session, paths, tmp_path, kind, monkeypatch
):
    other = StorePaths(tmp_path / "2/data/store.db", tmp_path / "2/config/master.key")
    fill(other).close()
    text = tmp_path / "notes.txt"
    create_file(text, b"precious")
    link = tmp_path / "link"
    link.symlink_to(paths.key)
    before = session.admin.list_keys()

    for path in (paths.database, other.key, text, link):
        content, is_written_to = path.read_bytes(), path == paths.database  # the refusal's record
        if kind == "file":
            monkeypatch.setattr(scopes, "paths", replace(paths, key=path))
        with pytest.raises(InvalidParameterError, match=f"{path}.*Choose another path"):
            session.admin.add_key(kind, path=path)
        assert path.read_bytes() == content or is_written_to

    assert session.admin.list_keys() == before
    assert value(paths) == VALUE


def test_an_older_environment_key_is_replaced(session, paths, tmp_path, monkeypatch):
    mounted = tmp_path / "mounted.key"
    session.admin.add_key("environment", path=mounted)
    older = mounted.read_bytes()
    session.admin.add_key("environment", path=mounted)
    session.admin.remove_key("file")

    assert mounted.read_bytes() != older
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(mounted))
    assert value(paths) == VALUE


# Before there is a store


def test_a_store_begins_with_the_key_that_the_environment_names(paths, tmp_path, monkeypatch):
    create_file(tmp_path / "key", KeyFile.create().encode())
    (tmp_path / "mounted.key").symlink_to("key")
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "mounted.key"))

    with closing(Store.open(paths)) as store, store.begin() as transaction:
        assert [slot.kind for slot in transaction.slots()] == ["environment"]
    assert not paths.key.exists()


@pytest.mark.parametrize(
    ("leave", "told"),
    [
        (lambda path: None, "is missing"),
        (lambda path: create_file(path, b"32 random bytes"), "is not a key file"),
        (lambda path: create_file(path, b"[" * 100_000), "is not a key file"),
        (lambda path: path.mkdir(), "cannot be read: Is a directory"),
        (lambda path: os.mkfifo(path), "does not point to a regular file"),
        (lambda path: path.symlink_to(path.name), "cannot be read"),
    ],
    ids=["missing", "no key", "nested", "folder", "pipe", "loop"],
)
def test_without_one_no_store_begins_and_the_command_that_makes_it_is_told(
    paths, tmp_path, monkeypatch, leave, told
):
    mounted = tmp_path / "mounted.key"
    leave(mounted)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(mounted))

    with pytest.raises(StoreError, match=f"There is no store yet.*{mounted}.*{told}") as caught:
        Store.open(paths)

    assert "jupyter secrets key generate" in str(caught.value)
    assert "backup" not in str(caught.value)
    assert not paths.database.exists()


# As containers mount them


@pytest.fixture
def volume() -> Iterator[Path]:
    """A folder that every user of the system can reach."""
    if os.geteuid() != 0:
        pytest.skip("Only root acts as other users.")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def container(volume) -> StorePaths:
    """USER's store, which a Kubernetes volume's key opens."""
    home = volume / "home"
    home.mkdir(mode=0o755)
    paths = StorePaths(home / "data/store.db", home / "config/master.key")
    mounted = volume / "mounted/..2030_01_01/key"
    with closing(fill(paths)) as service:
        service.session(ADMIN).admin.add_key("environment", path=mounted)
        service.session(ADMIN).admin.remove_key("file")
    for path in (home, *home.rglob("*")):
        os.chown(path, USER, USER)
    for path in (mounted.parent, mounted.parent.parent):
        path.chmod(0o755)
    (volume / "mounted/..data").symlink_to("..2030_01_01")
    (volume / "mounted/key").symlink_to("..data/key")
    return paths


def as_user(call: Callable[[], object]) -> str:
    """Return what a call gives in a process of USER, who is in GROUP too; its error otherwise."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.setgroups([GROUP])
            os.setgid(USER)
            os.setuid(USER)
            try:
                result = str(call())
            except Exception as error:
                result = f"{type(error).__name__}: {error}"
            os.write(writing, result.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, encoding="utf-8") as stream:
        return stream.read()


OPENED = str(VALUE)
MODES = {
    "fsGroup": (0, GROUP, 0o440, False, OPENED),
    "fsGroup, and a group that may write": (0, GROUP, 0o660, False, "defaultMode: 0440"),
    "the same where that is set": (0, GROUP, 0o660, True, OPENED),
    "the user's own": (USER, USER, 0o600, False, OPENED),
    "the user's own, and a group's": (USER, GROUP, 0o440, False, "chmod 600"),
    "the same where it is set": (USER, GROUP, 0o440, True, OPENED),
    "everyone's, as by default": (0, GROUP, 0o644, False, "defaultMode: 0440"),
    "everyone's, where groups are accepted": (0, GROUP, 0o444, True, "defaultMode: 0440"),
    "another user's": (USER + 1, GROUP, 0o440, True, "belongs to another user"),
    "without fsGroup": (0, 0, 0o400, False, "cannot be read: Permission denied"),
}


@pytest.mark.parametrize(
    ("uid", "gid", "mode", "allow_group", "expected"), MODES.values(), ids=MODES
)
def test_a_mounted_secret_opens_the_store_if_it_is_for_its_user_alone(
    container, volume, monkeypatch, uid, gid, mode, allow_group, expected
):
    key = volume / "mounted/..data/key"
    os.chown(key, uid, gid)
    key.chmod(mode)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(volume / "mounted/key"))

    assert expected in as_user(lambda: value(replace(container, allow_group=allow_group)))


def test_a_folder_out_of_reach_is_told(container, volume, monkeypatch):
    (volume / "mounted").chmod(0o700)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(volume / "mounted/key"))

    told = as_user(lambda: value(container))

    assert told.startswith("StoreError: The key file")
    assert "cannot be read: Permission denied" in told


def test_a_root_rotation_reaches_a_mounted_key(container, volume, monkeypatch):
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(volume / "mounted/key"))
    os.chown(volume / "mounted/..data/key", 0, GROUP)
    (volume / "mounted/..data/key").chmod(0o440)

    def rotate() -> bytes:
        with closing(Scopes(container)) as service:
            service.session(ADMIN).admin.rotate_root_key()
        return value(container)

    assert as_user(rotate) == OPENED


def test_a_mounted_key_is_not_renewed_in_place(container, volume, monkeypatch):
    mounted = volume / "mounted/key"
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(mounted))
    monkeypatch.setattr(os, "geteuid", lambda: USER)

    with (
        closing(Scopes(container)) as service,
        pytest.raises(InvalidParameterError, match=r"symbolic link.*Choose another path"),
    ):
        service.session(ADMIN).admin.add_key("environment")

    assert mounted.is_symlink()
