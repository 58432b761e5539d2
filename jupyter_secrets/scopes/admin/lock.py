"""Locking the store and unlocking it."""

from __future__ import annotations

from jupyter_secrets.errors import PermissionDeniedError, SecretsError, StoreError
from jupyter_secrets.scopes.admin.base import AdminBase


class LockAdmin(AdminBase):
    """What an administrator does with the lock."""

    def lock(self) -> None:
        """Forget the keys; until `unlock` every call of this process says so."""
        if not self.shared.created:
            raise StoreError("There is no store yet, and nothing to lock.")
        self._allow("lock")
        self.shared.lock()

    def unlock(self, passphrase: str | None = None) -> None:
        """Open the store, with a passphrase or a recovery key if that is what it takes.

        Raises `PermissionDeniedError` for a wrong one; how often that happened while nothing could
        be recorded is in the record of the unlock. One attempt at a time, each as slow as
        Argon2id is.
        """
        with self.shared.opening:
            try:
                self._authorize()
                self.shared.unlock(passphrase)
            except SecretsError as error:
                written = self._record_error("unlock", error, {})
                if isinstance(error, PermissionDeniedError) and not written:
                    self.shared.failed_unlocks += 1
                raise
            failed, self.shared.failed_unlocks = self.shared.failed_unlocks, 0
        with self.shared.store().begin() as transaction:
            notes = {"failed_before": failed}
            transaction.audit(self._record_of(transaction, "unlock", "allow", notes))
