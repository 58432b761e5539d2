"""What threads share, when the process forks.

A child has the memory of that moment and one thread. A lock that another thread held is held for
good there, and what that thread was about to do is never done; so each part says how it begins
anew.
"""

from __future__ import annotations

import os
import threading
from typing import Protocol
from weakref import WeakSet


class Forked(Protocol):
    """Something that is there in the child too."""

    def begin_anew(self) -> None:
        """Forget, in the child, what other threads were doing."""


class Held(Forked, Protocol):
    """Something that a process must not fork in the middle of."""

    # Reentrant: whoever holds it may fork.
    lock: threading.RLock


class Forks:
    """Keeps forks of this process apart from what is registered here, as long as that lives."""

    def __init__(self) -> None:
        self._registry = threading.Lock()
        self._told: WeakSet[Forked] = WeakSet()
        self._waited_for: WeakSet[Held] = WeakSet()
        self._held: list[threading.RLock] | None = None
        if hasattr(os, "register_at_fork"):
            # Once: a handler can never be removed.
            os.register_at_fork(
                before=self._before,
                after_in_parent=self._after_in_parent,
                after_in_child=self._after_in_child,
            )

    def tell(self, member: Forked) -> None:
        """Have this begin anew in each child."""
        with self._registry:
            self._told.add(member)

    def wait_for(self, member: Held) -> None:
        """Have forks wait for the lock of this too."""
        with self._registry:
            self._waited_for.add(member)
            self._told.add(member)

    def _before(self) -> None:
        while True:
            with self._registry:
                locks = [member.lock for member in self._waited_for]
            held = _hold(locks)
            self._registry.acquire()
            if all(member.lock in held for member in self._waited_for):
                self._held = held
                return
            self._registry.release()  # another was registered meanwhile
            _release(held)

    def _after_in_parent(self) -> None:
        if self._held is None:  # it was interrupted
            return
        held, self._held = self._held, None
        self._registry.release()
        _release(held)

    def _after_in_child(self) -> None:
        self._registry, self._held = threading.Lock(), None
        for member in list(self._told):
            member.begin_anew()


def _hold(locks: list[threading.RLock]) -> list[threading.RLock]:
    """Acquire all locks; while one is waited for none is held, so that nobody waits in a circle."""
    while True:
        held: list[threading.RLock] = []
        try:
            for lock in locks:
                if not lock.acquire(blocking=not held):
                    locks = [lock, *(other for other in locks if other is not lock)]
                    break
                held.append(lock)
            else:
                return held
        except BaseException:
            _release(held)
            raise
        _release(held)


def _release(held: list[threading.RLock]) -> None:
    for lock in held:
        lock.release()


FORKS = Forks()
