"""Who may mark a secret as not sensitive, which ends its redaction for everybody."""

from __future__ import annotations

import pytest

from jupyter_secrets.errors import PermissionDeniedError
from jupyter_secrets.model import AuditFilter, Permission, SecretUpdate
from jupyter_secrets.scopes import Session
from tests.callers import ALICE, CAROL

SHOWN, HIDDEN = SecretUpdate(sensitive=False), SecretUpdate(sensitive=True)


@pytest.fixture
def scopes(new_scopes):
    """Alice's scope prod with the secret db, in which bob may WRITE."""
    session = new_scopes.session(ALICE)
    session.create_scope("prod")
    session.put("prod", "db", b"us-east-1")
    session.put_acl("prod", "bob", Permission.WRITE)
    return new_scopes


def is_sensitive(alice: Session) -> bool:
    return alice.get("prod", "db").sensitive


@pytest.mark.parametrize("update", [SHOWN, SecretUpdate("a region", sensitive=False)])
def test_who_may_only_write_cannot_end_redaction(scopes, alice, bob, update):
    with pytest.raises(PermissionDeniedError, match="bob does not have MANAGE permission"):
        bob.update("prod", "db", update)

    assert is_sensitive(alice)
    assert alice.describe_secrets("prod")[0].comment is None


def test_who_may_manage_ends_redaction_and_brings_it_back(scopes, alice, bob):
    alice.update("prod", "db", SHOWN)
    assert not is_sensitive(alice)
    assert bob.marks().not_sensitive == {"prod/db"}
    assert scopes.session(CAROL).marks().not_sensitive == set()

    with pytest.raises(PermissionDeniedError):
        bob.update("prod", "db", HIDDEN)
    alice.update("prod", "db", HIDDEN)

    assert is_sensitive(alice)
    assert bob.marks().not_sensitive == set()


def test_who_may_write_changes_a_comment_and_repeats_the_mark_that_is_there(scopes, alice, bob):
    bob.update("prod", "db", SecretUpdate("a region", sensitive=True))

    assert alice.describe_secrets("prod")[0].comment == "a region"


def test_the_audit_log_says_that_a_mark_was_changed_and_by_whom(scopes, alice, bob):
    alice.update("prod", "db", SecretUpdate("a region"))
    alice.update("prod", "db", SHOWN)
    with pytest.raises(PermissionDeniedError):
        bob.update("prod", "db", HIDDEN)

    records = alice.audit_tail(AuditFilter(scope="prod", action="update"), limit=9)

    told = [(each["principal"], each["outcome"], each.get("sensitive")) for each in records]
    assert told == [("alice", "allow", None), ("alice", "allow", "no"), ("bob", "deny", None)]
