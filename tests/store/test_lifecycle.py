"""A secret's versions, what is said about it, its end, and its return."""

from __future__ import annotations

import sqlite3

import pytest

from jupyter_secrets.errors import (
    AlreadyExistsError,
    InvalidParameterError,
    LimitExceededError,
    PermissionDeniedError,
    SecretNotFoundError,
)
from jupyter_secrets.model import Caller, Permission, SecretUpdate
from jupyter_secrets.scopes import Limits, Scopes
from jupyter_secrets.store import Store

ALICE, BOB = Caller("alice"), Caller("bob")
DAY = 24 * 60 * 60


@pytest.fixture
def scopes(paths):
    """Two versions of prod/db, which Bob may read."""
    service = Scopes(paths, Limits(secrets_per_scope=2))
    service.create_scope(ALICE, "prod")
    service.put(ALICE, "prod", "db", b"one")
    service.put(ALICE, "prod", "db", b"two")
    service.put_acl(ALICE, "prod", "bob", Permission.READ)
    yield service
    service.close()


def test_versions_are_listed_and_read(scopes):
    assert [one.version for one in scopes.versions(BOB, "prod", "db")] == [1, 2]
    assert scopes.get(BOB, "prod", "db", version=1).value == b"one"
    with pytest.raises(SecretNotFoundError, match="version 7"):
        scopes.get(BOB, "prod", "db", version=7)


def test_an_older_version_becomes_the_newest(scopes):
    scopes.restore(ALICE, "prod", "db", version=1)

    assert scopes.get(BOB, "prod", "db").value == b"one"
    assert [one.version for one in scopes.versions(BOB, "prod", "db")] == [1, 2, 3]


def test_a_deleted_secret_is_restored_with_its_versions(scopes):
    scopes.delete(ALICE, "prod", "db")
    assert [one.key for one in scopes.details(BOB, "prod", deleted=True)] == ["db"]

    scopes.restore(ALICE, "prod", "DB")

    assert scopes.get(BOB, "prod", "db", version=1).value == b"one"
    assert scopes.details(BOB, "prod", deleted=True) == []


def test_a_secret_is_not_restored_over_another_or_over_the_limit(scopes):
    scopes.delete(ALICE, "prod", "db")
    with pytest.raises(SecretNotFoundError):
        scopes.restore(ALICE, "prod", "never")
    scopes.put(ALICE, "prod", "db", b"new")

    with pytest.raises(AlreadyExistsError):
        scopes.restore(ALICE, "prod", "db")
    scopes.delete(ALICE, "prod", "db")
    scopes.put(ALICE, "prod", "a", b"x")
    scopes.put(ALICE, "prod", "b", b"x")
    with pytest.raises(LimitExceededError):
        scopes.restore(ALICE, "prod", "db")


def test_the_latest_of_several_deleted_is_restored(scopes):
    scopes.delete(ALICE, "prod", "db")
    scopes.put(ALICE, "prod", "db", b"later")
    scopes.delete(ALICE, "prod", "db")

    scopes.restore(ALICE, "prod", "db")

    assert scopes.get(BOB, "prod", "db").value == b"later"


def test_a_deletion_ends_with_its_retention(paths):
    times = [1_000.0]
    store = Store.open(paths, clock=lambda: times[0])
    service = Scopes(paths, Limits(retention_days=7))
    service._store = store
    service.create_scope(ALICE, "prod")
    for key in ("early", "late"):
        service.put(ALICE, "prod", key, b"x")
    service.delete(ALICE, "prod", "early")
    times[0] += 6 * DAY
    service.delete(ALICE, "prod", "late")
    assert len(service.details(ALICE, "prod", deleted=True)) == 2

    times[0] += 1 * DAY
    service.put(ALICE, "prod", "new", b"x")

    assert [one.key for one in service.details(ALICE, "prod", deleted=True)] == ["late"]
    service.close()


def test_without_retention_a_deletion_is_for_good(paths):
    service = Scopes(paths, Limits(retention_days=0))
    service.create_scope(ALICE, "prod")
    service.put(ALICE, "prod", "db", b"x")

    service.delete(ALICE, "prod", "db")

    with sqlite3.connect(paths.database) as connection:
        assert connection.execute("SELECT count(*) FROM secrets").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM versions").fetchone() == (0,)
    connection.close()
    service.close()


def test_what_is_said_about_a_secret_changes_and_its_version_stays(scopes):
    scopes.update(ALICE, "prod", "db", SecretUpdate("the main one", 2_000, False))
    (found,) = scopes.details(BOB, "prod")
    assert (found.comment, found.expires_at, found.sensitive) == ("the main one", 2_000, False)
    assert not scopes.get(BOB, "prod", "db").sensitive

    scopes.update(ALICE, "prod", "db", SecretUpdate(comment="", expires_at=0))

    (found,) = scopes.details(BOB, "prod")
    assert (found.comment, found.expires_at, found.sensitive) == (None, None, False)
    assert found.version == 2


@pytest.mark.parametrize(
    "update", [SecretUpdate("x" * 1_001), SecretUpdate(expires_at=-1)], ids=["comment", "expiry"]
)
def test_an_impossible_update_is_refused(scopes, update):
    with pytest.raises(InvalidParameterError):
        scopes.update(ALICE, "prod", "db", update)


def test_a_purge_erases_the_deleted_of_one_name_or_all(scopes):
    scopes.put(ALICE, "prod", "api", b"x")
    scopes.delete(ALICE, "prod", "db")
    scopes.delete(ALICE, "prod", "api")

    assert scopes.purge(ALICE, "prod", "API") == 1
    assert scopes.purge(ALICE, "prod") == 1
    assert scopes.details(ALICE, "prod", deleted=True) == []


CALLS = {
    "versions": (Permission.READ, lambda s, c: s.versions(c, "prod", "db")),
    "details": (Permission.READ, lambda s, c: s.details(c, "prod")),
    "update": (Permission.WRITE, lambda s, c: s.update(c, "prod", "db", SecretUpdate("x"))),
    "restore": (Permission.WRITE, lambda s, c: s.restore(c, "prod", "db", version=1)),
    "purge": (Permission.MANAGE, lambda s, c: s.purge(c, "prod")),
    "export": (Permission.MANAGE, lambda s, c: s.export_scope(c, "prod")),
    "import": (Permission.MANAGE, lambda s, c: s.import_scope(c, "prod", {"db": b"x"})),
    "rotate": (Permission.MANAGE, lambda s, c: s.rotate_scope_key(c, "prod")),
}


@pytest.mark.parametrize("held", Permission, ids=lambda held: held.name)
@pytest.mark.parametrize("call", CALLS)
def test_A1_who_may_do_what(scopes, call, held):
    needed, run = CALLS[call]
    scopes.put_acl(ALICE, "prod", "bob", held)

    if held >= needed:
        run(scopes, BOB)
    else:
        with pytest.raises(PermissionDeniedError, match=f"{needed.name} permission on scope prod"):
            run(scopes, BOB)


def test_an_import_stores_all_or_nothing(scopes):
    with pytest.raises(LimitExceededError):
        scopes.import_scope(ALICE, "prod", {"a": b"1", "b": b"2"})

    assert scopes.export_scope(ALICE, "prod") == {"db": b"two"}
    scopes.import_scope(ALICE, "prod", {"a": b"1", "db": b"2"})
    assert scopes.export_scope(ALICE, "prod") == {"a": b"1", "db": b"2"}
