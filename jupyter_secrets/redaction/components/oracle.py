"""Oracle's connect strings: ``user/password@host:port/service``, and descriptors in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components.component import Excerpt, Field, Role

_LOGIN = re.compile(
    r"(?:jdbc:oracle:[a-z0-9]{1,8}:)?([\w$#]{1,64})/(?:\"([^\"]{1,256})\"|([^\s@\"]{1,256}))@(?=\S)"
)
_SERVICE = re.compile(r"(?://)?[\w.-]+[:/][\w.:/-]+")
_SETTING = re.compile(r"\(\s{0,8}([A-Za-z_]{1,64})\s{0,8}=\s{0,8}([^()]{0,1024})")


def read_oracle(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a login and what it connects to, or of a descriptor, or `None`."""
    login = _LOGIN.match(excerpt.text)
    if login is None:
        return _descriptor(excerpt)
    service = excerpt.part(login.end(), len(excerpt.text))
    where = _descriptor(service)
    if where is None and not _SERVICE.fullmatch(service.text):
        return None
    password = login.span(2 if login[2] is not None else 3)
    return [
        Field(excerpt.part(*login.span(1)), Role.PUBLIC, "user"),
        Field(excerpt.part(*password), Role.SECRET, "password"),
        *(where or [Field(service, Role.PUBLIC, "host")]),
    ]


def _descriptor(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of ``(DESCRIPTION=(ADDRESS=(HOST=…)…)…)``, or `None`."""
    text = excerpt.text
    if not text.upper().startswith("(DESCRIPTION") or not text.endswith(")"):
        return None
    return list(_settings(excerpt))


def _settings(excerpt: Excerpt) -> Iterator[Field]:
    for match in _SETTING.finditer(excerpt.text):
        yield Field(excerpt.part(*match.span(1)), Role.SEGMENT, "option name")
        value = excerpt.part(*match.span(2)).stripped()
        if value.text:
            yield Field(value, Role.SETTING, names=(match[1],))
