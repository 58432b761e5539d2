"""Renew keys: of a slot, the root key, a scope's data key.

Each is verified before it is committed, and can be started again after a crash: at every
moment the keys on disk open what is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from sqlalchemy import bindparam, delete, insert, select

from jupyter_secrets.errors import (
    IntegrityError,
    InvalidParameterError,
    PermissionDeniedError,
    StoreError,
)
from jupyter_secrets.model import FILE, KEYRING, PASSPHRASE, RECOVERY
from jupyter_secrets.store.crypto import TamperedError, new_key_pair, random_key
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.rows import ScopeRow, SlotRow
from jupyter_secrets.store.files import make_folder, remove_database, remove_file
from jupyter_secrets.store.keys import keyring as os_keyring
from jupyter_secrets.store.keys.keyfile import KeyFile, writer_of
from jupyter_secrets.store.keys.recovery import encode_recovery_key
from jupyter_secrets.store.keys.slots import (
    new_keyring_slot,
    new_passphrase_slot,
    new_recovery_slot,
    new_slot,
    open_slot,
    passphrase_key,
    recovery_public_key,
    wrap_root,
)
from jupyter_secrets.store.keys.unlock import key_file_of
from jupyter_secrets.store.snapshots import exclusive
from jupyter_secrets.store.store import Store
from jupyter_secrets.store.transaction import Transaction

BATCH = 100

_NEWEST_KEYS = select(schema.scopes.c.scope_id, schema.scopes.c.key_generation)
_CLEAR_STORE_KEYS = delete(schema.store_keys)
_CLEAR_SCOPE_KEYS = delete(schema.scope_keys)
_INSERT_STORE_KEY = insert(schema.store_keys)
_INSERT_SCOPE_KEY = insert(schema.scope_keys)
_DROP_OLD_KEYS = delete(schema.scope_keys).where(
    schema.scope_keys.c.scope_id == bindparam("id"),
    schema.scope_keys.c.generation < bindparam("newest"),
)

Record = Callable[[Transaction, str], None]


# Slots


def _wrapped(transaction: Transaction, slot: SlotRow, key: bytes) -> SlotRow:
    """Return a slot with the root key in it, opened once to see that it can be."""
    keys = transaction.keys
    full = wrap_root(slot, keys.store_id, keys.root, keys.root_generation, key)
    if slot.kind != RECOVERY and open_slot(full, keys.store_id, key) != keys.root:
        raise StoreError("The root key could not be wrapped; nothing was changed.")
    return full


def renew_file(store: Store, kind: str, path: Path, record: Record) -> None:
    """Make a new key file and a slot for it; the slots of older files of its kind go after that.

    Killed in between, the old file or the new one opens the store.
    """
    key_file = KeyFile.create(store.store_id)
    slot = new_slot(kind, now=store.now, slot_id=key_file.slot_id)
    with exclusive(store.paths):
        write = writer_of(path, store.store_id, allow_group=store.paths.allow_group)
        _add(store, slot, key_file.key, record)
        make_folder(path.parent)
        write(path, key_file.encode())
        if KeyFile.read(path, allow_group=store.paths.allow_group) != key_file:
            raise StoreError(f"The key file {path} is not what was written to it.")
        _remove_others(store, kind, slot.slot_id)


def renew_keyring(store: Store, record: Record) -> None:
    """Put a new key into the operating system's keyring, in place of the older one."""
    slot, key = new_keyring_slot(now=store.now)
    with exclusive(store.paths):
        os_keyring.store_key(slot.slot_id, key.key)
        _add(store, slot, key.key, record)
        _remove_others(store, KEYRING, slot.slot_id)


def _add(store: Store, slot: SlotRow, key: bytes, record: Record) -> None:
    with store.begin() as transaction:
        transaction.set_slots([*transaction.slots(), _wrapped(transaction, slot, key)])
        record(transaction, slot.slot_id)


def renew_passphrase(store: Store, passphrase: str, record: Record) -> None:
    """Have this passphrase open the store, in place of the older one."""
    slot, key = new_passphrase_slot(passphrase, now=store.now)
    with exclusive(store.paths), store.begin() as transaction:
        others = [other for other in transaction.slots() if other.kind != PASSPHRASE]
        transaction.set_slots([*others, _wrapped(transaction, slot, key.key)])
        record(transaction, slot.slot_id)
    store.slot_key = key


