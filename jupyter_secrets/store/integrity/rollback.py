"""Detect a rollback of the database, by its anchor and by what this process has seen."""

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


class RollbackGuard:
    """The anchor of an open store; where there is none (a copy of a store), nothing is checked.

    Within a writing transaction the anchor can never be ahead of the database, whoever moved it.
    So it is checked there, and moved after the commit.
    """

    def __init__(self, paths: StorePaths, *, anchored: bool) -> None:
        self.anchored = anchored
        self._path = paths.anchor
        self._lineage: str | None = None
        self._high_water_mark = (0, 0)
        self._checked_at = float("-inf")
        self._moved_at = float("-inf")
        # Whether there are records that the anchor does not cover yet.
        self.is_behind = False

    @property
    def is_due(self) -> bool:
        """Whether the last check was too long ago."""
        return time.monotonic() - self._checked_at >= CHECK_INTERVAL_SECONDS

    def check(self, connection: Connection, keys: Keys, row: StoreRow) -> None:
        """Raise `IntegrityError` if the database was rolled back, or is a fork.

        It must be at the anchor or ahead of it, and not behind the high-water mark of this
        process, unless an administrator accepted it as it is: the anchor has another lineage then.
        """
        if not self.anchored:
            return
        recorded = anchor.read(self._path, keys.rows)
        if recorded.lineage != self._lineage:
            self._lineage, self._high_water_mark = recorded.lineage, (0, 0)
        anchor.check(
            recorded, row, continues=audit_log.contains(connection, keys, recorded.audit_end)
        )
        if row.revision < self._high_water_mark:
            raise anchor.rolled_back()
        self._high_water_mark = row.revision
        self._checked_at = time.monotonic()

    def move(self, row: StoreRow, keys: Keys, *, changed: bool) -> None:
        """Move the anchor to the database's row; for mere reads only now and then."""
        self._high_water_mark = max(self._high_water_mark, row.revision)
        waited = time.monotonic() - self._moved_at
        if not self.anchored or (not changed and waited < anchor.READ_INTERVAL_SECONDS):
            self.is_behind = self.anchored
            return
        try:
            anchor.advance(self._path, row, keys.rows, lineage=self._lineage)
        except IntegrityError:
            raise
        except StoreError as error:
            if changed:
                raise StoreError(
                    f"The change was stored, but the anchor was not: {error}"
                ) from None
        self._moved_at, self.is_behind = time.monotonic(), False
