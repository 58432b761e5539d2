"""A database put back under a running process is noticed, and with the right one it goes on."""

from __future__ import annotations

import shutil
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from jupyter_secrets.errors import (
    IntegrityError,
    StoreError,
)
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store
from jupyter_secrets.store.integrity import rollback
from tests.callers import ADMIN
from tests.store.conftest import value


def test_F5_a_database_put_back_under_a_running_process_is_found(session, other, paths):
    assert value(other) == b"first-canary-value"
    session.put("prod", "db", b"leaked")
    old = paths.database.read_bytes()
    session.put("prod", "db", b"renewed")
    paths.database.write_bytes(old)

    for _ in range(2):  # and it goes on being found
        with pytest.raises(IntegrityError, match="older than the store was"):
            value(other)
        with pytest.raises(IntegrityError, match="older than the store was"):
            other.session(ADMIN).put("prod", "db", b"on another way")


def test_F5_a_database_put_back_to_what_a_process_knows_is_found_within_a_second(
    session, other, paths, monkeypatch
):
    monkeypatch.setattr(rollback, "CHECK_INTERVAL_SECONDS", 0.1)
    assert value(other) == b"first-canary-value"
    known = paths.database.read_bytes()
    session.put("prod", "db", b"renewed")
    paths.database.write_bytes(known)  # to SQLite's own counter nothing has happened

    time.sleep(0.2)
    with pytest.raises(IntegrityError, match="older than the store was"):
        value(other)


def test_F5_the_anchor_never_moves_onto_another_way(scopes, session, other, paths, monkeypatch):
    monkeypatch.setattr(rollback, "CHECK_INTERVAL_SECONDS", 1e9)
    assert value(other) == b"first-canary-value"
    known = paths.database.read_bytes()
    for number in range(3):
        session.put("prod", "db", b"renewed %d" % number)
    scopes.close()
    paths.database.write_bytes(known)

    for _ in range(6):  # past where the anchor is
        with pytest.raises(IntegrityError, match="older than the store was"):
            other.session(ADMIN).put("prod", "db", b"on another way")
    with pytest.raises(IntegrityError, match="older than the store was"):
        Store.open(paths)


def test_a_process_goes_on_after_the_database_was_accepted_as_it_is(scopes, session, other, paths):
    old = paths.database.read_bytes()
    session.put("prod", "db", b"second")
    assert value(other) == b"second"
    scopes.close()
    paths.database.write_bytes(old)
    session.admin.reanchor()

    assert value(other) == b"first-canary-value"
    other.close()  # and leaves the anchor where it was accepted
    assert value(Scopes(paths)) == b"first-canary-value"


def test_a_missing_anchor_stops_a_running_process_before_it_writes(scopes, session, paths):
    away = paths.anchor.rename(paths.anchor.with_name("away"))

    with pytest.raises(StoreError, match=r"anchor .* is missing"):
        session.put("prod", "db", b"second")

    away.rename(paths.anchor)
    assert value(scopes) == b"first-canary-value"


def replace(path: Path, content: bytes) -> None:
    """Put another file in the place of one, as ``cp`` and ``mv`` and backup programs do."""
    other = path.with_name("other")
    other.write_bytes(content)
    other.chmod(0o600)
    other.replace(path)


def test_F5_a_database_file_replaced_under_a_running_process_is_found_at_once(
    scopes, session, other, paths
):
    old = paths.database.read_bytes()
    session.put("prod", "db", b"second")
    assert value(other) == b"second"
    replace(paths.database, old)

    for service in (other, scopes):
        with pytest.raises(IntegrityError, match="older than the store was"):
            value(service)
        with pytest.raises(IntegrityError, match="older than the store was"):
            service.session(ADMIN).put("prod", "db", b"on another way")
        assert "older than the store was" in service.status().message


def test_a_running_process_goes_on_once_a_replaced_database_was_accepted(
    scopes, session, other, paths
):
    old = paths.database.read_bytes()
    session.put("prod", "db", b"second")
    assert value(other) == b"second"
    replace(paths.database, old)
    with suppress(IntegrityError):
        value(other)
    with closing(Scopes(paths)) as admin:
        admin.session(ADMIN).admin.reanchor()

    assert value(other) == b"first-canary-value"
    other.session(ADMIN).put("prod", "db", b"third")
    assert value(scopes) == b"third"
    assert session.admin.check() == []


@pytest.mark.parametrize("put", [replace, Path.write_bytes], ids=["replaced", "in place"])
def test_a_running_process_goes_on_once_the_right_database_is_back(
    scopes, session, other, paths, put
):
    old = paths.database.read_bytes()
    session.put("prod", "db", b"second")
    scopes.close()
    assert value(other) == b"second"
    right = paths.database.read_bytes()
    put(paths.database, old)
    with pytest.raises(IntegrityError, match="older than the store was"):
        value(other)

    put(paths.database, right)

    assert value(other) == b"second"
    other.session(ADMIN).put("prod", "db", b"third")
    assert value(scopes) == b"third"
    assert session.admin.check() == []


def flip(path: Path, text: bytes) -> None:
    """Flip a bit of a file, right after a text; nothing else tells SQLite that it changed."""
    content = bytearray(path.read_bytes())
    assert content.count(text) == 1
    content[content.index(text) + len(text)] ^= 8
    path.write_bytes(content)


def test_D1_a_running_process_goes_on_once_damage_in_one_scope_is_mended(scopes, session, paths):
    scopes.close()
    flip(paths.database, b"rootMANAG")
    with pytest.raises(IntegrityError, match="was changed by something other"):
        value(scopes)
    assert session.readable(at_most=10) == []

    flip(paths.database, b"rootMANAG")

    assert [one.value for one in session.readable(at_most=10)] == [b"first-canary-value"]
    assert value(scopes) == b"first-canary-value"


def test_F5_both_folders_put_back_are_not_detected_and_one_is(scopes, paths, tmp_path):
    scopes.close()
    for folder in (paths.database.parent, paths.key.parent):
        shutil.copytree(folder, tmp_path / "old" / folder.name, dirs_exist_ok=True)
    newer = Scopes(paths)
    newer.session(ADMIN).put("prod", "db", b"rotated")
    newer.close()

    shutil.copy(tmp_path / "old" / paths.database.parent.name / "store.db", paths.database)
    with pytest.raises(IntegrityError, match="older than the store was"):
        Store.open(paths)
    # Said in docs/security.md: whoever puts both back goes unnoticed.
    shutil.copy(tmp_path / "old" / paths.key.parent.name / "anchor.json", paths.anchor)
    Store.open(paths).close()
