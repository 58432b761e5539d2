"""The SQLite database: how it is opened, and one transaction at a time."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from jupyter_secrets.errors import IntegrityError, StoreError

BUSY_TIMEOUT_MS = 10_000

# TRUNCATE rather than WAL: before SQLite 3.51.3 (https://sqlite.org/wal.html) two connections
# that write at once can corrupt a WAL database, and older builds are what Python ships with.
_PRAGMAS = {
    "journal_mode": "TRUNCATE",
    "synchronous": "FULL",
    "busy_timeout": BUSY_TIMEOUT_MS,
    "foreign_keys": "ON",
    "secure_delete": "ON",
    "trusted_schema": "OFF",
    "mmap_size": 0,
    "temp_store": "MEMORY",
}


class Database:
    """One connection, used by one thread at a time.

    Every call writes an audit record, so there is nothing that several connections of one process
    could do side by side; other processes are kept apart by SQLite's own locks.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connect()

    def _connect(self) -> None:
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._engine = _create_engine(self.path)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Begin a writing transaction; commit at the end, roll back on an error.

        Raises `StoreError` where SQLite fails, with what to do.
        """
        if self._process != os.getpid():  # SQLite forbids carrying a connection over a fork
            self._engine.dispose(close=False)
            self._connect()
        with self._lock:
            try:
                with self._engine.begin() as connection:
                    yield connection
            except DBAPIError as error:
                raise _explain(self.path, error.orig) from None

    def data_version(self, connection: Connection) -> int:
        """Return a number that changes when another connection has changed the file."""
        return int(connection.exec_driver_sql("PRAGMA data_version").scalar_one())

    def epoch(self) -> int:
        """Return the store's count of changes, outside of any transaction."""
        with self._lock:
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("SELECT max(epoch) FROM store")
                (epoch,) = cursor.fetchone() or (0,)
                return int(epoch)
            except sqlite3.Error as error:
                raise _explain(self.path, error) from None
            finally:
                connection.close()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._engine.dispose()


def _create_engine(path: Path) -> Engine:
    def connect() -> sqlite3.Connection:
        # mode=rw: SQLite must never create the file, for it would be readable by others.
        uri = f"{path.absolute().as_uri()}?mode=rw"
        # autocommit: BEGIN is ours to say, below.
        return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)

    engine = create_engine(
        "sqlite+pysqlite://", creator=connect, poolclass=StaticPool, hide_parameters=True
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    for name, value in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later could not be retried by SQLite.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _explain(path: Path, cause: BaseException | None) -> StoreError:
    text = str(cause).lower()
    if "locked" in text or "busy" in text:
        return StoreError(
            f"The store {path} is busy: another process has been writing to it for "
            f"{BUSY_TIMEOUT_MS // 1000} s. Try again; if it stays busy, its file system may not "
            "support locks: set store_path to a local one."
        )
    if "readonly" in text or "read-only" in text:
        return StoreError(f"The store {path} or its folder is read-only: make both writable.")
    if "disk is full" in text:
        return StoreError(f"The disk of the store {path} is full. Nothing was changed.")
    if "unable to open" in text:
        return StoreError(f"The store {path} cannot be opened: check that its folder is there.")
    if "malformed" in text or "not a database" in text:
        return IntegrityError(f"The store {path} is damaged: restore a backup.")
    return StoreError(f"The store {path} cannot be used: {cause}.")
