"""Each key slot alone opens the store, and nothing else does."""

from __future__ import annotations

import sqlite3
import threading
import time
import unicodedata
from contextlib import closing

import pytest
from keyring.backend import KeyringBackend

from jupyter_secrets.errors import (
    IntegrityError,
    InvalidParameterError,
    PermissionDeniedError,
    StoreError,
    StoreLockedError,
)
from jupyter_secrets.model import ADMINS, Caller
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store, os_keyring
from jupyter_secrets.store.recovery import decode_recovery_key
from jupyter_secrets.store.unlocking import KEY_FILE_VARIABLE

ADMIN = Caller("root", frozenset({ADMINS}), via="cli")
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def scopes(paths):
    """The secret prod/db in a store that its key file opens."""
    service = Scopes(paths)
    service.create_scope(ADMIN, "prod")
    service.put(ADMIN, "prod", "db", b"first-canary-value")
    yield service
    service.close()


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


class FakeKeyring:
    """What the operating system's keyring does, as far as the store sees it."""

    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, name: str, text: str) -> None:
        self.kept[service, name] = text

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


@pytest.fixture
def keyring(monkeypatch):
    fake = FakeKeyring()
    monkeypatch.setattr(os_keyring, "_backend", lambda: fake)
    return fake


def open_anew(paths, typed: str | None = None) -> bytes:
    service = Scopes(paths)
    if typed is not None:
        service.unlock(ADMIN, typed)
    try:
        return service.get(ADMIN, "prod", "db").value
    finally:
        service.close()


def test_a_passphrase_alone_opens_the_store(scopes, paths):
    scopes.add_key(ADMIN, "passphrase", passphrase=PASSPHRASE)
    scopes.remove_key(ADMIN, "file")

    assert not paths.key.exists()
    assert open_anew(paths, PASSPHRASE) == b"first-canary-value"
    with pytest.raises(StoreLockedError, match="jupyter secrets unlock"):
        open_anew(paths)


def test_a_recovery_key_alone_opens_the_store(scopes, paths):
    text = scopes.make_recovery_key(ADMIN)
    paths.key.unlink()

    assert open_anew(paths, text.lower().replace("-", " ")) == b"first-canary-value"
    with pytest.raises(StoreLockedError, match="recovery key"):
        open_anew(paths)


def test_with_the_recovery_key_a_new_key_file_is_made(scopes, paths):
    text = scopes.make_recovery_key(ADMIN)
    scopes.close()
    paths.key.unlink()
    locked = Scopes(paths)
    locked.unlock(ADMIN, text)

    locked.add_key(ADMIN, "file")

    assert [key.kind for key in locked.keys(ADMIN)] == ["recovery", "file"]
    assert open_anew(paths) == b"first-canary-value"
    locked.close()


def test_a_file_that_the_environment_names_opens_the_store(scopes, paths, tmp_path, monkeypatch):
    mounted = tmp_path / "mounted/key.json"
    scopes.add_key(ADMIN, "environment", path=mounted)
    scopes.remove_key(ADMIN, "file")

    with pytest.raises(StoreLockedError, match=KEY_FILE_VARIABLE):
        open_anew(paths)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(mounted))
    assert open_anew(paths) == b"first-canary-value"


def test_a_store_can_begin_with_a_key_that_was_made_before_it(paths, tmp_path, monkeypatch):
    from jupyter_secrets.store.files import create_file
    from jupyter_secrets.store.keyfile import KeyFile

    mounted = tmp_path / "mounted.json"
    create_file(mounted, KeyFile.create().encode())
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(mounted))

    with Store.open(paths).begin() as transaction:
        assert [slot.kind for slot in transaction.slots()] == ["environment"]
    assert not paths.key.exists()


def test_the_keyring_alone_opens_the_store(scopes, paths, keyring):
    scopes.add_key(ADMIN, "keyring")
    scopes.remove_key(ADMIN, "file")

    assert len(keyring.kept) == 1
    assert open_anew(paths) == b"first-canary-value"


