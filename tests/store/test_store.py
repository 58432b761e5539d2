from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jupyter_secrets.errors import IntegrityError, StoreError, StoreLockedError
from jupyter_secrets.store import Store, StorePaths
from tests.store.conftest import read


def test_a_value_comes_back_as_it_was_put(store, open_store):
    assert read(store) == read(open_store()) == b"first-canary-value"


def test_names_are_matched_without_case_and_kept_as_given(store):
    with store.begin() as transaction:
        scope = transaction.scope("PROD")
        head = transaction.secret(scope, "Db")

    assert (scope.name, head.name) == ("prod", "db")


def test_a_put_keeps_the_last_ten_versions(store):
    with store.begin() as transaction:
        scope = transaction.scope("prod")
        for number in range(2, 15):
            transaction.put(scope, "db", f"value {number}".encode(), by="bob")

    with store.begin() as transaction:
        scope = transaction.scope("prod")
        head = transaction.secret(scope, "db")
        kept = [transaction.versions.value(scope, head, version) for version in range(5, 15)]
        assert transaction.versions.value(scope, head, 4) is None
    assert (head.version, head.created_by, head.updated_by) == (14, "alice", "bob")
    assert kept == [f"value {number}".encode() for number in range(5, 15)]


def test_a_deleted_secret_is_gone_and_its_name_is_free(store):
    with store.begin() as transaction:
        scope = transaction.scope("prod")
        transaction.remove(scope, transaction.secret(scope, "db"), by="alice")

    with store.begin() as transaction:
        scope = transaction.scope("prod")
        assert transaction.secret(scope, "db") is None
        assert transaction.put(scope, "db", b"new", by="bob").version == 1


def test_a_purge_removes_what_was_deleted_before(store):
    with store.begin() as transaction:
        scope = transaction.scope("prod")
        transaction.remove(scope, transaction.secret(scope, "db"), by="alice")
    with store.begin() as transaction:
        transaction.purge(transaction.scope("prod"), before=transaction.now)

    with sqlite3.connect(store.paths.database) as connection:
        assert connection.execute("SELECT name FROM secrets").fetchall() == [("api",)]
        assert connection.execute("SELECT count(*) FROM versions").fetchone() == (1,)


def test_an_error_leaves_everything_as_it_was(store):
    with pytest.raises(RuntimeError), store.begin() as transaction:
        transaction.put(transaction.scope("prod"), "db", b"never", by="alice")
        raise RuntimeError

    assert read(store) == b"first-canary-value"


def test_C1_canary_values_are_in_no_file(store, paths):
    store.close()
    folders = (paths.database.parent, paths.key.parent)
    files = [path for folder in folders for path in folder.iterdir() if path.is_file()]

    assert {path.name for path in files} >= {"store.db", "master.key", "anchor.json"}
    assert not [path for path in files if b"canary" in path.read_bytes()]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077], ids=oct)
def test_F1_files_and_folders_are_the_owners_alone_whatever_the_umask(paths, umask):
    before = os.umask(umask)
    try:
        Store.open(paths).close()
    finally:
        os.umask(before)

    modes = {
        path: path.stat().st_mode & 0o777
        for folder in (paths.database.parent, paths.key.parent)
        for path in (folder, *folder.iterdir(), folder.parent)  # which was missing too
    }
    assert all(mode == (0o700 if path.is_dir() else 0o600) for path, mode in modes.items())


@pytest.mark.parametrize("missing", ["database", "key", "anchor"])
def test_K1_what_is_missing_is_never_replaced_by_a_fresh_store(store, paths, missing):
    store.close()
    getattr(paths, missing).unlink()

    with pytest.raises(StoreError, match=str(getattr(paths, missing))):
        Store.open(paths)

    assert not getattr(paths, missing).exists()


def test_without_its_key_a_store_is_locked(store, paths):
    store.close()
    paths.key.unlink()

    with pytest.raises(StoreLockedError, match=r"Its key file .* is missing"):
        Store.open(paths)


