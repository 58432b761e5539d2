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
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store
from jupyter_secrets.store.keys import keyring as os_keyring
from jupyter_secrets.store.keys.unlock import KEY_FILE_VARIABLE
from tests.callers import ADMIN, BOB, KERNEL
from tests.store.conftest import PASSPHRASE, open_anew


def test_a_passphrase_alone_opens_the_store(session, paths):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    session.admin.remove_key("file")

    assert not paths.key.exists()
    assert open_anew(paths, PASSPHRASE) == b"first-canary-value"
    with pytest.raises(StoreLockedError, match="jupyter secrets unlock"):
        open_anew(paths)


def test_a_recovery_key_alone_opens_the_store(session, paths):
    text = session.admin.make_recovery_key()
    paths.key.unlink()

    assert open_anew(paths, text.lower().replace("-", " ")) == b"first-canary-value"
    with pytest.raises(StoreLockedError, match="recovery key"):
        open_anew(paths)


def test_with_the_recovery_key_a_new_key_file_is_made(scopes, session, paths):
    text = session.admin.make_recovery_key()
    scopes.close()
    paths.key.unlink()
    locked = Scopes(paths)
    locked.session(ADMIN).unlock(text)

    locked.session(ADMIN).admin.add_key("file")

    assert [key.kind for key in locked.session(ADMIN).admin.list_keys()] == ["recovery", "file"]
    assert open_anew(paths) == b"first-canary-value"
    locked.close()


def test_a_file_that_the_environment_names_opens_the_store(session, paths, tmp_path, monkeypatch):
    mounted = tmp_path / "mounted/key.json"
    session.admin.add_key("environment", path=mounted)
    session.admin.remove_key("file")

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


def test_the_keyring_alone_opens_the_store(session, paths, keyring):
    session.admin.add_key("keyring")
    session.admin.remove_key("file")

    assert len(keyring.kept) == 1
    assert open_anew(paths) == b"first-canary-value"


def test_a_removed_keyring_key_is_taken_out_of_the_keyring(session, keyring):
    session.admin.add_key("keyring")

    session.admin.remove_key("keyring")

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
    [BOB, KERNEL],
    ids=["user", "kernel"],
)
def test_only_an_admin_outside_of_a_kernel_keeps_the_store(scopes, caller, tmp_path):
    calls = [
        lambda: scopes.session(caller).lock(),
        lambda: scopes.session(caller).unlock(PASSPHRASE),
        lambda: scopes.session(caller).admin.list_keys(),
        lambda: scopes.session(caller).admin.add_key("passphrase", passphrase=PASSPHRASE),
        lambda: scopes.session(caller).admin.remove_key("file"),
        lambda: scopes.session(caller).admin.make_recovery_key(),
        lambda: scopes.session(caller).admin.rotate_root_key(),
        lambda: scopes.session(caller).admin.check(),
        lambda: scopes.session(caller).admin.back_up(tmp_path / "b.db"),
        lambda: scopes.session(caller).admin.restore_backup(tmp_path / "b.db"),
        lambda: scopes.session(caller).admin.reanchor(),
        lambda: scopes.session(caller).audit_tail(),
        lambda: list(scopes.session(caller).admin.audit_export()),
    ]
    for call in calls:
        with pytest.raises(PermissionDeniedError):
            call()
    assert scopes.status().state == "ready"


def test_the_last_key_stays(session):
    session.admin.make_recovery_key()

    with pytest.raises(InvalidParameterError, match="last key"):
        session.admin.remove_key("file")


@pytest.mark.parametrize("passphrase", ["", "short", None])
def test_a_short_passphrase_is_refused(session, passphrase):
    with pytest.raises(InvalidParameterError, match="at least 12"):
        session.admin.add_key("passphrase", passphrase=passphrase)


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
def test_C5_a_changed_slot_is_found_before_a_root_key_gets_into_it(
    scopes, session, paths, statement
):
    session.admin.make_recovery_key()
    with sqlite3.connect(paths.database) as connection:
        connection.execute(statement)
    connection.close()

    with pytest.raises(IntegrityError, match="key slot"):
        session.admin.rotate_root_key()
    scopes.close()
    with pytest.raises(IntegrityError, match="key slot"):
        open_anew(paths)


def test_unbounded_parameters_of_a_passphrase_are_refused_before_they_are_used(
    scopes, session, paths
):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    scopes.close()
    with sqlite3.connect(paths.database) as connection:
        connection.execute(
            "UPDATE key_slots SET parameters = replace(parameters, '65536', '999999999')"
        )
    connection.close()

    with pytest.raises(IntegrityError, match="passphrase slot"):
        open_anew(paths, PASSPHRASE)


def test_no_key_and_no_passphrase_is_in_any_file_or_record(scopes, session, paths):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    recovery = session.admin.make_recovery_key()
    scopes.close()

    files = [path for path in paths.database.parent.rglob("*") if path.is_file()]
    for path in (*files, paths.key, paths.anchor):
        content = path.read_bytes()
        assert PASSPHRASE.encode() not in content
        assert recovery.encode() not in content


# What is typed


# Dropped and removed


def test_a_key_to_drop_that_there_is_not_is_refused_before_anything_is_done(scopes, session):
    generation = scopes.store().row.root_generation

    with pytest.raises(InvalidParameterError, match='no key "fil" of this store to drop'):
        session.admin.rotate_root_key(drop=["fil"])

    assert scopes.store().row.root_generation == generation


@pytest.mark.parametrize("opened_with", ["file", "passphrase", "recovery"])
def test_a_rotation_takes_the_passphrase_unless_the_store_was_opened_with_it(
    session, paths, opened_with
):
    session.admin.add_key("passphrase", passphrase=PASSPHRASE)
    typed = {"passphrase": PASSPHRASE, "recovery": session.admin.make_recovery_key()}
    with closing(Scopes(paths)) as service:
        service.session(ADMIN).unlock(typed.get(opened_with))

        assert service.session(ADMIN).admin.rotation_takes_passphrase() is (
            opened_with != "passphrase"
        )
        assert not service.session(ADMIN).admin.rotation_takes_passphrase(drop=["passphrase"])
        if opened_with == "passphrase":
            service.session(ADMIN).admin.rotate_root_key()


@pytest.mark.parametrize("drop", [False, True])
def test_a_key_that_stays_in_a_keyring_out_of_reach_is_told(session, keyring, monkeypatch, drop):
    session.admin.add_key("keyring")

    def fail(_slot_id):
        raise StoreError("The operating system's keyring is locked: unlock it.")

    monkeypatch.setattr(os_keyring, "remove_key", fail)

    if drop:
        told = session.admin.rotate_root_key(drop=["keyring"])
    else:
        told = session.admin.remove_key("keyring")

    assert [key.kind for key in session.admin.list_keys()] == ["file"]
    assert len(keyring.kept) == 1
    assert len(told) == 1
    assert "could not be removed. The operating system's keyring is locked" in told[0]
