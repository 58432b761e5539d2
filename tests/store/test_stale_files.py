"""What killed rotations, restores and creations leave on disk is removed, and nothing else is."""

from __future__ import annotations

import shutil
from contextlib import suppress

import pytest

from jupyter_secrets.errors import (
    InvalidParameterError,
    StoreError,
)
from jupyter_secrets.scopes import Limits, Scopes
from jupyter_secrets.store import Store
from tests.callers import ADMIN
from tests.store.conftest import value


def test_nothing_is_left_of_a_rotation_or_restore_that_was_killed(scopes, paths):
    scopes.close()
    left = [
        paths.backups / "before-root-rotation-1-aa.db",
        paths.backups / "before-scope-rotation-1-aa.db-journal",
        paths.database.with_name(".restore-aa.db"),
        paths.key.with_name(".master.key.1.new"),
    ]
    paths.backups.mkdir(mode=0o700, exist_ok=True)
    for path in left:
        shutil.copy(paths.database, path)
    kept = paths.backups / "before-format-2-1-aa.db"
    shutil.copy(paths.database, kept)

    assert value(scopes) == b"first-canary-value"

    assert [path for path in left if path.exists()] == []
    assert kept.exists()


def test_a_refused_rotation_leaves_no_copy(session, paths):
    session.admin.add_key("passphrase", passphrase="correct horse battery staple")
    for passphrase in ("wrong, and long enough", None):
        with suppress(StoreError, InvalidParameterError, PermissionError):
            session.admin.rotate_root_key(passphrase=passphrase)

    assert paths.backups.exists() is False or list(paths.backups.iterdir()) == []


@pytest.mark.parametrize("erase", ["purge", "delete_scope", "delete"])
def test_what_is_erased_is_in_no_copy_either(paths, erase):
    scopes = Scopes(paths, Limits(retention_days=0 if erase == "delete" else 7))
    scopes.session(ADMIN).create_scope("prod")
    scopes.session(ADMIN).put("prod", "db", b"first-canary-value")
    copy = scopes.store().snapshot("before-format-2")
    if erase == "purge":
        scopes.session(ADMIN).purge("prod")  # of nothing: what was erased before is in the copy
    else:
        getattr(scopes.session(ADMIN), erase)("prod", *(["db"] if erase == "delete" else []))

    assert not copy.exists()
    scopes.close()


def test_a_marker_that_is_left_over_costs_no_store(scopes, paths):
    scopes.close()
    paths.creation_marker.write_text("left over")
    away = paths.database.rename(paths.database.with_name("away"))

    with pytest.raises(StoreError, match=r"store's database .* is missing"):
        value(scopes)
    away.rename(paths.database)

    assert value(scopes) == b"first-canary-value"
    assert not paths.creation_marker.exists()


def test_a_key_file_of_somebody_else_is_not_removed_with_an_unfinished_store(scopes, paths):
    scopes.close()
    paths.database.unlink()
    paths.anchor.unlink()
    paths.creation_marker.write_text("of another creation")

    with pytest.raises(StoreError, match="is missing, while"):
        Store.open(paths)

    assert paths.key.exists()
