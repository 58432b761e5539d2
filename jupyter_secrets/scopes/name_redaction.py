"""Redacts names in the audit log with the values in the store, where no filter knows them yet."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from jupyter_secrets.model import Caller, SecretVersion
from jupyter_secrets.scopes.readable import readable_values
from jupyter_secrets.store import Transaction


class NameRedaction:
    """Redacts the values in a name, for the audit log: new names, and those of calls that fail.

    Reads the values once for each transaction.
    """

    def __init__(self) -> None:
        self._values: WeakKeyDictionary[Transaction, list[SecretVersion]] = WeakKeyDictionary()

    def redact(self, transaction: Transaction | None, caller: Caller, text: str) -> str:
        """Return a text without the values that a caller may READ."""
        if transaction is None:
            return text
        encoded = text.encode("utf-8", "surrogatepass")
        within = [secret for secret in self._read(transaction, caller) if secret.value in encoded]
        return _without(within, text) if within else text

    def _read(self, transaction: Transaction, caller: Caller) -> list[SecretVersion]:
        if transaction not in self._values:
            values = readable_values(transaction, caller, at_most=sys.maxsize)
            self._values[transaction] = values or []
        return self._values[transaction]


def _without(secrets: Iterable[SecretVersion], text: str) -> str:
    # Hardly a call needs it, and it takes a tenth of what a command takes to start.
    from jupyter_secrets.redaction import Redactor, SecretValue

    return Redactor(SecretValue(secret.value) for secret in secrets).redact(text)
