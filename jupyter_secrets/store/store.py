"""The encrypted store: created on first use, opened with its key, one transaction at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from jupyter_secrets.errors import IntegrityError, StoreError
from jupyter_secrets.store import anchor, audit, creation
from jupyter_secrets.store.crypto import FORMAT
from jupyter_secrets.store.database import Database
from jupyter_secrets.store.files import check_private
from jupyter_secrets.store.integrity import Verifier, read_store_row
from jupyter_secrets.store.keys import KeyFile, Keys
from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.rows import StoreRow
from jupyter_secrets.store.transaction import Transaction


class Store:
    """An open store. Safe to use from several threads; other processes may use it too."""

    def __init__(
        self, paths: StorePaths, database: Database, keys: Keys, clock: Callable[[], float]
    ) -> None:
        self.paths = paths
        self._database = database
        self._keys = keys
        self._clock = clock
        self._verifier = Verifier(time.monotonic)
        self._furthest = (0, 0)
        self._anchored_at = 0.0

    @classmethod
    def open(
        cls,
        paths: StorePaths,
        *,
        clock: Callable[[], float] = time.time,
        accept_older: bool = False,
    ) -> Store:
        """Open a store, and create it first where nothing of one is there.

        `accept_older` takes the database as it is and moves the anchor to it. Raises
        `StoreLockedError` without the key, `IntegrityError` for what was changed from outside,
        and `StoreError` for whatever else is wrong, with the fix.
        """
        creation.create_if_absent(paths, now=int(clock() * 1000))
        for path in (paths.database, paths.key):
            if path.exists():
                check_private(path, allow_group=paths.allow_group)
        key_file = KeyFile.read(paths.key, allow_group=paths.allow_group)
        database = Database(paths.database)
        try:
            with database.begin() as connection:
                row, mac = read_store_row(connection)
                _check_format(row)
                keys = Keys.unlock(connection, row.store_id, key_file, paths.key)
                store = cls(paths, database, keys, clock)
                store._verifier.check_store(row, mac, keys)
                if accept_older:
                    creation.reanchor(paths, row, keys.rows)
                known = anchor.read(paths.anchor, keys.rows)
                anchor.check(known, row, audit.mac_of(connection, known.audit_seq))
        except BaseException:
            database.close()
            raise
        store._moved(row)
        return store

    @property
    def store_id(self) -> str:
        """The store's identifier."""
        return self._keys.store_id

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Begin a transaction; it commits if the block ends without an error."""
        with self._database.begin() as connection:
            row = self._read_row(connection)
            transaction = Transaction(
                connection,
                self._keys,
                row,
                self._verifier,
                data_version=self._database.data_version(connection),
                now=int(self._clock() * 1000),
            )
            yield transaction
            after = transaction.finish()
        transaction.committed()
        self._moved(after)
        self._advance_anchor(after, changed=transaction.changed)

    def _read_row(self, connection: Connection) -> StoreRow:
        row, mac = read_store_row(connection)
        if row.root_generation != self._keys.root_generation:
            key_file = KeyFile.read(self.paths.key, allow_group=self.paths.allow_group)
            self._keys = Keys.unlock(connection, row.store_id, key_file, self.paths.key)
            self._verifier.forget()
        self._verifier.check_store(row, mac, self._keys)
        if row.epoch < self._furthest[0] or row.audit_seq < self._furthest[1]:
            raise IntegrityError(
                "The database was replaced by an older copy while it was in use: put the newest "
                "back."
            )
        return row

    def _moved(self, row: StoreRow) -> None:
        self._furthest = max(self._furthest, (row.epoch, row.audit_seq))

    def _advance_anchor(self, row: StoreRow, *, changed: bool) -> None:
        waited = time.monotonic() - self._anchored_at
        if changed or waited >= anchor.READ_INTERVAL_SECONDS:
            anchor.advance(self.paths.anchor, row, self._keys.rows)
            self._anchored_at = time.monotonic()

    def epoch(self) -> int:
        """Return the number of changes so far, also those of other processes; cheap to ask."""
        return self._database.epoch()

    def close(self) -> None:
        """Close the database and forget the keys."""
        self._database.close()


def _check_format(row: StoreRow) -> None:
    if row.format != FORMAT:
        raise StoreError(
            f"The store has format {row.format}, and this version of jupyter_secrets knows "
            f"format {FORMAT}: install a newer version of jupyter_secrets."
        )
