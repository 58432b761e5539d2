"""Files of directives, `name value` on each line: redis.conf, ldap.conf, msmtp, nginx."""

from __future__ import annotations

import re

from jupyter_secrets.redaction.components import names
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role
from jupyter_secrets.redaction.components.urls import split

_DIRECTIVE = re.compile(
    r"(?:(?:set|setenv|SetEnv|\#[ ]?define|proxy_set_header|add_header|fastcgi_param"
    r"|(?:Request)?Header[ \t]{1,8}set)[ \t]{1,8}(?:-x[ \t]{1,8})?)?"
    r"([A-Za-z][\w.-]{0,63})[ \t]{1,64}(?![=:])(\S.*?);?"
)
_FIRST_WORD = re.compile(r"(?:--?[\w-]{1,64}[ \t]{1,8}){0,8}(\S+)(?=[ \t]|$)")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")


def read_directives(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a file of directives, or `None` for what is none.

    It is one if at least half of its names are known, and one of them is secret.
    """
    lines = [excerpt.part(*span).stripped() for span in split(excerpt.text, "\n")]
    directives = [(line, _DIRECTIVE.fullmatch(line.text)) for line in lines if line.text]
    options = [match[1] for _, match in directives if match is not None]
    if not _are_directives(options):
        return None
    fields: list[Field] = []
    for line, match in directives:
        if match is not None:
            fields += _fields(line, match)
        elif line.text.startswith("#"):
            fields.append(Field(line, Role.SEGMENT, "comment"))
        else:
            return None
    return fields


def _are_directives(options: list[str]) -> bool:
    if len(options) < 2 or 2 * sum(map(names.is_known, options)) < len(options):
        return False
    return any(names.verdict([option]) is names.Verdict.SECRET for option in options)


def _fields(line: Excerpt, match: re.Match[str]) -> list[Field]:
    name = match[1]
    value = line.part(*match.span(2))
    fields = [Field(line.part(*match.span(1)), Role.SEGMENT, "option name")]
    quoted = _QUOTED.fullmatch(value.text)
    if quoted:
        value = value.part(1, len(value.text) - 1)
    first = _FIRST_WORD.match(value.text)
    is_secret = names.verdict([name]) is names.Verdict.SECRET
    if is_secret and first and not quoted and first[1] != value.text:
        # What stands after a secret may belong to it, or not.
        fields.append(Field(value.part(*first.span(1)), Role.SETTING, names=(name,)))
    return [*fields, Field(value, Role.SETTING, names=(name,))]
