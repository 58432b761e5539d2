"""The audit log as its readers see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from jupyter_secrets.model import (
    ADMINS,
    AuditFilter,
    Caller,
    Permission,
    SecretDetails,
    StaleSecret,
)
from jupyter_secrets.scopes.authorization import (
    get_authorized_scope,
    permission_of,
    require_admin,
)
from jupyter_secrets.scopes.base import ServiceBase
from jupyter_secrets.scopes.secrets import MS_PER_DAY, details_of
from jupyter_secrets.store import AuditPosition, Transaction, iter_audit_reverse

_READS = frozenset({"get", "export-scope"})


class AuditService(ServiceBase):
    """What a caller may read of the audit log."""

    def audit_tail(
        self, wanted: AuditFilter | None = None, *, limit: int = 50
    ) -> list[dict[str, object]]:
        """Return the newest records that match, newest last, each verified.

        An administrator may see all of them, whoever may MANAGE a scope those of that scope, from
        its creation on. The call is recorded first; then the log is read in parts, so that others
        can write meanwhile.
        """
        audit_filter = wanted or AuditFilter()

        def work(transaction: Transaction) -> AuditPosition:
            _check_reader(transaction, self.caller, audit_filter)
            return transaction.audit_end

        end = self._read("read-audit", work, scope=audit_filter.scope)
        with self._recorded("read-audit", scope=audit_filter.scope):
            records = iter_audit_reverse(self.shared.store(), end)
            if ADMINS not in self.caller.groups:
                records = _since_creation(records, audit_filter.scope)
            return list(islice(filter(audit_filter.matches, records), limit))[::-1]

    def stale(self, *, days: int = 90) -> list[StaleSecret]:
        """Return the secrets that the caller may READ and that have expired, were not rotated for
        some days, or were never read."""

        def work(transaction: Transaction) -> tuple[list[SecretDetails], AuditPosition]:
            return _readable(transaction, self.caller), transaction.audit_end

        secrets, end = self._read("list-stale", work)
        with self._recorded("list-stale"):
            store = self.shared.store()
            names = {_name(secret.scope, secret.key) for secret in secrets}
            reads = _last_reads(iter_audit_reverse(store, end), names)
            with store.begin() as transaction:  # after that, for it may be pruned meanwhile
                stale = _Staleness(transaction.now, transaction.audit_pruned_until(), days)
        candidates = (
            stale.of(secret, reads.get(_name(secret.scope, secret.key))) for secret in secrets
        )
        return [secret for secret in candidates if secret.reasons]


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
    secrets = []
    for listed in transaction.scopes():
        with transaction.passing_over_damage():  # nobody can read it, and fsck names it
            row = transaction.scope(listed.name)
            if row is not None and permission_of(caller, row) >= Permission.READ:
                secrets += [details_of(row, metadata) for metadata in transaction.secrets(row)]
    return secrets


def _name(scope: object, key: object) -> tuple[str, str]:
    return str(scope).casefold(), str(key).casefold()


def _last_reads(
    records: Iterator[dict[str, object]], missing: set[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return when each secret was read last; records are taken until all are known."""
    last_reads: dict[tuple[str, str], int] = {}
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
            last_reads[name] = time if isinstance(time, int) else 0
        missing = missing - read
    return last_reads


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
        return StaleSecret(
            details, tuple(name for name, holds in reasons.items() if holds), read_at
        )
