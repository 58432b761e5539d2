"""Keeps values out of the audit log: what a caller says of itself, and names that are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import Caller
from jupyter_secrets.store import Transaction

# Stands in a record for what is no name.
INVALID = "(invalid)"


class AuditRedaction:
    """Redacts what a caller may choose freely, with the values that the caller may read.

    A value in the wrong place, such as for a key, would otherwise stay in the log. The names of
    scopes, keys and principals that the store has are never redacted: whoever stores such a name as
    a value would hide what is done under it.

    `redact` is given the transaction in which it is called, if there is one, and must not begin
    another.
    """

    def __init__(self) -> None:
        self.redact: Callable[[Transaction | None, Caller, str], str] = lambda *arguments: (
            arguments[-1]
        )

    def caller(self, caller: Caller) -> Caller:
        """Return a caller whose own words are redacted; neither its name nor its address is."""
        return replace(
            caller,
            kernel_id=self._redact(caller, caller.kernel_id),
            notebook=self._redact(caller, caller.notebook),
            client=self._redact(caller, caller.client),
        )

    def names(
        self, transaction: Transaction, caller: Caller, names: Mapping[str, object]
    ) -> dict[str, object]:
        """Return the names in a call that failed, without values among those the store has not."""
        existing = _existing(transaction, names)
        return {
            field: self.name(transaction, caller, name)
            if isinstance(name, str) and field not in existing
            else name
            for field, name in names.items()
        }

    def name(self, transaction: Transaction, caller: Caller, name: str) -> str:
        """Return a name that the store has not, or, if there is a value in it, that it is none."""
        return name if self.redact(transaction, caller, name) == name else INVALID

    def check_new(self, transaction: Transaction, caller: Caller, name: str) -> None:
        """Raise `InvalidParameterError` for a new name that a value is, or is part of."""
        if self.name(transaction, caller, name) == INVALID:
            raise InvalidParameterError(
                "This name holds the value of a secret that you may read. Names are not secret: "
                "choose another one."
            )

    def _redact(self, caller: Caller, text: str | None) -> str | None:
        return None if text is None else self.redact(None, caller, text)


def _existing(transaction: Transaction, names: Mapping[str, object]) -> set[str]:
    """Return which of the fields hold names that the store has."""
    scope, key, principal = (names.get(field) for field in ("scope", "key", "about"))
    existing: set[str] = set()
    with suppress(Exception):  # what cannot be looked up is not known
        row = transaction.scope(str(scope))
        if row is None:
            return existing
        existing.add("scope")
        if any(principal in (name, f"{kind}:{name}") for kind, name in row.acl):
            existing.add("about")
        if transaction.secret(row, str(key)) is not None:
            existing.add("key")
    return existing
