"""Forks and Ctrl-C, wherever they come: nobody waits for a thread that is gone."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from jupyter_secrets.errors import NotFoundError, StoreLockedError
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store
from jupyter_secrets.store.process import forks
from tests.callers import ADMIN


@pytest.fixture
def interrupt_after() -> Iterator[Callable[[float], None]]:
    """Have Ctrl-C come after some seconds; 0 takes it back."""

    def interrupt(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGALRM, interrupt)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds) and None
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def in_child(work: Callable[[], object]) -> Callable[[], int]:
    """Fork, and work in the child; returns how to get its exit status. A child that hangs dies."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(30)
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return lambda: os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def answers(scopes) -> bool:
    """Whether a get of another thread is answered, in good time."""
    found: list[bytes] = []
    thread = threading.Thread(
        target=lambda: found.append(scopes.session(ADMIN).get("prod", "db").value), daemon=True
    )
    thread.start()
    thread.join(15)
    return bool(found)


@contextmanager
def slow_call(scopes, seconds: float) -> Iterator[None]:
    """While another thread's call leads, and takes its time."""
    inside = threading.Event()

    def work(_transaction: object) -> None:
        inside.set()
        time.sleep(seconds)
        raise NotFoundError("after all")

    def call() -> None:
        with pytest.raises(NotFoundError):
            scopes.session(ADMIN)._read("slow", work)

    thread = threading.Thread(target=call)
    thread.start()
    inside.wait()
    yield
    thread.join()


def test_a_child_knows_what_was_written_since_the_fork(session):
    reading, writing = os.pipe()

    def work() -> None:
        os.read(reading, 1)
        assert session.get("prod", "db").value == b"last"
        session.put("prod", "from-the-child", b"x")

    ended = in_child(work)
    for value in (b"second", b"third", b"last"):
        session.put("prod", "db", value)
    os.write(writing, b"x")

    assert ended() == 0
    assert session.get("prod", "from-the-child").value == b"x"
    assert session.admin.check() == []
    os.close(reading)
    os.close(writing)


def test_a_child_reads_though_other_threads_were_reading(scopes, session):
    with slow_call(scopes, 0.3):
        follower = threading.Thread(target=session.get, args=("prod", "db"))
        follower.start()
        while not scopes._reads._waiting:
            pass
        ended = in_child(lambda: session.get("prod", "db"))

        assert ended() == 0
        follower.join()


def test_a_child_reads_though_another_thread_was_opening_the_store(scopes, session):
    scopes.close()
    with scopes.opening:
        ended: list[int] = []
        thread = threading.Thread(
            target=lambda: ended.append(in_child(lambda: session.get("prod", "db"))())
        )
        thread.start()
        thread.join()

    assert ended == [0]


def test_a_fork_waits_in_no_circle_with_threads_that_hold_two_stores():
    first, second = threading.RLock(), threading.RLock()
    holds = threading.Event()

    def take_both() -> None:
        with second:
            holds.set()
            time.sleep(0.1)
            with first:
                pass

    thread = threading.Thread(target=take_both)
    thread.start()
    holds.wait()

    held = forks._hold([first, second])

    thread.join(10)
    assert not thread.is_alive()
    assert set(map(id, held)) == {id(first), id(second)}


def test_opening_a_store_leaves_nothing_behind_for_forks(scopes, paths, monkeypatch):
    scopes.close()
    paths.key.unlink()
    registered = []
    monkeypatch.setattr(os, "register_at_fork", lambda **handlers: registered.append(handlers))
    before = len(forks.FORKS._lock_owners)

    for _ in range(20):
        with pytest.raises(StoreLockedError):
            Store.open(paths)

    assert not registered
    assert len(forks.FORKS._lock_owners) < before + 20


def test_an_interrupted_call_holds_nobody_up(scopes, session, interrupt_after):
    with slow_call(scopes, 0.6):
        interrupt_after(0.2)
        with pytest.raises(KeyboardInterrupt):
            session.get("prod", "db")

    assert answers(scopes)


def test_an_interrupted_call_hands_on_the_lead(scopes, session):
    found: list[bytes] = []
    followers = [
        threading.Thread(target=lambda: found.append(session.get("prod", "db").value))
        for _ in range(3)
    ]

    def work(_transaction: object) -> None:
        for follower in followers:
            follower.start()
        while len(scopes._reads._waiting) < len(followers):
            pass
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        session._read("interrupted", work)

    for follower in followers:
        follower.join(15)
    assert found == [b"first-canary-value"] * 3
    assert session.admin.check() == []


def test_an_interrupt_right_behind_begin_leaves_no_transaction_open(scopes, session, paths):
    def interrupt(_connection: object) -> None:
        signal.raise_signal(signal.SIGINT)

    engine = scopes.store().database._engine
    event.listen(engine, "begin", interrupt)
    with pytest.raises(KeyboardInterrupt) as kept:
        session.get("prod", "db")
    event.remove(engine, "begin", interrupt)

    assert Scopes(paths).session(ADMIN).get("prod", "db").value == b"first-canary-value"
    assert session.get("prod", "db").value == b"first-canary-value"
    assert answers(scopes)
    del kept


def test_a_second_ctrl_c_does_not_wait_for_the_end_of_a_transaction(scopes, session):
    reached = []

    with pytest.raises(KeyboardInterrupt), scopes.store().begin():
        signal.raise_signal(signal.SIGINT)
        reached.append(1)
        signal.raise_signal(signal.SIGINT)
        reached.append(2)

    assert reached == [1]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert session.get("prod", "db").value == b"first-canary-value"


def test_threads_forks_and_interrupts_for_a_while(session, interrupt_after):
    moments, going, over = random.Random(3), threading.Event(), threading.Event()
    read = []

    def keep_reading() -> None:
        while not over.is_set():
            going.wait()
            read.append(session.get("prod", "db").value)

    threads = [threading.Thread(target=keep_reading, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    going.set()
    interrupted = 0
    for number in range(60):
        try:
            interrupt_after(moments.uniform(0.0001, 0.01))
            while True:
                session.get("prod", "db")
        except KeyboardInterrupt:
            interrupted += 1
        if number % 6 == 0:
            ended = in_child(lambda: session.get("prod", "db"))
            going.clear()  # SQLite serves those first who come first, and they are quicker
            assert ended() == 0
            going.set()
    over.set()

    for thread in threads:
        thread.join(20)
    assert [thread.is_alive() for thread in threads] == [False] * 3
    assert interrupted == 60
    assert set(read) == {b"first-canary-value"}
    assert session.admin.check() == []
