"""A locked store: what it tells, what it asks for, and what unlocks it."""

from __future__ import annotations

import sqlite3
import threading
import unicodedata
from contextlib import closing

import pytest

from jupyter_secrets.errors import (
    InvalidParameterError,
    PermissionDeniedError,
    StoreLockedError,
)
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store
from jupyter_secrets.store.keys.recovery import decode_recovery_key
from tests.store.conftest import PASSPHRASE, open_anew


def damage_pages(database):
    database.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)


def drop_table(database):
    with closing(sqlite3.connect(database)) as outside, outside:
        outside.execute("DROP TABLE key_slots")


def write_nonsense(database):
    with closing(sqlite3.connect(database)) as outside, outside:
        outside.execute("UPDATE key_slots SET kind = '<b>passphrase</b>'")


def write_bytes(database):
    with closing(sqlite3.connect(database)) as outside, outside:
        outside.execute("UPDATE key_slots SET kind = CAST(X'ff' AS TEXT)")


def replace_by_link(database):
    database.rename(database.with_name("elsewhere.db"))
    database.symlink_to("elsewhere.db")


DAMAGES = {
    "missing": lambda database: database.unlink(),
    "empty": lambda database: database.write_bytes(b""),
    "damaged": damage_pages,
    "without the table": drop_table,
    "unknown kind": write_nonsense,
    "no text": write_bytes,
    "readable by others": lambda database: database.chmod(0o644),
    "a symbolic link": replace_by_link,
}


def test_K2_a_wrong_passphrase_is_refused_and_counted(session, paths):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    session.lock()

    for _ in range(2):
        with pytest.raises(PermissionDeniedError, match="neither the passphrase"):
            session.unlock(PASSPHRASE + "!")
    with pytest.raises(StoreLockedError):
        session.get("prod", "db")
    session.unlock(PASSPHRASE)

    assert session.get("prod", "db").value == b"first-canary-value"
    unlocked = [r for r in session.audit_tail() if r["action"] == "unlock"]
    assert [record.get("failed_before") for record in unlocked] == [2]


def test_a_locked_store_answers_nothing_to_anybody(scopes, session):
    session.lock()

    calls = [
        lambda: session.get("prod", "db"),
        lambda: session.list_scopes(),
        lambda: session.put("prod", "db", b"x"),
        lambda: session.audit_tail(),
        lambda: session.admin.list_keys(),
        lambda: scopes.epoch(),
        lambda: session.readable(at_most=9),
    ]
    for call in calls:
        with pytest.raises(StoreLockedError, match="jupyter secrets unlock"):
            call()
    assert scopes.status().state == "locked"


def test_a_locked_store_tells_the_kinds_of_its_keys(scopes, session, paths, keyring):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    session.admin.add_key("keyring")
    session.lock()
    by_hand = scopes.status()
    paths.key.unlink()
    keyring.kept.clear()

    wanting = Scopes(paths).status()

    kinds = ("file", "passphrase", "keyring")
    assert (by_hand.state, by_hand.keys, by_hand.on_purpose) == ("locked", kinds, True)
    assert (wanting.state, wanting.keys, wanting.on_purpose) == ("locked", kinds, False)


@pytest.mark.parametrize("mode", ["TRUNCATE", "WAL"])
def test_asking_a_locked_store_for_its_keys_makes_and_changes_nothing(scopes, session, paths, mode):
    session.lock()
    with closing(sqlite3.connect(paths.database)) as outside:
        outside.execute(f"PRAGMA journal_mode = {mode}")
    before = {path.name: path.read_bytes() for path in paths.database.parent.iterdir()}

    assert scopes.status().keys == ("file",)

    assert {path.name: path.read_bytes() for path in paths.database.parent.iterdir()} == before


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_a_damaged_database_says_of_its_keys_is_left_out(scopes, session, paths, damage):
    session.lock()
    damage(paths.database)

    assert scopes.status().keys == ()


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (["file"], r"Its key file .* is missing"),
        (["environment"], r"Set JUPYTER_SECRETS_KEY_FILE to its key file, and start again\.$"),
        (["keyring"], r"keyring has no key of this store\.$"),
        (["file", "keyring"], r"put it back from your backup\. .*keyring has no key"),
        (["file", "passphrase"], r"with the passphrase or the recovery key\.$"),
        (["passphrase"], r'make one with "jupyter secrets key add file"\.$'),
    ],
    ids=["file", "environment", "keyring", "file and keyring", "file and passphrase", "passphrase"],
)
def test_what_a_store_without_a_key_needs_is_told(session, paths, keyring, tmp_path, kinds, told):
    for kind in kinds:
        if kind != "file":
            path = tmp_path / "mounted.key" if kind == "environment" else None
            session.admin.add_key(kind, passphrase=PASSPHRASE, path=path)
    if "file" not in kinds:
        session.admin.remove_key("file")
    paths.key.unlink(missing_ok=True)
    keyring.kept.clear()

    with pytest.raises(StoreLockedError, match=told):
        Store.open(paths)


def test_unlocking_at_once_from_many_threads_ends_in_one_open_store(session):
    session.lock()
    threads = [threading.Thread(target=session.unlock) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert session.get("prod", "db").value == b"first-canary-value"


@pytest.mark.parametrize("typed", ["\ud800" * 12, "caf\udce9 and some more words"])
def test_a_passphrase_that_is_no_text_is_refused_and_is_no_tampering(session, typed):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)

    with pytest.raises(InvalidParameterError, match="contains invalid characters"):
        session.unlock(typed)
    with pytest.raises(InvalidParameterError, match="contains invalid characters"):
        session.admin.add_key("passphrase", passphrase=typed)


@pytest.mark.parametrize("typed", ["JSRKé passé composé", "JSRK-\ud800", "jsrk", "JSRK-AAAA-٣"])
def test_what_only_begins_like_a_recovery_key_is_none(session, typed):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    session.admin.make_recovery_key()

    assert decode_recovery_key(typed) is None
    with pytest.raises((PermissionDeniedError, InvalidParameterError), match="passphrase"):
        session.unlock(typed)


@pytest.mark.parametrize(("set_as", "typed_as"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_passphrase_opens_the_store_whichever_way_its_letters_are_composed(
    session, paths, set_as, typed_as
):
    passphrase = "un café très serré"
    session.admin.add_key("passphrase", passphrase=unicodedata.normalize(set_as, passphrase))
    session.admin.remove_key("file")

    assert open_anew(paths, unicodedata.normalize(typed_as, passphrase)) == b"first-canary-value"
