"""Find the root key: without a prompt, or with a passphrase."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from jupyter_secrets.errors import PermissionDeniedError, StoreError, StoreLockedError
from jupyter_secrets.model import ENVIRONMENT, FILE, KEY_KINDS, KEYRING, PASSPHRASE, RECOVERY
from jupyter_secrets.store.crypto import TamperedError
from jupyter_secrets.store.db.connection import SQLITE_ERRORS, open_read_only
from jupyter_secrets.store.db.rows import SlotRow
from jupyter_secrets.store.files import check_private
from jupyter_secrets.store.keys import keyring as os_keyring
from jupyter_secrets.store.keys.keyfile import KeyFile
from jupyter_secrets.store.keys.recovery import decode_recovery_key
from jupyter_secrets.store.keys.slots import (
    SlotKey,
    key_from_passphrase,
    open_slot,
)
from jupyter_secrets.store.paths import StorePaths

# Names a key file: for containers that get theirs as a mounted secret.
KEY_FILE_VARIABLE = "JUPYTER_SECRETS_KEY_FILE"

# Why a key file is skipped, and which one to put in its place.
_MISSING = "is missing"
_OBSOLETE = "no longer belongs to a key of this store"
_WANTED = {_MISSING: "it", _OBSOLETE: "the one that does"}

Opened = tuple[SlotKey, bytes]


def find_root(
    slots: Sequence[SlotRow], store_id: str, paths: StorePaths, *, passphrase: str | None = None
) -> Opened:
    """Return the key of one slot, and the root key that is in it.

    Looked at in turn: the passphrase, the file that the environment names, the key file, the
    operating system's keyring. A file that is missing, or that belongs to no slot any more, leaves
    it to the next. Raises `StoreLockedError` where none of them opens the store,
    `PermissionDeniedError` for a wrong passphrase, `StoreError` for a wrong key file.
    """
    if passphrase is not None:
        return _from_passphrase(slots, store_id, passphrase)
    faults: dict[str, str] = {}
    for kind in (ENVIRONMENT, FILE):
        path, key_file = _path_of(kind, paths), key_file_of(kind, paths)
        opened = key_file and _from_file(slots, store_id, key_file, path)
        if opened:
            return opened
        if path is not None:
            faults[kind] = _OBSOLETE if key_file else _MISSING
    try:
        from_keyring = _from_keyring(slots, store_id)
    except StoreError as error:
        raise _locked(slots, paths, faults, str(error)) from None
    if from_keyring is None:
        told = "The operating system's keyring has no key of this store."
        raise _locked(slots, paths, faults, told)
    return from_keyring


def key_file_of(kind: str, paths: StorePaths) -> KeyFile | None:
    """Return the key file that the environment names, or the store's own; None if it is missing."""
    path = _path_of(kind, paths)
    read = KeyFile.read_mounted if kind == ENVIRONMENT else KeyFile.read
    try:
        return None if path is None else read(path, allow_group=paths.allow_group)
    except StoreLockedError:
        return None


def environment_key_path() -> Path | None:
    """Return the key file that the environment names, if it names one."""
    named = os.environ.get(KEY_FILE_VARIABLE)
    return Path(named).expanduser() if named else None


def _path_of(kind: str, paths: StorePaths) -> Path | None:
    return environment_key_path() if kind == ENVIRONMENT else paths.key


def first_key(paths: StorePaths) -> tuple[str, KeyFile]:
    """Return the kind and the key of a new store's first slot.

    Whoever sets up containers made the key before the store: it is in the file that the
    environment names. Raises `StoreError` if that has none.
    """
    named = environment_key_path()
    if named is None:
        return FILE, KeyFile.create()
    try:
        return ENVIRONMENT, KeyFile.read_mounted(named, allow_group=paths.allow_group)
    except StoreError as error:
        raise StoreError(
            f"There is no store yet, and {KEY_FILE_VARIABLE} does not name a key for one. {error} "
            'Make a key file with "jupyter secrets key generate FILE", and mount it there.'
        ) from None


