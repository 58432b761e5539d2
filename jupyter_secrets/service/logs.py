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
            "message": _message(record),
            **getattr(record, _FIELDS, {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            entry["exception"] = record.exc_info[0].__name__  # its text may hold a value
        return json.dumps(entry, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """Return a record's message without the texts of exceptions, but for the system's.

    Tornado's quote the header that it could not read, and asyncio's lines below the first are an
    exception as it is written.
    """
    if isinstance(record.args, tuple):
        record.args = tuple(_without_text(each) for each in record.args)
    message = record.getMessage()
    return message.partition("\n")[0] if record.exc_info else message


def _without_text(argument: object) -> object:
    if isinstance(argument, BaseException) and not isinstance(argument, OSError):
        return type(argument).__name__
    return argument


def configure() -> None:
    """Have this process log as JSON Lines, on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # Tornado's names whole paths with their queries.
    logging.getLogger("tornado.access").disabled = True


def log_request(handler: RequestHandler, method: str, endpoint: str, principal: str | None) -> None:
    """Log an answered request; tornado calls the application's own function for each."""
    LOGGER.info(
        "request",
        extra={
            _FIELDS: {
                "method": method,
                "endpoint": endpoint,
                "status": handler.get_status(),
                "ms": round(handler.request.request_time() * 1000, 1),
                "principal": principal,
                "address": handler.request.remote_ip,
            }
        },
    )
