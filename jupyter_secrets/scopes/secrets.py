"""Secrets: stored, read, described, deleted and brought back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jupyter_secrets.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidParameterError,
    LimitExceededError,
    SecretExpiredError,
    SecretNotFoundError,
    SecretTooLargeError,
)
from jupyter_secrets.model import (
    MAX_TIME,
    Caller,
    Permission,
    SecretDetails,
    SecretInfo,
    SecretUpdate,
    SecretVersion,
    VersionInfo,
    utc,
)
from jupyter_secrets.names import check_key
from jupyter_secrets.scopes.authorization import denied, get_authorized_scope, permission_of
from jupyter_secrets.scopes.base import ServiceBase
from jupyter_secrets.scopes.readable import version_of
from jupyter_secrets.scopes.verdicts import (
    changed_verdicts,
    decode_verdicts,
    encode_verdicts,
    usable_verdicts,
)
from jupyter_secrets.store import ScopeRow, SecretRow, Transaction, remove_snapshots

MAX_COMMENT_LENGTH = 1_000
MS_PER_DAY = 24 * 60 * 60 * 1000


class SecretService(ServiceBase):
    """Everything about secrets and their versions."""

    def put(self, scope: str, key: str, value: bytes, *, if_version: int | None = None) -> None:
        """Store a value; an older one stays as a version under it.

        With `if_version` it replaces that version only, and with 0 nothing: where the secret has
        another one, or is there, this raises `ConflictError`.
        """
        with self._operation("put", scope, key) as transaction:
            self._put(transaction, scope, key, value, if_version)

    def _put(
        self,
        transaction: Transaction,
        scope: str,
        key: str,
        value: bytes,
        if_version: int | None = None,
    ) -> ScopeRow:
        check_key(key)
        if len(value) > self.shared.limits.value_size:
            raise SecretTooLargeError(
                f"The value of {key} is too large: {len(value):,} bytes, "
                f"at most {self.shared.limits.value_size:,} are allowed."
            )
        row = get_authorized_scope(transaction, self.caller, scope, Permission.WRITE)
        transaction.purge(row, before=self._purge_before(transaction))
        existing = transaction.secret(row, key)
        if if_version is not None:
            check_version(f"{scope}/{key}", existing, if_version)
        if existing is None:
            self.shared.audit_redaction.check_new(transaction, self.caller, key)
            self._check_room(transaction, row)
        metadata = transaction.put(row, key, value, by=self.caller.title)
        transaction.notes["version"] = metadata.version
        return row

    def _check_room(self, transaction: Transaction, row: ScopeRow) -> None:
        if transaction.count(row) >= self.shared.limits.secrets_per_scope:
            raise LimitExceededError(
                f"Scope {row.name} is full: {self.shared.limits.secrets_per_scope} secrets."
            )

    def delete(self, scope: str, key: str) -> None:
        """Delete a secret; until its retention ends it can be restored."""
        with self._operation("delete", scope, key) as transaction:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.WRITE)
            metadata = find_secret(transaction, row, scope, key)
            transaction.remove(row, metadata, by=self.caller.title)
            transaction.purge(row, before=self._purge_before(transaction))

    def _purge_before(self, transaction: Transaction) -> int:
        return transaction.now - self.shared.limits.retention_days * MS_PER_DAY

    def list_secrets(self, scope: str) -> list[SecretInfo]:
        """Return a scope's secrets, without their values."""

        def work(transaction: Transaction) -> list[SecretInfo]:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.READ)
            return [
                SecretInfo(metadata.name, metadata.updated_at)
                for metadata in transaction.secrets(row)
            ]

        return self._read("list", work, scope=scope)

    def get(self, scope: str, key: str, *, version: int | None = None) -> SecretVersion:
        """Return a value, the newest unless a version is named.

        The audit record is on disk before that. Raises `SecretExpiredError` for what has expired
        where the store refuses it.
        """

        def work(transaction: Transaction) -> SecretVersion:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.READ)
            metadata = find_secret(transaction, row, scope, key)
            if self.shared.limits.refuse_expired:
                check_not_expired(transaction.now, row, metadata)
            return version_of(transaction, row, metadata, version)

        return self._read(
            "get", work, scope=scope, key=key, notes=lambda got: {"version": got.version}
        )

    # Metadata

    def describe_secrets(self, scope: str, *, deleted: bool = False) -> list[SecretDetails]:
        """Return all about a scope's secrets but their values; or about those to be restored."""

        def work(transaction: Transaction) -> list[SecretDetails]:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.READ)
            secrets = transaction.deleted(row) if deleted else transaction.secrets(row)
            return [details_of(row, metadata) for metadata in secrets]

        return self._read("list-deleted" if deleted else "list", work, scope=scope)

    def versions(self, scope: str, key: str) -> list[VersionInfo]:
        """Return the versions of a secret that are kept, oldest first, without their values."""

        def work(transaction: Transaction) -> list[VersionInfo]:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.READ)
            metadata = find_secret(transaction, row, scope, key)
            return transaction.versions.all(row, metadata)

        return self._read("list-versions", work, scope=scope, key=key)

    def update(self, scope: str, key: str, update: SecretUpdate) -> None:
        """Change a secret's metadata; its value and its version stay.

        Whether it is sensitive, and verdicts on its components, take MANAGE: what is not, is
        redacted in nobody's outputs.
        """
        with self._operation("update", scope, key) as transaction:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.WRITE)
            self._apply(transaction, row, find_secret(transaction, row, scope, key), update)

    def _apply(
        self, transaction: Transaction, row: ScopeRow, metadata: SecretRow, update: SecretUpdate
    ) -> None:
        changed = _updated(transaction, self.caller, row, metadata, update)
        if update.verdicts:
            changed = self._with_verdicts(transaction, row, changed, update.verdicts)
        if changed != metadata:
            transaction.write_metadata(row, metadata, changed)

    def _with_verdicts(
        self,
        transaction: Transaction,
        row: ScopeRow,
        metadata: SecretRow,
        changes: Mapping[str, str],
    ) -> SecretRow:
        if permission_of(self.caller, row) < Permission.MANAGE:
            raise denied(self.caller, Permission.MANAGE, row.name)

        def check_unusual(name: str) -> None:
            self.shared.audit_redaction.check_new(transaction, self.caller, name)

        verdicts = changed_verdicts(
            decode_verdicts(metadata.verdicts),
            changes,
            f"{row.name}/{metadata.name}",
            transaction.versions.newest(row, metadata),
            check_unusual,
        )
        transaction.notes["verdicts"] = dict(changes)
        return replace(metadata, verdicts=encode_verdicts(verdicts))

    # Back, and away for good

    def restore(self, scope: str, key: str, *, version: int | None = None) -> None:
        """Undo a deletion; or, with a version, make its value the newest one again."""
        with self._operation("restore", scope, key) as transaction:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.WRITE)
            if version is None:
                self._undelete(transaction, row, scope, key)
            else:
                metadata = find_secret(transaction, row, scope, key)
                value = version_of(transaction, row, metadata, version).value
                metadata = transaction.put(row, key, value, by=self.caller.title)
                transaction.notes["version"] = metadata.version

    def _undelete(self, transaction: Transaction, row: ScopeRow, scope: str, key: str) -> None:
        if transaction.secret(row, check_key(key)) is not None:
            raise AlreadyExistsError(
                f"Key {key} exists in scope {scope}: delete it first, to restore the deleted one."
            )
        deleted = [
            metadata
            for metadata in transaction.deleted(row)
            if metadata.name.casefold() == key.casefold()
        ]
        if not deleted:
            raise SecretNotFoundError.of(scope, key)
        self._check_room(transaction, row)
        transaction.restore(row, deleted[0])

    def purge(self, scope: str, key: str | None = None) -> int:
        """Erase a scope's deleted secrets, or the one of a name, for good; return how many."""
        with self._operation("purge", scope, key) as transaction:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.MANAGE)
            wanted = None if key is None else check_key(key).casefold()
            purged = [
                metadata
                for metadata in transaction.deleted(row)
                if wanted in (None, metadata.name.casefold())
            ]
            if key is not None and not purged:
                redaction = self.shared.audit_redaction
                transaction.notes["key"] = redaction.name(transaction, self.caller, key)
            transaction.erase(row, purged)
        remove_snapshots(self.shared.store().paths)
        return len(purged)

    # Whole scopes

    def export_scope(self, scope: str) -> list[SecretVersion]:
        """Return all secrets of a scope with their values, for whoever may MANAGE it."""

        def work(transaction: Transaction) -> list[SecretVersion]:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.MANAGE)
            secrets = transaction.secrets(row)
            return [version_of(transaction, row, metadata) for metadata in secrets]

        return self._read("export-scope", work, scope=scope, notes=lambda got: {"count": len(got)})

    def import_scope(
        self,
        scope: str,
        values: Mapping[str, bytes],
        verdicts: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Store all of these values in a scope that the caller may MANAGE, or none of them.

        `verdicts` are on components of the values, by key and name; those that a value has no use
        for are left out.
        """
        with self._operation("import-scope", scope) as transaction:
            get_authorized_scope(transaction, self.caller, scope, Permission.MANAGE)
            decided = {}
            for key, value in values.items():
                row = self._put(transaction, scope, key, value)
                usable = usable_verdicts((verdicts or {}).get(key, {}), value)
                if usable:
                    metadata = find_secret(transaction, row, scope, key)
                    self._apply(transaction, row, metadata, SecretUpdate(verdicts=usable))
                    decided[key] = usable
            transaction.notes.pop("version", None)
            if decided:
                transaction.notes["verdicts"] = decided
            transaction.notes["count"] = len(values)


def find_secret(transaction: Transaction, row: ScopeRow, scope: str, key: str) -> SecretRow:
    """Return a secret's metadata; raise `SecretNotFoundError` where there is none."""
    metadata = transaction.secret(row, check_key(key))
    if metadata is None:
        raise SecretNotFoundError.of(scope, key)
    return metadata


def check_version(label: str, existing: SecretRow | None, wanted: int) -> None:
    """Raise `ConflictError` unless a secret has a version, 0 for none; it says who changed it."""
    if wanted < 0:
        raise InvalidParameterError("if_version is a secret's version, or 0 where there is none.")
    if wanted == (existing.version if existing else 0):
        return
    if existing is None:
        raise ConflictError(
            f"{label} does not exist, so version {wanted} of it was not replaced: it was deleted "
            "meanwhile, or never stored. To store it again, give version 0."
        )
    raise ConflictError(
        f"{label} has version {existing.version} since {utc(existing.updated_at)}, by "
        f"{existing.updated_by}: nothing was stored. Look at what is there, and replace version "
        f"{existing.version}."
    )


def check_not_expired(now: int, row: ScopeRow, metadata: SecretRow) -> None:
    """Raise `SecretExpiredError` for a secret that has expired."""
    if metadata.expires_at is not None and metadata.expires_at <= now:
        raise SecretExpiredError(
            f"{row.name}/{metadata.name} expired at {utc(metadata.expires_at)}, and this store "
            "refuses expired secrets: put a new value, and a new expiry with jupyter secrets "
            f"update-secret {row.name} {metadata.name} --expires 90d."
        )


def _updated(
    transaction: Transaction,
    caller: Caller,
    row: ScopeRow,
    metadata: SecretRow,
    update: SecretUpdate,
) -> SecretRow:
    """Return a secret's metadata with a change of all but its verdicts."""
    if update.sensitive not in (None, metadata.sensitive):
        # It ends redaction for all who may READ the secret.
        if permission_of(caller, row) < Permission.MANAGE:
            raise denied(caller, Permission.MANAGE, row.name)
        transaction.notes["sensitive"] = "yes" if update.sensitive else "no"
    check_comment(update.comment)
    if update.expires_at is not None and not 0 <= update.expires_at <= MAX_TIME:
        raise InvalidParameterError(
            "An expiry is a time in milliseconds since 1970, in the year 9999 at the latest."
        )
    return replace(
        metadata,
        comment=metadata.comment if update.comment is None else update.comment or None,
        expires_at=metadata.expires_at if update.expires_at is None else update.expires_at or None,
        sensitive=metadata.sensitive if update.sensitive is None else update.sensitive,
    )


def check_comment(comment: str | None) -> None:
    """Raise `InvalidParameterError` for a long one, and for one with lone surrogates."""
    text = comment or ""
    if len(text) > MAX_COMMENT_LENGTH:
        raise InvalidParameterError(f"A comment has at most {MAX_COMMENT_LENGTH:,} characters.")
    if not text.isascii() and text != text.encode(errors="replace").decode():
        raise InvalidParameterError("A comment must be a string without lone surrogates.")


def details_of(row: ScopeRow, metadata: SecretRow) -> SecretDetails:
    """Return a secret's metadata as clients see it."""
    return SecretDetails(
        row.name, metadata.name, metadata.version, metadata.created_at, metadata.created_by,
        metadata.updated_at, metadata.updated_by, metadata.comment, metadata.expires_at,
        metadata.sensitive, metadata.deleted_at, metadata.deleted_by,
    )  # fmt: skip
