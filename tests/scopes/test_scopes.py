from __future__ import annotations

import json
import sqlite3
from itertools import product

import pytest

from jupyter_secrets.errors import (
    AclNotFoundError,
    AlreadyExistsError,
    InvalidParameterError,
    LimitExceededError,
    PermissionDeniedError,
    ScopeNotFoundError,
    SecretNotFoundError,
    SecretsError,
    SecretTooLargeError,
    StoreError,
    StoreLockedError,
)
from jupyter_secrets.model import (
    ADMINS,
    AclItem,
    AuditFilter,
    Caller,
    Permission,
    SecretUpdate,
)
from jupyter_secrets.scopes import Limits, Scopes
from tests.callers import ADMIN, ALICE, BOB, CAROL


@pytest.fixture
def limits():
    return Limits(scopes=3, secrets_per_scope=3, value_size=100)


@pytest.fixture
def scopes(new_scopes):
    """Alice's scope prod with the secret db; the store takes 3 scopes of 3 secrets."""
    alice = new_scopes.session(ALICE)
    alice.create_scope("prod")
    alice.put("prod", "db", b"hunter2")
    return new_scopes


def audit(paths) -> list[dict[str, object]]:
    with sqlite3.connect(paths.database) as connection:
        rows = connection.execute("SELECT record FROM audit ORDER BY seq").fetchall()
    connection.close()
    return [json.loads(record) for (record,) in rows]


def test_nothing_is_created_before_it_is_needed(new_scopes, tmp_path):
    assert not new_scopes.created
    assert new_scopes.epoch() == 0
    assert new_scopes.session(ADMIN).readable(at_most=10) == []
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_store_there_is_nothing_to_lock(new_scopes):
    with pytest.raises(StoreError, match="nothing to lock"):
        new_scopes.session(ADMIN).lock()

    assert not new_scopes.created


def test_a_value_comes_back_to_whoever_put_it(alice):
    found = alice.get("PROD", "DB")

    assert (found.value, found.label, found.version) == (b"hunter2", "prod/db", 1)


def test_a_version_hides_its_value(alice):
    assert "hunter2" not in repr(alice.get("prod", "db"))


CALLS = {
    "list_secrets": (Permission.READ, lambda session: session.list_secrets("prod")),
    "get": (Permission.READ, lambda session: session.get("prod", "db")),
    "put": (Permission.WRITE, lambda session: session.put("prod", "db", b"x")),
    "delete": (Permission.WRITE, lambda session: session.delete("prod", "db")),
    "put_acl": (
        Permission.MANAGE,
        lambda session: session.put_acl("prod", "dave", Permission.READ),
    ),
    "delete_acl": (Permission.MANAGE, lambda session: session.delete_acl("prod", "alice")),
    "list_acls": (Permission.MANAGE, lambda session: session.list_acls("prod")),
    "get_acl": (Permission.MANAGE, lambda session: session.get_acl("prod", "alice")),
    "delete_scope": (Permission.MANAGE, lambda session: session.delete_scope("prod")),
}
HOLDERS = {
    "user": ("bob", BOB),
    "user in full": ("user:bob", BOB),
    "group": ("group:analysts", Caller("bob", frozenset({"analysts"}))),
    "user called like the group": ("group:bob", BOB),
    "group called like the user": ("user:analysts", Caller("bob", frozenset({"analysts"}))),
    "everyone": ("users", BOB),
    "stranger": ("somebody", BOB),
    "admin": ("somebody", Caller("bob", frozenset({ADMINS}))),
}


@pytest.mark.parametrize(
    ("call", "holder", "held", "limit"),
    list(product(CALLS, HOLDERS, Permission, Permission)),
    ids=lambda value: value.name if isinstance(value, Permission) else value,
)
def test_A1_who_may_do_what(scopes, alice, call, holder, held, limit):
    needed, run = CALLS[call]
    principal, caller = HOLDERS[holder]
    alice.put_acl("prod", principal, held)
    caller = Caller(caller.name, caller.groups, limit=limit)
    nothing = dict.fromkeys(
        ("stranger", "user called like the group", "group called like the user"), 0
    )
    has = {**nothing, "admin": Permission.MANAGE}.get(holder, held)

    if min(has, limit) >= needed:
        run(scopes.session(caller))
    else:
        message = (
            f"bob does not have {needed.name} permission on scope prod to perform this action."
        )
        with pytest.raises(PermissionDeniedError) as caught:
            run(scopes.session(caller))
        assert caught.value.message == message


