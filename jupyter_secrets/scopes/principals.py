"""What principals are called: by a plain name where it is clear, in full where it is not."""

from __future__ import annotations

from collections.abc import Callable, Collection

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import ADMINS, GROUP, PRINCIPAL_KINDS, SERVICE, USER, USERS, Principal

_MAX_LENGTH = 256


def check_principal(name: str) -> None:
    """Raise `InvalidParameterError` for what can be no principal's name."""
    if not (0 < len(name) <= _MAX_LENGTH and name.isprintable()):
        raise InvalidParameterError(f"A principal has 1 to {_MAX_LENGTH} printable characters.")


def has_kind(text: str) -> bool:
    """Return whether a text names a principal in full: ``user:…``, ``group:…``, ``service:…``."""
    kind, colon, _ = text.partition(":")
    return bool(colon) and kind in PRINCIPAL_KINDS


def is_built_in(name: str) -> bool:
    """Return whether a plain name always is that of a group that exists everywhere."""
    return name in (USERS, ADMINS)


def normalized(text: str, normalize: Callable[[str], str]) -> str:
    """Return what names a principal, plain or in full, with its name normalized.

    Raises `InvalidParameterError` if that makes it a built-in group's.
    """
    kind, colon, name = text.partition(":") if has_kind(text) else ("", "", text)
    if kind == SERVICE or is_built_in(name):
        return text
    result = normalize(name)
    if is_built_in(result) and kind != USER:
        raise InvalidParameterError(
            f"{text} would be the built-in group {result}: write {result}, or user:{name}."
        )
    return f"{kind}{colon}{result}"


def resolve(text: str, among: Collection[Principal]) -> Principal:
    """Return the principal that a text names; `among` are those that are known.

    A plain name is a built-in group's, or that of the one known principal who is called so, or
    else a user's. Raises `InvalidParameterError` if there are several, and for what can be no name.
    """
    if has_kind(text):
        kind, _, name = text.partition(":")
        check_principal(name)
        return Principal(kind, name)
    check_principal(text)
    if is_built_in(text):
        return Principal(GROUP, text)
    called_so = sorted({principal for principal in among if principal.name == text})
    if len(called_so) > 1:
        raise InvalidParameterError(
            f"{text} is ambiguous: write {' or '.join(map(str, called_so))}."
        )
    return called_so[0] if called_so else Principal(USER, text)


def shortest(principal: Principal, among: Collection[Principal]) -> str:
    """Return a principal's plain name, or its full one where that would not be resolved to it."""
    try:
        is_clear = resolve(principal.name, among) == principal
    except InvalidParameterError:
        is_clear = False
    return principal.name if is_clear else str(principal)
