"""References with a default: `os.getenv("PASSWORD", "x")`, `${PASSWORD:-x}`, `ENV["PW"] || "x"`.

Where the variable is not set the default is the value, so it is secret like one.
"""

from __future__ import annotations

import re

from jupyter_secrets.redaction.components.component import Excerpt, Field, Role

SHORTEST = 4
_NAME = r"[\"']?([A-Za-z_][\w.]{0,63})[\"']?"
_QUOTED = r"(?:\"([^\"]{1,1024})\"|'([^']{1,1024})')"
# After these a colon stands before the name of what is looked up there.
_STORES = (
    "env|ssm|cf|self|file|s3|opt|sls|vault|secrets?|aws|azure|gcp|kv|sys|data|var|local|config"
)
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"\$\{{(?:env[:.])?(?!(?:{_STORES}):){_NAME}(?::?[-=]|:(?![?+=-]))([^{{}}]{{1,1024}})\}}",
        r"(?:(?:os\.)?environ\.get|(?:os\.|System\.|Sys\.)?[gG]etenv(?:\(\)\.getOrDefault)?"
        r"|ENV\.fetch|env|env_var)"
        rf"\({_NAME},[ ]{{0,4}}(?:default[ ]?=[ ]?|unset[ ]?=[ ]?)?{_QUOTED}\)?",
        rf"(?:process\.env\.{_NAME}|(?:(?:os\.)?environ(?:\.get)?|(?:os\.)?getenv|ENV|\$_ENV)"
        rf"[\[(]{_NAME}[\])])[ ]{{0,4}}(?:\|\||\?\?|\?:|or)[ ]{{0,4}}{_QUOTED}",
        r"\{\{[^{}|]{0,96}?([A-Za-z_][\w.]{0,63})[^\w{}|]{0,8}\|[ ]{0,4}default[ (]{1,4}"
        rf"{_QUOTED}[^{{}}]{{0,64}}\}}\}}",
    )
)


def read_default(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a reference and its default, or `None` for what is none."""
    spans = _spans(excerpt.text)
    if spans is None:
        return None
    name, (start, end) = spans
    return [
        Field(excerpt.part(0, start), Role.PUBLIC, "placeholder"),
        Field(excerpt.part(start, end), Role.SETTING, names=(excerpt.text[slice(*name)],)),
    ]


def has_default(text: str) -> bool:
    """Tell whether a text is a reference with a default that is long enough to be a secret."""
    return _spans(text) is not None


def _spans(text: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return where the name and the default are, which are the first and the last group."""
    match = next(filter(None, (form.fullmatch(text) for form in _FORMS)), None)
    if match is None:
        return None
    spans = [match.span(number) for number in range(1, len(match.groups()) + 1)]
    name, *_, default = [span for span in spans if span[0] >= 0]
    return (name, default) if default[1] - default[0] >= SHORTEST else None
