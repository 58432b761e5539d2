"""What kernel and server both have to know of Jupyter's messages."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from jupyter_secrets.redaction import RedactionStream, Redactor

WITHHELD = "[output withheld: jupyter_secrets could not search it for secrets]"
# A thread may print for a cell that ended long ago; more cells than this are not remembered.
_MAX_STREAMS = 256

_REPORTS = frozenset({"display_data", "update_display_data", "execute_result"})
_KEPT_STATES = frozenset({"busy", "idle", "starting"})

Envelope = TypeVar("Envelope")


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


class StreamCarry(Generic[Envelope]):
    """What `stream` messages leave over: text that may be the beginning of a secret.

    There is one state for each stream of each cell (its parent message); an envelope is whatever
    the caller needs to send a further message. Safe to use from several threads.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._lock = threading.RLock()
        self._carried: OrderedDict[tuple[str, str], _Carried[Envelope]] = OrderedDict()

    def feed(self, parent: str, name: str, text: str, envelope: Envelope) -> str:
        """Take a stream's next piece; return what of it, and of what was held, may go out."""
        with self._lock:
            carried = self._carried.get((parent, name))
            if carried is None:
                carried = _Carried(self._redactor.stream(), envelope)
                self._carried[parent, name] = carried
            carried.envelope = envelope
            return carried.stream.feed(text)

    @property
    def holds_any(self) -> bool:
        """Whether any stream was seen that did not end yet."""
        return bool(self._carried)

    def release(self, parent: str | None) -> list[tuple[Envelope, str]]:
        """Return what is held for a cell (None for all), to be sent before anything else is."""
        with self._lock:
            keys = [key for key in self._carried if parent in (None, key[0])]
            return self._end(keys)

    def overflow(self) -> list[tuple[Envelope, str]]:
        """Return what is held for cells that are too many to remember, oldest first."""
        with self._lock:
            excess = len(self._carried) - _MAX_STREAMS
            return self._end(list(self._carried)[: max(excess, 0)])

    def _end(self, keys: list[tuple[str, str]]) -> list[tuple[Envelope, str]]:
        ended = [self._carried.pop(key) for key in keys]
        texts = [(carried.envelope, carried.stream.flush()) for carried in ended]
        return [(envelope, text) for envelope, text in texts if text]
