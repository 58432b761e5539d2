"""Rows, blobs and log records that something else changed are refused, and yield no value."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress

import pytest

from jupyter_secrets.errors import (
    IntegrityError,
    StoreError,
    UnauthenticatedError,
)
from jupyter_secrets.model import Permission, SecretUpdate
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store
from tests.callers import ADMIN
from tests.store.conftest import read


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
        connection.execute("INSERT INTO audit SELECT seq + 100, record, mac FROM audit")
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
    "secrets": ("name", "version", "version_ids", "created_at", "created_by", "updated_at",
                "updated_by", "sensitive", "verdicts", "mac"),
    "acls": ("kind", "principal", "permission"),
    "key_slots": ("slot_id", "parameters", "root_generation", "wrapped", "created_at"),
    "scope_keys": ("generation", "root_generation", "wrapped"),
    "store_keys": ("purpose", "root_generation", "wrapped"),
    "versions": ("version_id", "created_at", "created_by", "blob"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"), [(table, name) for table, names in COLUMNS.items() for name in names]
)
def test_C5_every_bit_of_every_column_is_covered(scopes, session, paths, table, column):
    session.put("prod", "url", b"https://svc:canary-Password-1@db.acme.test/")
    session.update("prod", "url", SecretUpdate(verdicts={"user": "secret"}))
    scopes.close()
    with sqlite3.connect(paths.database) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        query = f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL"
        (row, found) = connection.execute(query).fetchone()
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


TOKEN_COLUMNS = {
    "tokens": ("token_id", "name", "owner_kind", "owner", "digest", "scopes", "permission",
               "created_at", "expires_at", "last_used_at", "revoked_at", "revoked_by"),
    "service_principals": ("name", "comment", "created_at", "created_by"),
}  # fmt: skip


@pytest.fixture
def token(scopes, session):
    """The token of the service principal etl, used once; another one was revoked."""
    session.service_principals.create("etl", "every night")
    session.put_acl("prod", "etl", Permission.READ)
    revoked, _ = session.tokens.create("old", owner="etl", scopes=["prod"])
    session.tokens.revoke(revoked.token_id)
    _, token = session.tokens.create("new", owner="etl", scopes=["prod"])
    scopes.session(scopes.authenticate(token)).get("prod", "db")
    return token


def assert_closed(paths, token: str) -> None:
    """Assert that no token opens anything, that others go on, and that a check says why."""
    service = Scopes(paths)
    with pytest.raises(IntegrityError, match="of the store were changed"):
        service.session(service.authenticate(token)).get("prod", "db")
    assert service.session(ADMIN).get("prod", "db").value == b"first-canary-value"
    assert [fault.check for fault in service.session(ADMIN).admin.check()] == ["tokens"]
    service.close()


@pytest.mark.parametrize(
    ("table", "column"), [(table, name) for table, names in TOKEN_COLUMNS.items() for name in names]
)
def test_C5_every_column_of_tokens_and_service_principals_is_covered(
    scopes, paths, token, table, column
):
    scopes.close()
    with closing(sqlite3.connect(paths.database)) as connection, connection:
        query = f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL"
        (row, found) = connection.execute(query).fetchone()
        changed = _flipped(found, 0)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))

    assert_closed(paths, token)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM tokens WHERE revoked_at IS NULL",
        "DELETE FROM tokens WHERE revoked_at IS NOT NULL",
        "UPDATE tokens SET revoked_at = NULL, revoked_by = NULL",
        "UPDATE tokens SET scopes = NULL",
        "UPDATE tokens SET last_used_at = NULL",
        "UPDATE tokens SET expires_at = 'never'",
        "UPDATE tokens SET digest = 5",
        "INSERT INTO tokens SELECT 'x', name, 'user', 'root', x'00', NULL, 'MANAGE', created_at, "
        "expires_at, NULL, NULL, NULL FROM tokens LIMIT 1",
        "DELETE FROM service_principals",
        "INSERT INTO service_principals VALUES ('other', NULL, 1, 'root')",
        "UPDATE store SET tokens_mac = x'00'",
        "DROP TABLE tokens",
    ],
)
def test_C5_a_changed_set_of_tokens_opens_nothing(scopes, paths, token, statement):
    scopes.close()
    with closing(sqlite3.connect(paths.database)) as connection, connection:
        connection.execute(statement)

    with pytest.raises(StoreError):
        service = Scopes(paths)
        service.session(service.authenticate(token)).get("prod", "db")
    with suppress(StoreError):
        assert Scopes(paths).session(ADMIN).admin.check() != []


def test_C5_a_revoked_token_that_was_pasted_back_opens_nothing(scopes, session, paths, token):
    """Also in a process that goes on, and after the next write."""
    with closing(sqlite3.connect(paths.database)) as connection:
        rows = connection.execute("SELECT * FROM tokens").fetchall()
    (newest,) = (info for info in session.tokens.list() if info.revoked_at is None)
    session.tokens.revoke(newest.token_id)
    with closing(sqlite3.connect(paths.database)) as connection, connection:
        connection.execute("DELETE FROM tokens")
        connection.executemany(f"INSERT INTO tokens VALUES ({', '.join('?' * 12)})", rows)

    with pytest.raises((IntegrityError, UnauthenticatedError)):
        scopes.authenticate(token)
    session.put("prod", "db", b"another-canary-value")
    scopes.close()

    with pytest.raises(IntegrityError, match="tokens of the store were changed"):
        Scopes(paths).authenticate(token)


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
            "INSERT INTO secrets SELECT 'x', scope_id, 'pasted', 'pasted', version, version_ids, "
            "created_at, created_by, updated_at, updated_by, comment, expires_at, sensitive, "
            "verdicts, deleted_at, deleted_by, mac FROM secrets"
        )
    connection.close()

    with store.begin() as transaction:
        transaction.put(transaction.scope("prod"), "new", b"x", by="alice")

    with pytest.raises(IntegrityError), Store.open(paths).begin() as transaction:
        transaction.secrets(transaction.scope("prod"))
