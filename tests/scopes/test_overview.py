from __future__ import annotations

from jupyter_secrets.model import Permission, ScopeOverview
from tests.callers import ADMIN, ALICE, BOB


def test_each_sees_their_own_permission_and_of_other_scopes_the_name_alone(new_scopes):
    alice, bob = new_scopes.session(ALICE), new_scopes.session(BOB)
    alice.create_scope("prod")
    alice.put("prod", "db", b"made-up-value")
    alice.create_scope("test")
    alice.put_acl("test", "bob", Permission.READ)

    assert alice.overview() == [
        ScopeOverview("prod", Permission.MANAGE, 1),
        ScopeOverview("test", Permission.MANAGE, 0),
    ]
    assert bob.overview() == [ScopeOverview("prod"), ScopeOverview("test", Permission.READ, 0)]
    assert [scope.secrets for scope in bob.overview(secrets=True)] == [None, ()]


def test_one_record_says_that_all_was_listed(new_scopes):
    session = new_scopes.session(ADMIN)
    for number in range(3):
        session.create_scope(f"scope-{number}")
        session.put(f"scope-{number}", "db", b"made-up-value")

    session.overview(secrets=True)

    actions = [record["action"] for record in session.audit_tail(limit=1)]
    assert actions == ["list-all"]


def test_the_revision_changes_with_the_store_and_not_with_looking_at_it(new_scopes):
    session = new_scopes.session(ADMIN)
    session.create_scope("prod")
    before = new_scopes.revision()

    session.overview(secrets=True)
    assert new_scopes.revision() == before
    session.put("prod", "db", b"made-up-value")

    assert new_scopes.revision() != before
    new_scopes.lock()
    assert new_scopes.revision() == "locked"
