"""The audit log for its readers: filtered, verified, in parts."""

from __future__ import annotations

import pytest

from jupyter_secrets.errors import PermissionDeniedError
from jupyter_secrets.model import AuditFilter, Permission
from jupyter_secrets.store import store as store_module
from tests.callers import ALICE, BOB, CAROL


@pytest.fixture
def scopes(new_scopes):
    """Alice's scope prod, which Bob may read and did, and Bob's scope dev."""
    alice = new_scopes.session(ALICE)
    alice.create_scope("prod")
    alice.put("prod", "db", b"first")
    alice.put_acl("prod", "bob", Permission.READ)
    bob = new_scopes.session(BOB)
    bob.get("prod", "db")
    bob.create_scope("dev")
    with pytest.raises(PermissionDeniedError):
        bob.put("prod", "db", b"x")
    return new_scopes


def actions(records) -> list[str]:
    return [str(record["action"]) for record in records]


def test_the_tail_is_the_newest_last(session):
    records = session.audit_tail(limit=3)

    assert actions(records) == ["get", "create-scope", "put"]
    assert [record["seq"] for record in records] == [5, 6, 7]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (AuditFilter(scope="PROD"), ["create-scope", "put", "put-acl", "get", "put"]),
        (AuditFilter(scope="prod", key="db", outcome="allow"), ["put", "get"]),
        (AuditFilter(principal="bob"), ["get", "create-scope", "put"]),
        (AuditFilter(action="get"), ["get"]),
        (AuditFilter(outcome="deny"), ["put"]),
        (AuditFilter(since=2**52), []),
        (AuditFilter(until=1), []),
    ],
)
def test_only_the_records_that_match_are_shown(session, wanted, expected):
    assert actions(session.admin.audit_export(wanted)) == expected
    assert actions(session.audit_tail(wanted)) == expected


def test_whoever_manages_a_scope_sees_its_records_and_no_others(alice, bob):
    seen = alice.audit_tail(AuditFilter(scope="prod"))

    assert {record["scope"] for record in seen} == {"prod"}
    for wanted in (AuditFilter(), AuditFilter(scope="dev")):
        with pytest.raises(PermissionDeniedError):
            alice.audit_tail(wanted)
    with pytest.raises(PermissionDeniedError):
        bob.audit_tail(AuditFilter(scope="prod"))


def test_a_name_used_again_shows_its_new_owner_nothing_of_the_old_one(
    scopes, session, alice, bob, monkeypatch
):
    alice.delete_scope("prod")
    with monkeypatch.context() as slow:
        slow.setattr(scopes.store(), "_clock", lambda: 1.0)  # clocks go back at times
        bob.create_scope("Prod")
        bob.put("prod", "own", b"x")

    assert actions(bob.audit_tail(AuditFilter(scope="prod"))) == [
        "create-scope",
        "put",
    ]
    assert bob.audit_tail(AuditFilter(scope="prod", key="db")) == []
    assert actions(session.audit_tail(AuditFilter(scope="prod"))).count("create-scope") == 2


def test_a_scope_that_a_backup_brings_back_shows_nothing_of_the_later_one(
    session, alice, bob, tmp_path
):
    session.admin.back_up(tmp_path / "backup.db")
    alice.delete_scope("prod")
    bob.create_scope("prod")
    bob.put("prod", "bobs-own", b"x")

    session.admin.restore_backup(tmp_path / "backup.db")
    alice.put("prod", "db", b"second")

    (seen,) = alice.audit_tail(AuditFilter(scope="prod"))
    assert (seen["action"], seen["key"]) == ("put", "db")


def test_a_long_log_is_verified_in_parts_while_others_write(session, bob, monkeypatch):
    monkeypatch.setattr(store_module, "AUDIT_BATCH", 3)
    for _ in range(7):
        bob.get("prod", "db")
    seen = []
    for record in session.admin.audit_export():
        seen.append(record["seq"])
        if len(seen) == 5:
            bob.get("prod", "db")

    assert seen == list(range(1, 17))
    assert session.admin.audit_verify() == 17


def test_a_record_says_which_version_and_how_many(session, alice):
    alice.put("prod", "db", b"second")
    alice.get("prod", "db", version=1)
    alice.export_scope("prod")

    put, get, export = session.audit_tail(limit=3)
    assert (put["version"], get["version"], export["count"]) == (2, 1, 1)


def test_stale_secrets_are_those_expired_old_or_never_read(scopes, alice, bob, monkeypatch):
    from jupyter_secrets.model import SecretUpdate

    alice.put("prod", "unread", b"x")
    alice.put("prod", "expired", b"x")
    alice.update("prod", "expired", SecretUpdate(expires_at=1))
    alice.get("prod", "expired")

    found = {one.details.key: one.reasons for one in bob.stale(days=90)}

    assert found == {"unread": ("never read",), "expired": ("expired",)}
    old = {one.details.key: one.reasons for one in bob.stale(days=0)}
    assert old["db"] == ("not rotated",)
    assert scopes.session(CAROL).stale() == []


def test_a_read_of_an_earlier_secret_of_the_same_name_does_not_count(alice, bob):
    alice.delete("prod", "db")
    alice.put("prod", "db", b"another")

    (found,) = bob.stale()

    assert (found.details.key, found.reasons, found.last_read_at) == ("db", ("never read",), None)
