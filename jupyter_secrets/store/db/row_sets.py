"""Small tables that are read, verified and written as a whole: each is under one MAC.

The store's own row holds that MAC, so a row that was edited, inserted, removed or put back from an
older copy by something else closes its table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Generic, TypeVar

from sqlalchemy import Column, Connection, Table, bindparam, delete, insert, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store.crypto import FORMAT, authenticate, encode_fields
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.rows import ServicePrincipalRow, SlotRow, TokenRow, columns

RowT = TypeVar("RowT", SlotRow, TokenRow, ServicePrincipalRow)


@dataclass(frozen=True, eq=False, slots=True)
class RowSet(Generic[RowT]):
    """One such table; `mac_column` is the MAC's in the store's row, `words` say what is in it.

    One that is asked for by each call is cached.
    """

    name: str
    words: str
    table: Table
    row_type: type[RowT]
    mac_column: str
    is_cached: bool = True

    @property
    def _primary_key(self) -> Column[object]:
        return next(iter(self.table.primary_key.columns))

    def read(self, connection: Connection) -> list[RowT]:
        """Return all rows, oldest first, not verified; raise `IntegrityError` for what is none."""
        query = select(self.table).order_by(self.table.c.created_at, self._primary_key)
        rows = connection.execute(query).all()
        if not all(schema.fits(self.table, row) for row in rows):
            raise self.changed()
        return [self.row_type(*row) for row in rows]

    def write(self, connection: Connection, old: Sequence[RowT], new: Sequence[RowT]) -> None:
        """Write the rows that are new or changed, and remove those that are gone."""
        key, before, after = self._primary_key, set(old), set(new)
        removed = [{"id": getattr(row, key.name)} for row in old if row not in after]
        added = [columns(row) for row in new if row not in before]
        if removed:
            connection.execute(delete(self.table).where(key == bindparam("id")), removed)
        if added:
            connection.execute(insert(self.table), added)

    def compute_mac(self, key: bytes, store_id: str, rows: Iterable[RowT]) -> bytes:
        """Return the MAC of the set of these rows, in any order."""
        encoded = sorted(encode_fields(*astuple(row)) for row in rows)
        return authenticate(key, self.name, FORMAT, store_id, *encoded)

    def changed(self) -> IntegrityError:
        """Return the error for a set that is not as it was written."""
        return IntegrityError(
            f"The {self.words} of the store were changed by something other than jupyter_secrets: "
            "restore a backup."
        )


SLOTS = RowSet("slots", "key slots", schema.key_slots, SlotRow, "slots_mac", is_cached=False)
TOKENS = RowSet("tokens", "tokens", schema.tokens, TokenRow, "tokens_mac")
PRINCIPALS = RowSet(
    "principals", "service principals", schema.service_principals, ServicePrincipalRow,
    "principals_mac",
)  # fmt: skip
