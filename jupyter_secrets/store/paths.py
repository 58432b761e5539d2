"""Where a store's three files are."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StorePaths:
    """The database, and, in another folder, the key and the anchor.

    A copy of one folder is then not enough to read the values, and a database that was put back
    from an older copy does not match the anchor.
    """

    database: Path
    key: Path
    allow_group: bool = False
    anchor_file: Path | None = None

    @property
    def anchor(self) -> Path:
        """The file that remembers how far the store has come; beside the key unless set."""
        return self.anchor_file or self.key.with_name("anchor.json")

    @property
    def backups(self) -> Path:
        """The folder for the copies that are made before something big changes."""
        return self.database.with_name("backups")

    @property
    def maintenance_lock(self) -> Path:
        """Held while keys are renewed, or the store is brought back from a backup."""
        return self.database.with_name(".maintenance.lock")

    def candidate(self) -> Path:
        """Return a new name for a backup, while it is checked."""
        return self.database.with_name(f".restore-{uuid.uuid4().hex}.db")

    def snapshots(self) -> list[Path]:
        """Return the copies that were made before something big changed."""
        return list(self.backups.glob("before-*.db"))

    def stale_files(self) -> list[Path]:
        """Return what a rotation or a restore left that was killed; nothing needs it, and it may
        hold values and keys."""
        return [
            *self.backups.glob("before-*-rotation-*"),
            *self.database.parent.glob(".restore-*.db*"),
            *self.key.parent.glob(f".{self.key.name}.*.new"),
        ]

    @property
    def creation_lock(self) -> Path:
        """Held while a store is created."""
        return self.key.with_name(".creation.lock")

    @property
    def creation_marker(self) -> Path:
        """There while a store is created: what it names holds nothing yet."""
        return self.key.with_name(".creation")
