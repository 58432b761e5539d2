"""Move the oldest part of the audit log into an archive that can be verified by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from jupyter_secrets.errors import IntegrityError, StoreError
from jupyter_secrets.store import audit_log
from jupyter_secrets.store.files import create_file, remove_file
from jupyter_secrets.store.integrity import anchor
from jupyter_secrets.store.maintenance.export import encode_entry
from jupyter_secrets.store.store import Store

# How many records one transaction removes; others can write between two.
BATCH = 5_000


def prune_audit_log(store: Store, *, before: int, archive: Path, record: audit_log.Record) -> int:
    """Move the records from before a time, in milliseconds, to a new file; return how many.

    A checkpoint with the fields of `record` replaces them. The archive is on disk before
    anything is removed; if this is interrupted, what was not removed is in both. Records that
    the anchor does not cover yet stay. Raises `StoreError` if the archive cannot be written, and
    `IntegrityError` for a log that was changed.
    """
    with store.begin() as transaction:
        covered = anchor.read(store.paths.anchor, transaction.keys.rows).audit_seq
    create_file(archive)
    try:
        ends = _archive(archive, _old(store, before, covered))
    except BaseException:
        remove_file(archive)
        raise
    if not ends:
        remove_file(archive)
    return sum(_remove(store, end, record) for end in ends)


def _old(store: Store, before: int, covered: int) -> Iterator[audit_log.Entry]:
    def is_old(entry: audit_log.Entry) -> bool:
        time = _until(entry)
        return entry.seq <= covered and isinstance(time, int) and time < before

    return takewhile(is_old, store.audit_entries())


def _archive(path: Path, entries: Iterator[audit_log.Entry]) -> list[audit_log.Entry]:
    """Write records into a file; return those at which a transaction may end."""
    ends: list[audit_log.Entry] = []
    try:
        with path.open("a", encoding="utf-8") as file:
            for number, entry in enumerate(entries):
                file.write(f"{encode_entry(entry)}\n")
                if number % BATCH == 0:
                    ends.append(entry)
                ends[-1] = entry
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StoreError(f"The file {path} cannot be written: {error.strerror}.") from None
    return [] if len(ends) == 1 and ends[0].is_checkpoint else ends


def _remove(store: Store, last: audit_log.Entry, record: audit_log.Record) -> int:
    """Replace the records up to this one by a checkpoint; return how many were removed."""
    with store.begin() as transaction:
        connection, keys = transaction.connection, transaction.keys
        first = audit_log.first_checkpoint(connection, keys)
        removed = first.seq if first else 0
        if removed >= last.seq:  # another process has been here meanwhile
            return 0
        if audit_log.mac_of(connection, last.seq) != last.mac:
            raise IntegrityError("The audit log was replaced while it was pruned: try again.")
        checkpoint = {**record, "time": transaction.now, "until": _until(last)}
        audit_log.checkpoint(connection, keys, last.position, checkpoint)
    return last.seq - removed


def _until(entry: audit_log.Entry) -> object:
    """Return the time of a record; of a checkpoint that of the last record that it stands for."""
    return entry.record.get("until", entry.record["time"])
