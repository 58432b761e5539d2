"""What every operation of the service shares: the store, the record, the permission."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from jupyter_secrets.errors import (
    InvalidParameterError,
    PermissionDeniedError,
    ScopeNotFoundError,
    SecretNotFoundError,
    SecretsError,
    StoreBusyError,
    StoreLockedError,
)
from jupyter_secrets.model import ADMINS, Caller, Permission
from jupyter_secrets.names import check_key, check_scope
from jupyter_secrets.scopes.audit_redaction import INVALID, AuditRedaction
from jupyter_secrets.scopes.principals import check_principal
from jupyter_secrets.store import (
    FORKS,
    GroupCommit,
    ScopeRow,
    SecretRow,
    Store,
    StorePaths,
    Transaction,
)

T = TypeVar("T")

MS_PER_DAY = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a store takes; a value's size is in bytes."""

    scopes: int = 1_000
    secrets_per_scope: int = 1_000
    value_size: int = 128 * 1024
    retention_days: int = 7


class ServiceBase:
    """The open store, and one transaction with its audit record for each call.

    The store is opened, and created where there is none, by the first call that needs it; if that
    fails the call raises `StoreError`, and the next one tries again. `normalize` returns the name
    that a user's or a group's permissions are kept under.
    """

    def __init__(
        self,
        paths: StorePaths,
        limits: Limits | None = None,
        *,
        normalize: Callable[[str], str] = str,
    ) -> None:
        self._paths = paths
        self._limits = limits or Limits()
        self._normalize = normalize
        self.audit_redaction = AuditRedaction()
        self._store: Store | None = None
        self._reads = GroupCommit()
        self._is_locked = False
        self.reset_after_fork()
        FORKS.register(self)

    def reset_after_fork(self) -> None:
        """Renew the lock: in a fork no other thread is opening the store."""
        self._opening = threading.RLock()

    @property
    def created(self) -> bool:
        """Whether there is a store already, be it one that was moved away while it was open.

        Asking creates none.
        """
        return self._store is not None or self._paths.database.exists()

    def store(self) -> Store:
        """Return the open store; raise `StoreError` if it cannot be opened."""
        with self._opening:
            if self._is_locked:
                raise StoreLockedError(
                    'The store is locked: run "jupyter secrets unlock", or unlock it in the '
                    "sidebar."
                )
            if self._store is None:
                self._store = Store.open(self._paths)
            return self._store

    @property
    def opened(self) -> Store | None:
        """The store, if it is open; asking opens nothing."""
        return self._store

    def close(self) -> None:
        """Close the store; the next call opens it again."""
        with self._opening:
            store, self._store, self._reads = self._store, None, GroupCommit()
        if store is not None:
            store.close()

    def record(self, caller: Caller, action: str, *, outcome: str = "allow") -> None:
        """Add a record of something that is not an operation on a scope to the audit log."""
        with self.store().begin() as transaction:
            transaction.audit(self._record_of(transaction, caller, action, outcome))

    def epoch(self) -> int:
        """Return the number of changes to the store, whoever made them; cheap to ask."""
        return self.store().epoch() if self.created else 0

    @contextmanager
    def _operation(
        self,
        caller: Caller,
        action: str,
        scope: str | None = None,
        key: str | None = None,
        *,
        principal: str | None = None,
    ) -> Iterator[Transaction]:
        """One transaction with its audit record; a refusal leaves a record too."""
        store = self.store()
        names = {"scope": scope, "key": key, "about": principal}
        with self._recorded(caller, action, **names), store.begin() as transaction:
            yield transaction
            notes = {**names, **transaction.notes}
            transaction.audit(self._record_of(transaction, caller, action, "allow", notes))

    @contextmanager
    def _recorded(self, caller: Caller, action: str, **names: object) -> Iterator[None]:
        """Have a refusal or an error leave a record."""
        try:
            yield
        except Exception as error:
            self._record_error(caller, action, error, names)
            raise

    def _record_error(
        self, caller: Caller, action: str, error: Exception, names: Mapping[str, object]
    ) -> bool:
        """Record what a call failed with; return whether that is on disk.

        Where there is no store, or it is locked, busy or fails, nothing can be: the error at hand
        says more than a second one about its record.
        """
        if not self.created or isinstance(error, StoreBusyError):
            return False
        with suppress(Exception), self.store().begin() as transaction:
            transaction.audit(self._record_of_error(transaction, caller, action, error, names))
            return True
        return False

    def _read(
        self,
        caller: Caller,
        action: str,
        work: Callable[[Transaction], T],
        *,
        scope: str | None = None,
        key: str | None = None,
        principal: str | None = None,
        notes: Callable[[T], Mapping[str, object]] | None = None,
    ) -> T:
        """Run work that changes nothing; calls that wait together share a commit.

        The record is on disk before this returns; a refusal leaves a record too.
        """
        names = {"scope": scope, "key": key, "about": principal}

        def recorded(transaction: Transaction) -> T:
            try:
                result = work(transaction)
                details = {**names, **(notes(result) if notes else {})}
                record = self._record_of(transaction, caller, action, "allow", details)
            except Exception as error:
                record = self._record_of_error(transaction, caller, action, error, names)
                transaction.audit(record)
                raise
            transaction.audit(record)
            return result

        return self._reads.run(self.store().begin, recorded)

    def _record_of(
        self,
        transaction: Transaction,
        caller: Caller,
        action: str,
        outcome: str,
        details: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        """Return an audit record without a value that the caller put where none belongs."""
        redacted = self.audit_redaction.caller(caller)
        return record_of(transaction.now, redacted, action, outcome, details)

    def _record_of_error(
        self,
        transaction: Transaction,
        caller: Caller,
        action: str,
        error: Exception,
        names: Mapping[str, object],
    ) -> dict[str, object]:
        outcome = "deny" if isinstance(error, PermissionDeniedError) else "error"
        code = error.error_code if isinstance(error, SecretsError) else SecretsError().error_code
        redacted = self.audit_redaction.names(transaction, caller, names)
        details = {**redacted, "error_code": code}
        return self._record_of(transaction, caller, action, outcome, details)


def record_of(
    now: int,
    caller: Caller,
    action: str,
    outcome: str,
    details: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return an audit record; what looks like no name is not repeated in it."""
    return {
        "time": now,
        "action": action,
        "outcome": outcome,
        "principal": caller.name,
        "via": caller.via,
        "kernel_id": caller.kernel_id,
        "notebook": caller.notebook,
        "client": caller.client,
        "address": caller.address,
        **{name: _loggable(name, found) for name, found in (details or {}).items() if found},
    }


def _loggable(name: str, found: object) -> object:
    """Return what a field is to say, unless it cannot: it may be a value in the wrong place."""
    if not isinstance(found, str):
        return found
    try:
        _CHECKS.get(name, _check_word)(found)
    except InvalidParameterError:
        return INVALID
    return found


def _check_word(found: str) -> None:
    check_principal(found)
    if " " in found:
        raise InvalidParameterError


_CHECKS: Mapping[str, Callable[[str], object]] = {"scope": check_scope, "key": check_key}


def get_authorized_scope(
    transaction: Transaction, caller: Caller, scope: str, permission: Permission
) -> ScopeRow:
    """Return a scope in which a caller has a permission."""
    row = transaction.scope(check_scope(scope))
    if row is None:
        raise ScopeNotFoundError.of(scope)
    if permission_of(caller, row) < permission:
        raise denied(caller, permission, scope)
    return row


def permission_of(caller: Caller, row: ScopeRow) -> int:
    """Return the highest permission that a caller has, 0 for none."""
    if ADMINS in caller.groups:
        return caller.limit
    principals = caller.principals
    held = [
        Permission[permission]
        for principal, permission in row.acl.items()
        if principal in principals
    ]
    return min(max(held, default=0), caller.limit)


def denied(caller: Caller, permission: Permission, scope: str) -> PermissionDeniedError:
    """Return the refusal in the words that people's code matches on.

    Where the caller's groups are unknown one more sentence says so.
    """
    unknown = f" {caller.groups_unknown}" if caller.groups_unknown else ""
    return PermissionDeniedError(
        f"{caller.name} does not have {permission.name} permission on scope {scope} "
        f"to perform this action.{unknown}"
    )


def is_admin(caller: Caller) -> bool:
    """Return whether a caller may do what concerns the whole store.

    That is an administrator, and never a kernel: a notebook must not lock or re-key the store.
    """
    is_admin = ADMINS in caller.groups and caller.limit >= Permission.MANAGE
    return is_admin and caller.via != "kernel"


def require_admin(caller: Caller) -> None:
    """Raise `PermissionDeniedError` unless the caller may do what concerns the whole store."""
    if not is_admin(caller):
        raise PermissionDeniedError(
            f"{caller.name} may not do this: it concerns the whole store and takes one of the "
            "admins, outside of a kernel."
        )


def find_secret(transaction: Transaction, row: ScopeRow, scope: str, key: str) -> SecretRow:
    """Return a secret's metadata; raise `SecretNotFoundError` where there is none."""
    metadata = transaction.secret(row, check_key(key))
    if metadata is None:
        raise SecretNotFoundError.of(scope, key)
    return metadata


def check_text(found: str, name: str) -> None:
    """Raise `InvalidParameterError` for lone surrogates, which have no encoding."""
    if not found.isascii() and found != found.encode(errors="replace").decode():
        raise InvalidParameterError(f"{name} must be a string without lone surrogates.")


def internal(caller: Caller) -> Caller:
    """Return a caller as the package itself acts for it."""
    return replace(caller, via="internal")
