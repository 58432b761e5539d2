"""Key slots: each wraps the root key in its own way, and any one of them opens the store."""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from jupyter_secrets.errors import (
    IntegrityError,
    InvalidParameterError,
    PermissionDeniedError,
)
from jupyter_secrets.model import KEYRING, PASSPHRASE, RECOVERY
from jupyter_secrets.store.crypto import (
    KEY_SIZE,
    PassphraseKdf,
    TamperedError,
    decrypt_from,
    encrypt_to,
    public_key_of,
    random_id,
    random_key,
    unwrap_key,
    wrap_key,
)
from jupyter_secrets.store.db.row_sets import SLOTS
from jupyter_secrets.store.db.rows import SlotRow
from jupyter_secrets.store.keys.recovery import decode_recovery_key


@dataclass(frozen=True, slots=True)
class SlotKey:
    """What opens one slot: a symmetric key, or the private one of a recovery slot."""

    slot_id: str
    key: bytes = field(repr=False)


def read_slots(connection: Connection) -> list[SlotRow]:
    """Return the store's slots, oldest first; verified only where the root key is known."""
    slots = SLOTS.read(connection)
    if not slots:
        raise SLOTS.changed()
    return slots


def open_slot(slot: SlotRow, store_id: str, key: bytes) -> bytes:
    """Return the root key, or raise `TamperedError` if the slot's key is another."""
    unwrap = decrypt_from if slot.kind == RECOVERY else unwrap_key
    try:
        return unwrap(key, slot.wrapped, slot.context(store_id))
    except TypeError:
        raise TamperedError from None


def wrap_root(slot: SlotRow, store_id: str, root: bytes, generation: int, key: bytes) -> SlotRow:
    """Return a slot with this root key in it; `key` opens it, for recovery the public key does."""
    slot = replace(slot, root_generation=generation)
    wrap = encrypt_to if slot.kind == RECOVERY else wrap_key
    return replace(slot, wrapped=wrap(key, root, slot.context(store_id)))


def new_slot(kind: str, *, now: int, slot_id: str | None = None, parameters: str = "{}") -> SlotRow:
    """Return a slot with nothing in it yet."""
    return SlotRow(slot_id or random_id(), kind, parameters, 0, b"", now)


def new_passphrase_slot(passphrase: str, *, now: int) -> tuple[SlotRow, SlotKey]:
    """Return a slot for a passphrase, and its key.

    Raises `InvalidParameterError` for a passphrase with lone surrogates.
    """
    encoded = _encode(passphrase)
    kdf = PassphraseKdf.create()
    parameters = {
        "kdf": kdf.algorithm,
        "salt": base64.b64encode(kdf.salt).decode(),
        "memory": kdf.memory,
        "time": kdf.time,
        "lanes": kdf.lanes,
    }
    slot = new_slot(PASSPHRASE, now=now, parameters=json.dumps(parameters, sort_keys=True))
    return slot, SlotKey(slot.slot_id, kdf.derive(encoded))


def _encode(passphrase: str) -> bytes:
    """Return one encoding for what looks the same: keyboards differ in how they write an é."""
    try:
        return unicodedata.normalize("NFC", passphrase).encode()
    except UnicodeEncodeError:
        raise InvalidParameterError(
            "The passphrase contains invalid characters: bytes that are not text."
        ) from None


def new_recovery_slot(public_key: bytes, *, now: int) -> SlotRow:
    """Return a slot that the holder of the recovery key opens."""
    parameters = {"public_key": base64.b64encode(public_key).decode()}
    return new_slot(RECOVERY, now=now, parameters=json.dumps(parameters))


def new_keyring_slot(*, now: int) -> tuple[SlotRow, SlotKey]:
    """Return a slot for the operating system's keyring, and the key to store there."""
    slot = new_slot(KEYRING, now=now)
    return slot, SlotKey(slot.slot_id, random_key())


def recovery_public_key(slot: SlotRow) -> bytes:
    """Return the public key that a recovery slot is for."""
    try:
        return base64.b64decode(json.loads(slot.parameters)["public_key"], validate=True)
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        raise _changed(slot) from None


def passphrase_key(slot: SlotRow, passphrase: str) -> SlotKey:
    """Return the key that a passphrase is for a slot; takes about 0.1 s and 64 MiB."""
    encoded = _encode(passphrase)
    try:
        parameters = json.loads(slot.parameters)
        salt = base64.b64decode(parameters["salt"], validate=True)
        kdf = PassphraseKdf(
            parameters["kdf"], salt, parameters["memory"], parameters["time"], parameters["lanes"]
        )
        if not kdf.is_supported():
            raise PermissionDeniedError(
                "The passphrase needs Argon2id, which the installed cryptography package does not "
                "have: install a newer one."
            )
        return SlotKey(slot.slot_id, kdf.derive(encoded))
    except (ValueError, KeyError, TypeError, RecursionError, TamperedError):
        raise _changed(slot) from None


def key_from_passphrase(
    slots: Sequence[SlotRow], store_id: str, passphrase: str
) -> tuple[SlotKey, bytes] | None:
    """Return the slot and the root key that a passphrase or a recovery key opens, or None."""
    private = decode_recovery_key(passphrase)
    for slot in slots:
        if slot.kind == RECOVERY and private is not None and len(private) == KEY_SIZE:
            if public_key_of(private) != recovery_public_key(slot):
                continue
            key = SlotKey(slot.slot_id, private)
        elif slot.kind == PASSPHRASE and private is None:
            key = passphrase_key(slot, passphrase)
        else:
            continue
        try:
            return key, open_slot(slot, store_id, key.key)
        except TamperedError:
            continue
    return None


def _changed(slot: SlotRow) -> IntegrityError:
    return IntegrityError(
        f"The {slot.kind} slot of the store was changed from outside: restore a backup."
    )
