"""The audit log as a whole: verified, exported, pruned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jupyter_secrets.model import AuditFilter
from jupyter_secrets.scopes.admin.base import AdminBase
from jupyter_secrets.scopes.audit_record import record_of
from jupyter_secrets.store import (
    AuditEntry,
    CheckedExport,
    check_exports,
    entry_with_proof,
    prune_audit_log,
)


class AuditAdmin(AdminBase):
    """What an administrator does with the audit log."""

    def audit_verify(self) -> int:
        """Verify the whole log, from its beginning to its end; return how many records it has.

        Raises `IntegrityError` with the number of the first record that does not fit.
        """
        return sum(1 for _ in self._audit_entries("verify-audit"))

    def audit_verify_copies(self, paths: Sequence[Path]) -> list[CheckedExport]:
        """Verify archives, exports and other copies of the log, in any order.

        Raises `IntegrityError` with the file and the line that does not fit.
        """
        self._allow("verify-audit")
        return check_exports(self.shared.store(), paths)

    def audit_export(self, wanted: AuditFilter | None = None) -> Iterator[dict[str, object]]:
        """Yield the records that match, oldest first, each verified and with its proof.

        The log is read in parts, so that others can write meanwhile.
        """
        chosen = wanted or AuditFilter()
        entries = self._audit_entries("export-audit")
        return (entry_with_proof(entry) for entry in entries if chosen.matches(entry.record))

    def _audit_entries(self, action: str) -> Iterator[AuditEntry]:
        self._allow(action)
        return self.shared.store().audit_entries()

    def audit_prune(self, *, before: int, archive: Path) -> int:
        """Move the records from before a time, in milliseconds, into a new file; return how many.

        A checkpoint replaces them, so that the log can be verified as before.
        """
        self._allow("prune-audit")
        redacted = self.shared.audit_redaction.caller(self.caller)
        record = record_of(0, redacted, "pruned", "allow")
        return prune_audit_log(self.shared.store(), before=before, archive=archive, record=record)
