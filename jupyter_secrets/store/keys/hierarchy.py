"""From the root key to every other key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.store.crypto import (
    FORMAT,
    TamperedError,
    encode_fields,
    random_key,
    unwrap_key,
    wrap_key,
)
from jupyter_secrets.store.db import schema

ROWS, AUDIT = "rows", "audit"

_STORE_KEYS = select(schema.store_keys)
_SCOPE_KEYS = select(schema.scope_keys)
_SCOPE_KEY = _SCOPE_KEYS.where(
    schema.scope_keys.c.scope_id == bindparam("scope_id"),
    schema.scope_keys.c.generation == bindparam("generation"),
)


@dataclass(frozen=True, slots=True)
class _KeyLocation:
    """Which key of a store a wrapped key is: its table, and what names it there."""

    table: str
    name: tuple[str | int, ...]

    def context(self, store_id: str, root_generation: int) -> bytes:
        return encode_fields(self.table, FORMAT, store_id, *self.name, root_generation)


def _store_location(purpose: str) -> _KeyLocation:
    return _KeyLocation("store key", (purpose,))


def _scope_location(scope_id: str, generation: int) -> _KeyLocation:
    return _KeyLocation("dek", (scope_id, generation))


class Keys:
    """The keys of an unlocked store, in memory only."""

    def __init__(self, store_id: str, root: bytes, root_generation: int) -> None:
        self.store_id = store_id
        self.root_generation = root_generation
        self._root = root
        self._store_keys: dict[str, bytes] = {}
        self._scope_keys: dict[tuple[str, int], bytes] = {}

    @classmethod
    def fresh(cls, store_id: str) -> Keys:
        """Make the root key of a store that does not exist yet."""
        return cls(store_id, random_key(), root_generation=1)

    @classmethod
    def load(cls, connection: Connection, store_id: str, root: bytes, root_generation: int) -> Keys:
        """Unwrap the keys of a store with its root key."""
        keys = cls(store_id, root, root_generation)
        for row in connection.execute(_STORE_KEYS).all():
            keys._store_keys[row.purpose] = keys._unwrap(row, _store_location(row.purpose))
        return keys

    def _unwrap(self, row: object, location: _KeyLocation) -> bytes:
        wrapped, generation = getattr(row, "wrapped", b""), getattr(row, "root_generation", 0)
        try:
            return unwrap_key(self._root, wrapped, location.context(self.store_id, generation))
        except TamperedError:
            raise IntegrityError(
                "A wrapped key in the store was changed from outside: restore a backup."
            ) from None

    def _wrap(self, key: bytes, location: _KeyLocation) -> dict[str, object]:
        context = location.context(self.store_id, self.root_generation)
        return {
            "root_generation": self.root_generation,
            "wrapped": wrap_key(self._root, key, context),
        }

    @property
    def root(self) -> bytes:
        """The root key, for the slots that wrap it."""
        return self._root

    @property
    def rows(self) -> bytes:
        """The key of the rows' MACs."""
        return self._store_key(ROWS)

    @property
    def audit(self) -> bytes:
        """The key of the audit log's MACs."""
        return self._store_key(AUDIT)

    def _store_key(self, purpose: str) -> bytes:
        try:
            return self._store_keys[purpose]
        except KeyError:
            raise IntegrityError(
                "A wrapped key is missing from the store: restore a backup."
            ) from None

    def wrap_store_key(self, purpose: str) -> dict[str, object]:
        """Make a key for one purpose; return its row in `store_keys`."""
        key = random_key()
        self._store_keys[purpose] = key
        return {"purpose": purpose, **self._wrap(key, _store_location(purpose))}

    def wrap_scope_key(self, scope_id: str, generation: int) -> dict[str, object]:
        """Make a data key for a scope; return its row in `scope_keys`."""
        wrapped = self._wrap(random_key(), _scope_location(scope_id, generation))
        return {"scope_id": scope_id, "generation": generation, **wrapped}

    def scope_key(self, connection: Connection, scope_id: str, generation: int) -> bytes:
        """Return a scope's data key."""
        cached = self._scope_keys.get((scope_id, generation))
        if cached is not None:
            return cached
        wanted = {"scope_id": scope_id, "generation": generation}
        row = connection.execute(_SCOPE_KEY, wanted).one_or_none()
        if row is None:
            raise IntegrityError("The key of a scope is missing from the store: restore a backup.")
        key = self._unwrap(row, _scope_location(scope_id, generation))
        self._scope_keys[scope_id, generation] = key
        return key

    def forget_scope_keys(self) -> None:
        """Forget the unwrapped keys of scopes: a rolled-back transaction may have written them."""
        self._scope_keys.clear()

    def rewrapped(
        self, connection: Connection, root: bytes
    ) -> tuple[Keys, list[dict[str, object]], list[dict[str, object]]]:
        """Return these keys under a new root key, with all rows of `store_keys` and `scope_keys`.

        Each wrapped key is opened again before it is returned.
        """
        renewed = Keys(self.store_id, root, self.root_generation + 1)
        renewed._store_keys = dict(self._store_keys)
        store_rows = [
            {"purpose": purpose, **renewed._checked(key, _store_location(purpose))}
            for purpose, key in self._store_keys.items()
        ]
        scope_rows = []
        for row in connection.execute(_SCOPE_KEYS).all():
            location = _scope_location(row.scope_id, row.generation)
            wrapped = renewed._checked(self._unwrap(row, location), location)
            names = {"scope_id": row.scope_id, "generation": row.generation}
            scope_rows.append({**names, **wrapped})
        return renewed, store_rows, scope_rows

    def _checked(self, key: bytes, location: _KeyLocation) -> dict[str, object]:
        row = self._wrap(key, location)
        context = location.context(self.store_id, self.root_generation)
        if unwrap_key(self._root, bytes(row["wrapped"]), context) != key:  # type: ignore[call-overload]
            raise IntegrityError("A key could not be wrapped again; nothing was changed.")
        return row
