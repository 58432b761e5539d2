"""Create a store where nothing of one is there, and never where something is."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock
from sqlalchemy import insert, inspect

from jupyter_secrets.errors import StoreError
from jupyter_secrets.store import anchor, audit, schema
from jupyter_secrets.store.crypto import FORMAT
from jupyter_secrets.store.database import Database
from jupyter_secrets.store.files import create_file, make_folder, replace_file
from jupyter_secrets.store.keys import (
    AUDIT,
    FILE_SLOT,
    FINGERPRINT,
    ROWS,
    KeyFile,
    Keys,
    slot_context,
)
from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.rows import StoreRow, compute_scopes_mac


def create_if_absent(paths: StorePaths, *, now: int) -> None:
    """Create database, key and anchor if none of them is there.

    If the database alone is missing this raises `StoreError`: a fresh store would make what was
    lost unreadable for good. A missing key or anchor is for the reader to report.
    """
    if paths.database.exists() and not paths.creation_marker.exists():
        return
    make_folder(paths.key.parent)
    make_folder(paths.database.parent)
    with FileLock(paths.creation_lock, mode=0o600):
        _clear_unfinished(paths)
        left = [path for path in (paths.key, paths.anchor) if path.exists()]
        if paths.database.exists():
            return
        if left:
            raise StoreError(
                f"The store's database {paths.database} is missing, while {left[0]} is there. "
                "Put the database back from your backup; to begin with an empty store instead, "
                f"move {' and '.join(map(str, left))} away."
            )
        _create(paths, now)


def _create(paths: StorePaths, now: int) -> None:
    create_file(paths.creation_marker)
    key_file = KeyFile.create()
    create_file(paths.key, key_file.encode())
    create_file(paths.database)
    database = Database(paths.database)
    try:
        row, rows_key = _write_tables(database, key_file, now)
    finally:
        database.close()
    anchor.create(paths.anchor, row, rows_key)
    paths.creation_marker.unlink()


def _clear_unfinished(paths: StorePaths) -> None:
    """Remove what a creation left that was killed: as long as the marker is there, nothing was
    stored, for everyone else waits for it to go."""
    if not paths.creation_marker.exists():
        return
    if _holds_scopes(paths.database):
        raise StoreError(
            f"{paths.creation_marker} says that the store is still being created, but it holds "
            "scopes: remove that file."
        )
    for path in (paths.database, paths.key, paths.anchor, paths.creation_marker):
        path.unlink(missing_ok=True)


def _holds_scopes(path: Path) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return False
    database = Database(path)
    try:
        with database.begin() as connection:
            return inspect(connection).has_table("scopes") and bool(
                connection.execute(schema.scopes.select().limit(1)).first()
            )
    finally:
        database.close()


def _write_tables(database: Database, key_file: KeyFile, now: int) -> tuple[StoreRow, bytes]:
    keys = Keys.fresh(key_file.store_id)
    with database.begin() as connection:
        schema.metadata.create_all(connection)
        for purpose in (ROWS, AUDIT, FINGERPRINT):
            connection.execute(insert(schema.store_keys), keys.wrap_store_key(purpose))
        connection.execute(insert(schema.key_slots), _slot(key_file, keys, now))
        record = {"time": now, "action": "create-store", "outcome": "allow"}
        mac = audit.append(connection, keys, 1, audit.GENESIS, record)
        empty = compute_scopes_mac(keys.rows, keys.store_id, ())
        row = StoreRow(keys.store_id, FORMAT, now, keys.root_generation, 0, empty, 1, mac)
        columns = {name: getattr(row, name) for name in row.__slots__}
        connection.execute(insert(schema.store), {**columns, "mac": row.compute_mac(keys.rows)})
    return row, keys.rows


def _slot(key_file: KeyFile, keys: Keys, now: int) -> dict[str, object]:
    generation = keys.root_generation
    context = slot_context(key_file.store_id, key_file.slot_id, FILE_SLOT, "{}", now, generation)
    return {
        "slot_id": key_file.slot_id,
        "kind": FILE_SLOT,
        "parameters": "{}",
        "root_generation": generation,
        "wrapped": keys.seal_root(key_file.key, context),
        "created_at": now,
    }


def reanchor(paths: StorePaths, row: StoreRow, key: bytes) -> None:
    """Make the anchor say what the database says."""
    replace_file(paths.anchor, anchor.Anchor.of(row).encode(key))