def renew_recovery(store: Store, record: Record) -> str:
    """Return a new recovery key, which from now on opens the store in place of the older one.

    It is kept nowhere; the store has its public half only.
    """
    private, public = new_key_pair()
    slot = new_recovery_slot(public, now=store.now)
    with exclusive(store.paths), store.begin() as transaction:
        others = [other for other in transaction.slots() if other.kind != RECOVERY]
        full = _wrapped(transaction, slot, public)
        if open_slot(full, store.store_id, private) != transaction.keys.root:
            raise StoreError("The root key could not be wrapped; nothing was changed.")
        transaction.set_slots([*others, full])
        record(transaction, slot.slot_id)
    return encode_recovery_key(private)


def _remove_others(store: Store, kind: str, keep: str) -> None:
    with store.begin() as transaction:
        slots = transaction.slots()
        removed = [slot for slot in slots if slot.kind == kind and slot.slot_id != keep]
        if removed:
            transaction.set_slots([slot for slot in slots if slot not in removed])
    _forget_keys_of(store, removed)


def remove_slots(store: Store, name: str, record: Record) -> list[str]:
    """Remove the slots of a kind, or the one of an id; what is left has to open the store.

    Returns an error message for each of their keys that could not be removed from its place.
    """
    with exclusive(store.paths), store.begin() as transaction:
        slots = transaction.slots()
        removed = [slot for slot in slots if name in (slot.kind, slot.slot_id)]
        left = [slot for slot in slots if slot not in removed]
        if not removed:
            raise InvalidParameterError(
                f'There is no key "{name}" of this store: see jupyter secrets key list.'
            )
        transaction.set_slots(left)
        record(transaction, ",".join(slot.slot_id for slot in removed))
    return _forget_keys_of(store, removed)


def _forget_keys_of(store: Store, removed: Collection[SlotRow]) -> list[str]:
    """Remove the keys of removed slots; return an error message for each that could not be: the
    slots are removed all the same."""
    faults = []
    for slot in removed:
        try:
            if slot.kind == KEYRING:
                os_keyring.remove_key(slot.slot_id)
            elif slot.kind == FILE and _names(store, store.paths.key, slot):
                remove_file(store.paths.key)
        except StoreError as error:
            faults.append(
                f"The {slot.kind} key {slot.slot_id} no longer opens the store, but could not be "
                f"removed. {error}"
            )
    return faults


def _names(store: Store, path: Path, slot: SlotRow) -> bool:
    return path.exists() and (
        KeyFile.read(path, allow_group=store.paths.allow_group).slot_id == slot.slot_id
    )


# The root key


def rotate_root(
    store: Store, record: Record, *, passphrase: str | None = None, drop: Collection[str] = ()
) -> list[str]:
    """Make a new root key, and wrap everything that the old one wrapped with it.

    Every slot must be available, or named in `drop`, by its kind or its id. One transaction;
    the snapshot that is made before is removed once that is on disk. The keys below it stay as they
    are: whoever had the old root key and a copy of the store has those too. Returns what
    `remove_slots` does, for the keys that are dropped.
    """
    with exclusive(store.paths):
        with store.begin() as transaction:  # refused before a snapshot is made
            _reached(store, transaction, passphrase, drop)
        snapshot = store.snapshot("before-root-rotation")
        with store.begin() as transaction:
            keys, every = transaction.keys, transaction.slots()
            reached = _reached(store, transaction, passphrase, drop)
            renewed, store_rows, scope_rows = keys.rewrapped(transaction.connection, random_key())
            _require_every_scope_key(transaction, scope_rows)
            transaction.connection.execute(_CLEAR_STORE_KEYS)
            transaction.connection.execute(_CLEAR_SCOPE_KEYS)
            transaction.connection.execute(_INSERT_STORE_KEY, store_rows)
            if scope_rows:
                transaction.connection.execute(_INSERT_SCOPE_KEY, scope_rows)
            transaction.use_keys(renewed)
            transaction.set_slots([_wrapped(transaction, slot, key) for slot, key in reached])
            record(transaction, "")
        remove_database(snapshot)
        # A key file that opens nothing would stand before the keys that do.
        stay = {slot.slot_id for slot, _ in reached}
        return _forget_keys_of(store, [slot for slot in every if slot.slot_id not in stay])


