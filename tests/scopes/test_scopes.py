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
from jupyter_secrets.store import StorePaths

ALICE, BOB, CAROL = Caller("alice"), Caller("bob"), Caller("carol")
ADMIN = Caller("root", frozenset({ADMINS}))


@pytest.fixture
def paths(tmp_path):
    return StorePaths(tmp_path / "data/s/store.db", tmp_path / "config/s/master.key")


@pytest.fixture
def scopes(paths):
    """Alice's scope prod with the secret db; the store takes 3 scopes of 3 secrets."""
    service = Scopes(paths, Limits(scopes=3, secrets_per_scope=3, value_size=100))
    service.create_scope(ALICE, "prod")
    service.put(ALICE, "prod", "db", b"hunter2")
    yield service
    service.close()


def audit(paths) -> list[dict[str, object]]:
    with sqlite3.connect(paths.database) as connection:
        rows = connection.execute("SELECT record FROM audit ORDER BY seq").fetchall()
    connection.close()
    return [json.loads(record) for (record,) in rows]


def test_nothing_is_created_before_it_is_needed(tmp_path):
    service = Scopes(StorePaths(tmp_path / "d/store.db", tmp_path / "c/master.key"))

    assert not service.created
    assert service.epoch() == 0
    assert service.readable(ADMIN, at_most=10) == []
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_store_there_is_nothing_to_lock(tmp_path):
    service = Scopes(StorePaths(tmp_path / "d/store.db", tmp_path / "c/master.key"))

    with pytest.raises(StoreError, match="nothing to lock"):
        service.lock(ADMIN)

    assert not service.created


def test_a_value_comes_back_to_whoever_put_it(scopes):
    found = scopes.get(ALICE, "PROD", "DB")

    assert (found.value, found.label, found.version) == (b"hunter2", "prod/db", 1)


def test_a_version_hides_its_value(scopes):
    assert "hunter2" not in repr(scopes.get(ALICE, "prod", "db"))


