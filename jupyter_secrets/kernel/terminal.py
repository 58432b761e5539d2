"""Filter what reaches a terminal: a kernel's raw output, and IPython without a kernel."""

from __future__ import annotations

import atexit
import codecs
import os
import sys
import threading
from collections.abc import Mapping
from typing import Any, TextIO

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
        _redirect(redactor, descriptor if copy is None else copy)


def _redirect(redactor: Redactor, descriptor: int) -> None:
    """Put a redacting pipe in the place of a descriptor, for whoever has its number."""
    target = os.dup(descriptor)
    source, entrance = os.pipe()
    os.dup2(entrance, descriptor)
    os.close(entrance)
    pump = threading.Thread(
        target=_pump, args=(redactor, source, target), name="redact-descriptor", daemon=True
    )
    pump.start()
    atexit.register(_drain, pump, target, descriptor)


def _drain(pump: threading.Thread, target: int, descriptor: int) -> None:
    os.dup2(target, descriptor)  # the pipe ends, unless a child still has it
    pump.join(_DRAIN_SECONDS)


def _pump(redactor: Redactor, source: int, target: int) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    stream = redactor.stream()
    while chunk := os.read(source, _CHUNK_SIZE):
        text = stream.feed(decoder.decode(chunk))
        _write(target, text.encode("utf-8", "surrogateescape"))
    _write(target, stream.flush().encode("utf-8", "surrogateescape"))


def _write(target: int, data: bytes) -> None:
    while data:
        data = data[os.write(target, data) :]


class RedactingWriter:
    """Stands for `sys.stdout` or `sys.stderr` where IPython runs in a terminal."""

    def __init__(self, redactor: Redactor, target: TextIO) -> None:
        self._stream = redactor.stream()
        self._target = target

    def write(self, text: str) -> int:
        """Write what may be shown of a text; its end may have to wait for the next."""
        self._target.write(self._stream.feed(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def release(self) -> None:
        """Write what is held back: the cell has ended."""
        self._target.write(self._stream.flush())
        self._target.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)


def filter_terminal(redactor: Redactor, shell: Any) -> None:
    """Redact what Python code prints in terminal IPython, and what ``!command`` does.

    Out of reach are programs that write to the terminal themselves, and `os.write`.
    """
    writers = [RedactingWriter(redactor, stream) for stream in (sys.stdout, sys.stderr)]
    sys.stdout, sys.stderr = writers
    shell.system = shell.system_piped
    for writer in writers:
        shell.events.register("post_run_cell", lambda _result, writer=writer: writer.release())
