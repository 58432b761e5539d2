"""The audit log for its readers: filtered, verified, in parts."""

from __future__ import annotations

import pytest

from jupyter_secrets.errors import PermissionDeniedError
from jupyter_secrets.model import ADMINS, AuditFilter, Caller, Permission
from jupyter_secrets.scopes import Limits, Scopes
from jupyter_secrets.store import store as store_module

ADMIN = Caller("root", frozenset({ADMINS}), via="cli")
ALICE, BOB = Caller("alice"), Caller("bob")


@pytest.fixture
def scopes(paths):
    """Alice's scope prod, which Bob may read and did, and Bob's scope dev."""
    service = Scopes(paths, Limits())
    service.create_scope(ALICE, "prod")
    service.put(ALICE, "prod", "db", b"first")
    service.put_acl(ALICE, "prod", "bob", Permission.READ)
    service.get(BOB, "prod", "db")
    service.create_scope(BOB, "dev")
    with pytest.raises(PermissionDeniedError):
        service.put(BOB, "prod", "db", b"x")
    yield service
    service.close()


def actions(records) -> list[str]:
    return [str(record["action"]) for record in records]


def test_the_tail_is_the_newest_last(scopes):
    records = scopes.audit_tail(ADMIN, limit=3)

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
def test_only_the_records_that_match_are_shown(scopes, wanted, expected):
    assert actions(scopes.audit_export(ADMIN, wanted)) == expected
    assert actions(scopes.audit_tail(ADMIN, wanted)) == expected


def test_whoever_manages_a_scope_sees_its_records_and_no_others(scopes):
    seen = scopes.audit_tail(ALICE, AuditFilter(scope="prod"))

    assert {record["scope"] for record in seen} == {"prod"}
    for wanted in (AuditFilter(), AuditFilter(scope="dev")):
        with pytest.raises(PermissionDeniedError):
            scopes.audit_tail(ALICE, wanted)
    with pytest.raises(PermissionDeniedError):
        scopes.audit_tail(BOB, AuditFilter(scope="prod"))


def test_a_name_used_again_shows_its_new_owner_nothing_of_the_old_one(scopes, monkeypatch):
    scopes.delete_scope(ALICE, "prod")
    with monkeypatch.context() as slow:
        slow.setattr(scopes.store(), "_clock", lambda: 1.0)  # clocks go back at times
        scopes.create_scope(BOB, "Prod")
        scopes.put(BOB, "prod", "own", b"x")

    assert actions(scopes.audit_tail(BOB, AuditFilter(scope="prod"))) == ["create-scope", "put"]
    assert scopes.audit_tail(BOB, AuditFilter(scope="prod", key="db")) == []
    assert actions(scopes.audit_tail(ADMIN, AuditFilter(scope="prod"))).count("create-scope") == 2


def test_a_scope_that_a_backup_brings_back_shows_nothing_of_the_later_one(scopes, tmp_path):
    scopes.back_up(ADMIN, tmp_path / "backup.db")
    scopes.delete_scope(ALICE, "prod")
    scopes.create_scope(BOB, "prod")
    scopes.put(BOB, "prod", "bobs-own", b"x")

    scopes.restore_backup(ADMIN, tmp_path / "backup.db")
    scopes.put(ALICE, "prod", "db", b"second")

    (seen,) = scopes.audit_tail(ALICE, AuditFilter(scope="prod"))
    assert (seen["action"], seen["key"]) == ("put", "db")


def test_a_long_log_is_verified_in_parts_while_others_write(scopes, monkeypatch):
    monkeypatch.setattr(store_module, "AUDIT_BATCH", 3)
    for _ in range(7):
        scopes.get(BOB, "prod", "db")
    seen = []
    for record in scopes.audit_export(ADMIN):
        seen.append(record["seq"])
        if len(seen) == 5:
            scopes.get(BOB, "prod", "db")

    assert seen == list(range(1, 17))
    assert scopes.audit_verify(ADMIN) == 17


def test_a_record_says_which_version_and_how_many(scopes):
    scopes.put(ALICE, "prod", "db", b"second")
    scopes.get(ALICE, "prod", "db", version=1)
    scopes.export_scope(ALICE, "prod")

    put, get, export = scopes.audit_tail(ADMIN, limit=3)
    assert (put["version"], get["version"], export["count"]) == (2, 1, 1)


def test_stale_secrets_are_those_expired_old_or_never_read(scopes, monkeypatch):
    from jupyter_secrets.model import SecretUpdate

    scopes.put(ALICE, "prod", "unread", b"x")
    scopes.put(ALICE, "prod", "expired", b"x", SecretUpdate(expires_at=1))
    scopes.get(ALICE, "prod", "expired")

    found = {one.details.key: one.reasons for one in scopes.stale(BOB, days=90)}

    assert found == {"unread": ("never read",), "expired": ("expired",)}
    old = {one.details.key: one.reasons for one in scopes.stale(BOB, days=0)}
    assert old["db"] == ("not rotated",)
    assert scopes.stale(Caller("carol")) == []


def test_a_read_of_an_earlier_secret_of_the_same_name_does_not_count(scopes):
    scopes.delete(ALICE, "prod", "db")
    scopes.put(ALICE, "prod", "db", b"another")

    (found,) = scopes.stale(BOB)

    assert (found.details.key, found.reasons, found.last_read_at) == ("db", ("never read",), None)
