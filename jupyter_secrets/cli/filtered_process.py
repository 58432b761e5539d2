"""Run a program and redact what it prints; a terminal stays a terminal.

A stream that is a terminal becomes a pseudo-terminal for the program, others become pipes. The
program has a session of its own where it has a terminal of its own, so that what is typed, Ctrl-C
and Ctrl-Z among it, reaches it as it would without this.
"""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import selectors
import signal
import struct
import subprocess
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Protocol

from jupyter_secrets.cli.session_leader import FORWARDED, fork_program

_STDIN, _STDOUT, _STDERR = 0, 1, 2
_CHUNK = 65536
# How long a text waits that may be the beginning of a value.
_WAIT_SECONDS = 0.2
_ENDED = b"\n[output withheld: jupyter_secrets could not redact it]\n"


class Stream(Protocol):
    """Redacts one stream, in pieces."""

    @property
    def pending(self) -> int:
        """How much waits for what comes next."""

    def feed_bytes(self, data: bytes) -> bytes:
        """Return what may be shown now."""

    def show_bytes(self) -> bytes:
        """Return what may be shown of what waits; it is read together with what follows."""

    def flush_bytes(self) -> bytes:
        """Return what waits: nothing follows."""


@dataclass
class _Output:
    """What comes from one descriptor, and where it goes."""

    source: int
    target: int
    stream: Stream
    is_terminal: bool
    failed: bool = False
    unread: bool = False  # whoever read it has gone

    def forward(self, data: bytes) -> None:
        """Write what may be shown of data."""
        self._write(partial(self.stream.feed_bytes, data))

    def show(self) -> None:
        """Write what may be shown of what waits."""
        if self.stream.pending:
            self._write(self.stream.show_bytes)

    def end(self) -> None:
        """Write what waits."""
        self._write(self.stream.flush_bytes)

    def _write(self, redact: Callable[[], bytes]) -> None:
        if self.failed:
            return
        try:
            shown = redact()
        except Exception:  # whatever it is, nothing unfiltered goes out
            self.failed, shown = True, _ENDED
        try:
            _write(self.target, shown)
        except BrokenPipeError:
            self.unread = True


@dataclass
class _Streams:
    """The descriptors of the program, and our ends of them."""

    child: dict[int, int] = field(default_factory=dict)
    outputs: list[_Output] = field(default_factory=list)
    terminal: int | None = None  # the program's, as we see it

    def open(self, make: Callable[[], Stream]) -> None:
        """Open a pipe for each redirected stream, and one terminal for all others."""
        terminals = [descriptor for descriptor in (_STDOUT, _STDERR) if os.isatty(descriptor)]
        if terminals:
            self._open_terminal(terminals, make())
        for descriptor in {_STDOUT, _STDERR} - set(terminals):
            source, self.child[descriptor] = os.pipe()
            self.outputs.append(_Output(source, descriptor, make(), False))

    def _open_terminal(self, descriptors: Sequence[int], stream: Stream) -> None:
        self.terminal, inner = pty.openpty()
        attributes = termios.tcgetattr(descriptors[0])
        if not os.isatty(_STDIN):
            attributes[1] &= ~termios.OPOST  # our own terminal does that
        termios.tcsetattr(inner, termios.TCSANOW, attributes)
        self.resize()
        taken = [_STDIN, *descriptors] if os.isatty(_STDIN) else descriptors
        self.child |= dict.fromkeys(taken, inner)
        self.outputs.append(_Output(self.terminal, descriptors[0], stream, True))

    @property
    def types_through(self) -> bool:
        """Whether what is typed goes through the program's terminal."""
        return self.terminal is not None and _STDIN in self.child

    def resize(self) -> None:
        """Give the program's terminal the size of ours."""
        if self.terminal is not None:
            ours = next(
                descriptor for descriptor in (_STDOUT, _STDERR, _STDIN) if os.isatty(descriptor)
            )
            size = fcntl.ioctl(ours, termios.TIOCGWINSZ, struct.pack("HHHH", 0, 0, 0, 0))
            fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, size)