def test_a_removed_keyring_key_is_taken_out_of_the_keyring(scopes, keyring):
    scopes.add_key(ADMIN, "keyring")

    scopes.remove_key(ADMIN, "keyring")

    assert keyring.kept == {}


def test_a_keyring_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(os_keyring, "TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr(os_keyring, "_backend", lambda: time.sleep(5))
    began = time.monotonic()

    with pytest.raises(StoreError, match="did not answer"):
        os_keyring.load_key("slot")

    assert time.monotonic() - began < 2


def test_only_real_keyrings_are_used(monkeypatch):
    plain = type("PlaintextKeyring", (), {"__module__": "keyrings.alt.file", "priority": 9})
    monkeypatch.setattr(KeyringBackend, "get_viable_backends", lambda: [plain])

    with pytest.raises(StoreError, match="no keyring of the operating system"):
        os_keyring.load_key("slot")


def test_K2_a_wrong_passphrase_is_refused_and_counted(scopes, paths):
    scopes.add_key(ADMIN, "passphrase", passphrase=PASSPHRASE)
    scopes.lock(ADMIN)

    for _ in range(2):
        with pytest.raises(PermissionDeniedError, match="no passphrase"):
            scopes.unlock(ADMIN, PASSPHRASE + "!")
    with pytest.raises(StoreLockedError):
        scopes.get(ADMIN, "prod", "db")
    scopes.unlock(ADMIN, PASSPHRASE)

    assert scopes.get(ADMIN, "prod", "db").value == b"first-canary-value"
    unlocked = [r for r in scopes.audit_tail(ADMIN) if r["action"] == "unlock"]
    assert [record.get("failed_before") for record in unlocked] == [2]


def test_a_locked_store_answers_nothing_to_anybody(scopes):
    scopes.lock(ADMIN)

    calls = [
        lambda: scopes.get(ADMIN, "prod", "db"),
        lambda: scopes.list_scopes(ADMIN),
        lambda: scopes.put(ADMIN, "prod", "db", b"x"),
        lambda: scopes.audit_tail(ADMIN),
        lambda: scopes.keys(ADMIN),
        lambda: scopes.epoch(),
        lambda: scopes.readable(ADMIN, at_most=9),
    ]
    for call in calls:
        with pytest.raises(StoreLockedError, match="jupyter secrets unlock"):
            call()
    assert scopes.status().state == "locked"


def test_a_locked_store_tells_the_kinds_of_its_keys(scopes, paths, keyring):
    scopes.add_key(ADMIN, "passphrase", passphrase=PASSPHRASE)
    scopes.add_key(ADMIN, "keyring")
    scopes.lock(ADMIN)
    by_hand = scopes.status()
    paths.key.unlink()
    keyring.kept.clear()

    wanting = Scopes(paths).status()

    kinds = ("file", "passphrase", "keyring")
    assert (by_hand.state, by_hand.keys, by_hand.on_purpose) == ("locked", kinds, True)
    assert (wanting.state, wanting.keys, wanting.on_purpose) == ("locked", kinds, False)


@pytest.mark.parametrize("mode", ["TRUNCATE", "WAL"])
def test_asking_a_locked_store_for_its_keys_makes_and_changes_nothing(scopes, paths, mode):
    scopes.lock(ADMIN)
    with closing(sqlite3.connect(paths.database)) as outside:
        outside.execute(f"PRAGMA journal_mode = {mode}")
    before = {path.name: path.read_bytes() for path in paths.database.parent.iterdir()}

    assert scopes.status().keys == ("file",)

    assert {path.name: path.read_bytes() for path in paths.database.parent.iterdir()} == before


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_a_damaged_database_says_of_its_keys_is_left_out(scopes, paths, damage):
    scopes.lock(ADMIN)
    damage(paths.database)

    assert scopes.status().keys == ()


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (["file"], r"its key file .* is missing"),
        (["environment"], r"Set JUPYTER_SECRETS_KEY_FILE to its key file, and start again\.$"),
        (["keyring"], r"keyring has no key of this store\.$"),
        (["file", "keyring"], r"put it back from your backup\. .*keyring has no key"),
        (["file", "passphrase"], r"with the passphrase or the recovery key"),
    ],
    ids=["file", "environment", "keyring", "file and keyring", "file and passphrase"],
)
def test_what_a_store_without_a_key_needs_is_told(scopes, paths, keyring, tmp_path, kinds, told):
    for kind in kinds:
        if kind != "file":
            path = tmp_path / "mounted.key" if kind == "environment" else None
            scopes.add_key(ADMIN, kind, passphrase=PASSPHRASE, path=path)
    if "file" not in kinds:
        scopes.remove_key(ADMIN, "file")
    paths.key.unlink(missing_ok=True)
    keyring.kept.clear()

    with pytest.raises(StoreLockedError, match=told):
        Store.open(paths)


