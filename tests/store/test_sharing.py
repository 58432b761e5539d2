"""Calls that wait together share a commit, and not each other's fate."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from jupyter_secrets.errors import PermissionDeniedError, SecretNotFoundError, StoreError
from jupyter_secrets.model import Caller
from jupyter_secrets.scopes import Scopes

ALICE, BOB = Caller("alice"), Caller("bob")


@pytest.fixture
def scopes(paths):
    service = Scopes(paths)
    service.create_scope(ALICE, "prod")
    service.put(ALICE, "prod", "db", b"first")
    yield service
    service.close()


def together(scopes, calls: list[Callable[[], object]]) -> list[object]:
    """Start calls while the store is busy, so that they wait together; return what came of each."""
    results: list[object] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            results[place] = calls[place]()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    with scopes.store().begin():
        for thread in threads:
            thread.start()
        while len(scopes._reads._waiting) < len(calls):
            pass
    for thread in threads:
        thread.join(20)
    return results


def test_calls_that_wait_together_get_each_its_own_answer(scopes):
    commits = []
    store, begin = scopes.store(), scopes.store().begin
    store.begin = lambda: commits.append(1) or begin()
    calls = [
        lambda: scopes.get(ALICE, "prod", "db").value,
        lambda: scopes.get(BOB, "prod", "db"),
        lambda: scopes.get(ALICE, "prod", "none"),
        lambda: [info.key for info in scopes.list_secrets(ALICE, "prod")],
    ]

    got, denied, missing, listed = together(scopes, calls)

    assert (got, listed) == (b"first", ["db"])
    assert isinstance(denied, PermissionDeniedError)
    assert isinstance(missing, SecretNotFoundError)
    assert len(commits) == 2  # the one that they waited for, and theirs
    outcomes = [entry.record["outcome"] for entry in store.audit_entries()][-4:]
    assert sorted(map(str, outcomes)) == ["allow", "allow", "deny", "error"]


def test_B2_a_commit_that_fails_yields_none_of_their_values(scopes, monkeypatch):
    def fail(*_arguments, **_options):
        raise StoreError("The disk is full.")

    monkeypatch.setattr("jupyter_secrets.store.transaction.audit.append", fail)

    results = together(scopes, [lambda: scopes.get(ALICE, "prod", "db")] * 5)

    assert [str(error) for error in results] == ["The disk is full."] * 5
    monkeypatch.undo()
    assert scopes.get(ALICE, "prod", "db").value == b"first"


def test_a_call_that_breaks_does_not_hold_up_the_others(scopes, monkeypatch):
    def bug(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("jupyter_secrets.scopes.values.find_secret", bug)
    results = together(
        scopes,
        [
            lambda: scopes.get(ALICE, "prod", "db"),
            lambda: scopes.list_scopes(ALICE),
        ],
    )
    monkeypatch.undo()

    assert {type(result) for result in results} == {ZeroDivisionError, StoreError}
    assert scopes.get(ALICE, "prod", "db").value == b"first"


def test_many_threads_for_a_while(scopes):
    done = []

    def work() -> None:
        for _ in range(20):
            assert scopes.get(ALICE, "prod", "db").value == b"first"
            done.append(1)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(done) == 320
    records = [entry.record for entry in scopes.store().audit_entries()]
    gets = [record for record in records if record["action"] == "get"]
    assert len(gets) == 320
