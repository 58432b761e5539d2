"""Run something in a process of its own that dies, or meets a broken disk, at its n-th step."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from jupyter_secrets.errors import SecretsError

_DONE, _REFUSED, _WRONG = 0, 3, 4


def at_step(action: Callable[[], object], step: int, fault: Callable[[], None]) -> int:
    """Run `action` in a child in which `fault` happens at the step; return its exit status.

    A step is a statement, a commit, a flush to disk, a file renamed or removed.
    """
    child = os.fork()
    if child == 0:
        _count_down(step, fault)
        try:
            action()
            os._exit(_DONE)
        except SecretsError:
            os._exit(_REFUSED)
        except BaseException:
            os._exit(_WRONG)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _count_down(step: int, fault: Callable[[], None]) -> None:
    left = [step]

    def count(*_: object, **__: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            fault()

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink")):
        setattr(owner, name, _counted(getattr(owner, name), count))


def _counted(function: Callable[..., object], count: Callable[[], None]) -> Callable[..., object]:
    def counted(*arguments: object, **options: object) -> object:
        count()
        return function(*arguments, **options)

    return counted


def kill() -> None:
    """Die as by ``kill -9``."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    """Have the disk be full."""
    raise OSError(errno.ENOSPC, "No space left on device")


def killed_at_every_step(action: Callable[[], object], check: Callable[[], None]) -> int:
    """Kill `action` at each of its steps in turn, and check each time; return how many."""
    step = 1
    while True:
        status = at_step(action, step, kill)
        assert status in (_DONE, -signal.SIGKILL), (step, status)
        check()
        if status == _DONE:
            return step - 1
        step += 1


def failed_at_every_step(action: Callable[[], object], check: Callable[[], None]) -> int:
    """Have the disk fail at each step in turn: `action` says so or gets by, and nothing breaks."""
    step = 1
    while True:
        status = at_step(action, step, fail)
        assert status in (_DONE, _REFUSED, _WRONG), (step, status)
        check()
        if status == _DONE and at_step(action, step + 1, kill) == _DONE:
            return step
        step += 1