@pytest.mark.parametrize(
    "caller",
    [Caller("bob"), Caller("root", frozenset({ADMINS}), via="kernel")],
    ids=["user", "kernel"],
)
def test_only_an_admin_outside_of_a_kernel_keeps_the_store(scopes, caller, tmp_path):
    calls = [
        lambda: scopes.lock(caller),
        lambda: scopes.unlock(caller, PASSPHRASE),
        lambda: scopes.keys(caller),
        lambda: scopes.add_key(caller, "passphrase", passphrase=PASSPHRASE),
        lambda: scopes.remove_key(caller, "file"),
        lambda: scopes.make_recovery_key(caller),
        lambda: scopes.rotate_root_key(caller),
        lambda: scopes.check(caller),
        lambda: scopes.back_up(caller, tmp_path / "b.db"),
        lambda: scopes.restore_backup(caller, tmp_path / "b.db"),
        lambda: scopes.reanchor(caller),
        lambda: scopes.audit_tail(caller),
        lambda: list(scopes.audit_export(caller)),
    ]
    for call in calls:
        with pytest.raises(PermissionDeniedError):
            call()
    assert scopes.status().state == "ready"


def test_the_last_key_stays(scopes):
    scopes.make_recovery_key(ADMIN)

    with pytest.raises(InvalidParameterError, match="last key"):
        scopes.remove_key(ADMIN, "file")


@pytest.mark.parametrize("passphrase", ["", "short", None])
def test_a_short_passphrase_is_refused(scopes, passphrase):
    with pytest.raises(InvalidParameterError, match="at least 12"):
        scopes.add_key(ADMIN, "passphrase", passphrase=passphrase)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE key_slots SET created_at = created_at + 1 WHERE kind = 'recovery'",
        "UPDATE key_slots SET parameters = '{}' WHERE kind = 'recovery'",
        "DELETE FROM key_slots WHERE kind = 'recovery'",
        "INSERT INTO key_slots SELECT 'x', kind, parameters, root_generation, wrapped, created_at "
        "FROM key_slots WHERE kind = 'recovery'",
    ],
    ids=["edit", "another public key", "delete", "add"],
)
def test_C5_a_changed_slot_is_found_before_a_root_key_gets_into_it(scopes, paths, statement):
    scopes.make_recovery_key(ADMIN)
    with sqlite3.connect(paths.database) as connection:
        connection.execute(statement)
    connection.close()

    with pytest.raises(IntegrityError, match="key slot"):
        scopes.rotate_root_key(ADMIN)
    scopes.close()
    with pytest.raises(IntegrityError, match="key slot"):
        open_anew(paths)


def test_unbounded_parameters_of_a_passphrase_are_refused_before_they_are_used(scopes, paths):
    scopes.add_key(ADMIN, "passphrase", passphrase=PASSPHRASE)
    scopes.close()
    with sqlite3.connect(paths.database) as connection:
        connection.execute(
            "UPDATE key_slots SET parameters = replace(parameters, '65536', '999999999')"
        )
    connection.close()

    with pytest.raises(IntegrityError, match="passphrase slot"):
        open_anew(paths, PASSPHRASE)


def test_no_key_and_no_passphrase_is_in_any_file_or_record(scopes, paths):
    scopes.add_key(ADMIN, "passphrase", passphrase=PASSPHRASE)
    recovery = scopes.make_recovery_key(ADMIN)
    scopes.close()

    files = [path for path in paths.database.parent.rglob("*") if path.is_file()]
    for path in (*files, paths.key, paths.anchor):
        content = path.read_bytes()
        assert PASSPHRASE.encode() not in content
        assert recovery.encode() not in content


