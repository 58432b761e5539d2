"""What kernel and server both have to know of Jupyter's messages."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from jupyter_secrets.redaction import RedactionStream, Redactor

WITHHELD = "[output withheld: jupyter_secrets could not search it for secrets]"
# What a thread prints for a cell that has ended waits so long for more, in seconds: nobody says
# that it was the last.
LATE_SECONDS = 1.0
# A thread may print for a cell that ended long ago; more cells than this are not remembered.
_MAX_STREAMS = 256
_MAX_ENDED = 1024

_REPORTS = frozenset({"display_data", "update_display_data", "execute_result"})
_KEPT_STATES = frozenset({"busy", "idle", "starting", "restarting", "autorestarting", "dead"})

# Packed content and metadata of most messages. Nothing is searched for in them, and a state that
# is a secret's value as well must reach the front end all the same.
ALWAYS_CLEAN = frozenset(
    [b"{}"]
    + [
        f'{{"execution_state":{space}"{state}"}}'.encode()
        for state in _KEPT_STATES
        for space in ("", " ")
    ]
)

Envelope = TypeVar("Envelope")
Held = list[tuple[Envelope, str]]


def withheld_content(message_type: str, content: object = None) -> dict[str, object]:
    """Return what stands in place of a message's content that could not be filtered.

    The message keeps its envelope, so that nobody waits for it; nothing of the content is kept
    but a kernel's state.
    """
    if message_type == "stream":
        return {"name": "stderr", "text": f"{WITHHELD}\n"}
    if message_type in _REPORTS:
        return {
            "data": {"text/plain": WITHHELD},
            "metadata": {},
            "transient": {},
            "execution_count": None,
        }
    if message_type == "status":
        state = content.get("execution_state") if isinstance(content, Mapping) else None
        return {"execution_state": state if state in _KEPT_STATES else "idle"}
    if message_type == "input_request":
        return {"prompt": f"{WITHHELD} ", "password": True}
    if message_type == "error" or message_type.endswith("_reply"):
        return {
            "status": "error",
            "ename": "OutputWithheld",
            "evalue": WITHHELD,
            "traceback": [WITHHELD],
            "execution_count": None,
        }
    return {}


@dataclass(slots=True)
class _Carried(Generic[Envelope]):
    stream: RedactionStream
    envelope: Envelope
    fed: bool = True


class StreamCarry(Generic[Envelope]):
    """What `stream` messages leave over: text that may be the beginning of a secret.

    There is one state for each stream of each cell (its parent message), and it outlives the
    messages in between: what follows them is still read together with what came before. An
    envelope is whatever the caller needs to send a further message. Safe to use from several
    threads.
    """

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self._lock = threading.RLock()
        self._cells: OrderedDict[str, dict[str, _Carried[Envelope]]] = OrderedDict()
        self._pending: set[str] = set()
        self._ended: OrderedDict[str, None] = OrderedDict()

    def feed(self, parent: str, name: str, text: str, envelope: Callable[[], Envelope]) -> str:
        """Take a stream's next piece; return what of it, and of what was held, may go out.

        The envelope is made once for a stream, and kept.
        """
        with self._lock:
            streams = self._cells.setdefault(parent, {})
            carried = streams.get(name)
            if carried is None:
                carried = streams[name] = _Carried(self.redactor.stream(), envelope())
            carried.fed = True
            self._pending.add(parent)
            return carried.stream.feed(text)

    def is_pending(self, parent: str) -> bool:
        """Whether anything may be held for a cell; cheap to ask."""
        return parent in self._pending

    def has_ended(self, parent: str) -> bool:
        """Whether a cell has ended: whatever comes for it now, a thread of it writes."""
        return parent in self._ended

    def release(self, parent: str | None = None) -> Held[Envelope]:
        """Return what is held for a cell (None for all), to be sent before anything else is."""
        with self._lock:
            parents = list(self._pending) if parent is None else [parent]
            return [held for name in parents for held in self._flush(name)]

    def release_ended(self) -> Held[Envelope]:
        """Return what is held for cells that have ended: no end of theirs will release it."""
        with self._lock:
            parents = [parent for parent in self._pending if parent in self._ended]
            return [held for parent in parents for held in self._flush(parent)]

    def end(self, parent: str) -> Held[Envelope]:
        """Take note that a cell has ended, and return what is held for it."""
        with self._lock:
            self._ended[parent] = None
            if len(self._ended) > _MAX_ENDED:
                self._ended.popitem(last=False)
            return self._flush(parent)

    def overflow(self) -> Held[Envelope]:
        """Return what is held for cells that are too many to remember, oldest first."""
        with self._lock:
            held: Held[Envelope] = []
            while len(self._cells) > _MAX_STREAMS:
                oldest = next(iter(self._cells))
                held += self._flush(oldest)
                del self._cells[oldest]
            return held

    def _flush(self, parent: str) -> Held[Envelope]:
        if parent not in self._pending:
            return []
        self._pending.discard(parent)
        held = []
        for carried in self._cells.get(parent, {}).values():
            text = carried.stream.flush() if carried.fed else ""
            carried.fed = False
            if text:
                held.append((carried.envelope, text))
        return held
