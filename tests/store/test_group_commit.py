"""Calls that wait together share a commit, and not each other's fate."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

import pytest

from jupyter_secrets.errors import (
    IntegrityError,
    PermissionDeniedError,
    SecretNotFoundError,
    StoreError,
)
from jupyter_secrets.model import Caller
from tests.callers import ALICE


@pytest.fixture
def scopes(new_scopes):
    alice = new_scopes.session(ALICE)
    alice.create_scope("prod")
    alice.put("prod", "db", b"first")
    return new_scopes


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


def test_calls_that_wait_together_get_each_its_own_answer(scopes, alice, bob):
    commits = []
    store, transaction = scopes.store(), scopes.store().transaction
    store.transaction = lambda: commits.append(1) or transaction()
    calls = [
        lambda: alice.get("prod", "db").value,
        lambda: bob.get("prod", "db"),
        lambda: alice.get("prod", "none"),
        lambda: [info.key for info in alice.list_secrets("prod")],
    ]

    got, denied, missing, listed = together(scopes, calls)

    assert (got, listed) == (b"first", ["db"])
    assert isinstance(denied, PermissionDeniedError)
    assert isinstance(missing, SecretNotFoundError)
    assert len(commits) == 2  # the one that they waited for, and theirs
    outcomes = [entry.record["outcome"] for entry in store.audit_entries()][-4:]
    assert sorted(map(str, outcomes)) == ["allow", "allow", "deny", "error"]


def test_B2_a_commit_that_fails_yields_none_of_their_values(scopes, alice, monkeypatch):
    def fail(*_arguments, **_options):
        raise StoreError("The disk is full.")

    monkeypatch.setattr("jupyter_secrets.store.transaction.audit_log.append", fail)

    results = together(scopes, [lambda: alice.get("prod", "db")] * 5)

    assert [str(error) for error in results] == ["The disk is full."] * 5
    monkeypatch.undo()
    assert alice.get("prod", "db").value == b"first"


def test_a_call_that_breaks_fails_alone_and_leaves_a_record(scopes, alice, monkeypatch):
    def bug(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("jupyter_secrets.scopes.secrets.find_secret", bug)
    broken, listed = together(
        scopes,
        [
            lambda: alice.get("prod", "db"),
            lambda: [one.name for one in alice.list_scopes()],
        ],
    )
    monkeypatch.undo()

    assert (type(broken), listed) == (ZeroDivisionError, ["prod"])
    records = [entry.record for entry in scopes.store().audit_entries()][-2:]
    found = {record["action"]: record.get("error_code") for record in records}
    assert found == {"get": "INTERNAL_ERROR", "list-scopes": None}
    assert alice.get("prod", "db").value == b"first"


def test_a_database_that_breaks_fails_all_of_them(scopes, alice, monkeypatch):
    def damaged(*_arguments):
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr("jupyter_secrets.scopes.secrets.find_secret", damaged)
    results = together(
        scopes,
        [
            lambda: alice.get("prod", "db"),
            lambda: alice.list_scopes(),
        ],
    )
    monkeypatch.undo()

    assert [type(result) for result in results] == [IntegrityError] * 2
    assert alice.get("prod", "db").value == b"first"


def test_a_notebook_whose_name_is_no_text_gets_its_values_and_harms_nobody(scopes, alice):
    caller = Caller("alice", via="kernel", notebook="caf\udce9.ipynb")

    odd, plain = together(
        scopes,
        [
            lambda: scopes.session(caller).get("prod", "db").value,
            lambda: alice.get("prod", "db").value,
        ],
    )
    scopes.session(caller).put("prod", "db", b"second")

    assert (odd, plain) == (b"first", b"first")
    last = [entry.record for entry in scopes.store().audit_entries()][-1]
    assert (last["action"], last["notebook"]) == ("put", r"caf\udce9.ipynb")


def test_many_threads_for_a_while(scopes, alice):
    done = []

    def work() -> None:
        for _ in range(20):
            assert alice.get("prod", "db").value == b"first"
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
