"""Create a store where nothing of one is there, and never where something is."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, insert, inspect, select

from jupyter_secrets.errors import StoreError
from jupyter_secrets.model import FILE
from jupyter_secrets.store import audit_log
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.connection import Database
from jupyter_secrets.store.db.row_sets import PRINCIPALS, SLOTS, TOKENS
from jupyter_secrets.store.db.rows import StoreRow, columns, compute_scopes_mac
from jupyter_secrets.store.files import (
    create_file,
    locked,
    make_folder,
    remove_database,
    remove_file,
    replace_file,
)
from jupyter_secrets.store.integrity import anchor
from jupyter_secrets.store.keys.hierarchy import AUDIT, ROWS, Keys
from jupyter_secrets.store.keys.keyfile import KeyFile
from jupyter_secrets.store.keys.slots import new_slot, wrap_root
from jupyter_secrets.store.keys.unlock import first_key
from jupyter_secrets.store.migrations import SCHEMA_FORMAT
from jupyter_secrets.store.paths import StorePaths


def create_if_absent(paths: StorePaths, *, now: int) -> None:
    """Create database, key and anchor if none of them is there.

    If the database alone is missing this raises `StoreError`: a fresh store would make what was
    lost unreadable for good. A missing key or anchor is for the reader to report.
    """
    if paths.database.exists() and not paths.creation_marker.exists():
        return
    for path in (paths.key, paths.database, paths.anchor):
        make_folder(path.parent)
    with locked(paths.creation_lock):
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
    kind, key_file = first_key(paths)
    create_file(paths.creation_marker, key_file.slot_id.encode())
    if kind == FILE:
        replace_file(paths.key, key_file.encode())
    create_file(paths.database)
    database = Database(paths.database)
    try:
        row, rows_key = _write_tables(database, kind, key_file, now)
    finally:
        database.close()
    anchor.create(paths.anchor, row, rows_key)
    remove_file(paths.creation_marker)


def _clear_unfinished(paths: StorePaths) -> None:
    """Remove what a creation left that was killed.

    The anchor comes last: where it is, the store was finished, and only the marker is left over.
    Before that nothing was stored, for everyone else waits for the marker to go.
    """
    if not paths.creation_marker.exists():
        return
    if not paths.anchor.exists():
        if _was_used(paths.database):
            raise StoreError(
                f"{paths.creation_marker} says that the store is still being created, but it was "
                "used: remove that file."
            )
        slot_id = paths.creation_marker.read_text()
        if paths.key.exists() and KeyFile.read(paths.key, allow_group=True).slot_id == slot_id:
            remove_file(paths.key)
        remove_database(paths.database)
    remove_file(paths.creation_marker)


def _was_used(path: Path) -> bool:
    if not path.exists() or path.stat().st_size == 0:
        return False
    database = Database(path)
    try:
        with database.begin() as connection:
            if not inspect(connection).has_table("audit"):
                return False
            records = select(func.count()).select_from(schema.audit)
            return int(connection.execute(records).scalar_one()) > 1
    finally:
        database.close()


def _write_tables(
    database: Database, kind: str, key_file: KeyFile, now: int
) -> tuple[StoreRow, bytes]:
    keys = Keys.fresh(key_file.store_id)
    empty_slot = new_slot(kind, now=now, slot_id=key_file.slot_id)
    slot = wrap_root(empty_slot, keys.store_id, keys.root, keys.root_generation, key_file.key)
    with database.begin() as connection:
        schema.metadata.create_all(connection)
        for purpose in (ROWS, AUDIT):
            connection.execute(insert(schema.store_keys), keys.wrap_store_key(purpose))
        connection.execute(insert(schema.key_slots), columns(slot))
        record = {"time": now, "action": "create-store", "outcome": "allow"}
        mac = audit_log.append(connection, keys, 1, audit_log.GENESIS, record)
        row = StoreRow(
            keys.store_id,
            SCHEMA_FORMAT,
            now,
            keys.root_generation,
            SLOTS.compute_mac(keys.rows, keys.store_id, [slot]),
            0,
            compute_scopes_mac(keys.rows, keys.store_id, []),
            TOKENS.compute_mac(keys.rows, keys.store_id, []),
            PRINCIPALS.compute_mac(keys.rows, keys.store_id, []),
            1,
            mac,
        )
        connection.execute(
            insert(schema.store), {**columns(row), "mac": row.compute_mac(keys.rows)}
        )
    return row, keys.rows
