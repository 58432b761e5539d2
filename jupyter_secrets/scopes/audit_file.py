"""A copy of the audit log in a file, as JSON Lines, for log collectors."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from jupyter_secrets.errors import StoreError
from jupyter_secrets.scopes.audit_sinks import Bookmark
from jupyter_secrets.store import (
    AUDIT_BEGINNING,
    AuditEntry,
    AuditPosition,
    Store,
    decode_entry,
    encode_entry,
)

# Longer than any record; the last line is looked for in the last bytes of the file.
_TAIL = 1 << 16


class FileSink:
    """A file that the log's records are appended to, each once.

    It may be renamed or emptied at any time, as logrotate does: the copy goes on in a new one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self.bookmark = Bookmark(path.with_name(f"{path.name}.position"))

    def begin(self, store: Store) -> AuditPosition:
        """Return the position behind the file's last record.

        What a crash left of a line is removed. The file takes precedence over the bookmark, which
        is written after it, unless the file was emptied.
        """
        bookmarked = self.bookmark.read() or AUDIT_BEGINNING
        last = self._last()
        position = last if last is not None and last.seq > bookmarked.seq else bookmarked
        return position if store.audit_contains(position) else AUDIT_BEGINNING

    def _last(self) -> AuditPosition | None:
        """Return the position behind the last record; cut off what a crash left of another.

        Raises `StoreError` for a file with something else in it, which must not be overwritten.
        """
        if not self.path.exists() or not self.path.stat().st_size:
            return None
        with self.path.open("rb+") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            *lines, torn = file.read().split(b"\n")
            try:
                last = decode_entry(lines[-1].decode()).position
            except (ValueError, IndexError):
                raise StoreError(
                    f"{self.path} holds something that is no copy of the audit log: set "
                    "audit_file to another path, or move it away."
                ) from None
            if torn:
                file.truncate(size - len(torn))
        return last

    def write(self, entries: Sequence[AuditEntry]) -> None:
        """Append records, and have them on disk."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self.path, flags, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{encode_entry(entry)}\n" for entry in entries)
            file.flush()
            os.fsync(descriptor)