CALLS = {
    "list_secrets": (Permission.READ, lambda s, c: s.list_secrets(c, "prod")),
    "get": (Permission.READ, lambda s, c: s.get(c, "prod", "db")),
    "put": (Permission.WRITE, lambda s, c: s.put(c, "prod", "db", b"x")),
    "delete": (Permission.WRITE, lambda s, c: s.delete(c, "prod", "db")),
    "put_acl": (Permission.MANAGE, lambda s, c: s.put_acl(c, "prod", "dave", Permission.READ)),
    "delete_acl": (Permission.MANAGE, lambda s, c: s.delete_acl(c, "prod", "alice")),
    "list_acls": (Permission.MANAGE, lambda s, c: s.list_acls(c, "prod")),
    "get_acl": (Permission.MANAGE, lambda s, c: s.get_acl(c, "prod", "alice")),
    "delete_scope": (Permission.MANAGE, lambda s, c: s.delete_scope(c, "prod")),
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
def test_A1_who_may_do_what(scopes, call, holder, held, limit):
    needed, run = CALLS[call]
    principal, caller = HOLDERS[holder]
    scopes.put_acl(ALICE, "prod", principal, held)
    caller = Caller(caller.name, caller.groups, limit=limit)
    nothing = dict.fromkeys(
        ("stranger", "user called like the group", "group called like the user"), 0
    )
    has = {**nothing, "admin": Permission.MANAGE}.get(holder, held)

    if min(has, limit) >= needed:
        run(scopes, caller)
    else:
        message = (
            f"bob does not have {needed.name} permission on scope prod to perform this action."
        )
        with pytest.raises(PermissionDeniedError) as caught:
            run(scopes, caller)
        assert str(caught.value) == message


def test_a_user_called_like_a_built_in_group_gets_nothing_from_it(scopes):
    scopes.put_acl(ALICE, "prod", ADMINS, Permission.MANAGE)

    with pytest.raises(PermissionDeniedError):
        scopes.get(Caller(ADMINS), "prod", "db")


def test_A3_a_revoked_permission_holds_on_the_next_call(scopes):
    scopes.put_acl(ALICE, "prod", "bob", Permission.READ)
    assert scopes.get(BOB, "prod", "db").value == b"hunter2"

    scopes.delete_acl(ALICE, "prod", "bob")

    with pytest.raises(PermissionDeniedError):
        scopes.get(BOB, "prod", "db")


def test_everyone_sees_the_names_of_scopes(scopes):
    assert [scope.name for scope in scopes.list_scopes(CAROL)] == ["prod"]


def test_initial_manage_principal_replaces_the_creators_own_grant(scopes):
    scopes.create_scope(ALICE, "open", initial_manage_principal="users")

    assert scopes.list_acls(BOB, "open") == [AclItem("users", Permission.MANAGE, "group")]


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ScopeNotFoundError, "Scope dev does not exist!", lambda s: s.get(ALICE, "dev", "x")),
        (
            SecretNotFoundError,
            "Secret does not exist with scope: prod and key: nope",
            lambda s: s.get(ALICE, "prod", "nope"),
        ),
        (AlreadyExistsError, "Scope PROD already exists!", lambda s: s.create_scope(BOB, "PROD")),
        (AclNotFoundError, "Principal eve has no ACL", lambda s: s.get_acl(ALICE, "prod", "eve")),
        (InvalidParameterError, "Invalid scope name", lambda s: s.create_scope(ALICE, "a/b")),
        (InvalidParameterError, "Invalid key name", lambda s: s.put(ALICE, "prod", "a@b", b"")),
        (
            InvalidParameterError,
            "initial_manage_principal",
            lambda s: s.create_scope(ALICE, "x", initial_manage_principal="bob"),
        ),
        (
            SecretTooLargeError,
            "101 bytes, at most 100",
            lambda s: s.put(ALICE, "prod", "big", b"x" * 101),
        ),
        (
            InvalidParameterError,
            "printable characters",
            lambda s: s.put_acl(ALICE, "prod", "", Permission.READ),
        ),
    ],
)
def test_bad_input_says_what_was_wrong(scopes, error, message, call):
    with pytest.raises(error) as caught:
        call(scopes)

    assert message in str(caught.value)


def test_a_full_scope_and_a_full_store_say_so(scopes):
    for name in ("k2", "k3"):
        scopes.put(ALICE, "prod", name, b"x")
    for name in ("s2", "s3"):
        scopes.create_scope(ALICE, name)

    with pytest.raises(LimitExceededError, match="Scope prod is full: 3 secrets"):
        scopes.put(ALICE, "prod", "k4", b"x")
    with pytest.raises(LimitExceededError, match="The store is full: 3 scopes"):
        scopes.create_scope(ALICE, "s4")
    scopes.put(ALICE, "prod", "k3", b"an existing one may change")


def test_a_value_of_the_whole_size_fits(paths):
    service = Scopes(paths)
    service.create_scope(ALICE, "prod")
    value = bytes(range(256)) * 512

    service.put(ALICE, "prod", "big", value)

    assert service.get(ALICE, "prod", "big").value == value
    with pytest.raises(SecretTooLargeError):
        service.put(ALICE, "prod", "big", value + b"x")


def test_every_answer_and_refusal_is_in_the_audit_log(scopes, paths):
    scopes.get(Caller("alice", via="kernel", kernel_id="k1", notebook="a.ipynb"), "prod", "db")
    with pytest.raises(PermissionDeniedError):
        scopes.get(BOB, "prod", "db")
    with pytest.raises(SecretNotFoundError):
        scopes.get(ALICE, "prod", "nope")

    allowed, denied, failed = audit(paths)[-3:]
    assert (allowed["outcome"], allowed["kernel_id"], allowed["notebook"], allowed["via"]) == (
        "allow", "k1", "a.ipynb", "kernel",
    )  # fmt: skip
    assert (denied["outcome"], denied["principal"], denied["scope"], denied["key"]) == (
        "deny", "bob", "prod", "db",
    )  # fmt: skip
    assert (failed["outcome"], failed["error_code"]) == ("error", "RESOURCE_DOES_NOT_EXIST")


