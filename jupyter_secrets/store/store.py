"""The encrypted store: created on first use, opened with a key, one transaction at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection

from jupyter_secrets.errors import IntegrityError, StoreError, StoreLockedError
from jupyter_secrets.store import audit_log, creation, migrations, snapshots
from jupyter_secrets.store.db.connection import Database
from jupyter_secrets.store.db.row_sets import SLOTS
from jupyter_secrets.store.db.rows import SlotRow, StoreRow
from jupyter_secrets.store.files import check_private, folder_fault
from jupyter_secrets.store.integrity import anchor
from jupyter_secrets.store.integrity.rollback import RollbackGuard
from jupyter_secrets.store.integrity.verifier import Verifier, check_rows, read_store_row
from jupyter_secrets.store.keys.hierarchy import Keys
from jupyter_secrets.store.keys.slots import SlotKey, read_slots
from jupyter_secrets.store.keys.unlock import find_root, reopen
from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.process.signals import defer_sigint
from jupyter_secrets.store.transaction import Transaction

AUDIT_BATCH = 1_000


class Store:
    """An open store. Safe to use from several threads; other processes may use it too."""

    def __init__(
        self,
        paths: StorePaths,
        database: Database,
        keys: Keys,
        slot_key: SlotKey,
        clock: Callable[[], float],
        *,
        anchored: bool,
    ) -> None:
        self.paths = paths
        self.database = database
        self.slot_key = slot_key
        self._keys = keys
        self._clock = clock
        self._verifier = Verifier(time.monotonic)
        self._rollback_guard = RollbackGuard(paths, anchored=anchored)
        self._last_read: tuple[int, StoreRow] | None = None
        self._slots_mac = b""
        self._closed = False

    @classmethod
    def open(
        cls,
        paths: StorePaths,
        *,
        passphrase: str | None = None,
        opened_with: SlotKey | None = None,
        clock: Callable[[], float] = time.time,
        anchored: bool = True,
        accept_older: bool = False,
        steps: Sequence[migrations.Migration] = migrations.MIGRATIONS,
    ) -> Store:
        """Open a store, and create it first where there is none.

        `passphrase` is a passphrase or a recovery key, `opened_with` the key of a slot; without
        either, the key file, the environment and the keyring are tried. A copy is opened with
        `anchored` off: it has no anchor, and is not created. `accept_older` takes the database
        as it is and moves the anchor to it. Raises `StoreLockedError` without a key,
        `PermissionDeniedError` for a wrong passphrase, `IntegrityError` for what was changed
        from outside, and `StoreError` for whatever else is wrong, with the fix.
        """
        if anchored:
            creation.create_if_absent(paths, now=int(clock() * 1000))
        for path in (paths.database, paths.anchor) if anchored else ():
            if path.is_symlink() or path.exists():
                check_private(path, allow_group=paths.allow_group)
            fault = folder_fault(path.parent, allow_group=paths.allow_group)
            if fault:
                raise StoreError(fault)
        database = Database(paths.database)
        try:
            with database.begin() as connection:
                migrations.check_format(connection, steps)
                row, mac = read_store_row(connection)
                slots = read_slots(connection)
                if opened_with is not None:
                    slot_key, root = reopen(slots, row.store_id, paths, opened_with)
                else:
                    slot_key, root = find_root(slots, row.store_id, paths, passphrase=passphrase)
                keys = Keys.load(connection, row.store_id, root, row.root_generation)
                store = cls(paths, database, keys, slot_key, clock, anchored=anchored)
                store._check(row, mac, slots)
                if audit_log.mac_of(connection, row.audit_seq) != row.audit_mac:
                    raise IntegrityError("The audit log was cut off at its end: restore a backup.")
                if accept_older:
                    anchor.set_to(paths.anchor, row, keys.rows)
                store._rollback_guard.check(connection, keys, row)
            store._migrate(row, steps)
            if anchored:
                snapshots.remove_stale_files(paths)
        except BaseException:
            database.close()
            raise
        return store

    def _check(self, row: StoreRow, mac: bytes, slots: Sequence[SlotRow]) -> None:
        self._verifier.check_store(row, mac, self._keys)
        check_rows(SLOTS, slots, self._keys, row)
        self._slots_mac = row.slots_mac

    def _migrate(self, row: StoreRow, steps: Sequence[migrations.Migration]) -> None:
        if row.format == 1 + len(steps):
            return
        self.snapshot(f"before-format-{row.format + 1}")
        while row.format < 1 + len(steps):
            with self.database.begin() as connection:
                row = migrations.migrate_once(connection, self._keys, row, steps)
            self._rollback_guard.move(row, self._keys, changed=True)

    @property
    def anchored(self) -> bool:
        """Whether the store has an anchor; a copy has none."""
        return self._rollback_guard.anchored

    @property
    def store_id(self) -> str:
        """The store's identifier."""
        return self._keys.store_id

    @property
    def keys(self) -> Keys:
        """The store's keys, as they were last read."""
        return self._keys

    @property
    def row(self) -> StoreRow:
        """The store's own row, verified."""
        with self.begin() as transaction:
            return transaction.row

    @property
    def now(self) -> int:
        """The time, in milliseconds since the epoch."""
        return int(self._clock() * 1000)

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Begin a transaction; it commits at the end of the ``with`` block, or not at all.

        When the block ends without an error, everything in it is on disk. Ctrl-C waits for that.
        """
        with defer_sigint(), self.transaction() as transaction:
            yield transaction

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Do what `begin` does, for a caller that defers SIGINT itself."""
        with self._usable():
            try:
                with self.database.transaction() as connection:
                    version = self.database.data_version(connection)
                    before = self._read_row(connection, version)
                    transaction = Transaction(
                        connection,
                        self._keys,
                        before,
                        self._verifier,
                        data_version=version,
                        now=self.now,
                    )
                    yield transaction
                    after = transaction.finish(before)
                    if after.epoch != before.epoch:  # the anchor will move: never onto a fork
                        self._rollback_guard.check(connection, self._keys, before)
            except BaseException:
                self._keys.forget_scope_keys()
                self._last_read = None
                raise
            self._keys, self._last_read = transaction.keys, (version, after)
            self._slots_mac = after.slots_mac
            transaction.committed(after)
            if transaction.damaged:  # until the file is repaired
                self.database.reopen()
        if transaction.erased:
            snapshots.remove_snapshots(self.paths)
        self._rollback_guard.move(after, self._keys, changed=after.epoch != before.epoch)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        with self.database.lock:
            if self._closed:
                raise StoreLockedError("The store was closed in the meantime: try again.")
            yield

    def _read_row(self, connection: Connection, version: int) -> StoreRow:
        if self._last_read is not None and self._last_read[0] == version:  # nobody else has written
            row = self._last_read[1]
            if self._rollback_guard.is_due:
                self._rollback_guard.check(connection, self._keys, row)
            return row
        row, mac = read_store_row(connection)
        if row.slots_mac != self._slots_mac:
            self._reload(connection, row, mac)
        else:
            self._verifier.check_store(row, mac, self._keys)
        self._rollback_guard.check(connection, self._keys, row)
        return row

    def _reload(self, connection: Connection, row: StoreRow, mac: bytes) -> None:
        """Take the keys as another process left them: it may have rotated or restored them."""
        slots = read_slots(connection)
        try:
            self._keys = Keys.load(connection, row.store_id, self._keys.root, row.root_generation)
        except IntegrityError:  # there is another root key
            slot_key, root = reopen(slots, row.store_id, self.paths, self.slot_key)
            self._keys = Keys.load(connection, row.store_id, root, row.root_generation)
            self.slot_key = slot_key
        self._verifier.forget()
        self._check(row, mac, slots)

    def audit_entries(
        self, after: audit_log.Position = audit_log.BEGINNING
    ) -> Iterator[audit_log.Entry]:
        """Yield the audit log after a position, oldest first, each verified, to the log's end.

        It is read in parts, with a transaction each, so that others can write meanwhile. Where
        the records after that position were pruned, it begins with the checkpoint.
        """
        position, ended = after, False
        while not ended:
            with self.begin() as transaction:
                entries, position = audit_log.read_forward(
                    transaction.connection, transaction.keys, position, at_most=AUDIT_BATCH
                )
                ended = len(entries) < AUDIT_BATCH
                if ended:
                    audit_log.check_end(position, transaction.row)
            yield from entries

    def audit_end(self) -> int:
        """Return the number of the newest record, whoever wrote it; cheap to ask."""
        with self._usable():
            return self.database.audit_end()

    def audit_position(self) -> audit_log.Position:
        """Return where the audit log ends now."""
        with self.begin() as transaction:
            return audit_log.Position(transaction.row.audit_seq, transaction.row.audit_mac)

    def audit_contains(self, position: audit_log.Position) -> bool:
        """Return whether a position is one of this log's, or was until it was pruned."""
        with self.begin() as transaction:
            return audit_log.contains(transaction.connection, transaction.keys, position)

    def snapshot(self, name: str) -> Path:
        """Copy the database into the folder of backups; return the copy's path."""
        return snapshots.snapshot(self.paths, self.database, name, now=self.now)

    def invalidate_cache(self) -> None:
        """Read and verify everything again."""
        with self.database.lock:
            self.database.reopen()
            self._verifier.forget()
            self._keys.forget_scope_keys()
            self._last_read = None

    def epoch(self) -> int:
        """Return the number of changes so far, also those of other processes; cheap to ask."""
        with self._usable():
            return self.database.epoch()

    def close(self) -> None:
        """Close the database and forget the keys."""
        with self.database.lock:
            if self._rollback_guard.is_behind and not self._closed:
                with suppress(StoreError), self.database.begin() as connection:
                    row = self._read_row(connection, self.database.data_version(connection))
                    self._rollback_guard.check(connection, self._keys, row)
                    self._rollback_guard.move(row, self._keys, changed=True)
            self._closed = True
            self.database.close()
