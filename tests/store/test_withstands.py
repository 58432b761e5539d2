"""What the store must withstand, where it takes more than one part of it.

C1, C3 and so on are the rows of the table in docs/security.md; each has its test here or, by the
same name, in the module of the part that it is about.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from jupyter_secrets.errors import IntegrityError, SecretsError, StoreError
from jupyter_secrets.model import Permission
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store, crypto
from jupyter_secrets.store.integrity import anchor
from tests.callers import ADMIN
from tests.store.conftest import read

# A run by hand takes more of them.
KILLS = int(os.environ.get("KILLS", "6"))


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


def test_F5_both_folders_put_back_are_not_detected_and_one_is(scopes, paths, tmp_path):
    scopes.close()
    for folder in (paths.database.parent, paths.key.parent):
        shutil.copytree(folder, tmp_path / "old" / folder.name, dirs_exist_ok=True)
    newer = Scopes(paths)
    newer.session(ADMIN).put("prod", "db", b"rotated")
    newer.close()

    shutil.copy(tmp_path / "old" / paths.database.parent.name / "store.db", paths.database)
    with pytest.raises(IntegrityError, match="older than the store was"):
        Store.open(paths)
    # Said in docs/security.md: whoever puts both back goes unnoticed.
    shutil.copy(tmp_path / "old" / paths.key.parent.name / "anchor.json", paths.anchor)
    Store.open(paths).close()


@pytest.mark.parametrize(
    "statements",
    [
        ("UPDATE audit SET record = replace(record, 'root', 'bob ') WHERE seq = 3",),
        ("DELETE FROM audit WHERE seq = 3",),
        (
            "UPDATE audit SET seq = -3 WHERE seq = 3",
            "UPDATE audit SET seq = 3 WHERE seq = 4",
            "UPDATE audit SET seq = 4 WHERE seq = -3",
        ),
        ("DELETE FROM audit WHERE seq > 3",),
        ("DELETE FROM audit",),
        ("UPDATE audit SET record = x'00' WHERE seq = 2",),
    ],
    ids=["edit", "delete", "swap", "truncate", "empty", "type"],
)
def test_L2_a_changed_log_is_found_by_every_reader(scopes, session, paths, statements):
    for _ in range(3):
        session.get("prod", "db")
    scopes.close()
    with sqlite3.connect(paths.database) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()

    def verify() -> None:
        service = Scopes(paths)
        try:
            service.session(ADMIN).admin.audit_verify()
        finally:
            service.close()

    def tail() -> None:
        service = Scopes(paths)
        try:
            service.session(ADMIN).audit_tail(limit=100)
        finally:
            service.close()

    for reader in (verify, tail):
        with pytest.raises(StoreError):
            reader()
    assert Scopes(paths).session(ADMIN).admin.check() != []


def test_L2_records_behind_the_end_are_found_and_never_shown(scopes, session, paths):
    session.get("prod", "db")
    before = [record["seq"] for record in session.audit_tail(limit=100)]
    scopes.close()
    with sqlite3.connect(paths.database) as connection:
        connection.execute(
            "INSERT INTO audit SELECT seq + 100, key_generation, record, mac FROM audit"
        )
    connection.close()

    shown = [record["seq"] for record in session.audit_tail(limit=100)]

    assert shown[: len(before)] == before
    assert max(shown) < 100
    with pytest.raises(IntegrityError, match="The audit log was changed"):
        session.admin.audit_verify()


def test_L2_the_first_record_that_does_not_fit_is_named(session, paths):
    with sqlite3.connect(paths.database) as connection:
        connection.execute("UPDATE audit SET mac = x'00' WHERE seq = 2")
    connection.close()

    with pytest.raises(IntegrityError, match="at record 2:"):
        session.admin.audit_verify()


def test_L2_a_log_rewound_with_the_whole_file_is_found(scopes, session, paths):
    old = paths.database.read_bytes()
    session.get("prod", "db")
    scopes.close()  # moves the anchor to the end
    paths.database.write_bytes(old)

    with pytest.raises(IntegrityError, match="older than the store was"):
        Store.open(paths)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO acls SELECT scope_id, 'user', 'bob', 'READ' FROM scopes",
        "UPDATE versions SET blob = substr(blob, 1, 80)",
        "DELETE FROM versions",
        "DELETE FROM scope_keys",
        "UPDATE store SET epoch = epoch + 1",
        "UPDATE secrets SET mac = x'00'",
        "UPDATE secrets SET version = 1.5",
        "UPDATE secrets SET version = 'one'",
        "UPDATE scopes SET mac = 'text'",
        "UPDATE store SET mac = 5",
        "DROP TABLE acls",
    ],
)
def test_B2_what_fails_its_check_never_yields_a_value(scopes, paths, statement):
    scopes.close()
    with sqlite3.connect(paths.database) as connection, suppress(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()

    with pytest.raises(IntegrityError):
        Scopes(paths).session(ADMIN).get("prod", "db")


def test_B2_a_full_disk_at_the_audit_record_yields_no_value(scopes, session):
    store = scopes.store()
    with store.begin() as transaction:
        pages = transaction.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with store.database._outside() as connection:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreError, match="is full"):
        for _ in range(200):
            session.get("prod", "db")


@pytest.mark.parametrize("size", range(0, 60_000, 4096))
def test_F2_a_disk_that_takes_no_more_leaves_the_store_as_it_was(scopes, paths, size):
    """SQLite itself meets the error, in the journal or in the database."""
    scopes.close()
    child = os.fork()
    if child == 0:
        service = Scopes(paths)
        service.store()
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        with suppress(SecretsError):
            service.session(ADMIN).put("prod", "db", b"x" * 100_000)
            os._exit(1)
        os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    service = Scopes(paths)
    assert service.session(ADMIN).get("prod", "db").value == b"first-canary-value"
    assert service.session(ADMIN).admin.check() == []
    service.close()


def test_F2_an_anchor_that_cannot_be_written_is_said_and_the_change_stands(session, monkeypatch):
    def full(*_arguments):
        raise StoreError("The file anchor.json cannot be written: No space left on device.")

    monkeypatch.setattr(anchor, "replace_file", full)
    with pytest.raises(StoreError, match="The change was stored, but the anchor was not"):
        session.put("prod", "db", b"newer")

    assert session.get("prod", "db").value == b"newer"


def test_C3_a_flip_anywhere_in_the_file_is_refused_or_changes_no_answer(scopes, session, paths):
    session.put_acl("prod", "bob", Permission.READ)
    scopes.close()
    whole, random_source = paths.database.read_bytes(), random.Random(5)

    for _ in range(150):
        position = random_source.randrange(len(whole))
        changed = bytearray(whole)
        changed[position] ^= 1 << random_source.randrange(8)
        paths.database.write_bytes(changed)
        paths.database.with_name("store.db-journal").unlink(missing_ok=True)
        service = Scopes(paths)
        with suppress(StoreError):
            assert service.session(ADMIN).get("prod", "db").value == b"first-canary-value"
            assert [item.principal for item in service.session(ADMIN).list_acls("prod")] == [
                "bob",
                "root",
            ]
        with suppress(StoreError):
            service.close()


COLUMNS = {
    "store": ("store_id", "created_at", "root_generation", "slots_mac", "epoch", "scopes_mac",
              "audit_seq", "audit_mac", "mac"),
    "scopes": ("scope_id", "name", "backend_type", "key_generation", "created_at", "created_by",
               "mac"),
    "secrets": ("name", "version", "kept", "created_at", "created_by", "updated_at", "updated_by",
                "sensitive", "mac"),
    "acls": ("kind", "principal", "permission"),
    "key_slots": ("slot_id", "parameters", "root_generation", "wrapped", "created_at"),
    "scope_keys": ("root_generation", "wrapped"),
    "store_keys": ("root_generation", "wrapped"),
    "versions": ("version_id", "created_at", "created_by", "blob"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"), [(table, name) for table, names in COLUMNS.items() for name in names]
)
def test_C5_every_bit_of_every_column_is_covered(scopes, paths, table, column):
    scopes.close()
    with sqlite3.connect(paths.database) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        (row, found) = connection.execute(f"SELECT rowid, {column} FROM {table}").fetchone()
        statement = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
        for bit in range(1) if column == "sensitive" else _some_bits(found):
            connection.execute(statement, (_flipped(found, bit), row))
            connection.commit()
            with pytest.raises(StoreError):
                Scopes(paths).session(ADMIN).get("prod", "db")
            connection.execute(statement, (found, row))
            connection.commit()
    connection.close()
    assert Scopes(paths).session(ADMIN).get("prod", "db").value == b"first-canary-value"


def _some_bits(found: object) -> range:
    size = len(found) * 8 if isinstance(found, (bytes, str)) else 31
    return range(0, size, max(1, size // 5))


def _flipped(found: object, bit: int) -> object:
    if isinstance(found, int):
        return found ^ (1 << bit % 31)
    content = bytearray(found.encode() if isinstance(found, str) else found)
    content[bit // 8] ^= 1  # the lowest bit keeps text what it is
    return content.decode() if isinstance(found, str) else bytes(content)


def test_C5_what_was_pasted_in_is_not_blessed_by_the_next_write(store, paths):
    """Not even where the file's own counter of changes was put back."""
    with store.begin() as transaction:
        scope = transaction.scope("prod")
        transaction.remove(scope, transaction.secret(scope, "api"), by="alice")
        transaction.purge(scope, before=transaction.now)
    assert read(store) == b"first-canary-value"
    store._verifier._clock = lambda: 0.0  # nothing is ever due
    with sqlite3.connect(paths.database) as connection:
        connection.execute("UPDATE acls SET permission = 'MANAGE' WHERE principal = 'bob'")
        connection.execute(
            "INSERT INTO secrets SELECT 'x', scope_id, 'pasted', 'pasted', version, kept, "
            "created_at, created_by, updated_at, updated_by, comment, expires_at, sensitive, "
            "deleted_at, deleted_by, mac FROM secrets"
        )
    connection.close()

    with store.begin() as transaction:
        transaction.put(transaction.scope("prod"), "new", b"x", by="alice")

    with pytest.raises(IntegrityError), Store.open(paths).begin() as transaction:
        transaction.secrets(transaction.scope("prod"))


