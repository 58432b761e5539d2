"""The audit log as its readers see it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from jupyter_secrets.errors import IntegrityError
from jupyter_secrets.model import (
    AuditFilter,
    Caller,
    Permission,
    SecretDetails,
    StaleSecret,
)
from jupyter_secrets.scopes.operation import (
    MS_PER_DAY,
    Operations,
    find,
    permission_of,
    require_keeper,
)
from jupyter_secrets.scopes.values import details_of
from jupyter_secrets.store import Transaction

_READS = frozenset({"get", "export-scope"})


class AuditCalls(Operations):
    """Everything that reads the audit log."""

    def audit_tail(
        self, caller: Caller, wanted: AuditFilter | None = None, *, limit: int = 50
    ) -> list[dict[str, object]]:
        """Return the newest records that match, newest last, each verified.

        An administrator may see all of them, whoever may MANAGE a scope those of that scope.
        """
        chosen = wanted or AuditFilter()

        def work(transaction: Transaction) -> list[dict[str, object]]:
            _check_reader(transaction, caller, chosen)
            matching = filter(chosen.matches, transaction.audit_backwards())
            return list(islice(matching, limit))[::-1]

        return self._read(caller, "read-audit", work, scope=chosen.scope)

    def audit_verify(self, caller: Caller) -> int:
        """Verify the whole log, from its first record to its end; return how many there are.

        Raises `IntegrityError` with the number of the first record that does not fit.
        """
        return sum(1 for _ in self.audit_export(caller, action="verify-audit"))

    def audit_export(
        self, caller: Caller, wanted: AuditFilter | None = None, *, action: str = "export-audit"
    ) -> Iterator[dict[str, object]]:
        """Yield the records that match, oldest first, each verified. For administrators.

        The log is read in parts, so that others can write meanwhile.
        """
        with self._operation(caller, action):
            require_keeper(caller)
        for record in self.store().audit_records():
            if wanted is None or wanted.matches(record):
                yield record

    def stale(self, caller: Caller, *, days: int = 90) -> list[StaleSecret]:
        """Return the secrets that the caller may READ and that have expired, were not rotated for
        some days, or were never read."""

        def work(transaction: Transaction) -> list[StaleSecret]:
            heads = _readable(transaction, caller)
            reads = _last_reads(transaction, {(one.scope, one.key) for one in heads})
            found = (
                _stale(one, reads.get(_name(one.scope, one.key)), transaction.now, days)
                for one in heads
            )
            return [one for one in found if one.reasons]

        return self._read(caller, "list-stale", work)


def _check_reader(transaction: Transaction, caller: Caller, wanted: AuditFilter) -> None:
    if wanted.scope is None:
        require_keeper(caller)
    else:
        find(transaction, caller, wanted.scope, Permission.MANAGE)


def _readable(transaction: Transaction, caller: Caller) -> list[SecretDetails]:
    found = []
    for listed in transaction.scopes():
        try:
            row = transaction.scope(listed.name)
        except IntegrityError:
            continue  # nobody can read it, and fsck names it
        if row is not None and permission_of(caller, row) >= Permission.READ:
            found += [details_of(row, head) for head in transaction.secrets(row)]
    return found


def _name(scope: object, key: object) -> tuple[str, str]:
    return str(scope).casefold(), str(key).casefold()


def _last_reads(
    transaction: Transaction, names: set[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return when each secret was read last; the log is read back until all are known."""
    missing = {_name(*name) for name in names}
    found: dict[tuple[str, str], int] = {}
    for record in transaction.audit_backwards():
        if not missing:
            break
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
        missing -= read
    return found


def _stale(details: SecretDetails, read_at: int | None, now: int, days: int) -> StaleSecret:
    if read_at is not None and read_at < details.created_at:
        read_at = None  # that was an earlier secret of this name
    reasons = {
        "expired": details.expires_at is not None and details.expires_at <= now,
        "not rotated": details.updated_at <= now - days * MS_PER_DAY,
        "never read": read_at is None,
    }
    return StaleSecret(details, tuple(name for name, holds in reasons.items() if holds), read_at)
