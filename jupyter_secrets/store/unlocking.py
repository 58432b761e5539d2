"""Find the root key: by the ways that ask nobody, or by what somebody typed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from jupyter_secrets.errors import PermissionDeniedError, StoreError, StoreLockedError
from jupyter_secrets.store import os_keyring
from jupyter_secrets.store.crypto import TamperedError
from jupyter_secrets.store.database import opened_for_a_look
from jupyter_secrets.store.files import check_private
from jupyter_secrets.store.keyfile import KeyFile
from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.recovery import decode_recovery_key
from jupyter_secrets.store.rows import SlotRow
from jupyter_secrets.store.slots import (
    ENVIRONMENT,
    FILE,
    KEYRING,
    KINDS,
    PASSPHRASE,
    RECOVERY,
    SlotKey,
    open_slot,
    typed_key,
)

# Names a key file: for containers that get theirs as a mounted secret.
KEY_FILE_VARIABLE = "JUPYTER_SECRETS_KEY_FILE"

Opened = tuple[SlotKey, bytes]


def find_root(
    slots: Sequence[SlotRow], store_id: str, paths: StorePaths, *, typed: str | None = None
) -> Opened:
    """Return the key of one slot, and the root key that is in it.

    Looked at in turn: what was typed, the file that the environment names, the key file, the
    operating system's keyring. Raises `StoreLockedError` where there is none of them,
    `PermissionDeniedError` for a wrong passphrase, `StoreError` for a wrong key file.
    """
    if typed is not None:
        return _typed(slots, store_id, typed)
    named = environment_key_path()
    if named is not None:
        return _from_file(slots, store_id, paths, named)
    if paths.key.is_symlink() or paths.key.exists():
        return _from_file(slots, store_id, paths, paths.key)
    try:
        found = _from_keyring(slots, store_id)
    except StoreError as error:
        raise _locked(slots, paths, str(error)) from None
    if found is None:
        raise _locked(slots, paths, "The operating system's keyring has no key of this store.")
    return found


def environment_key_path() -> Path | None:
    """Return the key file that the environment names, if it names one."""
    named = os.environ.get(KEY_FILE_VARIABLE)
    return Path(named).expanduser() if named else None


def reopen(slots: Sequence[SlotRow], store_id: str, paths: StorePaths, known: SlotKey) -> Opened:
    """Return the root key anew after a rotation, if possible with the slot's key that is known."""
    for slot in slots:
        if slot.slot_id == known.slot_id:
            try:
                return known, open_slot(slot, store_id, known.key)
            except TamperedError:
                break
    return find_root(slots, store_id, paths)


def is_recovery_key(typed: str) -> bool:
    """Return whether a text is a recovery key, of whatever store."""
    return decode_recovery_key(typed) is not None


def needs_typing(slots: Sequence[SlotRow]) -> bool:
    """Return whether there is a passphrase or a recovery key to unlock with."""
    return any(slot.kind in (PASSPHRASE, RECOVERY) for slot in slots)


def hinted_kinds(paths: StorePaths) -> tuple[str, ...]:
    """Return the kinds of a locked store's keys, oldest first; none if they cannot be read.

    They are not verified, for only the root key could do that: a hint for what to ask for, and
    nothing may be trusted because of them. The database is all that is opened, and stays as it is.
    """
    try:
        check_private(paths.database, allow_group=paths.allow_group)
        with opened_for_a_look(paths.database) as connection:
            rows = connection.execute("SELECT kind FROM key_slots ORDER BY created_at").fetchall()
    except (StoreError, OSError, sqlite3.Error):
        return ()
    return tuple(kind for (kind,) in rows if kind in KINDS)


def _typed(slots: Sequence[SlotRow], store_id: str, typed: str) -> Opened:
    if not needs_typing(slots):
        raise PermissionDeniedError("This store has neither a passphrase nor a recovery key.")
    found = typed_key(slots, store_id, typed)
    if found is None:
        raise PermissionDeniedError("That is no passphrase and no recovery key of this store.")
    return found


def _from_file(slots: Sequence[SlotRow], store_id: str, paths: StorePaths, path: Path) -> Opened:
    key_file = KeyFile.read(path, allow_group=paths.allow_group)
    if key_file.store_id != store_id:
        raise StoreError(
            f"The key file {path} belongs to another store ({key_file.store_id[:8]}…) than "
            f"the database ({store_id[:8]}…): set store_path and key_path to a pair that "
            "belongs together."
        )
    slot = next((slot for slot in slots if slot.slot_id == key_file.slot_id), None)
    if slot is None or slot.kind not in (FILE, ENVIRONMENT):
        raise StoreError(f"The key in {path} was removed from this store: use a newer one.")
    try:
        root = open_slot(slot, store_id, key_file.key)
    except TamperedError:
        raise StoreError(
            f"The key in {path} does not open this store: put back the key file that was "
            "made with it."
        ) from None
    return SlotKey(slot.slot_id, key_file.key), root


def _from_keyring(slots: Sequence[SlotRow], store_id: str) -> Opened | None:
    for slot in slots:
        if slot.kind != KEYRING:
            continue
        try:
            key = os_keyring.load_key(slot.slot_id)
            if key is not None:
                return SlotKey(slot.slot_id, key), open_slot(slot, store_id, key)
        except TamperedError:
            continue
    return None


def _locked(slots: Sequence[SlotRow], paths: StorePaths, keyring: str) -> StoreLockedError:
    """Say of each key that there is how to bring it; `keyring` is what is wrong with that one."""
    kinds = {slot.kind for slot in slots}
    if kinds == {FILE}:
        return StoreLockedError(
            f"The store is locked: its key file {paths.key} is missing. Put it back from your "
            "backup; without it the values cannot be read."
        )
    ways = ["The store is locked."]
    if FILE in kinds:
        ways.append(f"Its key file {paths.key} is missing: put it back from your backup.")
    if ENVIRONMENT in kinds:
        ways.append(f"Set {KEY_FILE_VARIABLE} to its key file, and start again.")
    if KEYRING in kinds:
        ways.append(keyring)
    if needs_typing(slots):
        ways.append(
            'Run "jupyter secrets unlock", or unlock it in the sidebar, with the passphrase or the '
            "recovery key."
        )
    return StoreLockedError(" ".join(ways))
