"""PowerShell: secure strings, credentials, and the parameters of cmdlets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import names, shapes
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role
from jupyter_secrets.redaction.components.urls import split

_CMDLET = re.compile(
    r"(?:\$[\w:]{1,64} ?= ?)?[(&]{0,2} ?(?:\[[\w.]{2,128}\]::new|"
    r"(?:ConvertTo|ConvertFrom|New|Set|Get|Add|Connect|Invoke|Import|Export|Enter|Start|Test|Read"
    r"|Write|Register|Update|Install|Save|Send|Copy|Remove|Out|Select)-[A-Z][A-Za-z]{2,64})"
    r"(?=[ (\n]|$)"
)
_ASSIGNMENT = re.compile(r"\$([A-Za-z_][\w:]{0,63}) ?= ?(?=[\"'])")
# The variables that secure strings are made of.
_SECURED = re.compile(
    r"ConvertTo-SecureString(?: -AsPlainText| -Force| -String){0,3} \$([A-Za-z_][\w:]{0,63})"
)
_TOKEN = re.compile(r"\"([^\"]{0,1024})\"|'([^']{0,1024})'|[^\s\"'(),;]+|[(),;]")
_MARKS = frozenset("(),;")


def read_cmdlets(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of lines of PowerShell with a secret in them, or `None` for what is none.

    Each is a cmdlet, a comment or an assignment.
    """
    fields: list[Field] = []
    cmdlets = 0
    secure = frozenset(_SECURED.findall(excerpt.text))
    for span in split(excerpt.text, "\n"):
        line = excerpt.part(*span).stripped()
        if not line.text or line.text.startswith("#"):
            fields.append(Field(line, Role.SEGMENT, "comment"))
        elif _CMDLET.match(line.text):
            cmdlets += 1
            fields += _of_cmdlet(line)
        elif assignment := _ASSIGNMENT.match(line.text):
            name = assignment[1]
            role = Role.SECRET if name in secure else Role.SETTING
            fields.append(Field(line.part(*assignment.span(1)), Role.SEGMENT, "option name"))
            value = line.part(assignment.end() + 1, len(line.text.rstrip(";")) - 1)
            fields.append(Field(value, role, names=(name,)))
        else:
            return None
    return fields if cmdlets and any(map(_is_secret, fields)) else None


def _is_secret(each: Field) -> bool:
    if each.role is Role.SETTING:
        return names.verdict(each.names[-1:]) is names.Verdict.SECRET
    return each.role is Role.SECRET


def _of_cmdlet(line: Excerpt) -> Iterator[Field]:
    """Yield the fields of a line: what a secure string is made of, and the second of a login."""
    is_login, texts, before, secure = False, 0, "", False
    for token in _TOKEN.finditer(line.text):
        word = line.part(*token.span(token.lastindex or 0))
        is_quoted = token.lastindex is not None
        if not is_quoted and (word.text in _MARKS or not any(map(str.isalnum, word.text))):
            continue
        if not is_quoted and word.text.startswith("-"):
            before = word.text
            yield Field(word, Role.PUBLIC, "option name")
        elif not is_quoted and (_is_code(word.text) or word.text.startswith("$")):
            secure = secure or word.text.endswith("-SecureString")
            is_login = is_login or "Credential" in word.text
            yield Field(word, Role.PUBLIC, "command")
        elif secure:
            secure = False
            yield Field(word, Role.SECRET, "password")
        elif is_login and is_quoted:
            texts += 1
            # The user, the password, and the domain.
            role = Role.SECRET if texts == 2 else Role.SETTING
            yield Field(word, role, names=("user",))
        else:
            yield Field(word, Role.SETTING, names=(before.lstrip("-") or "word",))
            before = ""


def _is_code(text: str) -> bool:
    """Tell whether a word is a cmdlet, a type or a function of one."""
    name = text.strip("[]&:").removesuffix("]::new")
    return bool(_CMDLET.fullmatch(text)) or ("." in name and shapes.is_identifier(name))