def test_unlocking_at_once_from_many_threads_ends_in_one_open_store(scopes):
    scopes.lock(ADMIN)
    threads = [threading.Thread(target=scopes.unlock, args=(ADMIN,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert scopes.get(ADMIN, "prod", "db").value == b"first-canary-value"


# What is typed


@pytest.mark.parametrize("typed", ["\ud800" * 12, "caf\udce9 and some more words"])
def test_a_passphrase_that_is_no_text_is_refused_and_is_no_tampering(scopes, typed):
    scopes.add_key(ADMIN, "passphrase", passphrase=PASSPHRASE)

    with pytest.raises(InvalidParameterError, match="no text"):
        scopes.unlock(ADMIN, typed)
    with pytest.raises(InvalidParameterError, match="no text"):
        scopes.add_key(ADMIN, "passphrase", passphrase=typed)


@pytest.mark.parametrize("typed", ["JSRKé passé composé", "JSRK-\ud800", "jsrk", "JSRK-AAAA-٣"])
def test_what_only_begins_like_a_recovery_key_is_none(scopes, typed):
    scopes.add_key(ADMIN, "passphrase", passphrase=PASSPHRASE)
    scopes.make_recovery_key(ADMIN)

    assert decode_recovery_key(typed) is None
    with pytest.raises((PermissionDeniedError, InvalidParameterError), match="passphrase"):
        scopes.unlock(ADMIN, typed)


@pytest.mark.parametrize(("set_as", "typed_as"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_passphrase_opens_the_store_whichever_way_its_letters_are_composed(
    scopes, paths, set_as, typed_as
):
    passphrase = "un café très serré"
    scopes.add_key(ADMIN, "passphrase", passphrase=unicodedata.normalize(set_as, passphrase))
    scopes.remove_key(ADMIN, "file")

    assert open_anew(paths, unicodedata.normalize(typed_as, passphrase)) == b"first-canary-value"


# Dropped and removed


def test_a_key_to_drop_that_there_is_not_is_refused_before_anything_is_done(scopes):
    generation = scopes.store().row.root_generation

    with pytest.raises(InvalidParameterError, match='no key "fil" of this store to drop'):
        scopes.rotate_root_key(ADMIN, drop=["fil"])

    assert scopes.store().row.root_generation == generation


@pytest.mark.parametrize("opened_with", ["file", "passphrase", "recovery"])
def test_a_rotation_takes_the_passphrase_unless_the_store_was_opened_with_it(
    scopes, paths, opened_with
):
    scopes.add_key(ADMIN, "passphrase", passphrase=PASSPHRASE)
    typed = {"passphrase": PASSPHRASE, "recovery": scopes.make_recovery_key(ADMIN)}
    with closing(Scopes(paths)) as service:
        service.unlock(ADMIN, typed.get(opened_with))

        assert service.rotation_takes_passphrase(ADMIN) is (opened_with != "passphrase")
        assert not service.rotation_takes_passphrase(ADMIN, drop=["passphrase"])
        if opened_with == "passphrase":
            service.rotate_root_key(ADMIN)


@pytest.mark.parametrize("drop", [False, True])
def test_a_key_that_stays_in_a_keyring_out_of_reach_is_told(scopes, keyring, monkeypatch, drop):
    scopes.add_key(ADMIN, "keyring")

    def fail(_slot_id):
        raise StoreError("The operating system's keyring is locked: unlock it.")

    monkeypatch.setattr(os_keyring, "remove_key", fail)

    if drop:
        told = scopes.rotate_root_key(ADMIN, drop=["keyring"])
    else:
        told = scopes.remove_key(ADMIN, "keyring")

    assert [key.kind for key in scopes.keys(ADMIN)] == ["file"]
    assert len(keyring.kept) == 1
    assert len(told) == 1
    assert "is still where it was. The operating system's keyring is locked" in told[0]
