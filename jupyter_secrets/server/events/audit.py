"""Copies of the audit log as Jupyter events, for whatever ``c.EventLogger`` sends them to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent import futures
from datetime import datetime, timezone
from typing import Any

from jupyter_events import EventLogger

from jupyter_secrets.errors import StoreError

SCHEMA_ID = "https://jupyter-secrets.readthedocs.io/events/audit/v1.yaml"
_TEXTS = (
    "about", "action", "address", "client", "error_code", "kernel_id", "key", "notebook",
    "outcome", "owner", "permission", "principal", "scope", "slots", "token", "via",
)  # fmt: skip
_NUMBERS = ("count", "failed_before", "seq", "time", "until", "version")
_NAMES = (*_TEXTS, *_NUMBERS)
_SCHEMA = {
    "$id": SCHEMA_ID,
    "version": "1",
    "title": "A record of the audit log",
    "description": "Who did what with the secret scopes. It never holds a value.",
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in _TEXTS},
        **{name: {"type": "integer"} for name in _NUMBERS},
    },
    "required": ["seq", "time", "action", "outcome"],
}
_TIMEOUT_SECONDS = 30.0


class AuditEvents:
    """Emits records in the server's event loop, where handlers and listeners live."""

    def __init__(self, events: EventLogger, loop: asyncio.AbstractEventLoop) -> None:
        self._events = events
        self._loop = loop
        if SCHEMA_ID not in events.schemas:
            events.register_event_schema(_SCHEMA)

    def emit(self, records: Sequence[Mapping[str, object]]) -> None:
        """Emit records, from another thread; raise `StoreError` if the loop does not answer."""
        emitting = asyncio.run_coroutine_threadsafe(self._emit(records), self._loop)
        try:
            emitting.result(_TIMEOUT_SECONDS)
        except futures.TimeoutError:
            emitting.cancel()
            raise StoreError("The server's event loop does not answer.") from None

    async def _emit(self, records: Sequence[Mapping[str, object]]) -> None:
        for record in records:
            data: dict[str, Any] = {name: record[name] for name in _NAMES if name in record}
            moment = datetime.fromtimestamp(data["time"] / 1000, tz=timezone.utc)
            self._events.emit(schema_id=SCHEMA_ID, data=data, timestamp_override=moment)
            await asyncio.sleep(0)  # others have to get their turn
