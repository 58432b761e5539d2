"""Databases that are put back, restored and re-keyed beside processes that go on with them."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from jupyter_secrets.errors import (
    IntegrityError,
    InvalidParameterError,
    StoreBusyError,
    StoreError,
)
from jupyter_secrets.scopes import Limits, Scopes
from jupyter_secrets.store import Store, StorePaths
from jupyter_secrets.store.db import connection as database
from jupyter_secrets.store.integrity import rollback
from jupyter_secrets.store.maintenance import rotation
from tests.callers import ADMIN


@pytest.fixture
def other(paths):
    """The same store in another process, so to say: nothing is shared."""
    service = Scopes(paths)
    yield service
    service.close()


@pytest.fixture
def backup(session, tmp_path):
    path = tmp_path / "backup.db"
    session.admin.back_up(path)
    return path


def value(scopes: Scopes, key: str = "db") -> bytes:
    return scopes.session(ADMIN).get("prod", key).value


# Under a running process


def test_F5_a_database_put_back_under_a_running_process_is_found(session, other, paths):
    assert value(other) == b"first-canary-value"
    session.put("prod", "db", b"leaked")
    old = paths.database.read_bytes()
    session.put("prod", "db", b"renewed")
    paths.database.write_bytes(old)

    for _ in range(2):  # and it goes on being found
        with pytest.raises(IntegrityError, match="older than the store was"):
            value(other)
        with pytest.raises(IntegrityError, match="older than the store was"):
            other.session(ADMIN).put("prod", "db", b"on another way")


def test_F5_a_database_put_back_to_what_a_process_knows_is_found_within_a_second(
    session, other, paths, monkeypatch
):
    monkeypatch.setattr(rollback, "CHECK_INTERVAL_SECONDS", 0.1)
    assert value(other) == b"first-canary-value"
    known = paths.database.read_bytes()
    session.put("prod", "db", b"renewed")
    paths.database.write_bytes(known)  # to SQLite's own counter nothing has happened

    time.sleep(0.2)
    with pytest.raises(IntegrityError, match="older than the store was"):
        value(other)


def test_F5_the_anchor_never_moves_onto_another_way(scopes, session, other, paths, monkeypatch):
    monkeypatch.setattr(rollback, "CHECK_INTERVAL_SECONDS", 1e9)
    assert value(other) == b"first-canary-value"
    known = paths.database.read_bytes()
    for number in range(3):
        session.put("prod", "db", b"renewed %d" % number)
    scopes.close()
    paths.database.write_bytes(known)

    for _ in range(6):  # past where the anchor is
        with pytest.raises(IntegrityError, match="older than the store was"):
            other.session(ADMIN).put("prod", "db", b"on another way")
    with pytest.raises(IntegrityError, match="older than the store was"):
        Store.open(paths)


def test_a_process_goes_on_after_the_database_was_accepted_as_it_is(scopes, session, other, paths):
    old = paths.database.read_bytes()
    session.put("prod", "db", b"second")
    assert value(other) == b"second"
    scopes.close()
    paths.database.write_bytes(old)
    session.admin.reanchor()

    assert value(other) == b"first-canary-value"
    other.close()  # and leaves the anchor where it was accepted
    assert value(Scopes(paths)) == b"first-canary-value"


def test_a_missing_anchor_stops_a_running_process_before_it_writes(scopes, session, paths):
    away = paths.anchor.rename(paths.anchor.with_name("away"))

    with pytest.raises(StoreError, match=r"anchor .* is missing"):
        session.put("prod", "db", b"second")

    away.rename(paths.anchor)
    assert value(scopes) == b"first-canary-value"


def test_C3_a_value_from_before_a_restore_fits_no_version_from_after(
    scopes, session, backup, paths
):
    session.put("prod", "db", b"leaked")
    with closing(sqlite3.connect(paths.database)) as connection, connection:
        old = connection.execute("SELECT * FROM versions WHERE version = 2").fetchone()
    session.admin.restore_backup(backup)
    session.put("prod", "db", b"renewed")
    scopes.close()
    with closing(sqlite3.connect(paths.database)) as connection, connection:
        connection.execute("DELETE FROM versions WHERE version = 2")
        connection.execute(f"INSERT INTO versions VALUES ({','.join('?' * len(old))})", old)

    with pytest.raises(IntegrityError, match="was changed by something other"):
        value(scopes)
    assert [finding.check for finding in session.admin.check()] == ["values"]


def replace(path: Path, content: bytes) -> None:
    """Put another file in the place of one, as ``cp`` and ``mv`` and backup programs do."""
    other = path.with_name("other")
    other.write_bytes(content)
    other.chmod(0o600)
    other.replace(path)


def test_F5_a_database_file_replaced_under_a_running_process_is_found_at_once(
    scopes, session, other, paths
):
    old = paths.database.read_bytes()
    session.put("prod", "db", b"second")
    assert value(other) == b"second"
    replace(paths.database, old)

    for service in (other, scopes):
        with pytest.raises(IntegrityError, match="older than the store was"):
            value(service)
        with pytest.raises(IntegrityError, match="older than the store was"):
            service.session(ADMIN).put("prod", "db", b"on another way")
        assert "older than the store was" in service.status().message


def test_a_running_process_goes_on_once_a_replaced_database_was_accepted(
    scopes, session, other, paths
):
    old = paths.database.read_bytes()
    session.put("prod", "db", b"second")
    assert value(other) == b"second"
    replace(paths.database, old)
    with suppress(IntegrityError):
        value(other)
    with closing(Scopes(paths)) as admin:
        admin.session(ADMIN).admin.reanchor()

    assert value(other) == b"first-canary-value"
    other.session(ADMIN).put("prod", "db", b"third")
    assert value(scopes) == b"third"
    assert session.admin.check() == []


@pytest.mark.parametrize("put", [replace, Path.write_bytes], ids=["replaced", "in place"])
def test_a_running_process_goes_on_once_the_right_database_is_back(
    scopes, session, other, paths, put
):
    old = paths.database.read_bytes()
    session.put("prod", "db", b"second")
    scopes.close()
    assert value(other) == b"second"
    right = paths.database.read_bytes()
    put(paths.database, old)
    with pytest.raises(IntegrityError, match="older than the store was"):
        value(other)

    put(paths.database, right)

    assert value(other) == b"second"
    other.session(ADMIN).put("prod", "db", b"third")
    assert value(scopes) == b"third"
    assert session.admin.check() == []


def flip(path: Path, text: bytes) -> None:
    """Flip a bit of a file, right after a text; nothing else tells SQLite that it changed."""
    content = bytearray(path.read_bytes())
    assert content.count(text) == 1
    content[content.index(text) + len(text)] ^= 8
    path.write_bytes(content)


def test_D1_a_running_process_goes_on_once_damage_in_one_scope_is_mended(scopes, session, paths):
    scopes.close()
    flip(paths.database, b"rootMANAG")
    with pytest.raises(IntegrityError, match="was changed by something other"):
        value(scopes)
    assert session.readable(at_most=10) == []

    flip(paths.database, b"rootMANAG")

    assert [one.value for one in session.readable(at_most=10)] == [b"first-canary-value"]
    assert value(scopes) == b"first-canary-value"


# Restores


def test_F3_a_restore_beside_processes_that_write_loses_no_record(session, backup, paths):
    stopping, faults, puts = threading.Event(), [], []

    def write() -> None:
        with closing(Scopes(paths)) as service:
            while not stopping.is_set():
                try:
                    service.session(ADMIN).put("prod", "counter", b"x")
                    puts.append(1)
                except StoreError as error:
                    faults.append(error)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        session.admin.restore_backup(backup)
    stopping.set()
    for thread in threads:
        thread.join()

    assert faults == []
    records = [record["action"] for record in session.admin.audit_export()]
    assert records.count("put") == len(puts) + 1
    assert records.count("restore-backup") == 5
    assert session.admin.check() == []


def test_a_restore_past_a_root_rotation_is_followed_by_a_running_process(
    session, other, backup, paths
):
    session.admin.rotate_root_key()
    assert value(other) == b"first-canary-value"
    session.admin.restore_backup(backup)
    session.admin.rotate_root_key()  # the same generation once more, and another key

    other.session(ADMIN).create_scope("new")
    other.session(ADMIN).put("new", "k", b"v")
    other.close()

    with closing(Scopes(paths)) as later:
        assert later.session(ADMIN).get("new", "k").value == b"v"
        assert later.session(ADMIN).admin.check() == []


def test_what_a_crash_left_of_a_lost_database_does_not_get_into_a_restored_one(
    scopes, session, paths, tmp_path
):
    for number in range(40):
        session.put("prod", f"key{number}", os.urandom(3000))
    backup = tmp_path / "backup.db"
    session.admin.back_up(backup)
    session.put("prod", "after", b"x")
    scopes.close()
    child = os.fork()
    if child == 0:
        with Store.open(paths).begin() as transaction:
            transaction.connection.exec_driver_sql("PRAGMA cache_size = 1")
            scope = transaction.scope("prod")
            for number in range(40):
                transaction.put(scope, f"key{number}", os.urandom(3000), by="x")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert paths.database.with_name("store.db-journal").stat().st_size
    paths.database.unlink()

    session.admin.restore_backup(backup)

    assert value(scopes) == b"first-canary-value"
    assert session.admin.check() == []


@pytest.fixture
def held(paths, monkeypatch):
    """Another process that holds the database; nobody waits for long here."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 300)
    monkeypatch.setitem(database.PRAGMAS, "busy_timeout", 300)
    connection = sqlite3.connect(paths.database, isolation_level=None)
    yield lambda lock="EXCLUSIVE": connection.execute(f"BEGIN {lock}")
    connection.close()


