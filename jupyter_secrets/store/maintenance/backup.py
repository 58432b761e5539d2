"""Copy a store into a file, and restore it from one."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, delete, update

from jupyter_secrets.errors import IntegrityError, InvalidParameterError, StoreError
from jupyter_secrets.store import audit_log
from jupyter_secrets.store.crypto import same
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.connection import SQLITE_ERRORS, Database, explain
from jupyter_secrets.store.db.row_sets import TOKENS
from jupyter_secrets.store.db.rows import StoreRow, columns
from jupyter_secrets.store.files import (
    check_private,
    create_file,
    make_folder,
    remove_database,
    remove_file,
    sync_folder,
)
from jupyter_secrets.store.integrity import anchor
from jupyter_secrets.store.integrity.verifier import check_rows, read_store_row
from jupyter_secrets.store.keys.hierarchy import Keys
from jupyter_secrets.store.maintenance.fsck import check_store
from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.snapshots import exclusive
from jupyter_secrets.store.store import Store

# What a restore replaces; the log continues, and the store's own row is written again. So do the
# tokens, for one that was revoked since has to stay so.
_RESTORED_TABLES = [
    table
    for table in schema.metadata.sorted_tables
    if table not in (schema.audit, schema.store, schema.tokens)
]


@dataclass(frozen=True, slots=True)
class _Copy:
    """A backup that was checked: its own row, and its keys."""

    path: Path
    row: StoreRow
    keys: Keys
    now: int


def back_up(store: Store, path: Path) -> None:
    """Copy the database into a new file with mode 0600, and check every part of the copy.

    The key is not in it: it opens with a key that opened the store when it was made.
    """
    store.database.copy_to_new(path)
    try:
        copy_paths = replace(store.paths, database=path)
        with closing(Store.open(copy_paths, opened_with=store.slot_key, anchored=False)) as copy:
            _require_intact(copy, path)
        remove_file(path.with_name(f"{path.name}-journal"))
    except BaseException:
        remove_database(path)
        raise


def restore_backup(
    paths: StorePaths, source: Path, *, record: audit_log.Record, passphrase: str | None
) -> None:
    """Restore the store from a backup, except for the audit log and the tokens: these continue.

    Where the current database has none that are genuine, the tokens are the backup's.

    The backup is copied and checked in every part before anything is changed; then it takes the
    database's place in one transaction, so that other processes go on with it. Raises
    `InvalidParameterError` for a backup of another store, and `StoreError` for one that is
    damaged, or if another process holds the store for long.
    """
    if not source.is_file():
        raise InvalidParameterError(f"{source} is not a file.")
    make_folder(paths.database.parent)
    if paths.database.is_symlink() or paths.database.exists():
        check_private(paths.database, allow_group=paths.allow_group)
    candidate = paths.candidate()
    with exclusive(paths):
        create_file(candidate)
        try:
            _copy(source, candidate)
            copy_paths = replace(paths, database=candidate)
            with closing(Store.open(copy_paths, passphrase=passphrase, anchored=False)) as store:
                _require_intact(store, source)
                _require_same(store, paths, source)
                copy = _Copy(candidate, store.row, store.keys, store.now)
            row = _restore_tables(copy, paths, record) or _replace(copy, paths, record)
            anchor.set_to(paths.anchor, row, copy.keys.rows)
        finally:
            remove_database(candidate)


def _copy(source: Path, target: Path) -> None:
    """Copy a database file that may lie in a folder that cannot be written to."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as opened,
            closing(sqlite3.connect(target)) as copy,
        ):
            opened.backup(copy)
    except SQLITE_ERRORS as error:
        raise explain(source, error) from None


def _require_intact(store: Store, path: Path) -> None:
    faults = check_store(store)
    if faults:
        raise StoreError(f"{path} is damaged and was not used: {faults[0].message}")


