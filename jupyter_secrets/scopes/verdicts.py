"""What a secret's owner decides about the components of its value: checked, and as it is stored."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Set

from jupyter_secrets.errors import InvalidParameterError, LimitExceededError
from jupyter_secrets.model import DEFAULT, PUBLIC, SECRET, Verdicts

MAX_VERDICTS = 100
_WHOLE = "whole value"


def encode_verdicts(verdicts: Verdicts) -> str:
    """Return verdicts as a secret's metadata holds them."""
    return json.dumps(dict(verdicts), sort_keys=True)


def decode_verdicts(stored: str | None) -> Verdicts:
    """Return the verdicts in a secret's metadata."""
    return tuple(sorted(json.loads(stored).items())) if stored else ()


def changed_verdicts(
    verdicts: Verdicts,
    changes: Mapping[str, str],
    label: str,
    value: bytes,
    check_unusual: Callable[[str], None],
) -> Verdicts:
    """Return a secret's verdicts with changes by names of components of its newest value.

    `check_unusual` is called with names that are not made of words of option names. Raises
    `InvalidParameterError` for a name that the value has not, and for a component that cannot be
    public since that would show more that is secret. Nothing of the value is in the error.
    """
    changes = _folded(changes)
    before = dict(verdicts)
    _check_verdicts(changes, label)
    taken_back = {name for name in before if changes.get(name) == DEFAULT}
    _check_names(changes.keys() - taken_back, label, value, check_unusual)
    after = {**before, **changes}
    changed = tuple(sorted(pair for pair in after.items() if pair[1] != DEFAULT))
    if len(changed) > MAX_VERDICTS:
        raise LimitExceededError(
            f"{label} has verdicts on {MAX_VERDICTS} components: take some back with --default."
        )
    _check_public({name for name in changes if changes[name] == PUBLIC}, changed, label, value)
    return changed


def usable_verdicts(verdicts: Mapping[str, str], value: bytes) -> dict[str, str]:
    """Return the verdicts, of an import, that count for a value."""
    if not verdicts:
        return {}
    from jupyter_secrets.redaction import SecretValue, names_to_judge, refused_verdicts

    names = set(names_to_judge(value))
    applicable = {name: verdict for name, verdict in _folded(verdicts).items() if name in names}
    refused = refused_verdicts(SecretValue(value, verdicts=tuple(applicable.items())))
    return {name: verdict for name, verdict in applicable.items() if name not in refused}


def _folded(changes: Mapping[str, str]) -> dict[str, str]:
    folded = {name.strip().casefold(): verdict for name, verdict in changes.items()}
    if len(folded) < len(changes):
        raise InvalidParameterError("Name each component once: case makes no difference.")
    return folded


def _check_verdicts(changes: Mapping[str, str], label: str) -> None:
    if not set(changes.values()) <= {PUBLIC, SECRET, DEFAULT}:
        raise InvalidParameterError(f'A verdict is one of "{PUBLIC}", "{SECRET}" and "{DEFAULT}".')
    if _WHOLE in changes:
        raise InvalidParameterError(
            f"The whole value of {label} is always redacted, unless the secret is marked as not "
            "sensitive."
        )


def _check_names(
    names: Set[str], label: str, value: bytes, check_unusual: Callable[[str], None]
) -> None:
    # Slow to import, for each command that opens the store.
    from jupyter_secrets.redaction import explain, names_to_judge

    judged_names = set(names_to_judge(value))
    usual = {each.name for each in explain(value) if each.name.casefold() in judged_names}
    if not names <= judged_names:
        what = f"those with a name are {_listed(usual)}" if usual else "none of them has a name"
        raise InvalidParameterError(f"{label} has no component of that name: {what}.")
    for name in names - {name.casefold() for name in usual}:
        check_unusual(name)


def _check_public(names: set[str], verdicts: Verdicts, label: str, value: bytes) -> None:
    from jupyter_secrets.redaction import SecretValue, refused_verdicts

    refused = names.intersection(refused_verdicts(SecretValue(value, verdicts=verdicts)))
    if refused:
        raise InvalidParameterError(
            f"In {label}, {_listed(refused)} cannot be public: it is the whole value, or another "
            "secret component is in it. Nothing was changed."
        )


def _listed(names: set[str]) -> str:
    *first, last = sorted(names)
    return f"{', '.join(first)} and {last}" if first else last