def test_K2_the_key_of_another_store_is_told_apart_from_a_wrong_one(store, paths, tmp_path):
    store.close()
    other = StorePaths(tmp_path / "other/store.db", tmp_path / "other-config/master.key")
    Store.open(other).close()
    paths.key.write_bytes(other.key.read_bytes())

    with pytest.raises(StoreError, match="belongs to another store"):
        Store.open(paths)


def test_K2_a_wrong_key_is_refused(store, paths):
    store.close()
    text = paths.key.read_text()
    key = text.split('"key": "')[1][:8]
    paths.key.write_text(text.replace(key, "AAAAAAAA"))

    with pytest.raises(StoreError, match="does not open this store"):
        Store.open(paths)


def test_F1_a_key_file_that_others_may_read_is_refused_with_the_fix(store, paths):
    store.close()
    paths.key.chmod(0o644)

    with pytest.raises(StoreError, match=f"chmod 600 {paths.key}"):
        Store.open(paths)


@pytest.mark.parametrize("folder", ["database", "key"])
def test_F1_a_folder_that_others_may_write_to_is_refused_with_the_fix(store, paths, folder):
    store.close()
    folder = getattr(paths, folder).parent
    folder.chmod(0o777)

    with pytest.raises(StoreError, match=f"chmod 700 {folder}"):
        Store.open(paths)

    folder.chmod(0o1777)  # as /tmp is: nobody removes another's files
    Store.open(paths).close()


def test_group_bits_are_accepted_where_that_is_set(store, paths):
    store.close()
    paths.key.chmod(0o640)
    allowed = StorePaths(paths.database, paths.key, allow_group=True)

    Store.open(allowed).close()


def test_F1_a_symbolic_link_is_not_followed(store, paths, tmp_path):
    store.close()
    elsewhere = tmp_path / "elsewhere.db"
    paths.database.rename(elsewhere)
    paths.database.symlink_to(elsewhere)

    with pytest.raises(StoreError, match="symbolic link"):
        Store.open(paths)


def test_a_newer_format_is_refused(store, paths):
    store.close()
    with sqlite3.connect(paths.database) as connection:
        connection.execute("UPDATE store SET format = 2")

    with pytest.raises(StoreError, match="install a newer version"):
        Store.open(paths)


def test_F5_a_database_put_back_from_an_older_copy_is_detected(store, paths):
    store.close()
    old = paths.database.read_bytes()
    newer = Store.open(paths)
    with newer.begin() as transaction:
        transaction.put(transaction.scope("prod"), "db", b"revoked", by="alice")
        transaction.audit({"action": "put"})
    newer.close()
    paths.database.write_bytes(old)

    with pytest.raises(IntegrityError, match="older than the store was"):
        Store.open(paths)
    accepted = Store.open(paths, accept_older=True)
    assert read(accepted) == b"first-canary-value"
    accepted.close()
    Store.open(paths).close()


def test_F5_a_database_replaced_while_in_use_is_detected(store, paths):
    old = paths.database.read_bytes()
    with store.begin() as transaction:
        transaction.put(transaction.scope("prod"), "db", b"newer", by="alice")
    paths.database.write_bytes(old)

    with pytest.raises(IntegrityError):
        read(store)


def test_what_another_process_wrote_is_seen(store, open_store):
    other = open_store()
    with other.begin() as transaction:
        transaction.put(transaction.scope("prod"), "db", b"from elsewhere", by="bob")

    assert read(store) == b"from elsewhere"
    assert store.epoch() == other.epoch() == 2


def _put_many(paths: StorePaths, key: str) -> None:
    store = Store.open(paths)
    for number in range(20):
        with store.begin() as transaction:
            transaction.put(transaction.scope("prod"), key, b"%d" % number, by=key)
            transaction.audit({"action": "put", "key": key})


