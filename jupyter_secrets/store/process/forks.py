"""What threads share, when the process forks.

A child has the memory of that moment and one thread. A lock that another thread held stays locked
there, and what that thread was about to do is never done; so each part says how to reset itself.
"""

from __future__ import annotations

import os
import threading
from typing import Protocol
from weakref import WeakSet


class ForkAware(Protocol):
    """Something that is there in the child too."""

    def reset_after_fork(self) -> None:
        """Forget, in the child, what other threads were doing."""


class LockOwner(ForkAware, Protocol):
    """Something that a process must not fork in the middle of."""

    # Reentrant: whoever holds it may fork.
    lock: threading.RLock


class Forks:
    """Keeps forks of this process apart from what is registered here, as long as that lives."""

    def __init__(self) -> None:
        self._registry = threading.Lock()
        self._members: WeakSet[ForkAware] = WeakSet()
        self._lock_owners: WeakSet[LockOwner] = WeakSet()
        self._held: list[threading.RLock] | None = None
        if hasattr(os, "register_at_fork"):
            # Once: a handler can never be removed.
            os.register_at_fork(
                before=self._before,
                after_in_parent=self._after_in_parent,
                after_in_child=self._after_in_child,
            )

    def register(self, member: ForkAware) -> None:
        """Have this reset itself in each child."""
        with self._registry:
            self._members.add(member)

    def register_lock(self, member: LockOwner) -> None:
        """Have forks wait for the lock of this too."""
        with self._registry:
            self._lock_owners.add(member)
            self._members.add(member)

    def _before(self) -> None:
        while True:
            with self._registry:
                locks = [member.lock for member in self._lock_owners]
            held = _hold(locks)
            self._registry.acquire()
            if all(member.lock in held for member in self._lock_owners):
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
        for member in list(self._members):
            member.reset_after_fork()


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
