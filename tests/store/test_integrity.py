"""Whoever can write the database must not be able to give himself anything."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import suppress
from itertools import permutations

import pytest

from jupyter_secrets.errors import IntegrityError, StoreError
from jupyter_secrets.store import Store
from jupyter_secrets.store.integrity.verifier import RECHECK_SECONDS
from tests.store.conftest import read


def edit(paths, *statements: str) -> None:
    with sqlite3.connect(paths.database) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


EDITS = {
    "grant": "INSERT INTO acls SELECT scope_id, 'user', 'mallory', 'READ' FROM scopes",
    "kind": "UPDATE acls SET kind = 'group' WHERE principal = 'bob'",
    "raise": "UPDATE acls SET permission = 'MANAGE' WHERE principal = 'bob'",
    "revoke": "DELETE FROM acls WHERE principal = 'alice'",
    "rename secret": "UPDATE secrets SET name = 'other', folded = 'other' WHERE name = 'api'",
    "older version": "UPDATE secrets SET version = 2 WHERE name = 'db'",
    "comment": "UPDATE secrets SET comment = 'x'",
    "expiry": "UPDATE secrets SET expires_at = 1",
    "sensitive": "UPDATE secrets SET sensitive = 0",
    "verdict": """UPDATE secrets SET verdicts = '{"password": "public"}'""",
    "delete secret": "DELETE FROM secrets WHERE name = 'api'",
    "mark deleted": "UPDATE secrets SET deleted_at = 1",
    "rename scope": "UPDATE scopes SET name = 'PROD'",
    "creator": "UPDATE scopes SET created_by = 'mallory'",
    "scope mac": "UPDATE scopes SET mac = x'00'",
}


@pytest.mark.parametrize("statement", EDITS.values(), ids=EDITS)
def test_C5_an_edited_row_is_refused(store, paths, statement):
    store.close()
    edit(paths, statement)
    reopened = Store.open(paths)

    with pytest.raises(IntegrityError), reopened.begin() as transaction:
        transaction.secrets(transaction.scope("prod"))

    reopened.close()


def test_C5_an_edit_is_found_while_the_store_is_open(store, paths):
    assert read(store) == b"first-canary-value"
    later = time.monotonic() + RECHECK_SECONDS
    store._verifier._clock = lambda: later
    edit(paths, EDITS["grant"])

    with pytest.raises(IntegrityError, match="was changed by something other"):
        read(store)


def test_C5_what_was_not_verified_is_not_used_before_it_is_found(store, paths):
    assert read(store) == b"first-canary-value"
    now = store._verifier._scopes[_scope_id(store)].checked_at
    store._verifier._clock = lambda: now  # a check is due once a second
    edit(paths, EDITS["grant"])

    with store.begin() as transaction:
        assert "mallory" not in transaction.scope("prod").acl


def _scope_id(store) -> str:
    with store.begin() as transaction:
        return transaction.scope("prod").scope_id


def test_C5_one_scope_is_closed_and_the_others_go_on(store, paths):
    with store.begin() as transaction:
        other = transaction.add_scope("dev", by="alice", acl={("user", "alice"): "MANAGE"})
        transaction.put(other, "db", b"dev value", by="alice")
    store.close()
    edit(
        paths,
        "INSERT INTO acls SELECT scope_id, 'user', 'mallory', 'READ' FROM scopes "
        "WHERE name = 'prod'",
    )
    reopened = Store.open(paths)

    with pytest.raises(IntegrityError, match="Scope prod was changed"):
        read(reopened)
    assert read(reopened, "dev") == b"dev value"
    reopened.close()


def test_C5_a_row_pasted_back_from_an_older_copy_is_refused(store, paths, tmp_path):
    old = tmp_path / "old.db"
    shutil.copy(paths.database, old)
    with store.begin() as transaction:
        scope = transaction.scope("prod")
        transaction.set_permission(scope, ("user", "bob"), None)
        transaction.put(scope, "db", b"rotated", by="alice")
    store.close()
    edit(
        paths,
        f"ATTACH '{old}' AS old",
        "DELETE FROM scopes",
        "INSERT INTO scopes SELECT * FROM old.scopes",
        "INSERT OR REPLACE INTO acls SELECT * FROM old.acls",
        "INSERT OR REPLACE INTO secrets SELECT * FROM old.secrets",
        "INSERT OR REPLACE INTO versions SELECT * FROM old.versions",
        "INSERT OR REPLACE INTO scope_keys SELECT * FROM old.scope_keys",
    )
    reopened = Store.open(paths)

    with pytest.raises(IntegrityError, match="put back from an older copy"):
        read(reopened)
    reopened.close()


def test_C5_a_removed_scope_is_not_taken_for_one_that_never_was(store, paths):
    store.close()
    edit(paths, "PRAGMA foreign_keys = ON", "DELETE FROM scopes")
    reopened = Store.open(paths)

    with pytest.raises(IntegrityError, match="A scope was removed"):
        read(reopened)
    reopened.close()


def test_C3_no_ciphertext_opens_in_the_place_of_another(store, paths):
    with store.begin() as transaction:
        scope = transaction.scope("prod")
        transaction.put(scope, "db", b"second version", by="alice")
        other = transaction.add_scope("dev", by="alice", acl={})
        transaction.put(other, "db", b"other scope", by="alice")
    with sqlite3.connect(paths.database) as connection:
        places = connection.execute("SELECT secret_id, version FROM versions").fetchall()
    connection.close()
    pairs = list(permutations(places, 2))

    assert len(pairs) == 12
    assert _values_with_swaps(store, paths, pairs) == []


def _values_with_swaps(store, paths, pairs) -> list[bytes]:
    """Swap each pair of blobs, read, swap back; return what could be read in a wrong place."""
    found = []
    for (secret, version), (other_secret, other_version) in pairs:
        place, other = (secret, version), (other_secret, other_version)
        blobs = _blobs(paths)
        _set_blob(paths, place, blobs[other])
        _set_blob(paths, other, blobs[place])
        for name in ("prod", "dev"):
            with store.begin() as transaction:
                scope = transaction.scope(name)
                for head in transaction.secrets(scope):
                    for wanted in range(1, head.version + 1):
                        if (head.secret_id, wanted) in (place, other):
                            with suppress(IntegrityError):
                                found.append(transaction.versions.value(scope, head, wanted))
        _set_blob(paths, place, blobs[place])
        _set_blob(paths, other, blobs[other])
    return found


def _blobs(paths) -> dict[tuple[str, int], bytes]:
    with sqlite3.connect(paths.database) as connection:
        rows = connection.execute("SELECT secret_id, version, blob FROM versions").fetchall()
    connection.close()
    return {(secret, version): blob for secret, version, blob in rows}


def _set_blob(paths, place: tuple[str, int], blob: bytes) -> None:
    with sqlite3.connect(paths.database) as connection:
        connection.execute(
            "UPDATE versions SET blob = ? WHERE secret_id = ? AND version = ?", (blob, *place)
        )
    connection.close()


def test_C3_every_flipped_bit_of_a_stored_value_is_refused(store, paths):
    place, blob = next(iter(_blobs(paths).items()))
    key = "db" if _head_id(store, "db") == place[0] else "api"

    for position in range(len(blob) * 8):
        flipped = bytearray(blob)
        flipped[position // 8] ^= 1 << position % 8
        _set_blob(paths, place, bytes(flipped))
        with pytest.raises(IntegrityError):
            read(store, key=key)


def _head_id(store, key: str) -> str:
    with store.begin() as transaction:
        return transaction.secret(transaction.scope("prod"), key).secret_id


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET record = replace(record, 'test', 'tesT')",
        "DELETE FROM audit WHERE seq = 1",
        "UPDATE audit SET mac = x'00' WHERE seq = 2",
    ],
    ids=["edit", "delete", "mac"],
)
def test_L2_a_changed_audit_log_is_found(store, paths, statement):
    store.close()
    edit(paths, statement)

    with pytest.raises(StoreError):
        reopened = Store.open(paths)
        list(reopened.audit_entries())


def test_L2_an_audit_log_cut_at_its_end_together_with_the_store_row_is_found(store, paths):
    store.close()
    edit(paths, "DELETE FROM audit WHERE seq = 2", "UPDATE store SET audit_seq = 1")

    with pytest.raises(IntegrityError):
        Store.open(paths)
