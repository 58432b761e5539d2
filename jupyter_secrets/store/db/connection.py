"""The SQLite database: how it is opened, and one transaction at a time."""

from __future__ import annotations

import ctypes
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from jupyter_secrets.errors import IntegrityError, StoreBusyError, StoreError
from jupyter_secrets.store.files import create_file, remove_database
from jupyter_secrets.store.process.forks import FORKS
from jupyter_secrets.store.process.signals import defer_sigint

BUSY_TIMEOUT_MS = 10_000
# https://sqlite.org/rescode.html: SQLITE_BUSY and SQLITE_LOCKED.
_HELD_BY_OTHERS = (5, 6)

# What the driver raises. The texts of SQLite's errors may repeat bytes of a damaged file, which the
# driver then fails to decode.
SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)

# TRUNCATE rather than WAL: before SQLite 3.51.3 (https://sqlite.org/wal.html) two connections
# that write at once can corrupt a WAL database, and older builds are what Python ships with.
PRAGMAS = {
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
        self._connections = 0
        self._connect()
        # Within a process SQLite remembers which locks it holds; a child that was forked in a
        # transaction would believe them its own.
        FORKS.register_lock(self)

    def _connect(self) -> None:
        self.lock = threading.RLock()
        self._engine = _create_engine(self.path)
        self._open: Connection | None = None
        self._opened_file: object = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Begin a writing transaction; commit at the end, roll back on an error.

        Ctrl-C waits for its end. Raises `StoreError` where SQLite fails, with what to do.
        """
        with defer_sigint(), self.transaction() as connection:
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Do what `begin` does, for a caller that defers SIGINT itself."""
        with self.lock, self._explained():
            connection = self._connection()
            with connection.begin():
                yield connection

    def _connection(self) -> Connection:
        # Kept open: taking one from the pool and giving it back costs more than a statement.
        if self._open is not None and _file_at(self.path) != self._opened_file:
            self.reopen()  # another file was put in its place
        if self._open is None or self._open.invalidated:
            self._connections += 1
            self._opened_file = _file_at(self.path)
            self._open = self._engine.connect()
        return self._open

    def reopen(self) -> None:
        """Have the next transaction read the file again, whatever SQLite remembers of it.

        SQLite takes the pages that it has for those of the file as long as a counter in the file
        says so, which means nothing where the file was replaced, damaged or repaired.
        """
        if self._open is not None and not self._open.in_transaction():
            self._open.close()
            self._open = None
            self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            self.reopen()
            raise
        except DBAPIError as error:
            raise self._explain(error.orig) from None
        except SQLITE_ERRORS as error:
            raise self._explain(error) from None
        except SQLAlchemyError:  # two rows where the schema allows one
            raise self._explain(None) from None

    def _explain(self, error: BaseException | None) -> StoreError:
        if self._open is not None and _file_at(self.path) not in (None, self._opened_file):
            return StoreError(
                f"The store {self.path} was replaced while it was in use. Nothing was changed: "
                "try again."
            )
        fault = explain(self.path, error)
        if isinstance(fault, IntegrityError):
            self.reopen()
        return fault

    @contextmanager
    def _outside(self) -> Iterator[sqlite3.Connection]:
        """Give the connection outside of any transaction."""
        with defer_sigint(), self.lock, self._explained():
            yield _raw(self._connection())

    def data_version(self, connection: Connection) -> int:
        """Return a number that changes when another connection has changed the file.

        SQLite's own number, of 32 bits, says nothing to another connection than the one it is of.
        """
        (number,) = _raw(connection).execute("PRAGMA data_version").fetchone()
        return self._connections << 32 | int(number)

    def epoch(self) -> int:
        """Return the store's count of changes, outside of any transaction."""
        return self._number("SELECT max(epoch) FROM store")

    def audit_end(self) -> int:
        """Return the number of the newest audit record, outside of any transaction."""
        return self._number("SELECT max(audit_seq) FROM store")

    def _number(self, query: str) -> int:
        with self._outside() as connection:
            (number,) = connection.execute(query).fetchone() or (0,)
            if not isinstance(number, int):
                raise damaged(self.path)
            return number

    def faults(self) -> list[str]:
        """Return what SQLite's own checks find, and pragmas that are not as they have to be."""
        with self._outside() as connection:
            rows = connection.execute("PRAGMA integrity_check").fetchall()
            faults = [str(text) for (text,) in rows if text != "ok"]
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            faults += [f"A row of {row[0]} refers to a row that is missing." for row in broken]
            return faults + _wrong_pragmas(connection)

    def copy_to_new(self, path: Path) -> None:
        """Copy the database, as of one moment, into a new file with mode 0600.

        Raises `StoreError`, and leaves no file, if that fails, or if another process holds the
        database for long.
        """
        create_file(path)
        try:
            with self._outside() as source, _opened(path) as target, self._explained_for(path):
                source.backup(target, progress=_Patience(), sleep=0.05)
        except BaseException:
            remove_database(path)
            raise

    def copy_from(self, path: Path) -> None:
        """Replace all content by another database's, in one transaction of this one."""
        with self._outside() as target, _opened(path) as source:
            source.backup(target, progress=_Patience(), sleep=0.05)

    @contextmanager
    def beside(self, path: Path, name: str) -> Iterator[Connection]:
        """Begin a transaction in which the tables of another database are there as ``name.…``."""
        with self._outside() as connection:
            connection.execute(f"ATTACH DATABASE ? AS {name}", (str(path.absolute()),))
        try:
            with self.begin() as transaction:
                yield transaction
        finally:
            with self._outside() as connection:
                connection.execute(f"DETACH DATABASE {name}")

    @contextmanager
    def _explained_for(self, path: Path) -> Iterator[None]:
        try:
            yield
        except SQLITE_ERRORS as error:
            raise explain(path, error) from None

    def close(self) -> None:
        """Close the connection."""
        with self.lock:
            if self._open is not None:
                self._open.close()
                self._open = None
            self._engine.dispose()

    def reset_after_fork(self) -> None:
        """Leave the connection to the parent process, and open another when one is needed.

        Not even closing it is allowed here: https://sqlite.org/howtocorrupt.html, 2.6. It gets a
        reference that nobody ever drops.
        """
        if self._open is not None:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._open))
        self._engine.dispose(close=False)
        self._connect()


