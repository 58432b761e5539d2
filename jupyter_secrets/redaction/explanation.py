"""Tells what of a value is hidden, and why, without showing any of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_secrets.redaction.components.component import Component
from jupyter_secrets.redaction.components.recognise import components_of
from jupyter_secrets.redaction.components.verdicts import (
    REFUSED,
    folded_name,
    judged_components,
    public_names,
    shown_name,
)
from jupyter_secrets.redaction.patterns.policy import (
    COMMON_WORDS,
    SHORTEST,
    SHORTEST_FULL,
    Strength,
    has_pieces,
    is_number,
    is_opaque,
    strength,
    weakness,
)
from jupyter_secrets.redaction.values import SecretValue, secret_value

WHOLE = "whole value"
_MEANINGLESS_KINDS = ("named", "opaque", "line", "base64")


@dataclass(frozen=True, slots=True)
class PartExplanation:
    """What is done with a component of a value.

    `name` is that of its option if it is a usual one, or one that its owner judged it by; or what
    it is, as `password`; else its place among the components. `kind` says what it is, `length` how
    many characters it has. `why` says why it is hidden, or is not, and how far. Nothing in it is
    text of the value but such a name.
    """

    name: str
    kind: str
    length: int
    hidden: bool
    why: str


def explain(value: SecretValue | str | bytes) -> list[PartExplanation]:
    """Return what is done with a value as a whole, and with each of its components, in order."""
    secret = secret_value(value)
    text = secret.text
    if text is None:
        return [_explain_bytes(secret)]
    text = text.strip()
    # The names of options are those of the other components.
    judged = judged_components(text, secret.verdicts)
    components = [each for each in judged if each.kind != "option name" or each.secret]
    whole = _explain_whole(secret, text)
    if len(text) < SHORTEST or (len(components) == 1 and components[0].text == text):
        return [whole]
    names = (shown_name(each, secret.verdicts) for each in components)
    return [
        whole,
        *(
            _explained(each, name or f"component {number}")
            for number, (each, name) in enumerate(zip(components, names, strict=True), 1)
        ),
    ]


def names_to_judge(value: SecretValue | str | bytes) -> list[str]:
    """Return the names, in lower case, by which an owner can judge components of a value.

    Those that `explain` shows are among them, and those of options that the value has for public.
    """
    text = secret_value(value).text
    return [] if text is None else sorted(public_names(components_of(text.strip())))


def refused_verdicts(value: SecretValue) -> list[str]:
    """Return the names of components that stay secret, or public, whatever their owner says."""
    judged = judged_components((value.text or "").strip(), value.verdicts)
    return sorted({folded_name(each) for each in judged if each.why == REFUSED})


def put_warning(value: SecretValue | str | bytes) -> str | None:
    """Tell what of a value is not fully hidden, to be shown after a secret's name, or `None`."""
    reason = weakness(value)
    text = secret_value(value).text
    if reason is not None or text is None:
        return reason
    return next(_warnings(text.strip()), None)


def _warnings(text: str) -> Iterator[str]:
    components = judged_components(text, ())
    secrets = [each for each in components if each.secret]
    if not secrets:
        yield "has no part that looks secret: only the whole value is redacted"
    for component in secrets:
        what = shown_name(component) or component.kind
        if component.named and len(component.text) < SHORTEST:
            yield f"has a secret part ({what}) under {SHORTEST} characters, never redacted alone"
        if component.named and _is_weak(component.text):
            yield (
                f"has a secret part ({what}) that is short or a common word: alone it is redacted "
                "only as a whole word, and only once a kernel was disclosed it"
            )


def _explain_bytes(secret: SecretValue) -> PartExplanation:
    level = strength(secret)
    hidden = level is not Strength.NOTHING
    return PartExplanation(WHOLE, "bytes", len(secret.data), hidden, _how(level))


def _explain_whole(secret: SecretValue, text: str) -> PartExplanation:
    reason = weakness(secret)
    level = strength(secret)
    kind = "number" if is_number(text) else "text"
    why = f"it {reason}" if reason else _how(level)
    return PartExplanation(WHOLE, kind, len(text), level is not Strength.NOTHING, why)


def _how(level: Strength) -> str:
    return {
        Strength.NOTHING: f"it has fewer than {SHORTEST} characters",
        Strength.WORD: "redacted as a whole word",
        Strength.WHOLE: "redacted as a whole, in every encoding",
        Strength.PIECES: "redacted in every encoding",
    }[level]


def _explained(component: Component, name: str) -> PartExplanation:
    kind = "secret" if component.kind in _MEANINGLESS_KINDS else component.kind
    hidden = component.secret and len(component.text) >= SHORTEST
    why = component.why
    if component.secret:
        why = f"{component.why}; {_far(component.text)}"
    return PartExplanation(name, kind, len(component.text), hidden, why)


def _far(text: str) -> str:
    """Say how far a secret component is hidden."""
    if len(text) < SHORTEST:
        return f"but it has fewer than {SHORTEST} characters"
    if is_number(text):
        how = "redacted as a whole number"
    elif _is_weak(text):
        how = "redacted as a whole word"
    else:
        how = "redacted in every encoding"
        how += ", and in pieces" if has_pieces(text) else ", as a whole"
    return how if is_opaque(text) else f"{how}, once a kernel was disclosed it"


def _is_weak(text: str) -> bool:
    return len(text) < SHORTEST_FULL or text.casefold() in COMMON_WORDS
