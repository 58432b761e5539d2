"""A rotation that is killed loses nothing, and one that another process missed spoils nothing."""

from __future__ import annotations

import pytest

from jupyter_secrets.errors import (
    InvalidParameterError,
    PermissionDeniedError,
    StoreError,
    StoreLockedError,
)
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store
from jupyter_secrets.store.maintenance import rotation
from tests.callers import ADMIN, BOB, exported
from tests.store.dying import failed_at_every_step, killed_at_every_step

PASSPHRASE = "correct horse battery staple"
VALUES = {f"key{number}": f"value number {number}".encode() for number in range(5)}


@pytest.fixture
def scopes(new_scopes):
    """Five secrets in prod, one of them in two versions."""
    session = new_scopes.session(ADMIN)
    session.create_scope("prod")
    session.put("prod", "key0", b"older")
    session.import_scope("prod", VALUES)
    return new_scopes


def assert_all_is_well(paths, *, typed: str | None = None) -> None:
    service = Scopes(paths)
    if typed:
        service.session(ADMIN).unlock(typed)
    assert exported(service.session(ADMIN), "prod") == VALUES
    assert service.session(ADMIN).get("prod", "key0", version=1).value == b"older"
    assert service.session(ADMIN).admin.check() == []
    service.close()


def rotate_root(paths):
    service = Scopes(paths)
    service.session(ADMIN).admin.rotate_root_key()


def rotate_scope(paths):
    rotation.BATCH = 2
    Scopes(paths).session(ADMIN).rotate_scope_key("prod")


def rotate_file(paths):
    Scopes(paths).session(ADMIN).admin.add_key("file")


ROTATIONS = {"root": rotate_root, "scope": rotate_scope, "file": rotate_file}


@pytest.mark.parametrize("rotate", ROTATIONS.values(), ids=ROTATIONS)
def test_C6_a_rotation_killed_at_any_step_loses_nothing(scopes, paths, rotate):
    scopes.close()

    steps = killed_at_every_step(lambda: rotate(paths), lambda: assert_all_is_well(paths))

    assert steps > 20


@pytest.mark.parametrize("rotate", ROTATIONS.values(), ids=ROTATIONS)
def test_C6_a_rotation_on_a_broken_disk_loses_nothing(scopes, paths, rotate):
    scopes.close()

    assert failed_at_every_step(lambda: rotate(paths), lambda: assert_all_is_well(paths)) > 20


def test_C6_each_key_alone_opens_the_store_after_a_root_rotation(scopes, session, paths):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    recovery = session.admin.make_recovery_key()

    session.admin.rotate_root_key(passphrase=PASSPHRASE)

    scopes.close()
    assert_all_is_well(paths)
    paths.key.unlink()
    assert_all_is_well(paths, typed=PASSPHRASE)
    assert_all_is_well(paths, typed=recovery)


def test_C6_a_process_with_the_old_root_key_goes_on_and_spoils_nothing(session, paths):
    other = Scopes(paths)
    assert other.session(ADMIN).get("prod", "key1").value == VALUES["key1"]

    session.admin.rotate_root_key()
    other.session(ADMIN).create_scope("dev")
    other.session(ADMIN).put("dev", "k", b"written after the rotation")
    session.rotate_scope_key("dev")
    other.session(ADMIN).put("dev", "k2", b"written after the second")

    assert session.get("dev", "k").value == b"written after the rotation"
    assert session.get("dev", "k2").value == b"written after the second"
    assert session.admin.check() == other.session(ADMIN).admin.check() == []
    other.close()


def test_a_root_rotation_changes_what_every_wrapped_key_is_wrapped_with(session, paths):
    before = _wrapped(paths)

    session.admin.rotate_root_key()

    after = _wrapped(paths)
    assert before.keys() == after.keys()
    assert all(before[place] != after[place] for place in before)
    assert list(paths.backups.iterdir()) == []


def _wrapped(paths) -> dict[tuple[object, ...], bytes]:
    import sqlite3

    with sqlite3.connect(paths.database) as connection:
        rows = [
            *connection.execute("SELECT 'slot', slot_id, wrapped FROM key_slots"),
            *connection.execute("SELECT 'scope', scope_id, wrapped FROM scope_keys"),
            *connection.execute("SELECT 'store', purpose, wrapped FROM store_keys"),
        ]
    connection.close()
    return {tuple(place): wrapped for *place, wrapped in rows}


def test_a_key_out_of_reach_stops_a_root_rotation_unless_it_is_dropped(scopes, session, paths):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    scopes.close()
    with pytest.raises(InvalidParameterError, match="--drop"):
        session.admin.rotate_root_key()
    with pytest.raises(PermissionDeniedError):
        session.admin.rotate_root_key(passphrase="another passphrase")

    session.admin.rotate_root_key(drop=["passphrase"])

    assert [key.kind for key in session.admin.list_keys()] == ["file"]
    with pytest.raises(InvalidParameterError, match="At least one key"):
        session.admin.rotate_root_key(drop=["file"])


def test_a_rotated_file_makes_the_old_one_useless(scopes, session, paths):
    old = paths.key.read_bytes()

    session.admin.add_key("file")

    scopes.close()
    paths.key.write_bytes(old)
    with pytest.raises(StoreLockedError, match="no longer belongs to a key of this store"):
        Store.open(paths)


def test_a_scope_rotation_leaves_no_value_under_the_old_key(session, paths):
    import sqlite3

    assert session.rotate_scope_key("prod") == 6

    with sqlite3.connect(paths.database) as connection:
        generations = connection.execute("SELECT DISTINCT substr(blob, 1, 5) FROM versions")
        assert generations.fetchall() == [(bytes([1, 0, 0, 0, 2]),)]
        assert connection.execute("SELECT generation FROM scope_keys").fetchall() == [(2,)]
    connection.close()


def test_a_scope_rotation_that_was_cut_off_is_brought_to_its_end(session, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    real, calls = rotation._reencrypt, []

    def cut_off(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise StoreError("cut off")
        return real(*arguments)

    monkeypatch.setattr(rotation, "_reencrypt", cut_off)
    with pytest.raises(StoreError, match="cut off"):
        session.rotate_scope_key("prod")
    monkeypatch.setattr(rotation, "_reencrypt", real)

    assert session.rotate_scope_key("prod") == 4


def test_who_may_not_manage_a_scope_does_not_rotate_its_key(scopes):
    with pytest.raises(PermissionDeniedError):
        scopes.session(BOB).rotate_scope_key("prod")


def test_a_scope_key_of_a_transaction_that_failed_is_not_used(scopes, session):
    store = scopes.store()
    with pytest.raises(StoreError, match="stop"), store.begin() as transaction:
        scope = transaction.renew_scope_key(transaction.scope("prod"))
        transaction.put(scope, "key1", b"never", by="x")
        raise StoreError("stop")

    session.rotate_scope_key("prod")

    assert exported(session, "prod") == VALUES
    assert session.admin.check() == []