def test_a_restore_of_a_busy_store_says_so_and_changes_nothing(
    scopes, session, backup, paths, held
):
    session.put("prod", "db", b"second")
    scopes.close()
    held()

    with pytest.raises(StoreError, match="is busy"):
        session.admin.restore_backup(backup)

    assert list(paths.database.parent.glob(".restore-*")) == []


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
@pytest.mark.parametrize("opened", [True, False], ids=["open", "not open yet"])
@pytest.mark.parametrize("call", [value, lambda s: s.session(ADMIN).put("prod", "db", b"x")],
                         ids=["get", "put"])  # fmt: skip
def test_a_call_waits_once_for_another_process_that_hangs(scopes, held, lock, opened, call):
    scopes.close()
    if opened:
        value(scopes)  # with the shorter patience
    held(lock)
    began = time.monotonic()

    with pytest.raises(StoreBusyError, match="is busy"):
        call(scopes)

    assert time.monotonic() - began < 0.3 * 2


def test_a_backup_of_a_busy_store_says_so_and_ends(scopes, paths, tmp_path, held):
    scopes.close()
    scopes.store()  # with the shorter patience
    held()
    began = time.monotonic()

    with pytest.raises(StoreError, match="is busy"):
        scopes.store().database.copy_to_new(tmp_path / "copy.db")

    assert time.monotonic() - began < 5
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_of_another_store_is_refused(scopes, session, backup, tmp_path, monkeypatch):
    elsewhere = StorePaths(tmp_path / "2/data/store.db", tmp_path / "2/config/master.key")
    with closing(Scopes(elsewhere)) as another:
        another.session(ADMIN).create_scope("theirs")
        another.session(ADMIN).admin.add_key(
            "passphrase", passphrase="correct horse battery staple"
        )
        another.session(ADMIN).admin.back_up(tmp_path / "theirs.db")

    with pytest.raises(StoreError, match="belongs to another store"):
        session.admin.restore_backup(tmp_path / "theirs.db")
    with pytest.raises(InvalidParameterError, match="is a backup of another store"):
        session.admin.restore_backup(
            tmp_path / "theirs.db", passphrase="correct horse battery staple"
        )

    assert value(scopes) == b"first-canary-value"


