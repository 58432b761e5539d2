"""The store as a whole: checked, copied, brought back, searched for."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from jupyter_secrets.errors import LimitExceededError, StoreError
from jupyter_secrets.model import Fault, SecretVersion
from jupyter_secrets.scopes.admin.base import AdminBase
from jupyter_secrets.scopes.audit_record import record_of
from jupyter_secrets.scopes.readable import readable_values
from jupyter_secrets.store import (
    Store,
    Transaction,
    back_up,
    check_files,
    check_store,
    restore_backup,
)


class MaintenanceAdmin(AdminBase):
    """What an administrator does with the store as a whole."""

    def check(self) -> list[Fault]:
        """Check everything that can be checked; an empty list says that all is well."""
        with self._recorded("check"):
            faults = check_files(self.shared.paths)
            try:
                self._allow("check")
                faults += check_store(self.shared.store())
            except StoreError as error:
                faults.append(Fault("open", str(error)))
        return faults

    def back_up(self, path: Path) -> None:
        """Copy the database into a new file, and check the copy. The key is not in it."""
        self._allow("backup")
        with self._recorded("backup"):
            back_up(self.shared.store(), path)

    def restore_backup(self, path: Path, *, passphrase: str | None = None) -> None:
        """Restore the store from a backup; the audit log continues."""
        with self._recorded("restore-backup"):
            redacted = self.shared.audit_redaction.caller(self.caller)
            record = record_of(0, redacted, "restore-backup", "allow")
            self.shared.close()
            restore_backup(self.shared.paths, path, record=record, passphrase=passphrase)

    def reanchor(self, *, passphrase: str | None = None) -> None:
        """Accept the database as it is, though it is older than the store was."""
        with self._recorded("reanchor"):
            self.shared.close()
            store = Store.open(self.shared.paths, passphrase=passphrase, accept_older=True)
            with closing(store), store.begin() as transaction:
                transaction.audit(self._record_of(transaction, "reanchor", "allow"))

    def known_values(self, *, at_most: int) -> list[SecretVersion]:
        """Return all values of the store, to search other things for them.

        Raises `StoreError` where there is no store, and `LimitExceededError` where there are more
        values than `at_most`: what is not searched for must not pass for what is not there.
        """
        if not self.shared.created:
            raise StoreError("There is no store on this machine, so nothing can be searched for.")

        def work(transaction: Transaction) -> list[SecretVersion] | None:
            self._authorize()
            return readable_values(transaction, self.caller, at_most=at_most)

        values = self._internal()._read("read-for-redaction", work)
        if values is None:
            raise LimitExceededError(
                f"The store holds more than {at_most:,} values (c.JupyterSecrets.max_known_values)."
            )
        return values
