"""Tell the people at the front end: Jupyter events that the sidebar shows."""

from __future__ import annotations

from jupyter_events import EventLogger

SCHEMA_ID = "https://jupyter-secrets.readthedocs.io/events/notice/v1.yaml"
_SCHEMA = {
    "$id": SCHEMA_ID,
    "version": "1",
    "title": "A notice of jupyter_secrets",
    "description": "Something that a person should know. It never holds a value.",
    "type": "object",
    "properties": {
        "level": {"enum": ["info", "warning", "error"]},
        "message": {"type": "string"},
        "kernel_id": {"type": "string"},
    },
    "required": ["level", "message"],
}


class Notices:
    """Messages to whoever has JupyterLab open."""

    def __init__(self, events: EventLogger) -> None:
        self._events = events
        if SCHEMA_ID not in events.schemas:
            events.register_event_schema(_SCHEMA)

    def error(self, message: str, *, kernel_id: str = "") -> None:
        """Show an error until it is closed."""
        self._emit("error", message, kernel_id)

    def warning(self, message: str, *, kernel_id: str = "") -> None:
        """Show a warning."""
        self._emit("warning", message, kernel_id)

    def _emit(self, level: str, message: str, kernel_id: str) -> None:
        data = {"level": level, "message": message, "kernel_id": kernel_id}
        self._events.emit(schema_id=SCHEMA_ID, data=data)
