"""Defer SIGINT (Ctrl-C) to the end of a transaction.

It arrives between any two instructions of the main thread. In a transaction it could leave locks
behind, of this process and on the file, that last as long as somebody keeps the traceback. Blocks
nest: the outermost one has the handler, those within it leave the signal to that one.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_Handler = Callable[[int, FrameType | None], object]


class _Deferred:
    """What is called in the place of a handler; a second Ctrl-C does not wait."""

    def __init__(self, handler: _Handler) -> None:
        self._handler = handler
        self._came: tuple[int, FrameType | None] | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._came is not None:
            self._handler(number, frame)
        self._came = number, frame

    def end(self) -> None:
        signal.signal(signal.SIGINT, self._handler)
        if self._came is not None:
            self._handler(*self._came)


@contextmanager
def defer_sigint() -> Iterator[None]:
    """Deliver a SIGINT that arrives in the ``with`` block at its end."""
    handler = _handler()
    if handler is None:
        yield
        return
    deferred = _Deferred(handler)
    signal.signal(signal.SIGINT, deferred)
    try:
        yield
    finally:
        deferred.end()


def _handler() -> _Handler | None:
    """Return what Ctrl-C does now, or None where it interrupts nothing."""
    if threading.current_thread() is not threading.main_thread():
        return None
    handler = signal.getsignal(signal.SIGINT)
    return handler if callable(handler) and not isinstance(handler, _Deferred) else None
