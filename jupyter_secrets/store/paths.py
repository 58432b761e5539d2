"""Where a store's three files are."""

from __future__ import annotations

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
    def creation_lock(self) -> Path:
        """Held while a store is created."""
        return self.key.with_name(".creation.lock")

    @property
    def creation_marker(self) -> Path:
        """There while a store is created: what it names holds nothing yet."""
        return self.key.with_name(".creation")
