"""Let calls that wait at the same time share one transaction, and so one commit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from jupyter_secrets.errors import SecretsError, StoreError
from jupyter_secrets.store.store import refusing_what_was_changed
from jupyter_secrets.store.transaction import Transaction

T = TypeVar("T")

Begin = Callable[[], AbstractContextManager[Transaction]]


class _Job(Generic[T]):
    def __init__(self, work: Callable[[Transaction], T]) -> None:
        self._work = work
        self._result: list[T] = []
        self.error: Exception | None = None
        self.woken = threading.Event()
        self.leads = False

    def run(self, transaction: Transaction) -> None:
        try:
            with refusing_what_was_changed():
                self._result.append(self._work(transaction))
        except SecretsError as error:
            self.error = error

    def result(self) -> T:
        if self.error is not None:
            raise self.error
        return self._result[0]


class SharedReads:
    """Runs work that changes nothing but the audit log.

    While one thread waits for the disk, others queue up; the next transaction is for all of them.
    Nobody gets a result before its transaction is on disk, and if it fails all of them fail.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: list[_Job[Any]] = []
        self._led = False

    def run(self, begin: Begin, work: Callable[[Transaction], T]) -> T:
        """Return what `work` returns, or raise the `SecretsError` that it raises.

        `begin` is asked for a transaction; those who share one have to share the store.
        """
        job = _Job(work)
        with self._mutex:
            self._waiting.append(job)
            job.leads, self._led = not self._led, True
        if not job.leads:
            job.woken.wait()
        if job.leads:
            self._lead(begin)
        return job.result()

    def _lead(self, begin: Begin) -> None:
        jobs: list[_Job[Any]] = []
        failure: Exception = StoreError("The call that this one shared a transaction with ended.")
        succeeded = False
        try:
            with begin() as transaction:
                jobs = self._take()
                for job in jobs:
                    job.run(transaction)
            succeeded = True
        except SecretsError as error:
            failure = error
        finally:
            self._end(jobs or self._take(), None if succeeded else failure)

    def _take(self) -> list[_Job[Any]]:
        with self._mutex:
            jobs, self._waiting = self._waiting, []
            return jobs

    def _end(self, jobs: list[_Job[Any]], failure: Exception | None) -> None:
        for job in jobs:
            job.error = failure or job.error
            job.leads = False
        with self._mutex:
            follower = self._waiting[0] if self._waiting else None
            self._led = follower is not None
            if follower is not None:
                follower.leads = True
        for job in jobs:
            job.woken.set()
        if follower is not None:
            follower.woken.set()
