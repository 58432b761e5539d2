"""Backups and restores beside other processes, which write, hold the store or follow it."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from jupyter_secrets.errors import (
    IntegrityError,
    InvalidParameterError,
    StoreBusyError,
    StoreError,
)
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store, StorePaths
from jupyter_secrets.store.db import connection as database
from tests.callers import ADMIN
from tests.store.conftest import value


@pytest.fixture
def backup(session, tmp_path):
    path = tmp_path / "backup.db"
    session.admin.back_up(path)
    return path


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
