"""The values that a notebook was given, and what their owners decide about them meanwhile."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from jupyter_secrets.model import Marks, SecretVersion
from jupyter_secrets.redaction import Redactor, SecretValue

# A mark counts within two seconds while a cell runs, and from the next cell on. It is not asked
# for more often than this.
_INTERVAL_SECONDS = 1.0


class DisclosedValues:
    """Has a redactor hide what the notebook was given, as the owners of the secrets decided.

    Where no server filters as well, it hides what the user may read too.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._lock = threading.Lock()
        self._disclosed: dict[tuple[str, bytes], SecretVersion] = {}
        self._readable: list[SecretVersion] = []
        self._hidden: set[SecretValue] = set()
        self._marks = Marks()

    def __bool__(self) -> bool:
        return bool(self._disclosed)

    def add(self, version: SecretVersion) -> None:
        """Have a value redacted; what it says of its secret counts for earlier ones too."""
        with self._lock:
            self._disclosed[version.label, version.value] = version
            self._apply(self._marks.with_versions([version]))

    def add_readable(self, versions: Iterable[SecretVersion]) -> None:
        """Have values redacted that the user may read, and that nobody was given."""
        versions = list(versions)
        # Compiled before the lock is taken, for whoever is given a value waits for it.
        self._redactor.add(*_values(versions, Marks().with_versions(versions), disclosed=False))
        with self._lock:
            self._readable = versions
            self._apply(self._marks.with_versions(versions))

    def mark(self, marks: Marks) -> None:
        """Take note of what was decided about all secrets."""
        with self._lock:
            followed = self._marks.followed_by(marks)
            if followed != self._marks:
                self._apply(followed)

    def _apply(self, marks: Marks) -> None:
        self._marks = marks
        values = {
            *_values(self._disclosed.values(), marks, disclosed=True),
            *_values(self._readable, marks, disclosed=False),
        }
        before, self._hidden = self._hidden, values
        self._redactor.add(*(values - before))
        self._redactor.remove(*(before - values))


def _values(
    versions: Iterable[SecretVersion], marks: Marks, *, disclosed: bool
) -> Iterator[SecretValue]:
    """Yield what is to be hidden of versions, as the marks say."""
    for version in versions:
        if version.label not in marks.not_sensitive:
            verdicts = marks.verdicts.get(version.label, ())
            yield SecretValue(version.value, version.label, disclosed=disclosed, verdicts=verdicts)


class MarksWatch:
    """Asks, while cells run, what was decided; in a thread, so no cell waits."""

    def __init__(self, ask: Callable[[], Marks], disclosed: DisclosedValues) -> None:
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