def run_filtered(
    command: Sequence[str], environment: Mapping[str, str], make: Callable[[], Stream]
) -> int:
    """Run a command to its end and return its exit status, negative for the signal that ended it.

    `make` makes what redacts one stream. Raises `OSError` where the command cannot be started.
    """
    streams = _Streams()
    streams.open(make)
    sys.stdout.flush()
    program = _start(command, environment, streams)
    for descriptor in set(streams.child.values()):
        os.close(descriptor)
    with _raw_terminal(streams.types_through) as restore:
        return _Loop(program, streams, restore).run()


def _start(
    command: Sequence[str], environment: Mapping[str, str], streams: _Streams
) -> subprocess.Popen[bytes]:
    has_terminal = streams.terminal is not None
    controlling = next(
        (
            descriptor
            for descriptor in streams.child
            if has_terminal and _is_tty(streams, descriptor)
        ),
        0,
    )

    return subprocess.Popen(  # noqa: S603 - what the user asked for, without a shell
        command,
        env=dict(environment),
        stdin=streams.child.get(_STDIN),
        stdout=streams.child[_STDOUT],
        stderr=streams.child[_STDERR],
        start_new_session=has_terminal,
        preexec_fn=partial(fork_program, controlling) if has_terminal else None,
    )


def _is_tty(streams: _Streams, descriptor: int) -> bool:
    return os.isatty(streams.child[descriptor])


@contextmanager
def _raw_terminal(wanted: bool) -> Iterator[Callable[[bool], None]]:
    """Have our terminal pass on all that is typed; yield what switches that on and off."""
    if not wanted:
        yield lambda _raw: None
        return
    original = termios.tcgetattr(_STDIN)

    def switch(raw: bool) -> None:
        if not _is_in_foreground():
            return  # it is somebody else's now, and we would be stopped
        if raw:
            tty.setraw(_STDIN, termios.TCSADRAIN)  # what was typed ahead stays
        else:
            termios.tcsetattr(_STDIN, termios.TCSADRAIN, original)

    try:
        yield switch
    finally:
        switch(False)


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(_STDIN) == os.getpgrp()
    except OSError:  # it is no terminal of our session, so nobody moves us to the background
        return True


