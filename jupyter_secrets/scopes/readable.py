"""What a caller may read, for the filters: the values, and what was decided about them."""

from __future__ import annotations

from collections.abc import Collection

from jupyter_secrets.errors import SecretNotFoundError
from jupyter_secrets.model import Caller, Marks, Permission, SecretVersion
from jupyter_secrets.scopes.authorization import permission_of
from jupyter_secrets.scopes.base import ServiceBase
from jupyter_secrets.scopes.verdicts import decode_verdicts
from jupyter_secrets.store import ScopeRow, SecretRow, Transaction


class ReadableService(ServiceBase):
    """Everything that a caller may READ, at once."""

    # The store's epoch, and the marks that there were then.
    _marks: tuple[int, Marks] = (-1, Marks())

    def readable(self, *, at_most: int) -> list[SecretVersion] | None:
        """Return every value that a caller may READ, for the filters, under one audit record.

        Returns None if there are more than `at_most`. A scope that fails its integrity
        check is left out: nobody can read its values.
        """
        if not self.shared.created:
            return []

        def work(transaction: Transaction) -> list[SecretVersion] | None:
            return readable_values(transaction, self.caller, at_most=at_most)

        epoch = self.shared.epoch()
        values = self._internal()._read("read-for-redaction", work)
        if values is not None:
            self._marks = epoch, Marks().with_versions(values)
        return values

    def hand_over(
        self, *, at_most: int, leave_out: Collection[str] = ()
    ) -> list[SecretVersion] | None:
        """Do as `readable` for a server on another machine, with every name in the audit record.

        The values of scopes in `leave_out` stay here.
        """
        if not self.shared.created:
            return []
        excluded = frozenset(map(str.casefold, leave_out))

        def work(transaction: Transaction) -> list[SecretVersion] | None:
            return readable_values(transaction, self.caller, at_most=at_most, leave_out=excluded)

        return self._read(
            "hand-over",
            work,
            notes=lambda versions: {"secrets": [version.label for version in versions or ()]},
        )

    def marks(self) -> Marks:
        """Return what was decided about the redaction of secrets that the caller may READ.

        A session reads it, and leaves a record, once for each change of the store; not where
        `readable` has just read it with the values.
        """
        epoch = self.shared.epoch()
        if epoch != self._marks[0]:
            self._marks = epoch, self._read_marks() if self.shared.created else Marks()
        return self._marks[1]

    def _read_marks(self) -> Marks:
        def work(transaction: Transaction) -> Marks:
            secrets = {
                f"{row.name}/{metadata.name}": metadata
                for row in _readable_scopes(transaction, self.caller)
                for metadata in transaction.secrets(row)
            }
            return Marks(
                frozenset(label for label, each in secrets.items() if not each.sensitive),
                {
                    label: decode_verdicts(each.verdicts)
                    for label, each in secrets.items()
                    if each.verdicts is not None
                },
            )

        return self._internal()._read("read-for-redaction", work)


def readable_values(
    transaction: Transaction,
    caller: Caller,
    *,
    at_most: int,
    leave_out: Collection[str] = frozenset(),
) -> list[SecretVersion] | None:
    """Return every value that a caller may READ, or None if there are more than `at_most`.

    Scopes in `leave_out`, in lower case, do not count.
    """
    values: list[SecretVersion] = []
    for listed in transaction.scopes():
        if listed.name.casefold() in leave_out:
            continue
        with transaction.passing_over_damage():
            row = transaction.scope(listed.name)
            if row is None or permission_of(caller, row) < Permission.READ:
                continue
            secrets = transaction.secrets(row)
            if len(values) + len(secrets) > at_most:
                return None
            values += [version_of(transaction, row, metadata) for metadata in secrets]
    return values


def _readable_scopes(transaction: Transaction, caller: Caller) -> list[ScopeRow]:
    """Return the scopes that a caller may READ, without those that fail their integrity check."""
    readable: list[ScopeRow] = []
    for listed in transaction.scopes():
        with transaction.passing_over_damage():
            row = transaction.scope(listed.name)
            if row is not None and permission_of(caller, row) >= Permission.READ:
                transaction.secrets(row)
                readable.append(row)
    return readable


def version_of(
    transaction: Transaction, row: ScopeRow, metadata: SecretRow, version: int | None = None
) -> SecretVersion:
    """Return a version of a secret, the newest unless one is named."""
    wanted = metadata.version if version is None else version
    value = transaction.versions.value(row, metadata, wanted)
    if value is None:
        raise SecretNotFoundError(
            f"{SecretNotFoundError.of(row.name, metadata.name).message}, version {wanted}: see "
            "jupyter secrets list-versions."
        )
    verdicts = decode_verdicts(metadata.verdicts)
    return SecretVersion(
        row.name, metadata.name, wanted, value, metadata.sensitive, verdicts, metadata.expires_at
    )