# Rotations beside each other


def forked(count: int, action) -> list[int]:
    """Run something in so many processes at once; return their exit statuses."""
    children = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            status = 1
            with suppress(BaseException):
                action(number)
                status = 0
            os._exit(status)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def test_C6_key_files_made_at_once_leave_one_that_opens_the_store(scopes, paths):
    scopes.close()
    for _ in range(5):
        statuses = forked(3, lambda _number: Scopes(paths).session(ADMIN).admin.add_key("file"))
        assert statuses == [0, 0, 0]
        with closing(Scopes(paths)) as service:
            assert value(service) == b"first-canary-value"
            assert [slot.kind for slot in service.session(ADMIN).admin.list_keys()] == ["file"]
            assert service.session(ADMIN).admin.check() == []


def test_C6_rotations_of_one_scope_at_once_all_succeed(scopes, session, paths, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 1)
    for number in range(6):
        session.put("prod", f"key{number}", b"v")
    scopes.close()

    statuses = forked(3, lambda _number: Scopes(paths).session(ADMIN).rotate_scope_key("prod"))

    assert statuses == [0, 0, 0]
    with closing(Scopes(paths)) as service:
        assert service.session(ADMIN).admin.check() == []
        assert len(service.session(ADMIN).export_scope("prod")) == 7


