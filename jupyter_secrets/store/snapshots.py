"""What key rotations, restores and migrations share: one at a time, with a copy made before."""

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
def alone(paths: StorePaths) -> Iterator[None]:
    """Keep other processes from renewing keys, or restoring a backup, meanwhile.

    Raises `StoreError` if another one has been at it for long.
    """
    with locked(paths.maintenance_lock):
        _clear_leftovers(paths)
        yield


def clear_leftovers(paths: StorePaths) -> None:
    """Remove what a rotation or a restore left that was killed, unless one is going on."""
    if paths.leftovers():
        with suppress(StoreError), locked(paths.maintenance_lock, timeout=0):
            _clear_leftovers(paths)


def _clear_leftovers(paths: StorePaths) -> None:
    for path in paths.leftovers():
        remove_file(path)


def copy_aside(paths: StorePaths, database: Database, name: str, *, now: int) -> Path:
    """Copy a database into the folder of backups; return the copy's path."""
    path = paths.backups / f"{name}-{now}-{random_id()[:8]}.db"
    make_folder(paths.backups)
    database.copy_to_new(path)
    return path


def remove_copies(paths: StorePaths) -> None:
    """Remove the copies that were made before rotations and migrations: they hold values that
    are gone from the store."""
    for path in paths.copies():
        remove_database(path)
