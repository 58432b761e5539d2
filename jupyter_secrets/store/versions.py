"""The values: encrypted blobs, the newest version of each secret and some older ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.model import VersionInfo
from jupyter_secrets.store.crypto import (
    TamperedError,
    ValueContext,
    WrongKeyError,
    decrypt_value,
    encrypt_value,
    value_generation,
    value_prefix,
)
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.rows import MAX_VERSIONS, ScopeRow, SecretRow
from jupyter_secrets.store.db.statements import CompiledStatement
from jupyter_secrets.store.keys.hierarchy import Keys

_TABLE = schema.versions.c
_OF_SECRET = (
    select(schema.versions)
    .where(_TABLE.secret_id == bindparam("secret_id"))
    .order_by(_TABLE.version)
)
_ONE = CompiledStatement(_OF_SECRET.where(_TABLE.version == bindparam("version")))
_INSERT = insert(schema.versions)
_TRIM = delete(schema.versions).where(
    _TABLE.secret_id == bindparam("of"), _TABLE.version <= bindparam("up_to")
)
_REENCRYPT = (
    update(schema.versions)
    .where(_TABLE.secret_id == bindparam("of"), _TABLE.version == bindparam("number"))
    .values(blob=bindparam("encrypted"))
)
# A blob begins with the format and four bytes that name the key's generation.
_OF_OLD_KEYS = (
    select(schema.versions, schema.secrets.c.scope_id)
    .join(schema.secrets)
    .where(
        schema.secrets.c.scope_id == bindparam("scope_id"),
        func.substr(_TABLE.blob, 1, 5) != bindparam("prefix"),
    )
    .limit(bindparam("at_most"))
)


class Versions:
    """The values of one store, within one transaction."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    def add(self, scope: ScopeRow, metadata: SecretRow, value: bytes) -> None:
        """Store a value as the version that the metadata names; drop what is too old."""
        generation = scope.key_generation
        key = self._keys.scope_key(self._connection, scope.scope_id, generation)
        context = ValueContext(
            self._keys.store_id, scope.scope_id, metadata.secret_id, metadata.version,
            metadata.id_by_version[metadata.version], metadata.updated_at, metadata.updated_by,
        )  # fmt: skip
        self._connection.execute(
            _INSERT,
            {
                "secret_id": context.secret_id,
                "version": context.version,
                "version_id": context.version_id,
                "created_at": context.created_at,
                "created_by": context.created_by,
                "blob": encrypt_value(key, generation, value, context),
            },
        )
        if metadata.version > MAX_VERSIONS:
            self._connection.execute(
                _TRIM, {"of": metadata.secret_id, "up_to": metadata.version - MAX_VERSIONS}
            )

    def newest(self, scope: ScopeRow, metadata: SecretRow) -> bytes:
        """Return a secret's value; raise `IntegrityError` if it is not what was stored."""
        return self._open(scope, metadata, self._find(metadata, metadata.version), metadata.version)

    def value(self, scope: ScopeRow, metadata: SecretRow, version: int) -> bytes | None:
        """Return the value of one version, or None if that is not kept."""
        if version not in metadata.id_by_version:
            return None
        return self._open(scope, metadata, self._find(metadata, version), version)

    def _find(self, metadata: SecretRow, version: int) -> object:
        row_key = {"secret_id": metadata.secret_id, "version": version}
        row: object = _ONE.first(self._connection, row_key)
        return row

    def all(self, scope: ScopeRow, metadata: SecretRow) -> list[VersionInfo]:
        """Return the versions that are kept, oldest first, each after its value was verified.

        Raises `IntegrityError` if one is missing, or there is one more.
        """
        return [
            VersionInfo(row.version, row.created_at, row.created_by)
            for row in self._verified_rows(scope, metadata)
        ]

    def _verified_rows(self, scope: ScopeRow, metadata: SecretRow) -> Sequence[Any]:
        stored = self._connection.execute(_OF_SECRET, {"secret_id": metadata.secret_id}).all()
        rows = dict(zip((row.version for row in stored), stored, strict=True))
        for version in {*metadata.id_by_version, *rows}:
            self._open(scope, metadata, rows.get(version), version)
        return stored

    def need_old_key(self, scope: ScopeRow, metadata: SecretRow) -> bool:
        """Return whether a version of a secret needs an older key of the scope.

        Raises `IntegrityError` as `all` does: what is hidden may need it too.
        """
        return any(
            value_generation(row.blob) != scope.key_generation
            for row in self._verified_rows(scope, metadata)
        )

    def _open(self, scope: ScopeRow, metadata: SecretRow, row: Any, version: int) -> bytes:
        try:
            if row is None or row.version_id != metadata.id_by_version.get(version):
                raise TamperedError
            return self._decrypt(scope.scope_id, row)
        except (TamperedError, WrongKeyError):
            raise IntegrityError(
                f"The value of key {metadata.name} in scope {scope.name} was changed by something "
                "other than jupyter_secrets: restore a backup of the store, or put it again."
            ) from None

    def _decrypt(self, scope_id: str, row: Any) -> bytes:
        key = self._keys.scope_key(self._connection, scope_id, value_generation(row.blob))
        return decrypt_value(key, row.blob, self._context(scope_id, row))

    def _context(self, scope_id: str, row: Any) -> ValueContext:
        return ValueContext(
            self._keys.store_id, scope_id, row.secret_id, row.version, row.version_id,
            row.created_at, row.created_by,
        )  # fmt: skip

    def reencrypt(self, scope: ScopeRow, *, at_most: int) -> int:
        """Encrypt values that an older key of the scope holds with its newest; return how many.

        Each is opened again before it is written.
        """
        generation = scope.key_generation
        key = self._keys.scope_key(self._connection, scope.scope_id, generation)
        done = 0
        for row in self._of_old_keys(scope, at_most):
            context = self._context(scope.scope_id, row)
            try:
                value = self._decrypt(scope.scope_id, row)
                blob = encrypt_value(key, generation, value, context)
                if decrypt_value(key, blob, context) != value:
                    raise TamperedError
            except (TamperedError, WrongKeyError):
                raise IntegrityError(
                    f"A value in scope {scope.name} cannot be read, so the scope's key was not "
                    'rotated: run "jupyter secrets fsck" and put that secret again.'
                ) from None
            row_key = {"of": row.secret_id, "number": row.version, "encrypted": blob}
            self._connection.execute(_REENCRYPT, row_key)
            done += 1
        return done

    def has_old_keys(self, scope: ScopeRow) -> bool:
        """Return whether a value of the scope is still encrypted with an older key."""
        return next(self._of_old_keys(scope, 1), None) is not None

    def _of_old_keys(self, scope: ScopeRow, at_most: int) -> Iterator[Any]:
        prefix = value_prefix(scope.key_generation)
        wanted = {"scope_id": scope.scope_id, "prefix": prefix, "at_most": at_most}
        yield from self._connection.execute(_OF_OLD_KEYS, wanted).all()
