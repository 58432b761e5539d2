"""What one process does with a store's anchor: it checks the database against it, and moves it."""

from __future__ import annotations

import time

from sqlalchemy import Connection

from jupyter_secrets.errors import IntegrityError, StoreError
from jupyter_secrets.store import audit_log
from jupyter_secrets.store.db.rows import StoreRow
from jupyter_secrets.store.integrity import anchor
from jupyter_secrets.store.keys.hierarchy import Keys
from jupyter_secrets.store.paths import StorePaths

# A database that is put back from an older copy is noticed within this time.
CHECK_INTERVAL_SECONDS = 1.0


class Anchoring:
    """The anchor of an open store; where there is none (a copy of a store), nothing is checked.

    Within a writing transaction the anchor can never be ahead of the database, whoever moved it.
    So it is checked there, and moved only after that.
    """

    def __init__(self, paths: StorePaths, *, anchored: bool) -> None:
        self.anchored = anchored
        self._path = paths.anchor
        self._era: str | None = None
        self._furthest = (0, 0)
        self._checked_at = float("-inf")
        self._moved_at = float("-inf")
        # Whether there are records that the anchor does not cover yet.
        self.is_behind = False

    @property
    def is_due(self) -> bool:
        """Whether the last check was too long ago."""
        return time.monotonic() - self._checked_at >= CHECK_INTERVAL_SECONDS

    def check(self, connection: Connection, keys: Keys, row: StoreRow) -> None:
        """Raise `IntegrityError` if the database was put back, or went another way.

        It has to be where the anchor is, or further, and as far as it was seen here before:
        unless somebody accepted it as it is meanwhile, which gives the anchor another era.
        """
        if not self.anchored:
            return
        known = anchor.read(self._path, keys.rows)
        if known.era != self._era:
            self._era, self._furthest = known.era, (0, 0)
        anchor.check(known, row, goes_on=audit_log.holds(connection, keys, known.audit_end))
        if row.position < self._furthest:
            raise anchor.rolled_back()
        self._furthest = row.position
        self._checked_at = time.monotonic()

    def move(self, row: StoreRow, keys: Keys, *, changed: bool) -> None:
        """Move the anchor to where the database is now; for mere reads only now and then."""
        self._furthest = max(self._furthest, row.position)
        waited = time.monotonic() - self._moved_at
        if not self.anchored or (not changed and waited < anchor.READ_INTERVAL_SECONDS):
            self.is_behind = self.anchored
            return
        try:
            anchor.advance(self._path, row, keys.rows, era=self._era)
        except IntegrityError:
            raise
        except StoreError as error:
            if changed:
                raise StoreError(
                    f"The change was stored, and the anchor was not: {error}"
                ) from None
        self._moved_at, self.is_behind = time.monotonic(), False