def test_the_last_key_is_removed_by_nobody(scopes):
    with pytest.raises(InvalidParameterError, match="last key"), scopes.store().begin() as one:
        one.set_slots([])


# What is left


def test_nothing_is_left_of_a_rotation_or_restore_that_was_killed(scopes, paths):
    scopes.close()
    left = [
        paths.backups / "before-root-rotation-1-aa.db",
        paths.backups / "before-scope-rotation-1-aa.db-journal",
        paths.database.with_name(".restore-aa.db"),
        paths.key.with_name(".master.key.1.new"),
    ]
    paths.backups.mkdir(mode=0o700, exist_ok=True)
    for path in left:
        shutil.copy(paths.database, path)
    kept = paths.backups / "before-format-2-1-aa.db"
    shutil.copy(paths.database, kept)

    assert value(scopes) == b"first-canary-value"

    assert [path for path in left if path.exists()] == []
    assert kept.exists()


def test_a_refused_rotation_leaves_no_copy(session, paths):
    session.admin.add_key("passphrase", passphrase="correct horse battery staple")
    for passphrase in ("wrong, and long enough", None):
        with suppress(StoreError, InvalidParameterError, PermissionError):
            session.admin.rotate_root_key(passphrase=passphrase)

    assert paths.backups.exists() is False or list(paths.backups.iterdir()) == []


@pytest.mark.parametrize("erase", ["purge", "delete_scope", "delete"])
def test_what_is_erased_is_in_no_copy_either(paths, erase):
    scopes = Scopes(paths, Limits(retention_days=0 if erase == "delete" else 7))
    scopes.session(ADMIN).create_scope("prod")
    scopes.session(ADMIN).put("prod", "db", b"first-canary-value")
    copy = scopes.store().snapshot("before-format-2")
    if erase == "purge":
        scopes.session(ADMIN).purge("prod")  # of nothing: what was erased before is in the copy
    else:
        getattr(scopes.session(ADMIN), erase)("prod", *(["db"] if erase == "delete" else []))

    assert not copy.exists()
    scopes.close()


def test_a_marker_that_is_left_over_costs_no_store(scopes, paths):
    scopes.close()
    paths.creation_marker.write_text("left over")
    away = paths.database.rename(paths.database.with_name("away"))

    with pytest.raises(StoreError, match=r"store's database .* is missing"):
        value(scopes)
    away.rename(paths.database)

    assert value(scopes) == b"first-canary-value"
    assert not paths.creation_marker.exists()


def test_a_key_file_of_somebody_else_is_not_removed_with_an_unfinished_store(scopes, paths):
    scopes.close()
    paths.database.unlink()
    paths.anchor.unlink()
    paths.creation_marker.write_text("of another creation")

    with pytest.raises(StoreError, match="is missing, while"):
        Store.open(paths)

    assert paths.key.exists()
