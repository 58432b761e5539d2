"""Filter what a shell shows that has no kernel of ours: at IPython's own ways out.

Such are IPython in a terminal, engines that run notebooks in their own process
(ploomber-engine, ``papermill --engine embedded``), kernels that are not ipykernel (xeus-python),
and a bare `InteractiveShell`.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from jupyter_secrets.kernel.exceptions import redacted_error
from jupyter_secrets.kernel.streams import StreamFilter, StreamProxy, filter_stream
from jupyter_secrets.outputs import LATE_SECONDS, WITHHELD, redact_payload
from jupyter_secrets.redaction import Redactor, redact_json

# The process's own are what programs put back when they have captured enough.
_STREAMS = ("stdout", "stderr", "__stdout__", "__stderr__")
_WITHHELD_DATA = {"text/plain": WITHHELD}

T = TypeVar("T")


class _FilteredMethod:
    """Stands in place of an object's method."""

    def __init__(self, owner: object, name: str, call: Callable[..., Any]) -> None:
        self.method = getattr(owner, name)
        self._call = call

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._call(self.method, *arguments, **named)


class ShellFilter:
    """Filters one shell: its streams, displays, results, errors, and what it answers about objects.

    Whatever of these a program replaces is filtered when the next cell begins.
    """

    def __init__(self, shell: Any, redactor: Redactor) -> None:
        self._shell = shell
        self._redactor = redactor
        self._streams: weakref.WeakSet[StreamFilter] = weakref.WeakSet()
        self._owners: weakref.WeakSet[Any] = weakref.WeakSet()
        self._timer: threading.Timer | None = None
        self._running = False
        # While a terminal's shell asks, threads print to a stream that its prompt puts in place.
        self._prompt = getattr(getattr(shell, "pt_app", None), "app", None)
        # Where it is not so, commands write to the terminal themselves.
        shell.system = shell.system_piped
        self._events = {
            "pre_execute": self._begin,
            "post_execute": self._end,
            "post_run_cell": self._redact_result,
        }
        self.install()
        for event, callback in self._events.items():
            shell.events.register(event, callback)
        if self._prompt is not None:
            self._prompt.before_render += self._filter_streams
        atexit.register(self.release)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_in_child)

    def install(self) -> None:
        """Filter all that the shell shows with now; what is filtered already stays as it is."""
        self._filter_streams()
        shell = self._shell
        self._filter_method(shell, "_showtraceback", self._show_traceback)
        self._filter_method(shell, "object_inspect_mime", self._inspect)
        self._filter_method(shell.display_formatter, "format", self._format)
        self._filter_method(shell.display_pub, "publish", self._publish)
        self._filter_method(shell.payload_manager, "write_payload", self._write_payload)

    def install_on(self, publisher: Any, *streams: Any) -> None:
        """Filter what else the shell may show with later in its cell.

        Raises `AttributeError` for a stream that takes no attributes.
        """
        behind_proxies = [getattr(getattr(sys, name), "stream", None) for name in _STREAMS]
        for stream in streams:
            if stream is not None and not any(stream is behind for behind in behind_proxies):
                self._streams.add(filter_stream(self._redactor, stream, self._show_later))
        self._filter_method(publisher, "publish", self._publish)

    def remove(self) -> None:
        """Put everything back as it was."""
        for stream_filter in list(self._streams):
            stream_filter.remove()
        for name in _STREAMS:
            stream = getattr(sys, name)
            if isinstance(stream, StreamProxy) and not isinstance(stream.write, StreamFilter):
                setattr(sys, name, stream.stream)
        for owner in self._owners:
            for name, method in list(vars(owner).items()):
                if isinstance(method, _FilteredMethod):
                    delattr(owner, name)
        del self._shell.system
        for event, callback in self._events.items():
            self._shell.events.unregister(event, callback)
        if self._prompt is not None:
            self._prompt.before_render -= self._filter_streams
        atexit.unregister(self.release)

    def release(self) -> None:
        """Write what the streams hold back: what follows is no part of it."""
        for stream_filter in list(self._streams):
            with suppress(OSError, ValueError):  # it may be closed
                stream_filter.release()

    def _start_in_child(self) -> None:
        """Start afresh after a fork: the parent writes what is pending."""
        self._timer = None
        self._reset()

    def _reset(self) -> None:
        for stream_filter in list(self._streams):
            stream_filter.reset()

    def _filter_streams(self, *_: object) -> None:
        for name in _STREAMS:
            self._filter_stream(name)

    def _filter_stream(self, name: str) -> None:
        stream = getattr(sys, name, None)
        if stream is None:
            return
        try:
            self._streams.add(filter_stream(self._redactor, stream, self._show_later))
        except AttributeError:
            proxy = StreamProxy(stream)
            self._streams.add(filter_stream(self._redactor, proxy, self._show_later))
            setattr(sys, name, proxy)

    def _filter_method(self, owner: Any, name: str, call: Callable[..., Any]) -> None:
        if not isinstance(getattr(owner, name), _FilteredMethod):
            setattr(owner, name, _FilteredMethod(owner, name, call))
            self._owners.add(owner)

    def _begin(self) -> None:
        self._running = True
        self.release()
        self._reset()  # a word of this cell does not go on from one of the last
        self.install()

    def _end(self) -> None:
        self._running = False
        self.release()

    def _redact_result(self, result: Any) -> None:
        """Redact the exceptions in what `run_cell` returns: programs show them."""
        for name in ("error_before_exec", "error_in_exec"):
            error = getattr(result, name, None)
            if isinstance(error, BaseException):
                setattr(result, name, redacted_error(self._redactor, error))

    def _show_later(self) -> None:
        """Have what waits shown soon, in a cell too: what follows may take its time."""
        if self._timer is None:
            self._timer = threading.Timer(LATE_SECONDS, self._show_late)
            self._timer.daemon = True
            self._timer.start()

    def _show_late(self) -> None:
        self._timer = None
        if not self._running:
            self.release()
            return
        for stream_filter in list(self._streams):
            with suppress(OSError, ValueError):  # it may be closed
                stream_filter.show()

    def _show_traceback(self, method: Any, kind: Any, error: Any, lines: Any) -> Any:
        self.release()
        shown = self._redacted(lines, [WITHHELD])
        return method(kind, redacted_error(self._redactor, error), shown)

    def _format(self, method: Any, *arguments: Any, **named: Any) -> Any:
        data, metadata = method(*arguments, **named)
        return self._redacted(data, _WITHHELD_DATA), self._redacted(metadata, {}, words=False)

    def _publish(
        self, method: Any, data: Any, metadata: Any = None, *arguments: Any, **named: Any
    ) -> Any:
        self.release()
        shown = self._redacted(data, _WITHHELD_DATA)
        metadata, named = self._redacted((metadata, named), ({}, {}), words=False)
        return method(shown, metadata, *arguments, **named)

    def _inspect(self, method: Any, *arguments: Any, **named: Any) -> Any:
        return self._redacted(method(*arguments, **named), _WITHHELD_DATA, words=False)

    def _write_payload(self, method: Any, data: Any, *arguments: Any, **named: Any) -> Any:
        withheld = {"source": "page", "start": 0, "data": _WITHHELD_DATA}
        shown = self._tried(partial(redact_payload, self._redactor, data), withheld)
        return method(shown, *arguments, **named)

    def _redacted(self, value: T, withheld: T, *, words: bool = True) -> T:
        return self._tried(partial(redact_json, self._redactor, value, words=words), withheld)

    def _tried(self, redact: Callable[[], T], withheld: T) -> T:
        try:
            return redact()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # an engine's panic is no Exception; nothing unfiltered goes out
            return withheld
