"""Read the audit log back from a place in it, in parts, so that others can write meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from jupyter_secrets.store import audit_log
from jupyter_secrets.store.crypto import same
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.store import Store
from jupyter_secrets.store.transaction import Transaction

# How many records one transaction fetches.
BATCH = 500

_BACK = (
    select(schema.audit)
    .where(schema.audit.c.seq <= bindparam("up_to"))
    .order_by(schema.audit.c.seq.desc())
    .limit(bindparam("at_most"))
)


def iter_audit_reverse(store: Store, end: audit_log.Position) -> Iterator[dict[str, object]]:
    """Yield the records up to a position of the log, newest first, each verified.

    Each part is fetched in a transaction of its own, which is over before the part is verified.
    Where others have pruned the log meanwhile, it ends there. Raises `IntegrityError` for a record
    that was changed, and `StoreLockedError` if the store is closed meanwhile.
    """
    while end != audit_log.BEGINNING:
        with store.begin() as transaction:
            keys, rows = transaction.keys, _fetch(transaction, end)
        if rows is None:
            return
        for entry, before in _with_the_ones_before(rows):
            if entry.seq != end.seq or not same(entry.mac, end.mac):
                raise audit_log.changed(end.seq)
            audit_log.check_entry(keys, entry, before)
            yield entry.record
            end = before
        if not rows:
            raise audit_log.changed(end.seq)


def _fetch(transaction: Transaction, end: audit_log.Position) -> Sequence[Any] | None:
    """Return the next rows and the one before them, or None where they were pruned."""
    rows = transaction.connection.execute(_BACK, {"up_to": end.seq, "at_most": BATCH + 1}).all()
    if not rows:
        checkpoint = audit_log.first_checkpoint(transaction.connection, transaction.keys)
        if checkpoint is not None and checkpoint.seq > end.seq:
            return None
    return rows


def _with_the_ones_before(
    rows: Sequence[Any],
) -> Iterator[tuple[audit_log.Entry, audit_log.Position]]:
    """Yield each record with the position before it; the last of a whole part is that only."""
    entries = (audit_log.entry_of(row) for row in rows)
    entry = next(entries, None)
    for before in entries:
        if entry is not None:
            yield entry, before.position
        entry = before
    if entry is not None and len(rows) <= BATCH:
        yield entry, audit_log.BEGINNING