def test_a_user_called_like_a_built_in_group_gets_nothing_from_it(scopes, alice):
    alice.put_acl("prod", ADMINS, Permission.MANAGE)

    with pytest.raises(PermissionDeniedError):
        scopes.session(Caller(ADMINS)).get("prod", "db")


def test_A3_a_revoked_permission_holds_on_the_next_call(alice, bob):
    alice.put_acl("prod", "bob", Permission.READ)
    assert bob.get("prod", "db").value == b"hunter2"

    alice.delete_acl("prod", "bob")

    with pytest.raises(PermissionDeniedError):
        bob.get("prod", "db")


def test_everyone_sees_the_names_of_scopes(scopes):
    assert [scope.name for scope in scopes.session(CAROL).list_scopes()] == ["prod"]


def test_initial_manage_principal_replaces_the_creators_own_grant(alice, bob):
    alice.create_scope("open", initial_manage_principal="users")

    assert bob.list_acls("open") == [AclItem("users", Permission.MANAGE, "group")]


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (
            ScopeNotFoundError,
            "Scope dev does not exist!",
            lambda s: s.session(ALICE).get("dev", "x"),
        ),
        (
            SecretNotFoundError,
            "Secret does not exist with scope: prod and key: nope",
            lambda s: s.session(ALICE).get("prod", "nope"),
        ),
        (
            AlreadyExistsError,
            "Scope PROD already exists!",
            lambda s: s.session(BOB).create_scope("PROD"),
        ),
        (
            AclNotFoundError,
            "Principal eve has no ACL",
            lambda s: s.session(ALICE).get_acl("prod", "eve"),
        ),
        (
            InvalidParameterError,
            "Invalid scope name",
            lambda s: s.session(ALICE).create_scope("a/b"),
        ),
        (
            InvalidParameterError,
            "Invalid key name",
            lambda s: s.session(ALICE).put("prod", "a@b", b""),
        ),
        (
            InvalidParameterError,
            "initial_manage_principal",
            lambda s: s.session(ALICE).create_scope("x", initial_manage_principal="bob"),
        ),
        (
            SecretTooLargeError,
            "101 bytes, at most 100",
            lambda s: s.session(ALICE).put("prod", "big", b"x" * 101),
        ),
        (
            InvalidParameterError,
            "printable characters",
            lambda s: s.session(ALICE).put_acl("prod", "", Permission.READ),
        ),
    ],
)
def test_bad_input_says_what_was_wrong(scopes, error, message, call):
    with pytest.raises(error) as caught:
        call(scopes)

    assert message in str(caught.value)


def test_a_full_scope_and_a_full_store_say_so(alice):
    for name in ("k2", "k3"):
        alice.put("prod", name, b"x")
    for name in ("s2", "s3"):
        alice.create_scope(name)

    with pytest.raises(LimitExceededError, match="Scope prod is full: 3 secrets"):
        alice.put("prod", "k4", b"x")
    with pytest.raises(LimitExceededError, match="The store is full: 3 scopes"):
        alice.create_scope("s4")
    alice.put("prod", "k3", b"an existing one may change")


def test_a_value_of_the_whole_size_fits(paths):
    service = Scopes(paths)
    service.session(ALICE).create_scope("prod")
    value = bytes(range(256)) * 512

    service.session(ALICE).put("prod", "big", value)

    assert service.session(ALICE).get("prod", "big").value == value
    with pytest.raises(SecretTooLargeError):
        service.session(ALICE).put("prod", "big", value + b"x")


