"""The audit log: records in a chain, each covering the one before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store import schema
from jupyter_secrets.store.crypto import FORMAT, authenticate, same
from jupyter_secrets.store.keys import Keys

Record = Mapping[str, object]

# What the first record follows.
GENESIS = bytes(32)

_INSERT = schema.audit.insert()
_IN_ORDER = select(schema.audit).order_by(schema.audit.c.seq)


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
    query = select(schema.audit.c.mac).where(schema.audit.c.seq == seq)
    mac: bytes | None = connection.execute(query).scalar_one_or_none()
    return mac


def verify(connection: Connection, keys: Keys) -> Iterator[dict[str, object]]:
    """Yield all records, oldest first, each after it was verified.

    Raises `IntegrityError`, with the number of the first record that does not fit.
    """
    expected, previous = 1, GENESIS
    for row in connection.execute(_IN_ORDER):
        mac = _chain(keys, row.key_generation, row.seq, previous, row.record)
        if row.seq != expected or not same(mac, row.mac):
            raise IntegrityError(f"The audit log was changed at record {expected}.")
        yield {"seq": row.seq, **json.loads(row.record)}
        expected, previous = expected + 1, mac
