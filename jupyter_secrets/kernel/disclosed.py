"""The values that a notebook was given, and which of them are marked as not sensitive meanwhile."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from jupyter_secrets.model import SecretVersion
from jupyter_secrets.redaction import Redactor, SecretValue

# A mark counts within two seconds while a cell runs, and from the next cell on. It is not asked
# for more often than this.
_INTERVAL_SECONDS = 1.0


class DisclosedValues:
    """Has a redactor hide what the notebook was given, unless its secret is not sensitive."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._lock = threading.Lock()
        self._versions: dict[tuple[str, bytes], SecretVersion] = {}
        self._not_sensitive: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self._versions)

    def add(self, version: SecretVersion) -> None:
        """Have a value redacted; what it says of its secret counts for earlier ones too."""
        with self._lock:
            self._versions[version.label, version.value] = version
            marked = {version.label}
            known = self._not_sensitive
            self._apply(known - marked if version.sensitive else known | marked)

    def mark(self, not_sensitive: Iterable[str]) -> None:
        """Take note of all secrets that are not sensitive, by their labels."""
        with self._lock:
            self._apply(frozenset(not_sensitive))

    def _apply(self, not_sensitive: frozenset[str]) -> None:
        self._not_sensitive = not_sensitive
        shown: list[SecretValue] = []
        hidden: list[SecretValue] = []
        for version in self._versions.values():
            values = shown if version.label in not_sensitive else hidden
            values.append(SecretValue(version.value, version.label))
        self._redactor.add(*hidden)
        self._redactor.remove(*shown)


class MarksWatch:
    """Asks, while cells run, which secrets are not sensitive; in a thread, so no cell waits."""

    def __init__(self, ask: Callable[[], Iterable[str]], disclosed: DisclosedValues) -> None:
        self._ask = ask
        self._disclosed = disclosed
        self._running = threading.Event()
        self._thread: threading.Thread | None = None
        self._process = os.getpid()

    def begin(self, *_: object) -> None:
        """Take note that a cell begins."""
        if not self._disclosed or os.getpid() != self._process:
            return
        self._running.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="watch-marks", daemon=True)
            self._thread.start()

    def end(self, *_: object) -> None:
        """Take note that the cell has ended."""
        self._running.clear()

    def _run(self) -> None:
        while True:
            self._running.wait()
            with suppress(Exception):  # it has nobody to tell, and what is hidden stays so
                self._disclosed.mark(self._ask())
            time.sleep(_INTERVAL_SECONDS)
