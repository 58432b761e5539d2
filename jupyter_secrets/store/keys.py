"""From a key slot to the root key, and from there to every other key."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from jupyter_secrets.errors import IntegrityError, StoreError, StoreLockedError
from jupyter_secrets.store import schema
from jupyter_secrets.store.crypto import (
    FORMAT,
    KEY_SIZE,
    TamperedError,
    encode_fields,
    random_id,
    random_key,
    seal,
    unseal,
)
from jupyter_secrets.store.files import check_private

FILE_SLOT = "file"
ROWS, AUDIT, FINGERPRINT = "rows", "audit", "fingerprint"

_KEY_FILE_FORMAT = "jupyter-secrets-key"
_SLOTS = select(schema.key_slots)
_STORE_KEYS = select(schema.store_keys)
_SCOPE_KEY = select(schema.scope_keys)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What `master.key` holds: the key of one slot of one store."""

    store_id: str
    slot_id: str
    key: bytes = field(repr=False)

    @classmethod
    def create(cls) -> KeyFile:
        """Make a key for a store that does not exist yet."""
        return cls(random_id(), random_id(), random_key())

    def encode(self) -> bytes:
        """Return the file's content."""
        content = {
            "format": _KEY_FILE_FORMAT,
            "version": FORMAT,
            "store_id": self.store_id,
            "slot_id": self.slot_id,
            "key": base64.b64encode(self.key).decode(),
        }
        return json.dumps(content, indent=2).encode() + b"\n"

    @classmethod
    def read(cls, path: Path, *, allow_group: bool = False) -> KeyFile:
        """Read a key file; raise `StoreLockedError` or `StoreError` if it cannot be used."""
        try:
            check_private(path, allow_group=allow_group)
            content = json.loads(path.read_bytes())
            known = (content["format"], content["version"]) == (_KEY_FILE_FORMAT, FORMAT)
            key = base64.b64decode(content["key"], validate=True)
            loaded = cls(str(content["store_id"]), str(content["slot_id"]), key)
        except FileNotFoundError:
            raise StoreLockedError(
                f"The store is locked: its key file {path} is missing. Put it back from your "
                "backup; without it the values cannot be read."
            ) from None
        except (ValueError, KeyError, TypeError, binascii.Error):
            known = False
        if not known or len(key) != KEY_SIZE:
            raise StoreError(
                f"{path} is not a key file of this version of jupyter_secrets: put it back from "
                "your backup."
            )
        return loaded


def slot_context(
    store_id: str, slot_id: str, kind: str, parameters: str, created_at: int, generation: int
) -> bytes:
    """Return what authenticates a key slot's place."""
    return encode_fields(
        "slot", FORMAT, store_id, slot_id, kind, parameters, created_at, generation
    )


def _store_key_context(store_id: str, purpose: str, generation: int, root: int) -> bytes:
    return encode_fields("store key", FORMAT, store_id, purpose, generation, root)


def _scope_key_context(store_id: str, scope_id: str, generation: int, root: int) -> bytes:
    return encode_fields("dek", FORMAT, store_id, scope_id, generation, root)