class _Patience:
    """Ends a copy that gets nowhere: SQLite's own timeout does not hold for it."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, status: int, remaining: int, total: int) -> None:
        if status in _HELD_BY_OTHERS and (time.monotonic() - self._began > BUSY_TIMEOUT_MS / 1000):
            raise sqlite3.OperationalError("database is locked")


def _file_at(path: Path) -> object:
    """Return what tells a file from any other one in its place, or None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - a type
    return raw


def _create_engine(path: Path) -> Engine:
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: _connect(path),
        poolclass=StaticPool,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _connect(path: Path) -> sqlite3.Connection:
    # mode=rw: SQLite must never create the file, for it would be readable by others.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    # isolation_level: BEGIN is ours to say, below.
    return sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1000,
    )


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = _connect(path)
    try:
        _set_pragmas(connection, None)
        yield connection
    finally:
        connection.close()


@contextmanager
def open_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection that reads, and neither takes a lock nor makes a file.

    What another process writes meanwhile may come out torn: good enough for a hint only.
    """
    # immutable: with mode=ro alone SQLite makes files beside a database that is in WAL mode.
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        yield connection


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def _wrong_pragmas(connection: sqlite3.Connection) -> list[str]:
    expected = {"journal_mode": "truncate", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    actual = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in expected}
    return [
        f"SQLite runs with {name} = {actual[name]} instead of {value}."
        for name, value in expected.items()
        if actual[name] != value
    ]


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later could not be retried by SQLite.
    _raw(connection).execute("BEGIN IMMEDIATE")


def explain(path: Path, cause: BaseException | None) -> StoreError:
    """Return the error that says what an error of SQLite means, and what to do."""
    text = str(cause).lower()
    if "locking protocol" in text:
        return StoreError(
            f"The file system of the store {path} does not support locks: set store_path to a "
            "local one."
        )
    if "locked" in text or "busy" in text:
        return StoreBusyError(
            f"The store {path} is busy: another process has been writing to it for "
            f"{BUSY_TIMEOUT_MS // 1000} s. Try again; if it stays busy, its file system may not "
            "support locks: set store_path to a local one."
        )
    if not path.exists():
        return StoreError(
            f"The store {path} was moved or removed while it was in use: put it back."
        )
    if "readonly" in text or "read-only" in text:
        if _says_read_only(path):
            return damaged(path)
        return StoreError(f"The store {path} or its folder is read-only: make both writable.")
    if "is full" in text:
        return StoreError(f"The disk of the store {path} is full. Nothing was changed.")
    if "unable to open" in text:
        return StoreError(
            f"The store {path} cannot be opened: check that its folder is there and writable."
        )
    if "i/o error" in text:
        return StoreError(
            f"The disk of the store {path} does not work: {cause}. Nothing was changed."
        )
    if isinstance(cause, (sqlite3.ProgrammingError, sqlite3.InterfaceError)):
        return StoreError(f"The store {path} cannot be used: {cause}.")
    # Our statements are always the same ones, so what is wrong is the file. SQLite's text may
    # repeat what is in it.
    return damaged(path)


def _says_read_only(path: Path) -> bool:
    """Return whether the file itself says that it takes a newer SQLite to write to it.

    https://sqlite.org/fileformat2.html#file_format_version_numbers
    """
    with suppress(OSError), path.open("rb") as file:
        header = file.read(20)
        return len(header) == 20 and max(header[18:]) > 2
    return False


def damaged(path: Path) -> IntegrityError:
    """Return the error for a file in which something is that this package did not write."""
    return IntegrityError(f"The store {path} is damaged: restore a backup.")
