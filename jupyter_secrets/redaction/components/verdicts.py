"""What the owner of a value decided about its components, by their names.

A verdict counts for all components of its name, in each version of the value that has one. A
component stays as it was judged, whatever its owner says of it, where to show it would show the
whole value or another secret component.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jupyter_secrets.redaction.components.component import Component
from jupyter_secrets.redaction.components.names import LONGEST_NAME, is_option
from jupyter_secrets.redaction.components.recognise import SHORTEST_NAMED, components_of
from jupyter_secrets.redaction.values import PUBLIC, SECRET, Verdicts

BY_OWNER = "set by its owner"
REFUSED = "its owner's verdict is not followed, for it would show more that is secret"
# Of a value of very many components none is public because its owner says so.
MOST_COMPARISONS = 1_000_000

# What has no name of its own goes by what it is, where people call it that.
_PLACES = {
    "user": "user",
    "user of a URL without a password": "user",
    "password": "password",
    "password of a URL": "password",
    "token of a header": "token",
    "host": "host",
}


def judged_components(value: str, verdicts: Verdicts) -> list[Component]:
    """Return the components of a value, judged by its owner where there is a verdict."""
    components = _components(value)
    if not verdicts:
        return components
    by_name = dict(verdicts)
    judged = [_judged(each, by_name.get(folded_name(each))) for each in components]
    for index in _contradictions(judged, value.strip()):
        judged[index] = replace(components[index], why=REFUSED)
    return judged


def _components(value: str) -> list[Component]:
    """Return the components of a value; where a recogniser fails, all of it is one."""
    try:
        return components_of(value)
    except Exception:  # whatever is wrong there, the value has to be redacted
        return [Component(0, len(value), value, True, "opaque", "it could not be read")]


def folded_name(component: Component) -> str:
    """Return the name that a component is judged by, in lower case; empty if it has none."""
    return (component.name or _PLACES.get(component.kind, "")).casefold()


def shown_name(component: Component, verdicts: Verdicts = ()) -> str:
    """Return a component's name if nothing of the value is in it, or its owner judged it by it."""
    name = component.name or _PLACES.get(component.kind, "")
    return name if is_option(name) or folded_name(component) in dict(verdicts) else ""


def public_names(components: Sequence[Component]) -> set[str]:
    """Return the names of components, in lower case, that show nothing of the value.

    They are the usual names of options, and those that the value shows for public.
    """
    options = {each.text for each in components if each.kind == "option name" and not each.secret}
    names = {folded_name(each): each.name for each in components}
    return {
        folded
        for folded, name in names.items()
        if 0 < len(folded) <= LONGEST_NAME and (not name or is_option(name) or name in options)
    }


def _judged(component: Component, verdict: str | None) -> Component:
    if verdict == SECRET:
        return replace(component, secret=True, named=True, why=BY_OWNER)
    if verdict == PUBLIC:
        return replace(component, secret=False, why=BY_OWNER)
    return component


def _contradictions(components: Sequence[Component], whole: str) -> set[int]:
    """Return which of the components cannot be public, though their owner says so."""
    texts = [each.text.strip().casefold() for each in components]
    public = {i for i, each in enumerate(components) if each.why == BY_OWNER and not each.secret}
    if len(public) * len(components) > MOST_COMPARISONS:
        return public
    refused = {i for i in public if components[i].text.strip() == whole}
    hidden = refused | {i for i, each in enumerate(components) if each.secret}
    while hidden:
        left = public - refused
        # Those stay hidden as well, and others may have them in them.
        hidden = {i for i in left if any(_contains(components, texts, i, j) for j in hidden)}
        refused |= hidden
    return refused


def _contains(
    components: Sequence[Component], texts: Sequence[str], outer: int, inner: int
) -> bool:
    start, end = components[inner].start, components[inner].end
    if components[outer].start <= start and end <= components[outer].end:
        return True
    return len(texts[inner]) >= SHORTEST_NAMED and texts[inner] in texts[outer]
