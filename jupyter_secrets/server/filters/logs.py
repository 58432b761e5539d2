"""Redact the server's own log: Jupyter logs some requests and messages as they are."""

from __future__ import annotations

import logging

from jupyter_secrets.redaction import Redactor


class RedactingFormatter(logging.Formatter):
    """Formats as another formatter does, without secrets, tracebacks included."""

    def __init__(self, formatter: logging.Formatter, redactor: Redactor) -> None:
        super().__init__()
        self._formatter = formatter
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the line to write."""
        try:
            return self._redactor.redact(self._formatter.format(record))
        except Exception as error:  # whatever it is, nothing unfiltered goes out
            name = type(error).__name__
            return f"[{record.levelname} {record.name}] withheld: {name} in jupyter_secrets"


def install(redactor: Redactor) -> None:
    """Redact what all handlers of this process write: the server's and its extensions'."""
    manager = logging.getLogger().manager
    loggers = [logging.getLogger(), *manager.loggerDict.values()]
    handlers = {h for log in loggers if isinstance(log, logging.Logger) for h in log.handlers}
    if logging.lastResort is not None:  # for loggers that have none
        handlers.add(logging.lastResort)
    for handler in handlers:
        formatter = handler.formatter or logging.Formatter()
        if not isinstance(formatter, RedactingFormatter):
            handler.setFormatter(RedactingFormatter(formatter, redactor))
