"""What every call of a session shares: its transaction, its audit record, its caller."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TypeVar

from jupyter_secrets.errors import (
    PermissionDeniedError,
    SecretsError,
    StoreBusyError,
)
from jupyter_secrets.model import Caller
from jupyter_secrets.scopes.audit_record import record_of
from jupyter_secrets.scopes.shared_store import SharedStore
from jupyter_secrets.scopes.token_check import use_token
from jupyter_secrets.store import Transaction

T = TypeVar("T")


class ServiceBase:
    """One transaction with its audit record for each call of one caller; cheap to make."""

    def __init__(self, shared: SharedStore, caller: Caller) -> None:
        self.shared = shared
        self.caller = caller

    def record(self, action: str, *, outcome: str = "allow") -> None:
        """Add a record of something that is not an operation on a scope to the audit log."""
        with self.shared.store().begin() as transaction:
            transaction.audit(self._record_of(transaction, action, outcome))

    def _authorize(self) -> None:
        """Raise `PermissionDeniedError` for a caller to whom all calls here are forbidden."""

    def _use_token(self, transaction: Transaction) -> None:
        """Raise `UnauthenticatedError` if the caller's token counts no more, as of now."""
        if self.caller.token_id is not None:
            use_token(self.shared.token_index, transaction, self.caller.token_id)

    def _internal(self) -> ServiceBase:
        """Return a service whose records say that the package itself acts for the caller."""
        return ServiceBase(self.shared, replace(self.caller, via="internal"))

    @contextmanager
    def _operation(
        self,
        action: str,
        scope: str | None = None,
        key: str | None = None,
        *,
        principal: str | None = None,
    ) -> Iterator[Transaction]:
        """One transaction with its audit record; a refusal leaves a record too."""
        store = self.shared.store()
        names = {"scope": scope, "key": key, "about": principal}
        with self._recorded(action, **names), store.begin() as transaction:
            self._use_token(transaction)
            yield transaction
            notes = {**names, **transaction.notes}
            transaction.audit(self._record_of(transaction, action, "allow", notes))

    @contextmanager
    def _recorded(self, action: str, **names: object) -> Iterator[None]:
        """Have a refusal or an error leave a record."""
        try:
            self._authorize()
            yield
        except Exception as error:
            self._record_error(action, error, names)
            raise

    def _record_error(self, action: str, error: Exception, names: Mapping[str, object]) -> bool:
        """Record what a call failed with; return whether that is on disk.

        Where there is no store, or it is locked, busy or fails, nothing can be: the first error
        says more than a second one about its record.
        """
        if not self.shared.created or isinstance(error, StoreBusyError):
            return False
        with suppress(Exception), self.shared.store().begin() as transaction:
            transaction.audit(self._record_of_error(transaction, action, error, names))
            return True
        return False

    def _read(
        self,
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
                self._authorize()
                self._use_token(transaction)
                result = work(transaction)
                details = {**names, **(notes(result) if notes else {})}
                record = self._record_of(transaction, action, "allow", details)
            except Exception as error:
                record = self._record_of_error(transaction, action, error, names)
                transaction.audit(record)
                raise
            transaction.audit(record)
            return result

        return self.shared.read(recorded)

    def _record_of(
        self,
        transaction: Transaction,
        action: str,
        outcome: str,
        details: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        """Return an audit record without a value that the caller put where none belongs."""
        redacted = self.shared.audit_redaction.caller(self.caller)
        return record_of(transaction.now, redacted, action, outcome, details)

    def _record_of_error(
        self,
        transaction: Transaction,
        action: str,
        error: Exception,
        names: Mapping[str, object],
    ) -> dict[str, object]:
        outcome = "deny" if isinstance(error, PermissionDeniedError) else "error"
        code = error.error_code if isinstance(error, SecretsError) else SecretsError().error_code
        redacted = self.shared.audit_redaction.names(transaction, self.caller, names)
        details = {**redacted, "error_code": code}
        return self._record_of(transaction, action, outcome, details)
