"""Whatever is refused, or fails, leaves a record where one can be written."""

from __future__ import annotations

import sqlite3

import pytest

from jupyter_secrets.errors import (
    PermissionDeniedError,
    SecretsError,
    StoreLockedError,
)
from jupyter_secrets.model import ADMINS, AuditFilter, Caller
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import StorePaths

ADMIN = Caller("root", frozenset({ADMINS}), via="cli")
BOB, KERNEL = Caller("bob"), Caller("root", frozenset({ADMINS}), via="kernel")
PASSPHRASE = "correct horse battery"


@pytest.fixture
def paths(tmp_path):
    return StorePaths(tmp_path / "data/s/store.db", tmp_path / "config/s/master.key")


@pytest.fixture
def scopes(paths):
    service = Scopes(paths)
    service.create_scope(ADMIN, "prod")
    yield service
    service.close()


def last(scopes) -> tuple[object, ...]:
    (record,) = scopes.audit_tail(ADMIN, limit=1)
    return tuple(record.get(name) for name in ("action", "outcome", "principal", "error_code"))


CALLS = {
    "lock": lambda s, c, path: s.lock(c),
    "unlock": lambda s, c, path: s.unlock(c, PASSPHRASE),
    "add-key": lambda s, c, path: s.add_key(c, "passphrase", passphrase=PASSPHRASE),
    "remove-key": lambda s, c, path: s.remove_key(c, "file"),
    "make-recovery-key": lambda s, c, path: s.make_recovery_key(c),
    "rotate-root-key": lambda s, c, path: s.rotate_root_key(c),
    "list-keys": lambda s, c, path: s.keys(c),
    "check": lambda s, c, path: s.check(c),
    "backup": lambda s, c, path: s.back_up(c, path),
    "restore-backup": lambda s, c, path: s.restore_backup(c, path),
    "reanchor": lambda s, c, path: s.reanchor(c),
    "verify-audit": lambda s, c, path: s.audit_verify(c),
    "prune-audit": lambda s, c, path: s.audit_prune(c, before=1, archive=path),
}


@pytest.mark.parametrize("action", CALLS)
@pytest.mark.parametrize("caller", [BOB, KERNEL], ids=["user", "kernel"])
@pytest.mark.parametrize("opened", [True, False], ids=["open", "not-open-yet"])
def test_whoever_does_not_keep_the_store_leaves_a_record(scopes, tmp_path, action, caller, opened):
    if not opened:
        scopes.close()

    with pytest.raises(PermissionDeniedError):
        CALLS[action](scopes, caller, tmp_path / "file")

    assert last(scopes) == (action, "deny", caller.name, "PERMISSION_DENIED")


@pytest.mark.parametrize(
    ("action", "call", "outcome"),
    [
        ("add-key", lambda s, path: s.add_key(ADMIN, "passphrase", passphrase="short"), "error"),
        ("add-key", lambda s, path: s.add_key(ADMIN, "passphrase", passphrase="\ud800" * 12),
         "error"),
        ("remove-key", lambda s, path: s.remove_key(ADMIN, "file"), "error"),
        ("unlock", lambda s, path: s.unlock(ADMIN, "no passphrase of this one"), "deny"),
        ("restore-backup", lambda s, path: s.restore_backup(ADMIN, path), "error"),
        ("rotate-scope-key", lambda s, path: s.rotate_scope_key(ADMIN, "none"), "error"),
    ],
    ids=["short", "no-text", "last-key", "wrong-passphrase", "no-backup", "no-scope"],
)  # fmt: skip
def test_what_fails_leaves_a_record(scopes, tmp_path, action, call, outcome):
    with pytest.raises(SecretsError):
        call(scopes, tmp_path / "none")

    assert last(scopes)[:3] == (action, outcome, "root")


def test_a_backup_that_cannot_be_written_leaves_an_error(scopes, tmp_path):
    (tmp_path / "there").write_text("precious")

    with pytest.raises(SecretsError):
        scopes.back_up(ADMIN, tmp_path / "there")

    assert last(scopes)[:2] == ("backup", "error")


def test_attempts_on_a_locked_store_are_in_the_record_of_its_unlocking(scopes, paths):
    scopes.add_key(ADMIN, "passphrase", passphrase=PASSPHRASE)
    scopes.remove_key(ADMIN, "file")
    scopes.lock(ADMIN)
    for caller, typed in ((ADMIN, "a wrong passphrase"), (KERNEL, PASSPHRASE), (BOB, None)):
        with pytest.raises(PermissionDeniedError):
            scopes.unlock(caller, typed)
    with pytest.raises(StoreLockedError):
        scopes.get(ADMIN, "prod", "db")

    scopes.unlock(ADMIN, PASSPHRASE)

    (record,) = scopes.audit_tail(ADMIN, AuditFilter(action="unlock"))
    assert (record["outcome"], record["failed_before"]) == ("allow", 3)


def test_an_attempt_that_was_recorded_is_not_counted_too(scopes):
    with pytest.raises(PermissionDeniedError):
        scopes.unlock(ADMIN, "a wrong passphrase")
    scopes.unlock(ADMIN)

    wrong, right = scopes.audit_tail(ADMIN, AuditFilter(action="unlock"))
    assert (wrong["outcome"], right["outcome"], right.get("failed_before")) == (
        "deny",
        "allow",
        None,
    )


def test_where_there_is_no_store_a_refusal_makes_none(tmp_path):
    service = Scopes(StorePaths(tmp_path / "d/store.db", tmp_path / "c/master.key"))

    for action in ("unlock", "check", "restore-backup", "reanchor"):
        with pytest.raises(PermissionDeniedError):
            CALLS[action](service, BOB, tmp_path / "file")

    assert not service.created


def test_a_broken_store_hides_no_refusal(scopes, paths, tmp_path):
    scopes.close()
    with sqlite3.connect(paths.database) as connection:
        connection.execute("UPDATE store SET mac = zeroblob(32)")
    connection.close()

    for action in ("check", "restore-backup", "reanchor"):
        with pytest.raises(PermissionDeniedError):
            CALLS[action](scopes, BOB, tmp_path / "file")
