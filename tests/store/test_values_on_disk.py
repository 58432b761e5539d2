"""No value is in any file in plain text, and what was purged is in none at all."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import suppress

from jupyter_secrets.errors import (
    SecretsError,
)
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store, crypto
from tests.callers import ADMIN


def content_of_all_files(paths) -> bytes:
    folders = {paths.database.parent, paths.key.parent}
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


def test_C1_values_are_in_no_file_whatever_is_done_with_them(session, paths, tmp_path):
    session.put("prod", "db", b"second-canary-value")
    session.rotate_scope_key("prod")
    session.admin.rotate_root_key()
    session.admin.back_up(paths.database.with_name("backup.db"))
    session.delete("prod", "db")
    with suppress(SecretsError):
        session.get("prod", "canary value in the place of a name")

    assert b"canary" not in content_of_all_files(paths)


def test_C1_a_journal_that_a_crash_leaves_holds_no_value(scopes, paths):
    scopes.close()
    child = os.fork()
    if child == 0:
        store = Store.open(paths)
        with store.begin() as transaction:
            transaction.put(transaction.scope("prod"), "db", b"canary" * 20_000, by="x")
            transaction.connection.exec_driver_sql("PRAGMA cache_spill = 1")
            transaction.connection.exec_driver_sql("PRAGMA cache_size = 1")
            transaction.put(transaction.scope("prod"), "d2", b"canary" * 20_000, by="x")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    journal = paths.database.with_name("store.db-journal")

    assert journal.stat().st_size > 0  # it was there, and is looked at
    assert b"canary" not in content_of_all_files(paths)
    assert Scopes(paths).session(ADMIN).get("prod", "db").value == b"first-canary-value"


def test_C4_salts_and_nonces_come_from_the_system_and_never_twice(session, paths, monkeypatch):
    given, real = [], os.urandom

    def recording(size: int) -> bytes:
        given.append(real(size))
        return given[-1]

    monkeypatch.setattr(crypto.os, "urandom", recording)
    for number in range(100):
        session.put("prod", f"key{number}", b"the same value")

    with sqlite3.connect(paths.database) as connection:
        blobs = [blob for (blob,) in connection.execute("SELECT blob FROM versions")]
    connection.close()
    salts = [blob[5:37] for blob in blobs]
    nonces = [blob[69:81] for blob in blobs]
    ciphertexts = [blob[81:] for blob in blobs]
    for parts in (salts, nonces, ciphertexts):
        assert len(set(parts)) == len(parts) == 101
    assert set(salts[1:]) | set(nonces[1:]) <= set(given)


def test_F2_what_is_purged_is_in_no_file(scopes, session, paths):
    with sqlite3.connect(paths.database) as connection:
        blobs = [blob for (blob,) in connection.execute("SELECT blob FROM versions")]
    connection.close()
    assert blobs[0] in content_of_all_files(paths)
    scopes.store().snapshot("before-test")
    session.delete("prod", "db")

    assert session.purge("prod") == 1

    scopes.close()
    assert blobs[0] not in content_of_all_files(paths)
    assert blobs[0][81:] not in content_of_all_files(paths)
