"""Who may mark a secret as not sensitive, which ends its redaction for everybody."""

from __future__ import annotations

import pytest

from jupyter_secrets.errors import PermissionDeniedError
from jupyter_secrets.model import AuditFilter, Caller, Permission, SecretUpdate
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import StorePaths

ALICE, BOB, CAROL = Caller("alice"), Caller("bob"), Caller("carol")
SHOWN, HIDDEN = SecretUpdate(sensitive=False), SecretUpdate(sensitive=True)


@pytest.fixture
def scopes(tmp_path):
    """Alice's scope prod with the secret db, in which bob may WRITE."""
    service = Scopes(StorePaths(tmp_path / "d/store.db", tmp_path / "c/master.key"))
    service.create_scope(ALICE, "prod")
    service.put(ALICE, "prod", "db", b"us-east-1")
    service.put_acl(ALICE, "prod", "bob", Permission.WRITE)
    yield service
    service.close()


def is_sensitive(scopes: Scopes) -> bool:
    return scopes.get(ALICE, "prod", "db").sensitive


@pytest.mark.parametrize("update", [SHOWN, SecretUpdate("a region", sensitive=False)])
def test_who_may_only_write_cannot_end_redaction(scopes, update):
    with pytest.raises(PermissionDeniedError, match="bob does not have MANAGE permission"):
        scopes.update(BOB, "prod", "db", update)

    assert is_sensitive(scopes)
    assert scopes.details(ALICE, "prod")[0].comment is None


def test_nor_can_a_put_end_it_that_says_so_of_a_new_secret(scopes):
    with pytest.raises(PermissionDeniedError, match="MANAGE"):
        scopes.put(BOB, "prod", "region", b"us-east-1", SHOWN)

    assert [info.key for info in scopes.list_secrets(ALICE, "prod")] == ["db"]


def test_who_may_manage_ends_redaction_and_brings_it_back(scopes):
    scopes.update(ALICE, "prod", "db", SHOWN)
    assert not is_sensitive(scopes)
    assert scopes.not_sensitive(BOB) == {"prod/db"}
    assert scopes.not_sensitive(CAROL) == frozenset()

    with pytest.raises(PermissionDeniedError):
        scopes.update(BOB, "prod", "db", HIDDEN)
    scopes.update(ALICE, "prod", "db", HIDDEN)

    assert is_sensitive(scopes)
    assert scopes.not_sensitive(BOB) == frozenset()


def test_who_may_write_changes_a_comment_and_repeats_the_mark_that_is_there(scopes):
    scopes.update(BOB, "prod", "db", SecretUpdate("a region", sensitive=True))

    assert scopes.details(ALICE, "prod")[0].comment == "a region"


def test_the_audit_log_says_that_a_mark_was_changed_and_by_whom(scopes):
    scopes.update(ALICE, "prod", "db", SecretUpdate("a region"))
    scopes.update(ALICE, "prod", "db", SHOWN)
    with pytest.raises(PermissionDeniedError):
        scopes.update(BOB, "prod", "db", HIDDEN)

    records = scopes.audit_tail(ALICE, AuditFilter(scope="prod", action="update"), limit=9)

    told = [(each["principal"], each["outcome"], each.get("sensitive")) for each in records]
    assert told == [("alice", "allow", None), ("alice", "allow", "no"), ("bob", "deny", None)]
