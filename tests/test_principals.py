"""Users, groups and service principals: each kind has names of its own."""

from __future__ import annotations

import json
import sqlite3

import pytest

from jupyter_secrets.errors import AclNotFoundError, InvalidParameterError, PermissionDeniedError
from jupyter_secrets.model import AclItem, AuditFilter, Caller, Permission, Principal
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import StorePaths

ALICE, BOB = Caller("alice"), Caller("bob")
MEMBER = Caller("alice", frozenset({"team"}))
READ, MANAGE = Permission.READ, Permission.MANAGE
TEAM = frozenset({Principal("group", "team")})


@pytest.fixture
def paths(tmp_path):
    return StorePaths(tmp_path / "data/s/store.db", tmp_path / "config/s/master.key")


@pytest.fixture
def scopes(paths):
    """Alice's scope prod."""
    service = Scopes(paths)
    service.create_scope(ALICE, "prod")
    service.put(ALICE, "prod", "db", b"hunter2")
    yield service
    service.close()


def entries(scopes, caller=ALICE) -> dict[str, str]:
    return {item.principal: item.permission.name for item in scopes.list_acls(caller, "prod")}


def test_a_group_called_like_a_user_has_nothing_of_the_users(scopes):
    with pytest.raises(PermissionDeniedError):
        scopes.get(Caller("mallory", frozenset({"alice"})), "prod", "db")


def test_a_user_called_like_a_group_has_nothing_of_the_groups(scopes):
    scopes.put_acl(ALICE, "prod", "group:team", READ)

    with pytest.raises(PermissionDeniedError):
        scopes.get(Caller("team"), "prod", "db")
    assert scopes.get(Caller("bob", frozenset({"team"})), "prod", "db").value == b"hunter2"


def test_a_user_called_users_is_not_everyone(scopes):
    scopes.put_acl(ALICE, "prod", "user:users", READ)

    assert entries(scopes) == {"alice": "MANAGE", "user:users": "READ"}
    assert scopes.get(Caller("users"), "prod", "db").value == b"hunter2"
    with pytest.raises(PermissionDeniedError):
        scopes.get(BOB, "prod", "db")


@pytest.mark.parametrize(
    ("name", "caller", "known", "kind"),
    [
        ("bob", ALICE, frozenset(), "user"),
        ("users", ALICE, frozenset(), "group"),
        ("admins", ALICE, frozenset(), "group"),
        ("team", MEMBER, frozenset(), "group"),
        ("team", ALICE, TEAM, "group"),
        ("team", ALICE, frozenset(), "user"),
        ("etl", ALICE, frozenset({Principal("service", "etl")}), "service"),
        ("user:team", MEMBER, TEAM, "user"),
        ("group:bob", ALICE, frozenset(), "group"),
        ("service:etl", ALICE, frozenset(), "service"),
    ],
)
def test_a_name_is_resolved_when_the_acl_is_put(scopes, name, caller, known, kind):
    item = scopes.put_acl(caller, "prod", name, READ, known=known)

    assert item.kind == kind
    assert Principal(kind, name.rpartition(":")[2]) in scopes_acl(scopes)


def scopes_acl(scopes) -> set[tuple[str, str]]:
    with scopes.store().begin() as transaction:
        return set(transaction.scope("prod").acl)


@pytest.mark.parametrize("call", ["put", "get", "delete"])
def test_an_ambiguous_name_is_refused_and_both_full_ones_are_offered(scopes, call):
    scopes.put_acl(ALICE, "prod", "user:team", READ)
    scopes.put_acl(ALICE, "prod", "group:team", READ)
    before = scopes_acl(scopes)
    calls = {
        "put": lambda: scopes.put_acl(ALICE, "prod", "team", MANAGE),
        "get": lambda: scopes.get_acl(ALICE, "prod", "team"),
        "delete": lambda: scopes.delete_acl(ALICE, "prod", "team"),
    }

    with pytest.raises(InvalidParameterError, match="write group:team or user:team"):
        calls[call]()

    assert scopes_acl(scopes) == before


def test_a_group_is_not_taken_for_a_user_of_its_name_who_has_an_entry(scopes):
    scopes.put_acl(ALICE, "prod", "user:team", READ)

    with pytest.raises(InvalidParameterError, match="ambiguous"):
        scopes.put_acl(MEMBER, "prod", "team", MANAGE)
    with pytest.raises(InvalidParameterError, match="ambiguous"):
        scopes.put_acl(ALICE, "prod", "team", MANAGE, known=TEAM)


def test_answers_have_the_prefix_where_the_plain_name_would_be_ambiguous(scopes):
    scopes.put_acl(ALICE, "prod", "group:team", READ)
    assert entries(scopes) == {"alice": "MANAGE", "team": "READ"}

    scopes.put_acl(ALICE, "prod", "user:team", READ)
    scopes.put_acl(ALICE, "prod", "user:group:odd", READ)

    assert entries(scopes) == {
        "alice": "MANAGE", "group:team": "READ", "user:team": "READ", "user:group:odd": "READ",
    }  # fmt: skip
    assert scopes.get_acl(ALICE, "prod", "user:team") == AclItem("user:team", READ, "user")


def test_every_name_of_an_answer_names_the_same_principal_when_it_is_sent_back(scopes):
    for name in ("user:team", "group:team", "user:users", "users", "group:ops", "user:user:x"):
        scopes.put_acl(ALICE, "prod", name, READ)
    before = scopes_acl(scopes)

    for name in entries(scopes, MEMBER):
        scopes.put_acl(MEMBER, "prod", name, MANAGE, known=TEAM)

    assert scopes_acl(scopes) == before
    assert set(entries(scopes).values()) == {"MANAGE"}


def test_taking_one_kinds_permission_leaves_the_others(scopes):
    scopes.put_acl(ALICE, "prod", "user:team", READ)
    scopes.put_acl(ALICE, "prod", "group:team", READ)

    scopes.delete_acl(ALICE, "prod", "group:team")

    assert entries(scopes) == {"alice": "MANAGE", "team": "READ"}
    with pytest.raises(AclNotFoundError, match="Principal group:team has no ACL"):
        scopes.get_acl(ALICE, "prod", "group:team")
    with pytest.raises(PermissionDeniedError):
        scopes.get(Caller("bob", frozenset({"team"})), "prod", "db")


@pytest.mark.parametrize("name", ["user:", "group:line\nbreak", "user:" + "x" * 257])
def test_a_prefix_without_a_proper_name_is_refused(scopes, name):
    with pytest.raises(InvalidParameterError, match="printable characters"):
        scopes.put_acl(ALICE, "prod", name, READ)


def test_the_log_names_the_kind_that_was_stored(scopes, paths):
    scopes.put_acl(MEMBER, "prod", "team", READ)
    scopes.delete_acl(MEMBER, "prod", "team")

    with sqlite3.connect(paths.database) as connection:
        rows = connection.execute("SELECT record FROM audit ORDER BY seq DESC LIMIT 2").fetchall()
    connection.close()
    assert [json.loads(record)["about"] for (record,) in rows] == ["group:team"] * 2
    assert scopes.audit_tail(ALICE, AuditFilter(scope="prod"))


def test_who_is_refused_because_groups_are_unknown_is_told_so(scopes):
    scopes.put_acl(ALICE, "prod", "group:team", READ)
    caller = Caller("bob", groups_unknown="JupyterHub does not answer.")

    with pytest.raises(PermissionDeniedError) as caught:
        scopes.get(caller, "prod", "db")

    assert str(caught.value) == (
        "bob does not have READ permission on scope prod to perform this action. "
        "JupyterHub does not answer."
    )