def reopen(slots: Sequence[SlotRow], store_id: str, paths: StorePaths, slot_key: SlotKey) -> Opened:
    """Return the root key after a rotation, with this key of a slot where it still opens one."""
    for slot in slots:
        if slot.slot_id == slot_key.slot_id:
            try:
                return slot_key, open_slot(slot, store_id, slot_key.key)
            except TamperedError:
                break
    return find_root(slots, store_id, paths)


def is_recovery_key(passphrase: str) -> bool:
    """Return whether a text is a recovery key, of whatever store."""
    return decode_recovery_key(passphrase) is not None


def has_passphrase(slots: Sequence[SlotRow]) -> bool:
    """Return whether there is a passphrase or a recovery key to unlock with."""
    return any(slot.kind in (PASSPHRASE, RECOVERY) for slot in slots)


def hinted_kinds(paths: StorePaths) -> tuple[str, ...]:
    """Return the kinds of a locked store's keys, oldest first; none if they cannot be read.

    They are not verified, for only the root key could do that: a hint for what to ask for, and
    nothing may be trusted because of them. The database is all that is opened, and stays as it is.
    """
    try:
        check_private(paths.database, allow_group=paths.allow_group)
        with open_read_only(paths.database) as connection:
            rows = connection.execute("SELECT kind FROM key_slots ORDER BY created_at").fetchall()
    except (StoreError, OSError, *SQLITE_ERRORS):
        return ()
    return tuple(kind for (kind,) in rows if kind in KEY_KINDS)


def _from_passphrase(slots: Sequence[SlotRow], store_id: str, passphrase: str) -> Opened:
    if not has_passphrase(slots):
        raise PermissionDeniedError("This store has neither a passphrase nor a recovery key.")
    opened = key_from_passphrase(slots, store_id, passphrase)
    if opened is None:
        raise PermissionDeniedError(
            "That is neither the passphrase nor the recovery key of this store."
        )
    return opened


def _from_file(
    slots: Sequence[SlotRow], store_id: str, key_file: KeyFile, path: Path | None
) -> Opened | None:
    if key_file.store_id != store_id:
        raise StoreError(
            f"The key file {path} belongs to another store ({key_file.store_id[:8]}…) than "
            f"the database ({store_id[:8]}…): set store_path and key_path to a pair that "
            "belongs together."
        )
    slot = next((slot for slot in slots if slot.slot_id == key_file.slot_id), None)
    if slot is None or slot.kind not in (FILE, ENVIRONMENT):
        return None
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


def _locked(
    slots: Sequence[SlotRow], paths: StorePaths, faults: Mapping[str, str], keyring: str
) -> StoreLockedError:
    """Return the error that says of each key how to provide it.

    `faults` are of the key files that there are or should be, `keyring` is of that one.
    """
    kinds = {slot.kind for slot in slots}
    ways = ["The store is locked."]
    if FILE in kinds:
        lost = "; without it the values cannot be read" if kinds == {FILE} else ""
        ways.append(
            f"Its key file {paths.key} {faults[FILE]}: put {_WANTED[faults[FILE]]} back from your "
            f"backup{lost}."
        )
    elif faults[FILE] == _OBSOLETE:
        ways.append(f"The key file {paths.key} {_OBSOLETE}.")
    if ENVIRONMENT in faults:
        path, fault = environment_key_path(), faults[ENVIRONMENT]
        ways.append(f"The key file {path}, which {KEY_FILE_VARIABLE} names, {fault}.")
    elif ENVIRONMENT in kinds:
        ways.append(f"Set {KEY_FILE_VARIABLE} to its key file, and start again.")
    if KEYRING in kinds:
        ways.append(keyring)
    if has_passphrase(slots):
        ways.append(
            'Run "jupyter secrets unlock", or unlock it in the sidebar, with the passphrase or the '
            "recovery key."
        )
        if kinds.isdisjoint((FILE, ENVIRONMENT, KEYRING)):
            ways.append(
                "What runs without a server takes a key that nobody types: make one with "
                '"jupyter secrets key add file".'
            )
        ways += [
            f'Then make a key file that fits, with "jupyter secrets key add {kind}".'
            for kind, fault in faults.items()
            if fault == _OBSOLETE
        ]
    return StoreLockedError(" ".join(ways))