def _require_every_scope_key(
    transaction: Transaction, rows: Sequence[Mapping[str, object]]
) -> None:
    """Raise `IntegrityError` if a scope's key was not found: it would be gone for good."""
    newest = {(row.scope_id, row.key_generation)
              for row in transaction.connection.execute(_NEWEST_KEYS).all()}  # fmt: skip
    scopes = {entry.scope_id for entry in transaction.scopes()}
    wrapped = {(row["scope_id"], row["generation"]) for row in rows}
    if {scope_id for scope_id, _ in newest} != scopes or not newest <= wrapped:
        raise IntegrityError("The key of a scope is missing from the store: restore a backup.")


def _reached(
    store: Store, transaction: Transaction, passphrase: str | None, drop: Collection[str]
) -> list[tuple[SlotRow, bytes]]:
    """Return the slots that stay, each with what wraps a root key for it."""
    slots = [slot for slot in transaction.slots() if not {slot.kind, slot.slot_id} & set(drop)]
    if not any(slot.kind != RECOVERY for slot in slots):
        raise InvalidParameterError("At least one key must remain, besides the recovery key.")
    return [(slot, _wrapping_key(store, slot, passphrase)) for slot in slots]


def _wrapping_key(store: Store, slot: SlotRow, passphrase: str | None) -> bytes:
    """Return what wraps the root key for a slot, after it has opened the slot as it is."""
    if slot.kind == RECOVERY:
        return recovery_public_key(slot)
    key = _available_key(store, slot, passphrase)
    if key is None:
        raise InvalidParameterError(
            f"The {slot.kind} key {slot.slot_id} is not available. Provide it, or drop it with "
            f"--drop {slot.slot_id}."
        )
    try:
        open_slot(slot, store.store_id, key)
    except TamperedError:
        raise PermissionDeniedError(f"That is not the {slot.kind} key of this store.") from None
    return key


def _available_key(store: Store, slot: SlotRow, passphrase: str | None) -> bytes | None:
    if slot.kind == KEYRING:
        try:
            return os_keyring.load_key(slot.slot_id)
        except StoreError as error:
            raise InvalidParameterError(f"{error} Or drop it: --drop {slot.slot_id}.") from None
    if slot.kind == PASSPHRASE:
        if passphrase is not None:
            return passphrase_key(slot, passphrase).key
        return store.slot_key.key if store.slot_key.slot_id == slot.slot_id else None
    key_file = key_file_of(slot.kind, store.paths)
    return key_file.key if key_file is not None and key_file.slot_id == slot.slot_id else None


# A scope's data key


def rotate_scope_key(store: Store, find: Callable[[Transaction], ScopeRow]) -> int:
    """Give a scope a new data key and encrypt all its values with it; return how many.

    If an earlier run was interrupted, this one completes it, with the key that was made
    then. `find` returns the scope in a transaction, if the caller may do this.
    """
    total = 0
    with exclusive(store.paths):
        with store.begin() as transaction:  # refused before a snapshot is made
            find(transaction)
        snapshot = store.snapshot("before-scope-rotation")
        with store.begin() as transaction:
            scope = find(transaction)
            if not transaction.versions.has_old_keys(scope):
                transaction.renew_scope_key(scope)
        while done := _reencrypt(store, find):
            total += done
        with store.begin() as transaction:
            scope = find(transaction)
            secrets = [*transaction.secrets(scope), *transaction.deleted(scope)]
            if any(transaction.versions.need_old_key(scope, metadata) for metadata in secrets):
                raise IntegrityError(f"Scope {scope.name} has values that were not re-encrypted.")
            newest = {"id": scope.scope_id, "newest": scope.key_generation}
            transaction.connection.execute(_DROP_OLD_KEYS, newest)
            transaction.keys.forget_scope_keys()
        remove_database(snapshot)
    return total


def _reencrypt(store: Store, find: Callable[[Transaction], ScopeRow]) -> int:
    with store.begin() as transaction:
        return transaction.versions.reencrypt(find(transaction), at_most=BATCH)