def test_B2_without_its_audit_record_no_value_is_returned(scopes, monkeypatch):
    def fail(*_args, **_options):
        raise SecretsError("no record")

    monkeypatch.setattr("jupyter_secrets.store.transaction.audit_log.append", fail)

    with pytest.raises(SecretsError, match="no record"):
        scopes.get(ALICE, "prod", "db")


NO_NAMES = ["my secret pass phrase", "S3cr3t+Value/base64==", "half\udce9", "x" * 129]


@pytest.mark.parametrize("value", NO_NAMES, ids=["words", "base64", "bytes", "long"])
@pytest.mark.parametrize(
    "call",
    [
        lambda s, value: s.get(ALICE, "prod", value),
        lambda s, value: s.get(ALICE, value, "db"),
        lambda s, value: s.put(ALICE, "prod", value, b"x"),
        lambda s, value: s.put(ALICE, value, "db", b"x"),
        lambda s, value: s.delete(ALICE, "prod", value),
        lambda s, value: s.restore(ALICE, "prod", value),
        lambda s, value: s.purge(ALICE, "prod", value),
        lambda s, value: s.create_scope(ALICE, value),
        lambda s, value: s.import_scope(ALICE, "prod", {value: b"x"}),
        lambda s, value: s.audit_tail(ALICE, AuditFilter(scope=value)),
    ],
)
def test_a_value_in_the_place_of_a_name_is_neither_logged_nor_repeated(scopes, paths, call, value):
    with pytest.raises(InvalidParameterError) as caught:
        call(scopes, value)

    assert value not in str(caught.value)
    record = audit(paths)[-1]
    assert record["error_code"] == "INVALID_PARAMETER_VALUE"
    assert value not in record.values()
    assert value.encode("ascii", "backslashreplace").decode() not in json.dumps(record)


def test_what_cannot_be_a_principal_is_not_repeated(scopes):
    for call in (scopes.get_acl, scopes.delete_acl):
        with pytest.raises(InvalidParameterError, match="printable characters"):
            call(ALICE, "prod", "a secret\n")


def test_a_comment_is_text(scopes):
    with pytest.raises(InvalidParameterError, match="comment"):
        scopes.update(ALICE, "prod", "db", SecretUpdate(comment="half \ud800"))


def test_the_filters_get_what_their_user_may_read_and_nothing_else(scopes):
    scopes.create_scope(BOB, "bobs")
    scopes.put(BOB, "bobs", "k", b"bob's own")
    scopes.put_acl(ALICE, "prod", "carol", Permission.READ)

    def values(caller):
        return [version.value for version in scopes.readable(caller, at_most=10)]

    assert values(BOB) == [b"bob's own"]
    assert values(CAROL) == [b"hunter2"]
    assert values(ADMIN) == [b"bob's own", b"hunter2"]
    assert scopes.readable(ADMIN, at_most=1) is None


def test_reading_for_the_filters_is_one_record(scopes, paths):
    before = len(audit(paths))

    scopes.readable(ALICE, at_most=10)

    (record,) = audit(paths)[before:]
    assert (record["action"], record["via"]) == ("read-for-redaction", "internal")


def test_a_store_whose_key_is_gone_says_so_and_works_once_it_is_back(scopes, paths):
    scopes.close()
    away = paths.key.with_suffix(".away")
    paths.key.rename(away)
    with pytest.raises(StoreLockedError):
        scopes.get(ALICE, "prod", "db")

    away.rename(paths.key)

    assert scopes.get(ALICE, "prod", "db").value == b"hunter2"


def test_a_deleted_scope_takes_its_secrets_with_it(scopes, paths):
    scopes.delete_scope(ALICE, "prod")

    with pytest.raises(ScopeNotFoundError):
        scopes.list_secrets(ALICE, "prod")
    with sqlite3.connect(paths.database) as connection:
        for table in ("scopes", "secrets", "versions", "acls", "scope_keys"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    connection.close()
