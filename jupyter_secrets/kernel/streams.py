"""Filter a text stream where it writes, whoever holds it and wherever it is put.

The `write` of the instance is replaced: a program that puts another stream in the place of
`sys.stdout`, and this one back later, puts back a filtered one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import CellType
from typing import Any

from jupyter_secrets.outputs import WITHHELD
from jupyter_secrets.redaction import RedactionStream, Redactor

# IPython 9 replaces both streams' `write` while a cell runs, and puts back what was there before.
_TEE = "InteractiveShell._tee.<locals>.write"
_ORIGINAL = "original_write"
# A text that waits whole for its last characters is not longer than this.
_LONGEST_WAIT = 8192


class StreamFilter:
    """Stands in place of a stream's `write`. Thread-safe.

    The end of a text waits for the next one while it may be the beginning of a value. Unless the
    stream is a terminal, which people watch, all of the text waits with it: who collects what is
    written finds the texts that the program wrote, not pieces of them.
    """

    def __init__(
        self,
        redactor: Redactor,
        stream: Any,
        write: Callable[[str], Any],
        on_wait: Callable[[], None],
    ) -> None:
        self.redactor = redactor
        self.write = write
        self._stream = stream
        self._on_wait = on_wait
        self._is_terminal = _is_terminal(stream)
        self.reset()

    def reset(self) -> None:
        """Forget what was written, and what waits."""
        self._lock = threading.RLock()
        self._text: RedactionStream | None = None
        self._waiting = ""

    def __call__(self, text: str, *_: object) -> int:
        """Write what may be shown of a text, and of what has waited for it."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        with self._lock:
            for shown in self._next(text):
                self.write(shown)
        return len(text)

    def release(self) -> None:
        """Write what waits: nothing follows that could be a part of it."""
        with self._lock:
            shown = self._try(self._flush)
            if shown:
                self.write(shown)

    def show(self) -> None:
        """Write what waits; what follows is still read together with it."""
        with self._lock:
            shown = self._try(self._show)
            if shown:
                self.write(shown)

    def remove(self) -> None:
        """Put the stream's own `write` back, and write what waits."""
        slot, write = _bottom(self._stream)
        if write is self and slot is not None:
            slot.cell_contents = self.write
        elif write is self:
            self._put_back()
        with suppress(OSError, ValueError):  # it may be closed
            self.release()

    def _put_back(self) -> None:
        with suppress(AttributeError):  # it keeps its `write` elsewhere
            del self._stream.write
        if self._stream.write != self.write:
            self._stream.write = self.write

    def _next(self, text: str) -> Iterable[str]:
        shown = self._try(self._feed, text)
        is_pending = self._text is not None and self._text.pending
        if is_pending:
            self._on_wait()
        if is_pending and not self._is_terminal and len(shown) < _LONGEST_WAIT:
            self._waiting = shown
            return ()
        if text and shown.endswith(text):
            before = shown.removesuffix(text)
            return (before, text) if before else (text,)
        return () if text and not shown else (shown,)

    def _try(self, redact: Callable[..., str], *arguments: str) -> str:
        try:
            return redact(*arguments)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # an engine's panic is no Exception; nothing unfiltered goes out
            self._text, self._waiting = None, ""
            return f"{WITHHELD}\n"

    def _feed(self, text: str) -> str:
        if self._text is None:
            self._text = self.redactor.stream()
        waiting, self._waiting = self._waiting, ""
        return waiting + self._text.feed(text)

    def _show(self) -> str:
        waiting, self._waiting = self._waiting, ""
        return waiting + self._text.show() if self._text is not None else waiting

    def _flush(self) -> str:
        waiting, self._waiting = self._waiting, ""
        is_pending = self._text is not None and self._text.pending
        return waiting + self._text.flush() if self._text is not None and is_pending else waiting


class StreamProxy:
    """Stands for a stream that takes no attributes."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.write = stream.write

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def filter_stream(redactor: Redactor, stream: Any, on_wait: Callable[[], None]) -> StreamFilter:
    """Filter what a stream writes, unless it is filtered; return the filter.

    Raises `AttributeError` where the stream takes no attributes.
    """
    slot, write = _bottom(stream)
    for present in _filters(write):
        if present.redactor is redactor:
            return present
    stream_filter = StreamFilter(redactor, stream, write, on_wait)
    if slot is None:
        stream.write = stream_filter
    else:
        slot.cell_contents = stream_filter
    return stream_filter


def redactor_of(stream: Any) -> Redactor | None:
    """Return the redactor that filters what a stream writes, if there is a stream and a filter."""
    filters = _filters(_bottom(stream)[1]) if stream is not None else ()
    return next((present.redactor for present in filters), None)


def _filters(write: Any) -> Iterator[StreamFilter]:
    while isinstance(write, StreamFilter):
        yield write
        write = write.write


def _bottom(stream: Any) -> tuple[CellType | None, Callable[[str], Any]]:
    """Return a stream's `write` below those of IPython, and where IPython keeps it to put it back.

    A filter there outlasts the cell in which it is put there.
    """
    slot, write = None, stream.write
    while getattr(write, "__qualname__", "") == _TEE:
        slot = write.__closure__[write.__code__.co_freevars.index(_ORIGINAL)]
        write = slot.cell_contents
    return slot, write


def _is_terminal(stream: Any) -> bool:
    with suppress(Exception):  # whatever a program puts there
        return bool(stream.isatty())
    return False
