"""A session for a program that has a terminal of its own, in which it can be stopped.

The system ignores Ctrl-Z in an orphaned process group: one that no parent in its session could
continue (POSIX, 11.1.4). That of a session's leader always is one. So a process of ours leads the
session, and the program is its child, in a foreground process group of its own. The leader stops
when the program stops, passes on the signals that it gets, and ends as the program ends.
"""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import termios
from contextlib import suppress
from pathlib import Path
from types import FrameType

FORWARDED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
_OF_THE_KEYBOARD = (signal.SIGINT, signal.SIGQUIT)


def fork_program(terminal: int) -> None:
    """Return in a new child, which has the terminal; to be called by a session's leader.

    The leader itself never returns from here: it ends when the child has ended.
    """
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    program = os.fork()
    if not program:
        _take_foreground(terminal)
        return
    try:
        _lead(program)
    finally:
        os._exit(1)


def end_by(number: int) -> None:
    """End this process by a signal, as a program did, for whoever started it to see."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it would have values in it
    with suppress(OSError):  # SIGKILL and SIGSTOP cannot be changed
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _take_foreground(terminal: int) -> None:
    os.setpgid(0, 0)
    # Whoever is not in the foreground would be stopped for changing it.
    disposition = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(terminal, os.getpid())
    signal.signal(signal.SIGTTOU, disposition)


def _lead(program: int) -> None:
    def forward(number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            if number in _OF_THE_KEYBOARD:
                os.killpg(program, number)
            else:
                os.kill(program, number)

    for number in FORWARDED:
        signal.signal(number, forward)
    _close_descriptors()  # among them that by which `subprocess` waits for the program's start
    _, status = os.waitpid(program, os.WUNTRACED)
    while os.WIFSTOPPED(status):
        os.kill(os.getpid(), signal.SIGSTOP)
        with suppress(ProcessLookupError):
            os.killpg(program, signal.SIGCONT)
        _, status = os.waitpid(program, os.WUNTRACED)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        end_by(-code)
    os._exit(code)


def _close_descriptors() -> None:
    for descriptor in Path("/dev/fd").iterdir():
        with suppress(OSError):  # the one by which they were listed
            os.close(int(descriptor.name))
