"""The text of streams that cannot be shown yet: it may be the beginning of a secret.

There is one redaction stream for each stream of each cell (its parent message). It outlives the
messages in between: what follows them is still searched together with what came before.

Invariants:
- What waits is shown at the latest when `LATE_SECONDS` are over, and is read together with what
  follows all the same. Only of a text that is hidden whole one half waits longer: for a prompt,
  another output of the cell, or its end.
- For a cell that has ended or asks for input nothing else may come: then all of it is shown.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from jupyter_secrets.redaction import RedactionStream, Redactor

# How long a text waits for more, in seconds: people do not notice what two filters in a row take.
LATE_SECONDS = 0.05
# A thread may print for a cell that ended long ago; more cells than this are not remembered.
MAX_CELLS = 256
MAX_ENDED_CELLS = 1024

Envelope = TypeVar("Envelope")


@dataclass(frozen=True, slots=True)
class Pending(Generic[Envelope]):
    """Text of a stream that was held back, to be shown now."""

    parent: str
    envelope: Envelope
    name: str
    text: str


@dataclass(slots=True)
class _Stream(Generic[Envelope]):
    redaction: RedactionStream
    envelope: Envelope
    name: str
    fed: bool = True


class StreamBuffer(Generic[Envelope]):
    """The streams of a kernel's cells. Safe to use from several threads.

    An envelope is whatever the caller needs to send more of a stream; that of a stream's first
    message is kept.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._lock = threading.RLock()
        self._cells: OrderedDict[str, dict[str, _Stream[Envelope]]] = OrderedDict()
        self._pending: set[str] = set()
        # Of these, the cells of which something came since it was shown that it waits.
        self._late: dict[str, None] = {}
        self._asking: set[str] = set()
        self._ended: OrderedDict[str, None] = OrderedDict()

    def feed(
        self, parent: str, name: str, text: str, envelope: Callable[[], tuple[Envelope, str]]
    ) -> str:
        """Take a stream's next piece; return what of it, and of what was pending, may be shown.

        `envelope` is asked once for a stream: for its envelope and the name it is shown under.
        """
        with self._lock:
            streams = self._cells.setdefault(parent, {})
            stream = streams.get(name)
            if stream is None:
                stream = streams[name] = _Stream(self._redactor.stream(), *envelope())
            stream.fed = True
            self._pending.add(parent)
            shown = stream.redaction.feed(text)
            if stream.redaction.pending:
                self._late[parent] = None
            return shown

    def is_pending(self, parent: str) -> bool:
        """Return whether text of a cell may be pending; cheap to ask."""
        return parent in self._pending

    def has_late(self) -> bool:
        """Return whether `release_late` should be called `LATE_SECONDS` from now."""
        return bool(self._late)

    def release(self, parent: str | None = None) -> list[Pending[Envelope]]:
        """Return what is pending for a cell (None for all), to be sent before anything else is."""
        with self._lock:
            parents = list(self._pending) if parent is None else [parent]
            return [pending for name in parents for pending in self._flush(name)]

    def release_late(self) -> list[Pending[Envelope]]:
        """Return what has waited long enough."""
        with self._lock:
            late, self._late = self._late, {}
            last = {parent for parent in late if parent in self._ended or parent in self._asking}
            self._asking -= late.keys()
            return [
                pending
                for parent in late
                for pending in (self._flush(parent) if parent in last else self._show(parent))
            ]

    def ask(self, parent: str) -> list[Pending[Envelope]]:
        """Take note that a cell asks for input, and return what is pending for it.

        The question may overtake the text before it: the next that is late is shown whole.
        """
        with self._lock:
            self._asking.add(parent)
            return self._flush(parent)

    def end(self, parent: str) -> list[Pending[Envelope]]:
        """Take note that a cell has ended, and return what is pending for it."""
        with self._lock:
            self._asking.discard(parent)
            self._ended[parent] = None
            if len(self._ended) > MAX_ENDED_CELLS:
                self._ended.popitem(last=False)
            return self._flush(parent)

    def forget_oldest(self) -> list[Pending[Envelope]]:
        """Forget the cells that are too many to remember; return what was pending for them."""
        with self._lock:
            pending: list[Pending[Envelope]] = []
            while len(self._cells) > MAX_CELLS:
                oldest = next(iter(self._cells))
                pending += self._flush(oldest)
                del self._cells[oldest]
            return pending

    def _flush(self, parent: str) -> list[Pending[Envelope]]:
        if parent not in self._pending:
            return []
        self._pending.discard(parent)
        self._late.pop(parent, None)
        pending = []
        for stream in self._cells.get(parent, {}).values():
            if stream.fed:
                pending.append(_pending(parent, stream, stream.redaction.flush()))
            stream.fed = False
        return [each for each in pending if each.text]

    def _show(self, parent: str) -> list[Pending[Envelope]]:
        streams = self._cells.get(parent, {}).values()
        pending = [_pending(parent, stream, stream.redaction.show()) for stream in streams]
        return [each for each in pending if each.text]


def _pending(parent: str, stream: _Stream[Envelope], text: str) -> Pending[Envelope]:
    return Pending(parent, stream.envelope, stream.name, text)
