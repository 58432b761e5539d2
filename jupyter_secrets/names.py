"""What scopes and keys may be called, and ``{{secrets/scope/key}}`` references to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jupyter_secrets.errors import InvalidParameterError, UnresolvedReferenceError

MAX_NAME_LENGTH = 128

# Every token of the store begins like this; the rest are letters and digits.
TOKEN_PREFIX = "jst_"  # noqa: S105 - a prefix, not a password
TOKEN_LETTERS = 43

_SCOPE = re.compile(r"[A-Za-z0-9\-_@.]{1,128}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9\-_.]{1,128}", re.ASCII)
# Anything that begins like a reference counts as one, so that none passes unresolved; and one with
# single braces, as Python's f-strings make of double ones. What is between the braces holds none
# itself: "{{secrets/a/b}}{{secrets/c/d}}" is two.
_REFERENCE = re.compile(
    r"\{\{\s*secrets?\s*[/\\](?P<body>[^{}]*)(\}\})?"
    r"|(?<!\{)\{secrets/[\w\-@.]+/[\w\-.]+\}(?!\})",
    re.ASCII | re.IGNORECASE,
)
# Templates of others, such as GitHub's {{ secrets.X }}, look like this too.
_LOOKALIKE = re.compile(r"\{\{[^{}]*\bsecrets?\b", re.ASCII | re.IGNORECASE)


def check_scope(name: object) -> str:
    """Return a scope's name as it is, or raise `InvalidParameterError`.

    That does not repeat it: it may be a value in the wrong place.
    """
    if isinstance(name, str) and _SCOPE.fullmatch(name):
        return name
    raise InvalidParameterError(
        f"Invalid scope name: a scope name has 1 to {MAX_NAME_LENGTH} ASCII "
        "letters, digits, '-', '_', '@' and '.'."
    )


def check_key(name: object) -> str:
    """Return a key's name as it is, or raise `InvalidParameterError`, which does not repeat it."""
    if isinstance(name, str) and _KEY.fullmatch(name):
        return name
    raise InvalidParameterError(
        f"Invalid key name: a key name has 1 to {MAX_NAME_LENGTH} ASCII "
        "letters, digits, '-', '_' and '.'."
    )


@dataclass(frozen=True, slots=True)
class Reference:
    """One ``{{secrets/scope/key}}``."""

    scope: str
    key: str

    def __str__(self) -> str:
        return f"{{{{secrets/{self.scope}/{self.key}}}}}"


def has_reference(text: str) -> bool:
    """Tell whether a text holds a reference, be it malformed."""
    return _REFERENCE.search(text) is not None


def find_references(text: str) -> Iterator[Reference]:
    """Yield the references in a text, in order.

    >>> [str(found) for found in find_references("pg://app:{{secrets/prod/db}}@host")]
    ['{{secrets/prod/db}}']

    Raises `UnresolvedReferenceError` for one that is malformed. Other ``{{…}}`` are none of ours.
    """
    for match in _REFERENCE.finditer(text):
        yield _parse(match)


def resembles_reference(text: str) -> bool:
    """Tell whether a text holds a reference, or other braces that speak of a secret."""
    return has_reference(text) or _LOOKALIKE.search(text) is not None


def find_meant_references(text: str) -> tuple[Reference, ...]:
    """Return the references in a text that is there to be resolved, in order.

    Raises `UnresolvedReferenceError` as `find_references` does, and for what only resembles one.

    >>> find_meant_references("{{ secrets.prod.db }}")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    jupyter_secrets.errors.UnresolvedReferenceError: A reference is malformed.
    """
    starts = {match.start() for match in _REFERENCE.finditer(text)}
    if any(match.start() not in starts for match in _LOOKALIKE.finditer(text)):
        raise _malformed()
    return tuple(find_references(text))


def resolve(text: str, lookup: Callable[[Reference], str]) -> str:
    """Replace each reference by what `lookup` returns for it.

    What `lookup` returns is not searched again: a value that looks like a reference stays.

    >>> resolve("{{secrets/a/b}} {{other}}", lambda reference: reference.key)
    'b {{other}}'
    """
    return _REFERENCE.sub(lambda match: lookup(_parse(match)), text)


def _parse(match: re.Match[str]) -> Reference:
    scope, _, key = (match["body"] or "").partition("/")
    well_formed = match.group() == f"{{{{secrets/{scope}/{key}}}}}"
    if not (well_formed and _SCOPE.fullmatch(scope) and _KEY.fullmatch(key)):
        raise _malformed()
    return Reference(scope, key)


def _malformed() -> UnresolvedReferenceError:
    return UnresolvedReferenceError(
        "A reference is malformed: write {{secrets/<scope>/<key>}}, without spaces."
    )
