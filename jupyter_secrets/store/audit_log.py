"""The audit log: records in a chain, each covering the one before.

A log whose oldest part was pruned begins with a checkpoint, which replaces the last record that was
removed: it has that record's number and MAC, so that the chain continues from it, and a MAC of its
own, so that nobody without the key can cut a log short.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store.crypto import FORMAT, TamperedError, authenticate, same
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.rows import StoreRow
from jupyter_secrets.store.db.statements import CompiledStatement
from jupyter_secrets.store.keys.hierarchy import Keys

Record = Mapping[str, object]

# What the first record follows.
GENESIS = bytes(32)
# The field of a record that makes it a checkpoint, and contains the checkpoint's own MAC.
CHECKPOINT = "checkpoint"

_TABLE = schema.audit.c
_INSERT = schema.audit.insert()
_APPEND = CompiledStatement(schema.audit.insert())
_FROM = (
    select(schema.audit)
    .where(_TABLE.seq > bindparam("after"))
    .order_by(_TABLE.seq)
    .limit(bindparam("at_most"))
)
_MAC = select(_TABLE.mac).where(_TABLE.seq == bindparam("seq"))
_FIRST = select(func.min(_TABLE.seq))
_DELETE = delete(schema.audit).where(_TABLE.seq <= bindparam("up_to"))
# json.dumps would make one for each record.
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Position:
    """A position in the log: the number and the MAC of the record before it."""

    seq: int
    mac: bytes


BEGINNING = Position(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it stands in the log, with what proves it."""

    seq: int
    text: str
    mac: bytes

    @property
    def record(self) -> dict[str, object]:
        """The record, with its number."""
        return {"seq": self.seq, **json.loads(self.text)}

    @property
    def is_checkpoint(self) -> bool:
        """Whether this stands for all records up to its number."""
        # Nearly all are none, and reading them as JSON takes long.
        return f'"{CHECKPOINT}"' in self.text and CHECKPOINT in self.record

    @property
    def position(self) -> Position:
        """The position after this record."""
        return Position(self.seq, self.mac)


def encode_record(record: Record) -> str:
    """Return a record as canonical JSON: sorted, without spaces, without empty fields.

    Lone surrogates, as in the name of a file that is not in UTF-8, are escaped: no call may fail
    for what its record says.
    """
    filled = {name: value for name, value in record.items() if value not in (None, "")}
    return _SURROGATE.sub(lambda match: rf"\\u{ord(match.group()):04x}", _CANONICAL.encode(filled))


def append(connection: Connection, keys: Keys, seq: int, previous: bytes, record: Record) -> bytes:
    """Add a record with number `seq` after the one whose MAC is `previous`; return its MAC."""
    text = encode_record(record)
    mac = _chain(keys, seq, previous, text)
    _APPEND.execute(connection, {"seq": seq, "record": text, "mac": mac})
    return mac


def insert(connection: Connection, entries: list[Entry]) -> None:
    """Add entries as they are."""
    rows = [{"seq": entry.seq, "record": entry.text, "mac": entry.mac} for entry in entries]
    if rows:
        connection.execute(_INSERT, rows)


def _chain(keys: Keys, seq: int, previous: bytes, record: str) -> bytes:
    return authenticate(keys.audit, "audit", FORMAT, keys.store_id, seq, previous, record)


def checkpoint(connection: Connection, keys: Keys, last: Position, record: Record) -> None:
    """Replace the records up to `last`, which were verified, by a checkpoint with the fields of
    `record`."""
    connection.execute(_DELETE, {"up_to": last.seq})
    own_mac = _checkpoint_mac(keys, last, encode_record(record))
    text = encode_record({**record, CHECKPOINT: own_mac.hex()})
    insert(connection, [Entry(last.seq, text, last.mac)])


def _checkpoint_mac(keys: Keys, last: Position, record: str) -> bytes:
    return authenticate(keys.audit, "checkpoint", FORMAT, keys.store_id, last.seq, last.mac, record)


def mac_of(connection: Connection, seq: int) -> bytes | None:
    """Return the MAC of a record, or None if it is not there."""
    if seq == 0:
        return GENESIS
    mac: bytes | None = connection.execute(_MAC, {"seq": seq}).scalar_one_or_none()
    return mac


def first_checkpoint(connection: Connection, keys: Keys) -> Entry | None:
    """Return the verified checkpoint that the log begins with, or None where nothing was pruned."""
    first = connection.execute(_FROM, {"after": 0, "at_most": 1}).one_or_none()
    if first is None or first.seq == 1:
        return None
    entry = entry_of(first)
    check_entry(keys, entry, BEGINNING)
    return entry


def read_forward(
    connection: Connection, keys: Keys, after: Position, *, at_most: int
) -> tuple[list[Entry], Position]:
    """Return the next entries, each verified, and where they end.

    Where the records after `after` were pruned, they begin with the checkpoint. Raises
    `IntegrityError`, with the number of the first record that does not fit.
    """
    entries: list[Entry] = []
    rows = connection.execute(_FROM, {"after": after.seq, "at_most": at_most}).all()
    if rows and rows[0].seq == connection.execute(_FIRST).scalar_one():
        after = BEGINNING
    for row in rows:
        entry = entry_of(row)
        check_entry(keys, entry, after)
        entries.append(entry)
        after = entry.position
    return entries, after


def entry_of(row: Any) -> Entry:
    """Return a row of the log as a value, not verified."""
    entry = Entry(row.seq, row.record, row.mac)
    if not isinstance(entry.mac, bytes) or not isinstance(entry.text, str):
        raise changed(entry.seq)
    return entry


def check_entry(keys: Keys, entry: Entry, after: Position) -> None:
    """Raise `IntegrityError` unless a record follows what is before it, and is as it was written.

    At the beginning there may be a checkpoint in place of the first record.
    """
    try:
        if entry.is_checkpoint:
            genuine = after == BEGINNING and _is_genuine_checkpoint(keys, entry)
        else:
            mac = _chain(keys, entry.seq, after.mac, entry.text)
            genuine = entry.seq == after.seq + 1 and same(mac, entry.mac)
    except (TamperedError, ValueError, TypeError):
        genuine = False
    if not genuine:
        raise changed(after.seq + 1)


def _is_genuine_checkpoint(keys: Keys, entry: Entry) -> bool:
    record = json.loads(entry.text)
    own_mac = bytes.fromhex(record.pop(CHECKPOINT, ""))
    expected = _checkpoint_mac(keys, entry.position, encode_record(record))
    return same(own_mac, expected)


def changed(seq: int) -> IntegrityError:
    """Return the error for a log that is not as it was written, from this record on."""
    return IntegrityError(f"The audit log was changed at record {seq}: restore a backup.")


def check_end(position: Position, end: StoreRow) -> None:
    """Raise `IntegrityError` unless the log ends where the store's row says."""
    if position.seq != end.audit_seq or not same(position.mac, end.audit_mac):
        raise changed(min(position.seq, end.audit_seq) + 1)


def contains(connection: Connection, keys: Keys, position: Position) -> bool:
    """Return whether a record is part of the log, or was until it was pruned."""
    mac = mac_of(connection, position.seq)
    if mac is not None:
        return same(mac, position.mac)
    first = first_checkpoint(connection, keys)
    return first is not None and position.seq < first.seq
