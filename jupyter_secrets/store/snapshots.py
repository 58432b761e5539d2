"""What key rotations, restores and migrations share: one at a time, after a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jupyter_secrets.errors import StoreError
from jupyter_secrets.store.crypto import random_id
from jupyter_secrets.store.db.connection import Database
from jupyter_secrets.store.files import locked, make_folder, remove_database, remove_file
from jupyter_secrets.store.paths import StorePaths


@contextmanager
def exclusive(paths: StorePaths) -> Iterator[None]:
    """Keep other processes from rotating keys, or restoring a backup, at the same time.

    Raises `StoreError` if another one takes long.
    """
    with locked(paths.maintenance_lock):
        _remove_stale_files(paths)
        yield


def remove_stale_files(paths: StorePaths) -> None:
    """Remove what a killed rotation or restore left behind, unless one is running."""
    if paths.stale_files():
        with suppress(StoreError), locked(paths.maintenance_lock, timeout=0):
            _remove_stale_files(paths)


def _remove_stale_files(paths: StorePaths) -> None:
    for path in paths.stale_files():
        remove_file(path)


def snapshot(paths: StorePaths, database: Database, name: str, *, now: int) -> Path:
    """Copy a database into the folder of backups; return the snapshot's path."""
    path = paths.backups / f"{name}-{now}-{random_id()[:8]}.db"
    make_folder(paths.backups)
    database.copy_to_new(path)
    return path


def remove_snapshots(paths: StorePaths) -> None:
    """Remove the snapshots from before rotations and migrations: they contain values that were
    erased from the store."""
    for path in paths.snapshots():
        remove_database(path)