class Keys:
    """The keys of an unlocked store, in memory only."""

    def __init__(self, store_id: str, root: bytes, root_generation: int) -> None:
        self.store_id = store_id
        self.root_generation = root_generation
        self._root = root
        self._store_keys: dict[tuple[str, int], bytes] = {}
        self._scope_keys: dict[tuple[str, int], bytes] = {}

    @classmethod
    def fresh(cls, store_id: str) -> Keys:
        """Make the root key of a store that does not exist yet."""
        return cls(store_id, random_key(), 1)

    @classmethod
    def unlock(cls, connection: Connection, store_id: str, key_file: KeyFile, path: Path) -> Keys:
        """Open the slot that the key file is for.

        Raises `StoreError` if the key file is of another store or holds the wrong key.
        """
        if key_file.store_id != store_id:
            raise StoreError(
                f"The key file {path} belongs to another store ({key_file.store_id[:8]}…) than "
                f"the database ({store_id[:8]}…): set store_path and key_path to a pair that "
                "belongs together."
            )
        slot = next(
            (row for row in connection.execute(_SLOTS) if row.slot_id == key_file.slot_id), None
        )
        if slot is None:
            raise StoreError(f"The key in {path} was removed from this store: use a newer one.")
        context = slot_context(
            store_id,
            slot.slot_id,
            slot.kind,
            slot.parameters,
            slot.created_at,
            slot.root_generation,
        )
        try:
            root = unseal(key_file.key, slot.wrapped, context)
        except TamperedError:
            raise StoreError(
                f"The key in {path} does not open this store: put back the key file that was "
                "made with it."
            ) from None
        keys = cls(store_id, root, slot.root_generation)
        keys._load(connection)
        return keys

    def _load(self, connection: Connection) -> None:
        for row in connection.execute(_STORE_KEYS):
            context = _store_key_context(
                self.store_id, row.purpose, row.generation, row.root_generation
            )
            self._store_keys[row.purpose, row.generation] = self._unwrap(row.wrapped, context)

    def _unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return unseal(self._root, wrapped, context)
        except TamperedError:
            raise IntegrityError(
                "A wrapped key in the store was changed from outside: restore a backup."
            ) from None

    @property
    def rows(self) -> bytes:
        """The key of the rows' MACs."""
        return self._newest(ROWS)[1]

    @property
    def audit_generation(self) -> int:
        """The generation of the key that new audit records are chained with."""
        return self._newest(AUDIT)[0]

    def audit(self, generation: int) -> bytes:
        """Return the audit key of a generation; old ones stay, to verify old records."""
        try:
            return self._store_keys[AUDIT, generation]
        except KeyError:
            raise IntegrityError("The audit log names a key that the store has not.") from None

    def _newest(self, purpose: str) -> tuple[int, bytes]:
        found = [
            (generation, key)
            for (name, generation), key in self._store_keys.items()
            if name == purpose
        ]
        if not found:
            raise IntegrityError("A wrapped key is missing from the store: restore a backup.")
        return max(found)

    def wrap_store_key(self, purpose: str, generation: int = 1) -> dict[str, object]:
        """Make a key for one purpose; return its row in `store_keys`."""
        key = random_key()
        self._store_keys[purpose, generation] = key
        root = self.root_generation
        context = _store_key_context(self.store_id, purpose, generation, root)
        return {
            "purpose": purpose,
            "generation": generation,
            "root_generation": root,
            "wrapped": seal(self._root, key, context),
        }

    def wrap_scope_key(self, scope_id: str, generation: int) -> dict[str, object]:
        """Make a data key for a scope; return its row in `scope_keys`."""
        key = random_key()
        self._scope_keys[scope_id, generation] = key
        root = self.root_generation
        context = _scope_key_context(self.store_id, scope_id, generation, root)
        return {
            "scope_id": scope_id,
            "generation": generation,
            "root_generation": root,
            "wrapped": seal(self._root, key, context),
        }

    def scope_key(self, connection: Connection, scope_id: str, generation: int) -> bytes:
        """Return a scope's data key."""
        known = self._scope_keys.get((scope_id, generation))
        if known is not None:
            return known
        table = schema.scope_keys.c
        query = _SCOPE_KEY.where(table.scope_id == scope_id, table.generation == generation)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise IntegrityError("The key of a scope is missing from the store: restore a backup.")
        context = _scope_key_context(self.store_id, scope_id, generation, row.root_generation)
        key = self._unwrap(row.wrapped, context)
        self._scope_keys[scope_id, generation] = key
        return key

    def seal_root(self, slot_key: bytes, context: bytes) -> bytes:
        """Wrap the root key for a slot."""
        return seal(slot_key, self._root, context)
