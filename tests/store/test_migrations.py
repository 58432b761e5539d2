"""Stores of every format that there was open in this version; newer ones are refused."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from jupyter_secrets.errors import StoreError
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store, StorePaths
from jupyter_secrets.store.migrations import MIGRATIONS, SCHEMA_FORMAT
from tests.callers import ADMIN
from tests.store.conftest import read
from tests.store.dying import killed_at_every_step

GOLDEN = Path(__file__).parent / "golden"


def add_note(connection, _keys) -> None:
    connection.execute(text("CREATE TABLE notes (note TEXT)"))


def add_another(connection, _keys) -> None:
    connection.execute(text("INSERT INTO notes VALUES ('second step')"))


STEPS = (*MIGRATIONS, add_note, add_another)


def copy_of(name: str, folder: Path) -> StorePaths:
    paths = StorePaths(folder / "data/store.db", folder / "config/master.key")
    for path in (paths.database, paths.key, paths.anchor):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.copy(GOLDEN / name / path.name, path)
        path.chmod(0o600)
    return paths


@pytest.mark.parametrize("name", [f"format-{number + 1}" for number in range(SCHEMA_FORMAT)])
def test_a_store_of_each_format_opens_and_is_sound(name, tmp_path):
    service = Scopes(copy_of(name, tmp_path))

    assert service.session(ADMIN).get("prod", "db").value == b"golden value 2"
    assert service.session(ADMIN).get("prod", "db", version=1).value == b"golden value 1"
    assert service.session(ADMIN).describe_secrets("prod")[0].comment == "the main database"
    acls = [
        (item.principal, item.permission.name) for item in service.session(ADMIN).list_acls("prod")
    ]
    assert acls == [
        ("group:alice", "WRITE"),
        ("user:alice", "MANAGE"),
        ("etl", "READ"),
        ("users", "READ"),
    ]
    tokens = service.session(ADMIN).tokens.list()
    assert [(each.owner, each.scopes, each.revoked_by) for each in tokens] == [
        ("service:etl", ("prod",), None),
        ("alice", None, "alice"),
    ]
    assert service.session(ADMIN).admin.check() == []
    service.session(ADMIN).put("prod", "db", b"newer")
    service.close()


def test_steps_are_done_in_order_with_a_copy_before(store, paths):
    store.close()

    migrated = Store.open(paths, steps=STEPS)

    assert read(migrated) == b"first-canary-value"
    with migrated.begin() as transaction:
        assert transaction.row.format == len(STEPS) + 1
        found = transaction.connection.execute(text("SELECT note FROM notes")).scalars().all()
        assert found == ["second step"]
    migrated.close()
    (copy,) = paths.backups.glob("before-format-2-*.db")
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT format FROM store").fetchone() == (1,)
    connection.close()


def test_a_migration_killed_at_any_step_is_done_at_the_next_start(store, paths):
    store.close()

    def check() -> None:
        again = Store.open(paths, steps=STEPS)
        assert read(again) == b"first-canary-value"
        again.close()

    assert killed_at_every_step(lambda: Store.open(paths, steps=STEPS), check) > 5


def test_a_migration_that_fails_leaves_the_store_as_it_was(store, paths):
    store.close()

    def fail(connection, _keys) -> None:
        connection.execute(text("DROP TABLE acls"))
        raise StoreError("no")

    with pytest.raises(StoreError, match="no"):
        Store.open(paths, steps=(fail,))

    assert read(Store.open(paths)) == b"first-canary-value"


def test_a_store_that_was_migrated_is_refused_by_the_version_before(store, paths):
    store.close()
    Store.open(paths, steps=STEPS).close()

    with pytest.raises(StoreError, match=r"has format 3.*install a newer version"):
        Store.open(paths)
