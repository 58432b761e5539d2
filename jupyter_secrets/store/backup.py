"""Copy a store into a file, and bring it back from one."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from jupyter_secrets.errors import InvalidParameterError, StoreError
from jupyter_secrets.store import anchor, audit
from jupyter_secrets.store.check import check_store
from jupyter_secrets.store.database import Database, explain
from jupyter_secrets.store.files import (
    create_file,
    make_folder,
    remove_database,
    remove_file,
    sync_folder,
)
from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.store import Store
from jupyter_secrets.store.transaction import Transaction

_ALL = 2**62


def back_up(store: Store, path: Path) -> None:
    """Copy the database into a new file with mode 0600, and check every part of the copy.

    The key is not in it: it opens with a key that opened the store when it was made.
    """
    create_file(path)
    try:
        store.database.copy_to(path)
        place = replace(store.paths, database=path)
        with closing(Store.open(place, known=store.slot_key, anchored=False)) as copy:
            _require_sound(copy, path)
        remove_file(path.with_name(f"{path.name}-journal"))
    except BaseException:
        remove_database(path)
        raise


def restore(paths: StorePaths, source: Path, *, record: audit.Record, typed: str | None) -> None:
    """Bring the store back to what a backup holds, but for the audit log: that goes on.

    The backup is copied and checked in every part before anything is changed; then it takes the
    database's place in one transaction, so that other processes go on with it.
    """
    if not source.is_file():
        raise InvalidParameterError(f"{source} is no file.")
    make_folder(paths.database.parent)
    candidate = paths.database.with_name(".restore.db")
    remove_database(candidate)
    create_file(candidate)
    try:
        _copy(source, candidate)
        place = replace(paths, database=candidate)
        with closing(Store.open(place, typed=typed, anchored=False)) as store:
            _require_sound(store, source)
            _bring_forward(store, paths, record)
            with store.begin() as transaction:
                row, key = transaction.row, transaction.keys.rows
        _swap(paths, candidate)
        anchor.set_to(paths.anchor, row, key)
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
    except sqlite3.Error as error:
        raise explain(source, error) from None


def _require_sound(store: Store, path: Path) -> None:
    found = check_store(store)
    if found:
        raise StoreError(f"{path} is not sound, so it is not used: {found[0].message}")


def _bring_forward(store: Store, paths: StorePaths, record: audit.Record) -> None:
    """Have the copy continue the store that it replaces: its log, and a later epoch."""
    with store.begin() as transaction:
        row, key = transaction.row, transaction.keys.rows
        end = _continue_log(paths, transaction)
        epoch = row.epoch
        with suppress(StoreError):
            epoch = max(epoch, anchor.read(paths.anchor, key).epoch)
        transaction.use_row(replace(row, epoch=epoch, audit_seq=end.seq, audit_mac=end.mac))
        transaction.audit({**record, "time": transaction.now})


def _continue_log(paths: StorePaths, transaction: Transaction) -> audit.Position:
    """Bring the records that the present store has after those of its copy into the copy; return
    where its log ends then.

    There are none where the present store is damaged or not the one of the copy. If the present
    log was pruned past the end of the copy's, it takes the place of that.
    """
    end = audit.Position(transaction.row.audit_seq, transaction.row.audit_mac)
    if not paths.database.exists():
        return end
    entries: list[audit.Entry] = []
    with (
        closing(Database(paths.database)) as database,
        suppress(StoreError),
        database.begin() as connection,
    ):
        if audit.holds(connection, transaction.keys, end):
            entries, _ = audit.forwards(connection, transaction.keys, end, at_most=_ALL)
    if not entries:
        return end
    if entries[0].is_seal:
        audit.clear(transaction.connection)
    audit.insert(transaction.connection, entries)
    return entries[-1].position


def _swap(paths: StorePaths, candidate: Path) -> None:
    with suppress(StoreError):
        if paths.database.exists():
            with closing(Database(paths.database)) as database:
                database.copy_from(candidate)
                return
    try:  # nothing is there, or nothing that SQLite could write to
        candidate.replace(paths.database)
        sync_folder(paths.database.parent)
    except OSError as error:
        raise StoreError(
            f"The database {paths.database} cannot be replaced: {error.strerror}."
        ) from None
