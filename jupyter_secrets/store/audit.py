"""The audit log: records in a chain, each covering the one before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store import schema
from jupyter_secrets.store.crypto import FORMAT, TamperedError, authenticate, same
from jupyter_secrets.store.keys import Keys
from jupyter_secrets.store.rows import StoreRow

Record = Mapping[str, object]

# What the first record follows.
GENESIS = bytes(32)

_TABLE = schema.audit.c
_INSERT = schema.audit.insert()
_FROM = (
    select(schema.audit)
    .where(_TABLE.seq > bindparam("after"))
    .order_by(_TABLE.seq)
    .limit(bindparam("at_most"))
)
_BACK = (
    select(schema.audit)
    .where(_TABLE.seq <= bindparam("up_to"))
    .order_by(_TABLE.seq.desc())
    .limit(bindparam("at_most"))
)
_MAC = select(_TABLE.mac).where(_TABLE.seq == bindparam("seq"))
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the log: the number and the MAC of the record before it."""

    seq: int
    mac: bytes


BEGINNING = Position(0, GENESIS)


def encode_record(record: Record) -> str:
    """Return a record as canonical JSON: sorted, without spaces, without empty fields."""
    filled = {name: value for name, value in record.items() if value not in (None, "")}
    return json.dumps(filled, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def append(connection: Connection, keys: Keys, seq: int, previous: bytes, record: Record) -> bytes:
    """Add a record with number `seq` after the one whose MAC is `previous`; return its MAC."""
    generation, text = keys.audit_generation, encode_record(record)
    mac = _chain(keys, generation, seq, previous, text)
    connection.execute(
        _INSERT, {"seq": seq, "key_generation": generation, "record": text, "mac": mac}
    )
    return mac


def _chain(keys: Keys, generation: int, seq: int, previous: bytes, record: str) -> bytes:
    return authenticate(
        keys.audit(generation), "audit", FORMAT, keys.store_id, seq, previous, generation, record
    )


def mac_of(connection: Connection, seq: int) -> bytes | None:
    """Return the MAC of a record, or None if it is not there."""
    if seq == 0:
        return GENESIS
    mac: bytes | None = connection.execute(_MAC, {"seq": seq}).scalar_one_or_none()
    return mac


def forwards(
    connection: Connection, keys: Keys, after: Position, *, at_most: int
) -> tuple[list[dict[str, object]], Position]:
    """Return the next records, each verified, and where they end.

    Raises `IntegrityError`, with the number of the first record that does not fit.
    """
    records, wanted = [], {"after": after.seq, "at_most": at_most}
    for row in connection.execute(_FROM, wanted):
        mac = _checked(keys, row, after.seq + 1, after.mac)
        records.append({"seq": row.seq, **json.loads(row.record)})
        after = Position(row.seq, mac)
    return records, after


def backwards(connection: Connection, keys: Keys, end: StoreRow) -> Iterator[dict[str, object]]:
    """Yield the records, newest first, each verified from the end that the store's row covers."""
    seq, expected = end.audit_seq, end.audit_mac
    while seq > 0:
        rows = connection.execute(_BACK, {"up_to": seq, "at_most": _BATCH}).all()
        before = mac_of(connection, seq - len(rows)) or b""
        for row, previous in zip(rows, [*(row.mac for row in rows[1:]), before], strict=True):
            if not same(_checked(keys, row, seq, previous), expected):
                raise _changed(seq)
            yield {"seq": seq, **json.loads(row.record)}
            seq, expected = seq - 1, previous
        if not rows:
            raise _changed(seq)


def _checked(keys: Keys, row: Any, seq: int, previous: bytes) -> bytes:
    """Return the MAC of a record that follows another, or raise `IntegrityError`."""
    if row.seq != seq:
        raise _changed(seq)
    try:
        mac = _chain(keys, row.key_generation, row.seq, previous, row.record)
    except TamperedError:
        raise _changed(seq) from None
    if not same(mac, row.mac):
        raise _changed(seq)
    return mac


def _changed(seq: int) -> IntegrityError:
    return IntegrityError(f"The audit log was changed at record {seq}: restore a backup.")


def check_end(position: Position, end: StoreRow) -> None:
    """Raise `IntegrityError` unless the log ends where the store's row says."""
    if position.seq != end.audit_seq or not same(position.mac, end.audit_mac):
        raise _changed(min(position.seq, end.audit_seq) + 1)
