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
from jupyter_secrets.model import Permission, SecretUpdate
from jupyter_secrets.scopes import Limits, Scopes
from jupyter_secrets.store import Store
from tests.callers import ALICE, exported

DAY = 24 * 60 * 60


@pytest.fixture
def limits():
    return Limits(secrets_per_scope=2)


@pytest.fixture
def scopes(new_scopes):
    """Two versions of prod/db, which Bob may read."""
    alice = new_scopes.session(ALICE)
    alice.create_scope("prod")
    alice.put("prod", "db", b"one")
    alice.put("prod", "db", b"two")
    alice.put_acl("prod", "bob", Permission.READ)
    return new_scopes


def test_versions_are_listed_and_read(bob):
    assert [one.version for one in bob.versions("prod", "db")] == [1, 2]
    assert bob.get("prod", "db", version=1).value == b"one"
    with pytest.raises(SecretNotFoundError, match="version 7"):
        bob.get("prod", "db", version=7)


def test_an_older_version_becomes_the_newest(alice, bob):
    alice.restore("prod", "db", version=1)

    assert bob.get("prod", "db").value == b"one"
    assert [one.version for one in bob.versions("prod", "db")] == [1, 2, 3]


def test_a_deleted_secret_is_restored_with_its_versions(alice, bob):
    alice.delete("prod", "db")
    assert [one.key for one in bob.describe_secrets("prod", deleted=True)] == ["db"]

    alice.restore("prod", "DB")

    assert bob.get("prod", "db", version=1).value == b"one"
    assert bob.describe_secrets("prod", deleted=True) == []


def test_a_secret_is_not_restored_over_another_or_over_the_limit(alice):
    alice.delete("prod", "db")
    with pytest.raises(SecretNotFoundError):
        alice.restore("prod", "never")
    alice.put("prod", "db", b"new")

    with pytest.raises(AlreadyExistsError):
        alice.restore("prod", "db")
    alice.delete("prod", "db")
    alice.put("prod", "a", b"x")
    alice.put("prod", "b", b"x")
    with pytest.raises(LimitExceededError):
        alice.restore("prod", "db")


def test_the_latest_of_several_deleted_is_restored(alice, bob):
    alice.delete("prod", "db")
    alice.put("prod", "db", b"later")
    alice.delete("prod", "db")

    alice.restore("prod", "db")

    assert bob.get("prod", "db").value == b"later"


def test_a_deletion_ends_with_its_retention(paths):
    times = [1_000.0]
    store = Store.open(paths, clock=lambda: times[0])
    service = Scopes(paths, Limits(retention_days=7))
    service._store = store
    service.session(ALICE).create_scope("prod")
    for key in ("early", "late"):
        service.session(ALICE).put("prod", key, b"x")
    service.session(ALICE).delete("prod", "early")
    times[0] += 6 * DAY
    service.session(ALICE).delete("prod", "late")
    assert len(service.session(ALICE).describe_secrets("prod", deleted=True)) == 2

    times[0] += 1 * DAY
    service.session(ALICE).put("prod", "new", b"x")

    assert [one.key for one in service.session(ALICE).describe_secrets("prod", deleted=True)] == [
        "late"
    ]
    service.close()


def test_without_retention_a_deletion_is_for_good(paths):
    service = Scopes(paths, Limits(retention_days=0))
    service.session(ALICE).create_scope("prod")
    service.session(ALICE).put("prod", "db", b"x")

    service.session(ALICE).delete("prod", "db")

    with sqlite3.connect(paths.database) as connection:
        assert connection.execute("SELECT count(*) FROM secrets").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM versions").fetchone() == (0,)
    connection.close()
    service.close()


def test_what_is_said_about_a_secret_changes_and_its_version_stays(alice, bob):
    alice.update("prod", "db", SecretUpdate("the main one", 2_000, False))
    (found,) = bob.describe_secrets("prod")
    assert (found.comment, found.expires_at, found.sensitive) == ("the main one", 2_000, False)
    assert not bob.get("prod", "db").sensitive

    alice.update("prod", "db", SecretUpdate(comment="", expires_at=0))

    (found,) = bob.describe_secrets("prod")
    assert (found.comment, found.expires_at, found.sensitive) == (None, None, False)
    assert found.version == 2


@pytest.mark.parametrize(
    "update", [SecretUpdate("x" * 1_001), SecretUpdate(expires_at=-1)], ids=["comment", "expiry"]
)
def test_an_impossible_update_is_refused(alice, update):
    with pytest.raises(InvalidParameterError):
        alice.update("prod", "db", update)


def test_a_purge_erases_the_deleted_of_one_name_or_all(alice):
    alice.put("prod", "api", b"x")
    alice.delete("prod", "db")
    alice.delete("prod", "api")

    assert alice.purge("prod", "API") == 1
    assert alice.purge("prod") == 1
    assert alice.describe_secrets("prod", deleted=True) == []


CALLS = {
    "versions": (Permission.READ, lambda session: session.versions("prod", "db")),
    "details": (Permission.READ, lambda session: session.describe_secrets("prod")),
    "update": (Permission.WRITE, lambda session: session.update("prod", "db", SecretUpdate("x"))),
    "restore": (Permission.WRITE, lambda session: session.restore("prod", "db", version=1)),
    "purge": (Permission.MANAGE, lambda session: session.purge("prod")),
    "export": (Permission.MANAGE, lambda session: session.export_scope("prod")),
    "import": (Permission.MANAGE, lambda session: session.import_scope("prod", {"db": b"x"})),
    "rotate": (Permission.MANAGE, lambda session: session.rotate_scope_key("prod")),
}


@pytest.mark.parametrize("held", Permission, ids=lambda held: held.name)
@pytest.mark.parametrize("call", CALLS)
def test_A1_who_may_do_what(alice, bob, call, held):
    needed, run = CALLS[call]
    alice.put_acl("prod", "bob", held)

    if held >= needed:
        run(bob)
    else:
        with pytest.raises(PermissionDeniedError, match=f"{needed.name} permission on scope prod"):
            run(bob)


def test_an_import_stores_all_or_nothing(alice):
    with pytest.raises(LimitExceededError):
        alice.import_scope("prod", {"a": b"1", "b": b"2"})

    assert exported(alice, "prod") == {"db": b"two"}
    alice.import_scope("prod", {"a": b"1", "db": b"2"})
    assert exported(alice, "prod") == {"a": b"1", "db": b"2"}
