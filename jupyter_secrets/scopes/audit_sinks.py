"""Copies of the audit log elsewhere, which grow with it.

They are fed from the log itself, after the fact and in a thread of their own: a copy that is slow
or fails holds no call up, and what it has not got yet is still in the log, whoever wrote it there.
"""

from __future__ import annotations

import atexit
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from jupyter_secrets.errors import SecretsError, StoreError, StoreLockedError
from jupyter_secrets.scopes.shared_store import SharedStore
from jupyter_secrets.store import (
    AuditEntry,
    AuditPosition,
    Store,
    locked,
    make_folder,
    replace_file,
)

INTERVAL_SECONDS = 1.0
MAX_INTERVAL_SECONDS = 60.0
# How long the end of a process waits for its copies.
EXIT_SECONDS = 2.0
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A file that says how far a copy has come, for every process that feeds it."""

    path: Path

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes from feeding this copy."""
        make_folder(self.path.parent)
        return locked(self.path.with_name(f"{self.path.name}.lock"))

    def read(self) -> AuditPosition | None:
        """Return how far the copy has come, or None where it has not begun."""
        try:
            content = json.loads(self.path.read_bytes())
            return AuditPosition(int(content["seq"]), bytes.fromhex(content["mac"]))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{self.path} cannot be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise StoreError(
                f"{self.path} does not say how far a copy of the audit log has come: remove it, "
                "and the copy starts again from the beginning."
            ) from None

    def write(self, position: AuditPosition) -> None:
        """Remember how far the copy has come."""
        content = {"seq": position.seq, "mac": position.mac.hex()}
        replace_file(self.path, json.dumps(content).encode() + b"\n")


class AuditSink(Protocol):
    """Something that takes the records of the log, in their order, each at least once."""

    name: str
    bookmark: Bookmark

    def begin(self, store: Store) -> AuditPosition:
        """Return where to go on; the bookmark is locked."""

    def write(self, entries: Sequence[AuditEntry]) -> None:
        """Take records; when this returns they are kept. Raises `StoreError` or `OSError`."""


class RecordSink:
    """Hands each record to a function, from when this was first turned on.

    Of several processes on one store one does it. The bookmark is a file of its own.
    """

    def __init__(
        self, name: str, bookmark: Path, take: Callable[[Sequence[Mapping[str, object]]], None]
    ) -> None:
        self.name = name
        self.bookmark = Bookmark(bookmark)
        self._take = take

    def begin(self, store: Store) -> AuditPosition:
        """Return where to go on; the first time that is the log's end."""
        position = self.bookmark.read()
        if position is None or not store.audit_contains(position):
            position = store.audit_position()
            self.bookmark.write(position)
        return position

    def write(self, entries: Sequence[AuditEntry]) -> None:
        """Hand records over."""
        self._take([entry.record for entry in entries])


class AuditSinks:
    """Feeds copies as long as the process lives, where its store is open."""

    def __init__(
        self,
        scopes: SharedStore,
        copies: Sequence[AuditSink],
        *,
        interval: float = INTERVAL_SECONDS,
    ) -> None:
        self._scopes = scopes
        self._feeders = [_Feeder(copy) for copy in copies]
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="jupyter_secrets audit sinks", daemon=True
        )

    def start(self) -> None:
        """Begin, and bring the copies up to date once more when the process ends."""
        self._thread.start()
        atexit.register(self.stop)

    def stop(self, timeout: float = EXIT_SECONDS) -> None:
        """End when the copies are up to date, or when the time is over."""
        self._stopping.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        self._feed(at_once=False)
        while not self._stopping.wait(self._interval):
            self._feed(at_once=False)
        self._feed(at_once=True)

    def _feed(self, *, at_once: bool) -> None:
        store = self._scopes.opened
        if store is not None:
            for feeder in self._feeders:
                feeder.feed(store, at_once=at_once)


class _Feeder:
    """Feeds one copy; after a failure it waits longer and longer, and says so once."""

    def __init__(self, copy: AuditSink) -> None:
        self._copy = copy
        self._seen = -1
        self._fault = ""
        self._pause = 0.0
        self._not_before = 0.0

    def feed(self, store: Store, *, at_once: bool) -> None:
        if time.monotonic() < self._not_before and not at_once:
            return
        try:
            end = store.audit_end()
            if end != self._seen:
                self._bring_up_to_date(store)
                self._seen = end
        except StoreLockedError:
            return
        except (SecretsError, OSError) as error:
            self._failed(str(error))
        except Exception as error:  # the next record has to be copied all the same
            self._failed(f"{type(error).__name__}.")
        else:
            self._fault, self._pause, self._not_before = "", 0.0, 0.0

    def _bring_up_to_date(self, store: Store) -> None:
        with self._copy.bookmark.locked():
            entries = store.audit_entries(self._copy.begin(store))
            while batch := list(islice(entries, _BATCH)):
                self._copy.write(batch)
                self._copy.bookmark.write(batch[-1].position)

    def _failed(self, fault: str) -> None:
        self._pause = min(max(2 * self._pause, INTERVAL_SECONDS), MAX_INTERVAL_SECONDS)
        self._not_before = time.monotonic() + self._pause
        if fault != self._fault:
            self._fault = fault
            logging.getLogger("jupyter_secrets").warning(
                "The audit log is not copied to %s: %s It goes on when that works again; the "
                "records are in the store.", self._copy.name, fault,
            )  # fmt: skip