class _Loop:
    """Carries bytes and signals between our streams and the program's until it ends."""

    def __init__(
        self,
        program: subprocess.Popen[bytes],
        streams: _Streams,
        switch_raw: Callable[[bool], None],
    ) -> None:
        self._program = program
        self._streams = streams
        self._switch_raw = switch_raw
        self._typed = bytearray()
        self._selector = selectors.DefaultSelector()
        self._status: int | None = None
        self._has_terminal = False
        for output in streams.outputs:
            self._selector.register(output.source, selectors.EVENT_READ, output)

    def run(self) -> int:
        """Return the status of the program's end."""
        with self._signals():
            while self._goes_on():
                if not self._has_terminal:
                    self._take_terminal()
                ready = self._selector.select(_WAIT_SECONDS)
                for key, events in ready:
                    self._serve(key.fd, key.data, events)
                if not ready:
                    self._show_pending()
                self._look_at_program()
            for output in self._streams.outputs:
                output.end()
        return self._program.returncode if self._status is None else self._status

    def _show_pending(self) -> None:
        for output in self._streams.outputs:
            output.show()

    def _goes_on(self) -> bool:
        """Tell whether more may come: after its end a program's terminal is only emptied."""
        if self._status is None:
            return True
        open_outputs = [key for key in self._selector.get_map().values() if key.data]
        return any(not key.data.is_terminal or _is_readable(key.fd) for key in open_outputs)

    def _serve(self, descriptor: int, output: _Output | None, events: int) -> None:
        if output is None:
            self._read_typed()
            return
        if events & selectors.EVENT_WRITE:
            self._write_typed()
        if events & selectors.EVENT_READ:
            data = _read(descriptor)
            if data:
                output.forward(data)
            else:
                output.end()
            if not data or output.unread:
                self._close(output)

    def _close(self, output: _Output) -> None:
        """Read no more; a program that writes to a pipe that nobody reads learns of it."""
        self._selector.unregister(output.source)
        if not output.is_terminal:
            os.close(output.source)

    def _read_typed(self) -> None:
        data = _read(_STDIN)
        if not data:
            self._selector.unregister(_STDIN)
        self._typed += data
        self._write_typed()

    def _write_typed(self) -> None:
        terminal = self._streams.terminal
        if terminal is None or terminal not in self._selector.get_map():
            return
        os.set_blocking(terminal, False)
        with suppress(BlockingIOError):
            del self._typed[: os.write(terminal, self._typed)]
        os.set_blocking(terminal, True)
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._typed else 0)
        key = self._selector.get_key(terminal)
        self._selector.modify(terminal, events, key.data)

    def _look_at_program(self) -> None:
        """Take note of the program's end; stop as it is stopped."""
        if self._status is not None:
            return
        try:
            pid, status = os.waitpid(self._program.pid, os.WNOHANG | os.WUNTRACED)
        except ChildProcessError:
            self._status = 0
            return
        if pid and os.WIFSTOPPED(status):
            if self._streams.types_through:
                self._stop_too()
        elif pid:
            self._status = self._program.returncode = os.waitstatus_to_exitcode(status)

    def _take_terminal(self) -> None:
        """Read what is typed, once we are in the foreground: elsewhere that would stop us."""
        is_read = _STDIN in self._selector.get_map()
        self._has_terminal = not self._streams.types_through or _is_in_foreground()
        if self._has_terminal and self._streams.types_through:
            self._switch_raw(True)
            self._streams.resize()
            if not is_read:
                self._selector.register(_STDIN, selectors.EVENT_READ)
        elif is_read:
            self._selector.unregister(_STDIN)

    def _look_again(self, _number: int, _frame: FrameType | None) -> None:
        self._has_terminal = False

    def _stop_too(self) -> None:
        self._show_pending()
        self._switch_raw(False)
        os.kill(os.getpid(), signal.SIGSTOP)
        with suppress(ProcessLookupError):
            os.killpg(self._program.pid, signal.SIGCONT)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Pass on signals that are sent to us, and the size of our terminal."""
        handlers = {
            **dict.fromkeys(FORWARDED, self._forward),
            signal.SIGWINCH: lambda *_: self._streams.resize(),
            signal.SIGCHLD: lambda *_: None,
            signal.SIGCONT: self._look_again,
        }
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        original = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        kept_descriptor = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        waker = _Output(reading, os.open(os.devnull, os.O_WRONLY), _Waker(), True)
        self._selector.register(reading, selectors.EVENT_READ, waker)
        try:
            yield
        finally:
            signal.set_wakeup_fd(kept_descriptor)
            for number, handler in original.items():
                signal.signal(number, handler)
            os.close(waker.target)
            os.close(reading)
            os.close(writing)

    def _forward(self, number: int, _frame: FrameType | None) -> None:
        # A program without a terminal of its own is in our group: the keyboard's reach it anyway.
        is_ours = self._streams.terminal is None and number in (signal.SIGINT, signal.SIGQUIT)
        if self._status is None and not (is_ours and os.isatty(_STDIN)):
            with suppress(ProcessLookupError):
                os.kill(self._program.pid, number)


class _Waker:
    """Shows nothing of what signals write to wake the loop."""

    pending = 0

    def feed_bytes(self, _data: bytes) -> bytes:
        """Return nothing."""
        return b""

    def show_bytes(self) -> bytes:
        """Return nothing."""
        return b""

    def flush_bytes(self) -> bytes:
        """Return nothing."""
        return b""


def _is_readable(descriptor: int) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        return bool(selector.select(0))


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except OSError as error:
        if error.errno != errno.EIO:  # how Linux tells that nobody has the terminal open
            raise
        return b""


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