def test_every_answer_and_refusal_is_in_the_audit_log(scopes, alice, bob, paths):
    scopes.session(Caller("alice", via="kernel", kernel_id="k1", notebook="a.ipynb")).get(
        "prod", "db"
    )
    with pytest.raises(PermissionDeniedError):
        bob.get("prod", "db")
    with pytest.raises(SecretNotFoundError):
        alice.get("prod", "nope")

    allowed, denied, failed = audit(paths)[-3:]
    assert (allowed["outcome"], allowed["kernel_id"], allowed["notebook"], allowed["via"]) == (
        "allow", "k1", "a.ipynb", "kernel",
    )  # fmt: skip
    assert (denied["outcome"], denied["principal"], denied["scope"], denied["key"]) == (
        "deny", "bob", "prod", "db",
    )  # fmt: skip
    assert (failed["outcome"], failed["error_code"]) == ("error", "RESOURCE_DOES_NOT_EXIST")


def test_B2_without_its_audit_record_no_value_is_returned(alice, monkeypatch):
    def fail(*_args, **_options):
        raise SecretsError("no record")

    monkeypatch.setattr("jupyter_secrets.store.transaction.audit_log.append", fail)

    with pytest.raises(SecretsError, match="no record"):
        alice.get("prod", "db")


NO_NAMES = ["my secret pass phrase", "S3cr3t+Value/base64==", "half\udce9", "x" * 129]


@pytest.mark.parametrize("value", NO_NAMES, ids=["words", "base64", "bytes", "long"])
@pytest.mark.parametrize(
    "call",
    [
        lambda alice, value: alice.get("prod", value),
        lambda alice, value: alice.get(value, "db"),
        lambda alice, value: alice.put("prod", value, b"x"),
        lambda alice, value: alice.put(value, "db", b"x"),
        lambda alice, value: alice.delete("prod", value),
        lambda alice, value: alice.restore("prod", value),
        lambda alice, value: alice.purge("prod", value),
        lambda alice, value: alice.create_scope(value),
        lambda alice, value: alice.import_scope("prod", {value: b"x"}),
        lambda alice, value: alice.audit_tail(AuditFilter(scope=value)),
    ],
)
def test_a_value_in_the_place_of_a_name_is_neither_logged_nor_repeated(alice, paths, call, value):
    with pytest.raises(InvalidParameterError) as caught:
        call(alice, value)

    assert value not in str(caught.value)
    record = audit(paths)[-1]
    assert record["error_code"] == "INVALID_PARAMETER_VALUE"
    assert value not in record.values()
    assert value.encode("ascii", "backslashreplace").decode() not in json.dumps(record)


def test_what_cannot_be_a_principal_is_not_repeated(alice):
    for call in (alice.get_acl, alice.delete_acl):
        with pytest.raises(InvalidParameterError, match="printable characters"):
            call("prod", "a secret\n")


def test_a_comment_is_text(alice):
    with pytest.raises(InvalidParameterError, match="comment"):
        alice.update("prod", "db", SecretUpdate(comment="half \ud800"))


def test_the_filters_get_what_their_user_may_read_and_nothing_else(scopes, session, alice, bob):
    bob.create_scope("bobs")
    bob.put("bobs", "k", b"bob's own")
    alice.put_acl("prod", "carol", Permission.READ)

    def values(caller):
        return [version.value for version in scopes.session(caller).readable(at_most=10)]

    assert values(BOB) == [b"bob's own"]
    assert values(CAROL) == [b"hunter2"]
    assert values(ADMIN) == [b"bob's own", b"hunter2"]
    assert session.readable(at_most=1) is None


def test_reading_for_the_filters_is_one_record(alice, paths):
    before = len(audit(paths))

    alice.readable(at_most=10)

    (record,) = audit(paths)[before:]
    assert (record["action"], record["via"]) == ("read-for-redaction", "internal")


def test_a_store_whose_key_is_gone_says_so_and_works_once_it_is_back(scopes, alice, paths):
    scopes.close()
    away = paths.key.with_suffix(".away")
    paths.key.rename(away)
    with pytest.raises(StoreLockedError):
        alice.get("prod", "db")

    away.rename(paths.key)

    assert alice.get("prod", "db").value == b"hunter2"


def test_a_deleted_scope_takes_its_secrets_with_it(alice, paths):
    alice.delete_scope("prod")

    with pytest.raises(ScopeNotFoundError):
        alice.list_secrets("prod")
    with sqlite3.connect(paths.database) as connection:
        for table in ("scopes", "secrets", "versions", "acls", "scope_keys"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    connection.close()