def test_F3_three_processes_write_at_once_and_nothing_is_lost(store, paths):
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=_put_many, args=(paths, f"key{number}")) for number in range(3)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert [read(store, key=f"key{number}") for number in range(3)] == [b"19"] * 3
    assert len(list(store.audit_entries())) == 2 + 60


def test_a_fork_opens_a_connection_of_its_own(store):
    child = os.fork()
    if child == 0:
        os._exit(0 if read(store) == b"first-canary-value" else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert read(store) == b"first-canary-value"


CREATE = """
import sys
import threading
from pathlib import Path
from jupyter_secrets.store import Store, StorePaths
from jupyter_secrets.store import creation

def stop(*_):
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)

step, database, key = sys.argv[1:]
module, name = step.split(":")
setattr(__import__(f"jupyter_secrets.store.{module}", fromlist=["x"]), name, stop)
Store.open(StorePaths(Path(database), Path(key)))
"""


@pytest.mark.parametrize(
    "step",
    [
        "creation:replace_file",
        "creation:Database",
        "creation:_write_tables",
        "integrity.anchor:create",
        "integrity.anchor:replace_file",
        "creation:remove_file",
    ],
)
def test_a_creation_that_is_killed_can_be_done_again(paths, step):
    arguments = [step, str(paths.database), str(paths.key)]
    killed = subprocess.run([sys.executable, "-c", CREATE, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL

    store = Store.open(paths)

    with store.begin() as transaction:
        assert transaction.scopes() == []
    store.close()


def test_pragmas_are_set_on_the_connection(store):
    with store.database.begin() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }

    assert found == {
        "journal_mode": "truncate",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
    }


def test_a_store_that_was_moved_away_says_so(store, paths):
    paths.database.rename(paths.database.with_name("away.db"))

    with (
        pytest.raises(StoreError, match="was moved or removed while it was in use"),
        store.begin() as transaction,
    ):
        transaction.audit({"action": "x"})


def test_a_read_only_store_says_so(store, paths, monkeypatch):
    store.close()
    monkeypatch.setattr("jupyter_secrets.store.db.connection._set_pragmas", _read_only)

    with pytest.raises(StoreError, match="is read-only: make both writable"):
        store_again = Store.open(paths)
        with store_again.begin() as transaction:
            transaction.audit({"action": "x"})


def _read_only(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def test_a_damaged_database_is_an_integrity_error(store, paths):
    store.close()
    paths.database.write_bytes(b"not a database" * 1000)

    with pytest.raises(IntegrityError, match="damaged"):
        Store.open(paths)


def test_a_repr_shows_no_key(paths):
    from jupyter_secrets.store.keys.keyfile import KeyFile

    Store.open(paths).close()

    assert "key=" not in repr(KeyFile.read(paths.key))


def test_the_paths_keep_key_and_database_apart(paths: StorePaths):
    assert Path(paths.key).parent != Path(paths.database).parent
    assert paths.anchor.parent == paths.key.parent


def test_a_fork_in_the_middle_of_a_transaction_waits_for_its_end(store, paths):
    """A child that was forked within it would believe the parent's locks its own."""
    inside, released = threading.Event(), threading.Event()

    def write() -> None:
        with store.begin() as transaction:
            transaction.put(transaction.scope("prod"), "db", b"written", by="alice")
            inside.set()
            released.wait(0.3)

    thread = threading.Thread(target=write)
    thread.start()
    inside.wait()
    child = os.fork()
    if child == 0:
        os._exit(0 if read(store) == b"written" else 1)
    released.set()
    thread.join()

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert read(store) == read(Store.open(paths)) == b"written"


def test_a_child_that_ends_as_python_does_leaves_the_parents_transaction_alone(store, paths):
    with store.begin() as transaction:
        transaction.put(transaction.scope("prod"), "db", b"written", by="alice")
        transaction.connection.exec_driver_sql("PRAGMA cache_size = 1")
        child = os.fork()
        if child == 0:
            del transaction
            gc.collect()
            os._exit(0)
        os.waitpid(child, 0)

    assert read(Store.open(paths)) == b"written"
