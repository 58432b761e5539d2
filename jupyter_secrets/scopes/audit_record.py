"""What a record of the audit log says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import Caller
from jupyter_secrets.names import check_key, check_scope
from jupyter_secrets.scopes.audit_redaction import INVALID
from jupyter_secrets.scopes.principals import check_principal


def record_of(
    now: int,
    caller: Caller,
    action: str,
    outcome: str,
    details: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return an audit record; what looks like no name is not repeated in it."""
    return {
        "time": now,
        "action": action,
        "outcome": outcome,
        "principal": caller.title,
        "via": caller.via,
        "kernel_id": caller.kernel_id,
        "notebook": caller.notebook,
        "client": caller.client,
        "address": caller.address,
        **({"token": caller.token_id} if caller.token_id else {}),
        **{name: _loggable(name, detail) for name, detail in (details or {}).items() if detail},
    }


def _loggable(name: str, detail: object) -> object:
    """Return what a field is to say, unless it cannot: it may be a value in the wrong place."""
    if not isinstance(detail, str):
        return detail
    try:
        _CHECKS.get(name, _check_word)(detail)
    except InvalidParameterError:
        return INVALID
    return detail


def _check_word(word: str) -> None:
    check_principal(word)
    if " " in word:
        raise InvalidParameterError


_CHECKS: Mapping[str, Callable[[str], object]] = {"scope": check_scope, "key": check_key}
