"""Filter what a kernel's process writes to the terminal or the log that it began with."""

from __future__ import annotations

import atexit
import os
import select
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from jupyter_secrets.outputs import LATE_SECONDS, WITHHELD
from jupyter_secrets.redaction import Redactor

_CHUNK_SIZE = 65536
_DRAIN_SECONDS = 1.0


def filter_descriptors(redactor: Redactor, streams: Mapping[int, object]) -> None:
    """Redact what goes, past all messages, to the terminal or log that a kernel began with.

    `streams` are ipykernel's for file descriptors 1 and 2. It captures what subprocesses and C
    code write there, shows it in the notebook, and writes the same bytes to a copy of the
    descriptor; where it captures nothing, they go to the descriptor itself.
    """
    if os.name != "posix":
        return  # ipykernel captures nothing there either
    for descriptor, stream in streams.items():
        copy = getattr(stream, "_original_stdstream_copy", None)
        _Pump(redactor, descriptor if copy is None else copy)


class _Pump:
    """Puts a redacting pipe in the place of a descriptor, for whoever has its number."""

    def __init__(self, redactor: Redactor, descriptor: int) -> None:
        self._target = os.dup(descriptor)
        self._source, entrance = os.pipe()
        os.dup2(entrance, descriptor)
        os.close(entrance)
        self._stream = redactor.stream()
        self._busy = threading.Lock()
        self._process = os.getpid()
        threading.Thread(target=self._run, name="redact-descriptor", daemon=True).start()
        atexit.register(self._drain)

    def _run(self) -> None:
        is_pending = False
        while True:
            # What is pending waits so long for more.
            ready = _is_ready(self._source, LATE_SECONDS if is_pending else None)
            with self._busy:
                if ready:
                    chunk = os.read(self._source, _CHUNK_SIZE)
                    if not chunk:
                        return
                    self._write(partial(self._stream.feed_bytes, chunk))
                else:
                    self._write(self._stream.show_bytes)
            is_pending = ready

    def _write(self, redact: Callable[[], bytes]) -> None:
        """Write what may be shown."""
        try:
            data = redact()
        except Exception:  # whatever it is, nothing unfiltered goes out, and the kernel goes on
            data = f"{WITHHELD}\n".encode()
        try:
            while data:
                data = data[os.write(self._target, data) :]
        except OSError:
            return  # nobody reads the terminal any more; who writes must not have to wait

    def _drain(self) -> None:
        """Wait, as the process ends, until all is written that was there."""
        if os.getpid() != self._process:
            return  # a fork has the pipe, and no thread that reads it
        deadline = time.monotonic() + _DRAIN_SECONDS
        while _is_ready(self._source, 0) and time.monotonic() < deadline:
            time.sleep(0.01)
        if self._busy.acquire(timeout=_DRAIN_SECONDS):
            self._write(self._stream.flush_bytes)
            self._busy.release()


def _is_ready(descriptor: int, timeout: float | None) -> bool:
    poll = select.poll()  # select() takes no large descriptors
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    return bool(poll.poll(None if timeout is None else timeout * 1000))
