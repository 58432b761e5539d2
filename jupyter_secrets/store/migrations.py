"""From each format of the database to the next one: ordered, each in one transaction.

A migration gets a connection within a transaction, and the store's keys; it changes the tables,
and every MAC that its changes touch but the store row's own. A copy of the database is made
before, and a newer format than this version knows is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select, update

from jupyter_secrets.errors import IntegrityError, StoreError
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.rows import StoreRow, columns
from jupyter_secrets.store.keys.hierarchy import Keys

Migration = Callable[[Connection, Keys], None]

_FORMAT = select(schema.store.c.format)

# The first one goes from format 1 to 2, and so on.
MIGRATIONS: tuple[Migration, ...] = ()
SCHEMA_FORMAT = 1 + len(MIGRATIONS)


def check_format(connection: Connection, migrations: Sequence[Migration]) -> None:
    """Raise `StoreError` for a format that this version cannot read, or that is none."""
    newest = 1 + len(migrations)
    stored_format = connection.execute(_FORMAT).scalars().first()
    if not isinstance(stored_format, int) or stored_format < 1:
        raise IntegrityError("The store's own row is damaged: restore a backup.")
    if stored_format > newest:
        raise StoreError(
            f"The store has format {stored_format}, and this version of jupyter_secrets knows "
            f"formats up to {newest}: install a newer version of jupyter_secrets. If none was ever "
            "used on it, the database is damaged: restore a backup."
        )


def migrate_once(
    connection: Connection, keys: Keys, row: StoreRow, migrations: Sequence[Migration]
) -> StoreRow:
    """Bring a verified store to the next format; the caller commits."""
    migrations[row.format - 1](connection, keys)
    row = replace(row, format=row.format + 1, epoch=row.epoch + 1)
    mac = row.compute_mac(keys.rows)
    connection.execute(update(schema.store), {**columns(row), "mac": mac})
    return row
