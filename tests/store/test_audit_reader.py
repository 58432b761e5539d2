"""A search back through the log, in parts of five, and what others do between two of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import islice

import pytest

from jupyter_secrets.errors import IntegrityError, StoreLockedError
from jupyter_secrets.model import AuditFilter
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store.maintenance import audit_reader
from jupyter_secrets.store.maintenance.audit_reader import iter_audit_reverse
from tests.callers import ADMIN

# By the log's own chain, or first by the anchor, whose record is gone.
FOUND = r"audit log was changed at record|older than the store was"


@pytest.fixture
def scopes(new_scopes, monkeypatch):
    """Scopes with a log of 32 records; the oldest three say how it was made."""
    monkeypatch.setattr(audit_reader, "BATCH", 5)
    session = new_scopes.session(ADMIN)
    session.create_scope("prod")
    session.put("prod", "db", b"first")
    for _ in range(29):
        session.get("prod", "db")
    return new_scopes


@pytest.fixture
def search(scopes):
    store = scopes.store()
    return iter_audit_reverse(store, store.audit_position())


def seqs(records) -> list[object]:
    return [record["seq"] for record in records]


def edit(paths, statement: str) -> None:
    with closing(sqlite3.connect(paths.database)) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize("part", [1, 4, 5, 8, 31, 32, 33])
def test_parts_of_whatever_size_make_the_whole(search, part, monkeypatch):
    monkeypatch.setattr(audit_reader, "BATCH", part)

    assert seqs(search) == list(range(32, 0, -1))


def test_what_is_appended_meanwhile_is_not_shown(session, search):
    found = seqs(islice(search, 7))
    session.get("prod", "db")

    assert found + seqs(search) == list(range(32, 0, -1))


def test_others_write_while_somebody_searches(session, paths, search):
    next(search)
    with closing(Scopes(paths)) as other:
        with other.store().database._outside() as connection:
            connection.execute("PRAGMA busy_timeout = 0")
        other.session(ADMIN).put("prod", "db", b"second")

    assert session.get("prod", "db").value == b"second"


@pytest.mark.parametrize("kept", [1, 5, 8, 22])
def test_a_log_that_is_pruned_meanwhile_ends_with_the_seal(
    scopes, session, tmp_path, kept, monkeypatch
):
    monkeypatch.setattr("jupyter_secrets.store.maintenance.prune._until", lambda entry: entry.seq)
    scopes.close()  # the anchor covers all
    store = scopes.store()
    search = iter_audit_reverse(store, store.audit_position())
    found = seqs(islice(search, 10))

    assert session.admin.audit_prune(before=kept + 1, archive=tmp_path / "archive") == kept

    records = list(search)
    assert found == list(range(32, 22, -1))
    assert seqs(records) == list(range(22, kept - 1, -1))
    assert records[-1]["action"] == "pruned"


def test_a_log_that_is_pruned_past_the_place_of_a_search_ends_there(scopes, session, tmp_path):
    scopes.close()
    store = scopes.store()
    search = iter_audit_reverse(store, store.audit_position())
    found = seqs(islice(search, 5))

    assert session.admin.audit_prune(before=2**53, archive=tmp_path / "archive") > 27

    assert found == list(range(32, 27, -1))
    assert seqs(search) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET record = replace(record, 'root', 'eve') WHERE seq = 20",
        "UPDATE audit SET mac = zeroblob(32) WHERE seq = 20",
        "UPDATE audit SET record = x'00' WHERE seq = 20",
        "DELETE FROM audit WHERE seq = 20",
        "DELETE FROM audit WHERE seq <= 20",
        "DELETE FROM audit WHERE seq <= 27",
        "DELETE FROM audit",
    ],
)
def test_L2_what_is_changed_meanwhile_is_found(paths, search, statement):
    found = seqs(islice(search, 5))
    edit(paths, statement)

    with pytest.raises(IntegrityError, match=FOUND):
        seqs(search)

    assert found == list(range(32, 27, -1))


def test_records_before_a_changed_one_are_still_shown(session, paths):
    edit(paths, "UPDATE audit SET record = replace(record, 'root', 'eve') WHERE seq = 30")

    assert len(session.audit_tail(limit=2)) == 2
    with pytest.raises(IntegrityError, match="at record 30"):
        session.audit_tail(limit=10)
    assert session.audit_tail(limit=1)[0]["error_code"] == "INTEGRITY_ERROR"


def test_a_search_ends_when_the_store_is_closed_or_locked(session, search):
    next(search)
    session.lock()

    with pytest.raises(StoreLockedError):
        seqs(search)


def test_the_call_is_on_record_before_its_answer(session, monkeypatch):
    def fail(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("jupyter_secrets.scopes.audit.iter_audit_reverse", fail)
        with pytest.raises(KeyboardInterrupt):
            session.audit_tail(AuditFilter(key="nothing"))

    assert session.audit_tail(limit=1)[0]["action"] == "read-audit"


def test_stale_looks_back_through_all_parts(session):
    session.put("prod", "unread", b"x")

    found = {one.details.key: one.reasons for one in session.stale()}

    assert found == {"unread": ("never read",)}
