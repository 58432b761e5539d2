"""The audit log as its readers see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from jupyter_secrets.model import (
    ADMINS,
    AuditFilter,
    Caller,
    Permission,
    SecretDetails,
    StaleSecret,
)
from jupyter_secrets.scopes.base import (
    MS_PER_DAY,
    ServiceBase,
    get_authorized_scope,
    permission_of,
    record_of,
    require_admin,
)
from jupyter_secrets.scopes.secrets import details_of
from jupyter_secrets.store import (
    AuditEntry,
    AuditPosition,
    CheckedExport,
    Transaction,
    audit_reader,
    export,
    prune,
)

_READS = frozenset({"get", "export-scope"})


class AuditService(ServiceBase):
    """Everything that reads the audit log."""

    def audit_tail(
        self, caller: Caller, wanted: AuditFilter | None = None, *, limit: int = 50
    ) -> list[dict[str, object]]:
        """Return the newest records that match, newest last, each verified.

        An administrator may see all of them, whoever may MANAGE a scope those of that scope, from
        its creation on. The call is recorded first; then the log is read in parts, so that others
        can write meanwhile.
        """
        chosen = wanted or AuditFilter()

        def work(transaction: Transaction) -> AuditPosition:
            _check_reader(transaction, caller, chosen)
            return transaction.audit_end

        end = self._read(caller, "read-audit", work, scope=chosen.scope)
        with self._recorded(caller, "read-audit", scope=chosen.scope):
            records = audit_reader.iter_reverse(self.store(), end)
            if ADMINS not in caller.groups:
                records = _since_creation(records, chosen.scope)
            return list(islice(filter(chosen.matches, records), limit))[::-1]

    def audit_verify(self, caller: Caller) -> int:
        """Verify the whole log, from its beginning to its end; return how many records it has.

        Raises `IntegrityError` with the number of the first record that does not fit.
        """
        return sum(1 for _ in self._audit_entries(caller, "verify-audit"))

    def audit_verify_copies(self, caller: Caller, paths: Sequence[Path]) -> list[CheckedExport]:
        """Verify archives, exports and other copies of the log, in any order.

        Raises `IntegrityError` with the file and the line that does not fit.
        """
        with self._operation(caller, "verify-audit"):
            require_admin(caller)
        return export.check_exports(self.store(), paths)

    def audit_export(
        self, caller: Caller, wanted: AuditFilter | None = None
    ) -> Iterator[dict[str, object]]:
        """Yield the records that match, oldest first, each verified and with its proof.

        For administrators. The log is read in parts, so that others can write meanwhile.
        """
        chosen = wanted or AuditFilter()
        entries = self._audit_entries(caller, "export-audit")
        return (export.with_proof(entry) for entry in entries if chosen.matches(entry.record))

    def _audit_entries(self, caller: Caller, action: str) -> Iterator[AuditEntry]:
        with self._operation(caller, action):
            require_admin(caller)
        return self.store().audit_entries()

    def audit_prune(self, caller: Caller, *, before: int, archive: Path) -> int:
        """Move the records from before a time, in milliseconds, into a new file; return how many.

        A checkpoint replaces them, so that the log can be verified as before.
        """
        with self._operation(caller, "prune-audit"):
            require_admin(caller)
        record = record_of(0, self.audit_redaction.caller(caller), "pruned", "allow")
        return prune.prune(self.store(), before=before, archive=archive, record=record)

    def stale(self, caller: Caller, *, days: int = 90) -> list[StaleSecret]:
        """Return the secrets that the caller may READ and that have expired, were not rotated for
        some days, or were never read."""

        def work(transaction: Transaction) -> tuple[list[SecretDetails], AuditPosition]:
            return _readable(transaction, caller), transaction.audit_end

        secrets, end = self._read(caller, "list-stale", work)
        with self._recorded(caller, "list-stale"):
            store, names = self.store(), {_name(one.scope, one.key) for one in secrets}
            reads = _last_reads(audit_reader.iter_reverse(store, end), names)
            with store.begin() as transaction:  # after that, for it may be pruned meanwhile
                stale = _Staleness(transaction.now, transaction.audit_pruned_until(), days)
        found = (stale.of(one, reads.get(_name(one.scope, one.key))) for one in secrets)
        return [one for one in found if one.reasons]


def _check_reader(transaction: Transaction, caller: Caller, wanted: AuditFilter) -> None:
    if wanted.scope is None:
        require_admin(caller)
    else:
        get_authorized_scope(transaction, caller, wanted.scope, Permission.MANAGE)


def _since_creation(
    records: Iterator[dict[str, object]], scope: str | None
) -> Iterator[dict[str, object]]:
    """Yield records, newest first, back to the creation of the scope that has this name now.

    The log is in order, whatever clocks said. A restored backup may have brought a scope back in
    the place of a later one of its name: nothing from before that is shown.
    """
    for record in records:
        done = record.get("action") if record.get("outcome") == "allow" else None
        if done == "restore-backup":
            return
        yield record
        if done == "create-scope" and AuditFilter(scope=scope).matches(record):
            return


def _readable(transaction: Transaction, caller: Caller) -> list[SecretDetails]:
    found = []
    for listed in transaction.scopes():
        with transaction.passing_over_damage():  # nobody can read it, and fsck names it
            row = transaction.scope(listed.name)
            if row is not None and permission_of(caller, row) >= Permission.READ:
                found += [details_of(row, metadata) for metadata in transaction.secrets(row)]
    return found


def _name(scope: object, key: object) -> tuple[str, str]:
    return str(scope).casefold(), str(key).casefold()


def _last_reads(
    records: Iterator[dict[str, object]], missing: set[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return when each secret was read last; records are taken until all are known."""
    found: dict[tuple[str, str], int] = {}
    while missing and (record := next(records, None)) is not None:
        if record.get("action") not in _READS or record.get("outcome") != "allow":
            continue
        scope = _name(record.get("scope"), "")[0]
        key = record.get("key")
        read = (
            {name for name in missing if name[0] == scope} if key is None else {_name(scope, key)}
        )
        time = record.get("time")
        for name in read & missing:
            found[name] = time if isinstance(time, int) else 0
        missing = missing - read
    return found


@dataclass(frozen=True, slots=True)
class _Staleness:
    """What makes a secret stale now; reads from before `pruned_until` are no longer known."""

    now: int
    pruned_until: int
    days: int

    def of(self, details: SecretDetails, read_at: int | None) -> StaleSecret:
        """Return a secret with the reasons why somebody should look at it."""
        if read_at is not None and read_at < details.created_at:
            read_at = None  # that was an earlier secret of this name
        never = details.created_at > self.pruned_until
        reasons = {
            "expired": details.expires_at is not None and details.expires_at <= self.now,
            "not rotated": details.updated_at <= self.now - self.days * MS_PER_DAY,
            "never read": read_at is None and never,
            "not read since the log was pruned": read_at is None and not never,
        }
        held = tuple(name for name, holds in reasons.items() if holds)
        return StaleSecret(details, held, read_at)
