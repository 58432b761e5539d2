"""Each key slot alone opens the store, and nothing else does."""

from __future__ import annotations

import sqlite3
import time
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
from jupyter_secrets.store import Store
from jupyter_secrets.store.keys import keyring as os_keyring
from jupyter_secrets.store.keys.unlock import KEY_FILE_VARIABLE
from tests.store.conftest import ADMIN, PASSPHRASE, open_anew


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
    from jupyter_secrets.store.keys.keyfile import KeyFile

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

    with pytest.raises(StoreError, match="No keyring of the operating system"):
        os_keyring.load_key("slot")


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


# What is typed


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
    assert "could not be removed. The operating system's keyring is locked" in told[0]
