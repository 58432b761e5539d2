"""Whatever is refused, or fails, leaves a record where one can be written."""

from __future__ import annotations

import sqlite3

import pytest

from jupyter_secrets.errors import (
    PermissionDeniedError,
    SecretsError,
    StoreLockedError,
)
from jupyter_secrets.model import AuditFilter
from tests.callers import ADMIN, BOB, KERNEL

PASSPHRASE = "correct horse battery"


def last(scopes) -> tuple[object, ...]:
    (record,) = scopes.session(ADMIN).audit_tail(limit=1)
    return tuple(record.get(name) for name in ("action", "outcome", "principal", "error_code"))


CALLS = {
    "lock": lambda s, path: s.lock(),
    "unlock": lambda s, path: s.unlock(PASSPHRASE),
    "add-key": lambda s, path: s.admin.add_key("passphrase", passphrase=PASSPHRASE),
    "remove-key": lambda s, path: s.admin.remove_key("file"),
    "make-recovery-key": lambda s, path: s.admin.make_recovery_key(),
    "rotate-root-key": lambda s, path: s.admin.rotate_root_key(),
    "list-keys": lambda s, path: s.admin.list_keys(),
    "check": lambda s, path: s.admin.check(),
    "backup": lambda s, path: s.admin.back_up(path),
    "restore-backup": lambda s, path: s.admin.restore_backup(path),
    "reanchor": lambda s, path: s.admin.reanchor(),
    "verify-audit": lambda s, path: s.admin.audit_verify(),
    "prune-audit": lambda s, path: s.admin.audit_prune(before=1, archive=path),
}


@pytest.mark.parametrize("action", CALLS)
@pytest.mark.parametrize("caller", [BOB, KERNEL], ids=["user", "kernel"])
@pytest.mark.parametrize("opened", [True, False], ids=["open", "not-open-yet"])
def test_whoever_does_not_keep_the_store_leaves_a_record(scopes, tmp_path, action, caller, opened):
    if not opened:
        scopes.close()

    with pytest.raises(PermissionDeniedError):
        CALLS[action](scopes.session(caller), tmp_path / "file")

    assert last(scopes) == (action, "deny", caller.name, "PERMISSION_DENIED")


@pytest.mark.parametrize(
    ("action", "call", "outcome"),
    [
        ("add-key", lambda s, path: s.admin.add_key("passphrase", passphrase="short"), "error"),
        ("add-key", lambda s, path: s.admin.add_key("passphrase", passphrase="\ud800" * 12),
         "error"),
        ("remove-key", lambda s, path: s.admin.remove_key("file"), "error"),
        ("unlock", lambda s, path: s.unlock("no passphrase of this one"), "deny"),
        ("restore-backup", lambda s, path: s.admin.restore_backup(path), "error"),
        ("rotate-scope-key", lambda s, path: s.rotate_scope_key("none"), "error"),
    ],
    ids=["short", "no-text", "last-key", "wrong-passphrase", "no-backup", "no-scope"],
)  # fmt: skip
def test_what_fails_leaves_a_record(scopes, session, tmp_path, action, call, outcome):
    with pytest.raises(SecretsError):
        call(session, tmp_path / "none")

    assert last(scopes)[:3] == (action, outcome, "root")


def test_a_backup_that_cannot_be_written_leaves_an_error(scopes, session, tmp_path):
    (tmp_path / "there").write_text("precious")

    with pytest.raises(SecretsError):
        session.admin.back_up(tmp_path / "there")

    assert last(scopes)[:2] == ("backup", "error")


def test_attempts_on_a_locked_store_are_in_the_record_of_its_unlocking(scopes, session, paths):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    session.admin.remove_key("file")
    session.lock()
    for caller, typed in ((ADMIN, "a wrong passphrase"), (KERNEL, PASSPHRASE), (BOB, None)):
        with pytest.raises(PermissionDeniedError):
            scopes.session(caller).unlock(typed)
    with pytest.raises(StoreLockedError):
        session.get("prod", "db")

    session.unlock(PASSPHRASE)

    (record,) = session.audit_tail(AuditFilter(action="unlock"))
    assert (record["outcome"], record["failed_before"]) == ("allow", 3)


def test_an_attempt_that_was_recorded_is_not_counted_too(session):
    with pytest.raises(PermissionDeniedError):
        session.unlock("a wrong passphrase")
    session.unlock()

    wrong, right = session.audit_tail(AuditFilter(action="unlock"))
    assert (wrong["outcome"], right["outcome"], right.get("failed_before")) == (
        "deny",
        "allow",
        None,
    )


def test_where_there_is_no_store_a_refusal_makes_none(new_scopes, tmp_path):
    for action in ("unlock", "check", "restore-backup", "reanchor"):
        with pytest.raises(PermissionDeniedError):
            CALLS[action](new_scopes.session(BOB), tmp_path / "file")

    assert not new_scopes.created


def test_a_broken_store_hides_no_refusal(scopes, bob, paths, tmp_path):
    scopes.close()
    with sqlite3.connect(paths.database) as connection:
        connection.execute("UPDATE store SET mac = zeroblob(32)")
    connection.close()

    for action in ("check", "restore-backup", "reanchor"):
        with pytest.raises(PermissionDeniedError):
            CALLS[action](bob, tmp_path / "file")
