"""Users, groups and service principals: each kind has names of its own."""

from __future__ import annotations

import json
import sqlite3

import pytest

from jupyter_secrets.errors import AclNotFoundError, InvalidParameterError, PermissionDeniedError
from jupyter_secrets.model import AclItem, AuditFilter, Caller, Permission, Principal
from tests.callers import ADMIN, ALICE

MEMBER = Caller("alice", frozenset({"team"}))
READ, MANAGE = Permission.READ, Permission.MANAGE
TEAM = frozenset({Principal("group", "team")})


@pytest.fixture
def scopes(new_scopes):
    """Alice's scope prod, and the service principal etl."""
    new_scopes.session(ADMIN).service_principals.create("etl")
    alice = new_scopes.session(ALICE)
    alice.create_scope("prod")
    alice.put("prod", "db", b"hunter2")
    return new_scopes


def entries(scopes, caller=ALICE) -> dict[str, str]:
    return {
        item.principal: item.permission.name for item in scopes.session(caller).list_acls("prod")
    }


def test_a_group_called_like_a_user_has_nothing_of_the_users(scopes):
    with pytest.raises(PermissionDeniedError):
        scopes.session(Caller("mallory", frozenset({"alice"}))).get("prod", "db")


def test_a_user_called_like_a_group_has_nothing_of_the_groups(scopes, alice):
    alice.put_acl("prod", "group:team", READ)

    with pytest.raises(PermissionDeniedError):
        scopes.session(Caller("team")).get("prod", "db")
    assert scopes.session(Caller("bob", frozenset({"team"}))).get("prod", "db").value == b"hunter2"


def test_a_user_called_users_is_not_everyone(scopes, alice, bob):
    alice.put_acl("prod", "user:users", READ)

    assert entries(scopes) == {"alice": "MANAGE", "user:users": "READ"}
    assert scopes.session(Caller("users")).get("prod", "db").value == b"hunter2"
    with pytest.raises(PermissionDeniedError):
        bob.get("prod", "db")


@pytest.mark.parametrize(
    ("name", "caller", "known", "kind"),
    [
        ("bob", ALICE, frozenset(), "user"),
        ("users", ALICE, frozenset(), "group"),
        ("admins", ALICE, frozenset(), "group"),
        ("team", MEMBER, frozenset(), "group"),
        ("team", ALICE, TEAM, "group"),
        ("team", ALICE, frozenset(), "user"),
        ("etl", ALICE, frozenset(), "service"),
        ("user:team", MEMBER, TEAM, "user"),
        ("group:bob", ALICE, frozenset(), "group"),
        ("service:etl", ALICE, frozenset(), "service"),
    ],
)
def test_a_name_is_resolved_when_the_acl_is_put(scopes, name, caller, known, kind):
    item = scopes.session(caller).put_acl("prod", name, READ, candidates=known)

    assert item.kind == kind
    assert Principal(kind, name.rpartition(":")[2]) in scopes_acl(scopes)


def scopes_acl(scopes) -> set[tuple[str, str]]:
    with scopes.store().begin() as transaction:
        return set(transaction.scope("prod").acl)


@pytest.mark.parametrize("call", ["put", "get", "delete"])
def test_an_ambiguous_name_is_refused_and_both_full_ones_are_offered(scopes, alice, call):
    alice.put_acl("prod", "user:team", READ)
    alice.put_acl("prod", "group:team", READ)
    before = scopes_acl(scopes)
    calls = {
        "put": lambda: alice.put_acl("prod", "team", MANAGE),
        "get": lambda: alice.get_acl("prod", "team"),
        "delete": lambda: alice.delete_acl("prod", "team"),
    }

    with pytest.raises(InvalidParameterError, match="write group:team or user:team"):
        calls[call]()

    assert scopes_acl(scopes) == before


def test_a_group_is_not_taken_for_a_user_of_its_name_who_has_an_entry(scopes, alice):
    alice.put_acl("prod", "user:team", READ)

    with pytest.raises(InvalidParameterError, match="ambiguous"):
        scopes.session(MEMBER).put_acl("prod", "team", MANAGE)
    with pytest.raises(InvalidParameterError, match="ambiguous"):
        alice.put_acl("prod", "team", MANAGE, candidates=TEAM)


def test_answers_have_the_prefix_where_the_plain_name_would_be_ambiguous(scopes, alice):
    alice.put_acl("prod", "group:team", READ)
    assert entries(scopes) == {"alice": "MANAGE", "team": "READ"}

    alice.put_acl("prod", "user:team", READ)
    alice.put_acl("prod", "user:group:odd", READ)

    assert entries(scopes) == {
        "alice": "MANAGE", "group:team": "READ", "user:team": "READ", "user:group:odd": "READ",
    }  # fmt: skip
    assert alice.get_acl("prod", "user:team") == AclItem("user:team", READ, "user")


def test_every_name_of_an_answer_names_the_same_principal_when_it_is_sent_back(scopes, alice):
    for name in ("user:team", "group:team", "user:users", "users", "group:ops", "user:user:x"):
        alice.put_acl("prod", name, READ)
    before = scopes_acl(scopes)

    for name in entries(scopes, MEMBER):
        scopes.session(MEMBER).put_acl("prod", name, MANAGE, candidates=TEAM)

    assert scopes_acl(scopes) == before
    assert set(entries(scopes).values()) == {"MANAGE"}


def test_taking_one_kinds_permission_leaves_the_others(scopes, alice):
    alice.put_acl("prod", "user:team", READ)
    alice.put_acl("prod", "group:team", READ)

    alice.delete_acl("prod", "group:team")

    assert entries(scopes) == {"alice": "MANAGE", "team": "READ"}
    with pytest.raises(AclNotFoundError, match="Principal group:team has no ACL"):
        alice.get_acl("prod", "group:team")
    with pytest.raises(PermissionDeniedError):
        scopes.session(Caller("bob", frozenset({"team"}))).get("prod", "db")


@pytest.mark.parametrize("name", ["user:", "group:line\nbreak", "user:" + "x" * 257])
def test_a_prefix_without_a_proper_name_is_refused(alice, name):
    with pytest.raises(InvalidParameterError, match="printable characters"):
        alice.put_acl("prod", name, READ)


def test_the_log_names_the_kind_that_was_stored(scopes, alice, paths):
    scopes.session(MEMBER).put_acl("prod", "team", READ)
    scopes.session(MEMBER).delete_acl("prod", "team")

    with sqlite3.connect(paths.database) as connection:
        rows = connection.execute("SELECT record FROM audit ORDER BY seq DESC LIMIT 2").fetchall()
    connection.close()
    assert [json.loads(record)["about"] for (record,) in rows] == ["group:team"] * 2
    assert alice.audit_tail(AuditFilter(scope="prod"))


def test_who_is_refused_because_groups_are_unknown_is_told_so(scopes, alice):
    alice.put_acl("prod", "group:team", READ)
    caller = Caller("bob", groups_unknown="JupyterHub does not answer.")

    with pytest.raises(PermissionDeniedError) as caught:
        scopes.session(caller).get("prod", "db")

    assert str(caught.value) == (
        "bob does not have READ permission on scope prod to perform this action. "
        "JupyterHub does not answer."
    )