WRITER = """
import sys
from pathlib import Path
from jupyter_secrets.model import ADMINS, Caller, Permission
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import StorePaths

database, key, name = sys.argv[1:]
scopes = Scopes(StorePaths(Path(database), Path(key)))
session = scopes.session(Caller("root", frozenset({ADMINS})))
number = 0
while True:
    number += 1
    session.put("prod", name, b"%d" % number)
    print(number, flush=True)
    session.put_acl("prod", f"user-{name}", Permission(number % 3 + 1))
    if number % 4 == 0:
        session.admin.rotate_root_key()
    if number % 5 == 0:
        session.rotate_scope_key("prod")
"""


def start_writer(paths, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(paths.database), str(paths.key), name],
        stdout=subprocess.PIPE,
    )


def acknowledged(writer: subprocess.Popen[bytes]) -> int:
    """Kill a writer; return the last of its writes that it said was stored."""
    writer.kill()
    lines = writer.stdout.read().splitlines()
    writer.stdout.close()
    writer.wait()
    return int(lines[-1]) if lines else 0


def test_F2_an_acknowledged_write_survives_kill_9_with_others_writing(scopes, paths):
    """C5, C6 and F3 too: no false alarm, no value lost, the log in step, three processes."""
    scopes.close()
    other, moments = start_writer(paths, "other"), random.Random(7)
    for number in range(KILLS):
        name = f"victim{number % 50}"
        victim = start_writer(paths, name)
        victim.stdout.readline()  # it writes
        time.sleep(moments.random() * 0.4)
        last = max(acknowledged(victim), 1)

        assert _stored(paths, name) >= last
        assert other.poll() is None
    last = acknowledged(other)

    service = Scopes(paths)
    assert _stored(paths, "other") >= last
    assert service.session(ADMIN).admin.check() == []
    for name in [
        detail.key
        for detail in service.session(ADMIN).describe_secrets("prod")
        if detail.key != "db"
    ]:
        puts = [
            record
            for record in service.session(ADMIN).admin.audit_export()
            if (record["action"], record.get("key"), record["outcome"]) == ("put", name, "allow")
        ]
        (version,) = (
            d.version for d in service.session(ADMIN).describe_secrets("prod") if d.key == name
        )
        assert [record["version"] for record in puts] == list(range(1, version + 1))
    service.close()


def _stored(paths, name: str) -> int:
    service = Scopes(paths)
    try:
        return int(service.session(ADMIN).get("prod", name).value)
    except LookupError:
        return 0
    finally:
        service.close()
