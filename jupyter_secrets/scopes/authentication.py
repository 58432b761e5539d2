"""From the token that a request shows to the caller that it speaks for."""

from __future__ import annotations

from dataclasses import replace

from jupyter_secrets.errors import UnauthenticatedError
from jupyter_secrets.model import Caller
from jupyter_secrets.scopes.audit_record import record_of
from jupyter_secrets.scopes.shared_store import SharedStore
from jupyter_secrets.scopes.token_check import caller_of, check_token
from jupyter_secrets.store import Transaction

NOBODY = Caller("")


def authenticate(shared: SharedStore, token: str, asking: Caller = NOBODY) -> Caller:
    """Return the caller that a token speaks for: its owner, with the token's limits.

    Its groups are for whoever knows them to add; its kind says whether to ask for a user's.
    Where a request comes from is taken from `asking`. Raises `UnauthenticatedError`, and records
    that. Each call of the caller's session checks the token again, and records its use.
    """

    def work(transaction: Transaction) -> Caller:
        row = shared.token_index.by_token(transaction, token)
        if row is None:
            _refuse(shared, transaction, asking, "")
            raise UnauthenticatedError("This token is not known: it is misspelt, or was removed.")
        token_owner = caller_of(row)
        caller = replace(token_owner, via=asking.via, client=asking.client, address=asking.address)
        try:
            check_token(transaction, row)
        except UnauthenticatedError:
            _refuse(shared, transaction, caller, row.token_id)
            raise
        return caller

    if not shared.created:
        raise UnauthenticatedError("This token is not known: there is no store yet.")
    return shared.read(work)


def _refuse(shared: SharedStore, transaction: Transaction, caller: Caller, token_id: str) -> None:
    """Record a refusal, unless one of the same token was recorded within a minute."""
    before = shared.failed_tokens.add(token_id)
    if before is None:
        return
    details = {"error_code": UnauthenticatedError().error_code, "failed_before": before}
    redacted = shared.audit_redaction.caller(caller)
    transaction.audit(record_of(transaction.now, redacted, "authenticate", "deny", details))