def _require_same(store: Store, paths: StorePaths, source: Path) -> None:
    """Raise `InvalidParameterError` if there is an anchor, and it is another store's."""
    store_id: object = None
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        store_id = json.loads(paths.anchor.read_bytes())["store_id"]
    if store_id not in (None, store.store_id):
        raise InvalidParameterError(
            f"{source} is a backup of another store. To begin with that one, move "
            f"{paths.database}, {paths.key} and {paths.anchor} away, and put the key file "
            "that belongs to it in place."
        )


def _restore_tables(copy: _Copy, paths: StorePaths, record: audit_log.Record) -> StoreRow | None:
    """Replace all but the log in the current database, in one transaction; return its row.

    Returns None if there is no such database, or none whose log can continue.
    """
    if not paths.database.exists():
        return None
    try:
        with (
            closing(Database(paths.database)) as database,
            database.beside(copy.path, "backup") as connection,
        ):
            current = _verified_row(connection, copy.keys)
            tables = [*_RESTORED_TABLES]
            if _has_genuine_tokens(connection, copy.keys, current):
                copy = replace(copy, row=replace(copy.row, tokens_mac=current.tokens_mac))
            else:
                tables.append(schema.tokens)
            for table in reversed(tables):
                connection.execute(delete(table))
            for table in tables:
                connection.exec_driver_sql(
                    f"INSERT INTO main.{table.name} SELECT * FROM backup.{table.name}"  # noqa: S608
                )
            epoch = _next_epoch(copy, paths, current)
            end = audit_log.Position(current.audit_seq, current.audit_mac)
            return _write_row(connection, copy, epoch, end, record)
    except IntegrityError:
        return None


def _verified_row(connection: Connection, keys: Keys) -> StoreRow:
    row, mac = read_store_row(connection)
    genuine = same(row.compute_mac(keys.rows), mac)
    if not genuine or audit_log.mac_of(connection, row.audit_seq) != row.audit_mac:
        raise IntegrityError("The current store was changed from outside.")
    return row


def _has_genuine_tokens(connection: Connection, keys: Keys, row: StoreRow) -> bool:
    try:
        check_rows(TOKENS, TOKENS.read(connection), keys, row)
    except IntegrityError:
        return False
    return True


def _next_epoch(copy: _Copy, paths: StorePaths, current: StoreRow | None) -> int:
    """Return an epoch that is later than every one that a process may have seen."""
    seen = [copy.row.epoch, current.epoch if current else 0]
    with suppress(StoreError):
        seen.append(anchor.read(paths.anchor, copy.keys.rows).epoch)
    return max(seen) + 1


def _write_row(
    connection: Connection,
    copy: _Copy,
    epoch: int,
    end: audit_log.Position,
    record: audit_log.Record,
) -> StoreRow:
    """Add the record of the restore to the log, and write the store's row."""
    seq, keys = end.seq + 1, copy.keys
    mac = audit_log.append(connection, keys, seq, end.mac, {**record, "time": copy.now})
    row = replace(copy.row, epoch=epoch, audit_seq=seq, audit_mac=mac)
    connection.execute(update(schema.store), {**columns(row), "mac": row.compute_mac(keys.rows)})
    return row


def _replace(copy: _Copy, paths: StorePaths, record: audit_log.Record) -> StoreRow:
    """Replace a database that cannot continue by the copy; the log is the copy's."""
    end = audit_log.Position(copy.row.audit_seq, copy.row.audit_mac)
    with closing(Database(copy.path)) as database, database.begin() as connection:
        row = _write_row(connection, copy, _next_epoch(copy, paths, None), end, record)
    if paths.database.exists():
        with suppress(IntegrityError), closing(Database(paths.database)) as database:
            database.copy_from(copy.path)
            return row
    try:  # nothing is there, or nothing that is a database
        # What a crash left of another database would be rolled back into this one.
        remove_file(paths.database.with_name(f"{paths.database.name}-journal"))
        copy.path.replace(paths.database)
        sync_folder(paths.database.parent)
    except OSError as error:
        raise StoreError(
            f"The database {paths.database} cannot be replaced: {error.strerror}."
        ) from None
    return row
