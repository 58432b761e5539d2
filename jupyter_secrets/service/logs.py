"""Logs as JSON Lines, without queries and bodies: these hold names and values."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone

from tornado.web import RequestHandler

LOGGER = logging.getLogger(__package__)
_FIELDS = "fields"


class JsonFormatter(logging.Formatter):
    """One object a line: the time, the level, the message, and what else is known."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, tz=timezone.utc)
        entry = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            entry["exception"] = record.exc_info[0].__name__  # its text may hold a value
        return json.dumps(entry, ensure_ascii=False)


def configure() -> None:
    """Have this process log as JSON Lines, on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # Tornado's names whole paths with their queries.
    logging.getLogger("tornado.access").disabled = True


def log_request(handler: RequestHandler, endpoint: str, principal: str | None) -> None:
    """Log an answered request; tornado calls the application's own function for each."""
    LOGGER.info(
        "request",
        extra={
            _FIELDS: {
                "method": handler.request.method,
                "endpoint": endpoint,
                "status": handler.get_status(),
                "ms": round(handler.request.request_time() * 1000, 1),
                "principal": principal,
                "address": handler.request.remote_ip,
            }
        },
    )
