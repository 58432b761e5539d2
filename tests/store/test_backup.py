"""Copies of the store, and bringing it back from one; and checking all of it."""

from __future__ import annotations

import sqlite3

import pytest

from jupyter_secrets.errors import InvalidParameterError, StoreError
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store
from tests.callers import ADMIN
from tests.store.dying import killed_at_every_step


@pytest.fixture
def backup(session, tmp_path):
    """A backup, after which the secret was changed."""
    path = tmp_path / "backup.db"
    session.admin.back_up(path)
    for value in (b"between", b"in between", b"second"):
        session.put("prod", "db", value)
    return path


def edit(path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def test_a_backup_is_one_private_file(backup):
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.parent.iterdir() if path.is_file()] == [backup.name]


def test_a_backup_overwrites_nothing(session, backup):
    content = backup.read_bytes()

    with pytest.raises(StoreError, match="cannot be created"):
        session.admin.back_up(backup)

    assert backup.read_bytes() == content


def test_a_backup_of_a_changed_store_is_refused_and_removed(session, paths, tmp_path):
    edit(paths.database, "UPDATE versions SET blob = x'00'")

    with pytest.raises(StoreError, match="is damaged and was not used"):
        session.admin.back_up(tmp_path / "backup.db")

    assert not (tmp_path / "backup.db").exists()


def test_a_restored_store_has_the_backups_values_and_the_whole_log(session, backup):
    session.admin.restore_backup(backup)

    assert session.get("prod", "db").value == b"first-canary-value"
    actions = [record["action"] for record in session.admin.audit_export()]
    assert actions[-5:] == ["put", "put", "restore-backup", "get", "export-audit"]
    assert session.admin.check() == []


def test_another_process_goes_on_with_the_restored_store(session, backup, paths):
    other = Scopes(paths)
    assert other.session(ADMIN).get("prod", "db").value == b"second"

    session.admin.restore_backup(backup)

    assert other.session(ADMIN).get("prod", "db").value == b"first-canary-value"
    other.session(ADMIN).put("prod", "db", b"third")
    assert session.get("prod", "db").value == b"third"
    other.close()


def test_F5_the_store_from_before_a_restore_is_older_too(scopes, session, backup, paths):
    scopes.close()
    before = paths.database.read_bytes()
    session.admin.restore_backup(backup)
    scopes.close()
    paths.database.write_bytes(before)

    with pytest.raises(StoreError, match="older than the store was"):
        session.get("prod", "db")


@pytest.mark.parametrize("harm", ["missing", "garbage", "emptied"])
def test_a_store_is_restored_where_its_database_is_gone_or_damaged(
    scopes, session, backup, paths, harm
):
    scopes.close()
    if harm == "missing":
        paths.database.unlink()
    elif harm == "garbage":
        paths.database.write_bytes(b"garbage" * 10_000)
    else:
        edit(paths.database, "DELETE FROM versions")

    session.admin.restore_backup(backup)

    assert session.get("prod", "db").value == b"first-canary-value"
    assert session.admin.check() == []


def test_without_its_anchor_a_store_is_restored_too(scopes, session, backup, paths):
    scopes.close()
    paths.anchor.unlink()

    session.admin.restore_backup(backup)

    assert session.get("prod", "db").value == b"first-canary-value"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE versions SET blob = x'00'",
        "INSERT INTO acls SELECT scope_id, 'user', 'mallory', 'READ' FROM scopes",
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE key_slots SET created_at = 1",
    ],
    ids=["value", "acl", "log", "slot"],
)
def test_a_backup_that_is_not_sound_changes_nothing(session, backup, statement):
    edit(backup, statement)

    with pytest.raises(StoreError):
        session.admin.restore_backup(backup)

    assert session.get("prod", "db").value == b"second"
    assert session.admin.check() == []


def test_a_missing_backup_is_said(session, tmp_path):
    with pytest.raises(InvalidParameterError, match="is not a file"):
        session.admin.restore_backup(tmp_path / "none.db")


def test_a_restore_killed_at_any_step_leaves_the_old_or_the_new(scopes, backup, paths):
    scopes.close()

    def restore() -> None:
        Scopes(paths).session(ADMIN).admin.restore_backup(backup)

    def check() -> None:
        service = Scopes(paths)
        assert service.session(ADMIN).get("prod", "db").value in (b"first-canary-value", b"second")
        assert service.session(ADMIN).admin.check() == []
        service.close()

    assert killed_at_every_step(restore, check) > 20


def test_reanchoring_accepts_an_older_database_and_is_in_the_log(scopes, session, paths):
    scopes.close()
    old = paths.database.read_bytes()
    session.put("prod", "db", b"second")
    scopes.close()
    paths.database.write_bytes(old)

    session.admin.reanchor()

    assert session.get("prod", "db").value == b"first-canary-value"
    assert session.audit_tail(limit=2)[0]["action"] == "reanchor"


# Checks


def test_a_sound_store_has_no_findings(session):
    assert session.admin.check() == []


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE versions SET blob = x'00'", "values"),
        ("DELETE FROM versions WHERE version = 1", "values"),
        ("DELETE FROM acls", "scope"),
        ("UPDATE secrets SET comment = 'x'", "scope"),
        ("UPDATE scope_keys SET wrapped = x'00'", "keys"),
        ("DELETE FROM key_slots WHERE kind = 'recovery'", "open"),
        ("UPDATE audit SET record = '{}' WHERE seq = 2", "audit"),
        ("UPDATE store SET epoch = 9", "open"),
        ("DELETE FROM scopes", "scopes"),
    ],
)
def test_each_fault_is_found_and_named(scopes, session, paths, statement, check):
    session.put("prod", "db", b"second")
    session.admin.make_recovery_key()
    scopes.close()
    edit(paths.database, statement)

    found = session.admin.check()

    assert check in {finding.check for finding in found}


def test_permissions_of_files_and_folders_are_checked(session, paths):
    paths.database.chmod(0o644)
    paths.key.parent.chmod(0o777)

    found = session.admin.check()

    texts = " ".join(finding.message for finding in found if finding.check == "permissions")
    assert f"chmod 600 {paths.database}" in texts
    assert f"chmod 700 {paths.key.parent}" in texts


def test_a_damaged_page_is_found(scopes, session, paths):
    for number in range(30):
        session.put("prod", f"k{number}", b"x" * 3_000)
    scopes.close()
    content = bytearray(paths.database.read_bytes())
    content[-4096:] = bytes(4096)
    paths.database.write_bytes(content)

    assert session.admin.check() != []


def test_a_store_that_cannot_be_opened_is_a_finding(scopes, session, paths):
    scopes.close()
    paths.database.write_bytes(b"garbage" * 1000)

    assert [finding.check for finding in session.admin.check()] == ["open"]


def test_a_copy_has_no_anchor_and_moves_none(scopes, backup, paths):
    before = paths.anchor.read_bytes()

    Store.open(type(paths)(backup, paths.key), anchored=False).close()

    assert paths.anchor.read_bytes() == before
