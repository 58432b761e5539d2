"""Exceptions as they may be shown: by IPython, and by the program that ran the cell."""

from __future__ import annotations

import traceback

from jupyter_secrets.outputs import WITHHELD
from jupyter_secrets.redaction import Redactor


def redacted_error(redactor: Redactor, error: BaseException) -> BaseException:
    """Return an exception that prints no value: the same one if it prints none.

    Another one is of the same class, has the redacted text as its only argument, and keeps the
    traceback but not the exceptions that led to it.
    """
    try:
        if not _shows_values(redactor, error):
            return error
        shown = _like(error, redactor.redact(str(error)))
        if _shows_values(redactor, shown):
            shown.__traceback__ = None  # the value is in a line of the source
        return shown
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # an engine's panic is no Exception; nothing unfiltered goes out
        return RuntimeError(WITHHELD)


def _shows_values(redactor: Redactor, error: BaseException) -> bool:
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    text = "".join([*lines, repr(error)])
    return redactor.redact(text) != text


def _like(error: BaseException, text: str) -> BaseException:
    """Return an exception of the same class and traceback with a text of its own."""
    kind = type(error)
    try:
        shown = _class(kind, kind, text)()
    except Exception:  # it cannot be subclassed, or wants arguments
        shown = _class(kind, Exception, text)()
    shown.__traceback__ = error.__traceback__
    shown.__suppress_context__ = True
    return shown


def _class(kind: type[BaseException], base: type[BaseException], text: str) -> type[BaseException]:
    def begin(self: BaseException) -> None:
        self.args = (text,)

    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    methods = {
        "__init__": begin,
        "__str__": lambda _: text,
        "__repr__": lambda _: f"{kind.__name__}({text!r})",
    }
    return type(kind.__name__, (base,), {**names, **methods})
