"""Let calls that wait at the same time share one transaction, and so one commit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store.db.connection import SQLITE_ERRORS
from jupyter_secrets.store.process.forks import FORKS
from jupyter_secrets.store.process.signals import defer_sigint
from jupyter_secrets.store.transaction import Transaction

T = TypeVar("T")

Begin = Callable[[], AbstractContextManager[Transaction]]


class _Job(Generic[T]):
    def __init__(self, work: Callable[[Transaction], T]) -> None:
        self._work = work
        self._result: list[T] = []
        self._error: Exception | None = None
        self.is_done = False
        # No Event: Ctrl-C in the middle of one, which is Python code, can leave it locked.
        self._asleep = threading.Lock()
        self._asleep.acquire()

    def wait(self) -> None:
        """Return when `wake` was called."""
        self._asleep.acquire()

    def wake(self) -> None:
        if self._asleep.locked():
            self._asleep.release()

    def run(self, transaction: Transaction) -> None:
        self._result, self._error = [], None
        try:
            self._result.append(self._work(transaction))
        except (SQLAlchemyError, *SQLITE_ERRORS):
            raise  # there may be no transaction any more
        except Exception as error:
            transaction.damaged |= isinstance(error, IntegrityError)
            self._error = error

    def end(self, failure: Exception | None) -> None:
        self._error = failure or self._error
        self.is_done = True

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._result[0]


class GroupCommit:
    """Runs work that changes nothing but the audit log.

    While one thread waits for the disk, others queue up; the next transaction is for all of them.
    Nobody gets a result before its transaction is on disk, and if that fails all of them fail.
    """

    def __init__(self) -> None:
        self.reset_after_fork()
        FORKS.register(self)

    def reset_after_fork(self) -> None:
        """Forget who waits and who leads: in a fork they are not there."""
        self._mutex = threading.Lock()
        self._waiting: list[_Job[Any]] = []
        self._taken: list[_Job[Any]] = []
        self._leader: _Job[Any] | None = None

    def run(self, begin: Begin, work: Callable[[Transaction], T]) -> T:
        """Return what `work` returns, or raise what it raises.

        What it leaves in the transaction is its audit record, and nothing may fail after that.
        `begin` is asked for a transaction, which need not defer SIGINT: that is done here. Those
        who share one have to share the store.
        """
        job = _Job(work)
        try:
            self._join(job)
            while not (job.is_done or self._leader is job):
                job.wait()
            if not job.is_done:
                with defer_sigint():  # until everyone has an answer
                    self._commit_group(begin)
        finally:
            try:
                self._leave(job)
            except BaseException:  # Ctrl-C, even here
                self._leave(job)
                raise
        return job.result()

    def _join(self, job: _Job[Any]) -> None:
        with self._mutex:
            self._waiting.append(job)
            self._leader = self._leader or job

    def _commit_group(self, begin: Begin) -> None:
        failure: Exception | None = None
        try:
            with begin() as transaction:
                for job in self._take():
                    job.run(transaction)
        except Exception as error:
            failure = error
        for job in self._taken or self._take():
            job.end(failure)

    def _take(self) -> list[_Job[Any]]:
        with self._mutex:
            self._taken, self._waiting = self._waiting, []
            return self._taken

    def _leave(self, job: _Job[Any]) -> None:
        """Have nobody wait for the thread of this job, wherever that was interrupted.

        It may be interrupted itself, and is run again then: each step can be done twice.
        """
        with self._mutex:
            if job in self._waiting:
                self._waiting.remove(job)
            if self._leader is job:
                self._hand_over(job)
            if self._leader is not None:
                self._leader.wake()

    def _hand_over(self, job: _Job[Any]) -> None:
        left = []
        for taken in self._taken:
            if taken.is_done:
                taken.wake()
            elif taken is not job and taken not in self._waiting:
                left.append(taken)
        self._waiting, self._taken = [*left, *self._waiting], []
        self._leader = self._waiting[0] if self._waiting else None
