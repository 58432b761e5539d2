"""Files that tell a secret by its place: chap-secrets of PPP, users of SNMP, Subversion's dumps."""

from __future__ import annotations

import re

from jupyter_secrets.redaction.components import shapes
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role
from jupyter_secrets.redaction.components.urls import split

_WORD = re.compile(r"\"([^\"]{1,1024})\"|'([^']{1,1024})'|[^\s\"']\S*")
# A client, a server, the secret, and the addresses that the client may have.
_FEWEST = 3
# A line with the size of a name, the name, one with the size of its value, the value.
_OF_DUMP = 4
_SIZE_OF_NAME = re.compile(r"K [0-9]{1,6}")
_SIZE = re.compile(r"V [0-9]{1,6}")
_AUTHENTICATION = re.compile(r"MD5|SHA(?:-?[0-9]{1,3})?", re.IGNORECASE)
_PRIVACY = re.compile(r"3?DES|AES(?:-?[0-9]{1,3})?C?", re.IGNORECASE)
_SNMP = re.compile(
    r"(?:agent|com2|group|view|access|sys|ro|rw|trap|auth|inform|master|proc|disk)\w*"
)


def read_chap_secrets(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a chap-secrets or pap-secrets file, or `None` for what is none."""
    fields: list[Field] = []
    for line in _lines(excerpt):
        if line.text.startswith("#"):
            fields.append(Field(line, Role.SEGMENT, "comment"))
            continue
        words = _words(line)
        if len(words) < _FEWEST or not _is_login([word.text for word in words]):
            return None
        client, server, secret, *addresses = words
        fields += [
            Field(client, Role.SETTING, "user", ("user",)),
            Field(server, Role.SETTING, "server", ("server",)),
            Field(secret, Role.SECRET, "password"),
            *(Field(address, Role.SEGMENT, "address") for address in addresses),
        ]
    return fields if any(field.role is Role.SECRET for field in fields) else None


def _is_login(words: list[str]) -> bool:
    """Tell whether a star stands for all servers, or all addresses."""
    client, server, _, *addresses = words
    if client != "*" and not shapes.is_user(client):
        return False
    anywhere = all(each in ("*", "-") or shapes.kind_of(each) == "host" for each in addresses)
    return anywhere and ("*" in (server, *addresses) or (bool(addresses) and client != "*"))


def read_snmp_users(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of snmpd.conf with a `createUser`, or `None` for what is none."""
    fields: list[Field] = []
    for line in _lines(excerpt):
        words = _words(line)
        user = _snmp_user(words)
        if user:
            fields += user
        elif line.text.startswith("#") or not words or _SNMP.fullmatch(words[0].text):
            fields.append(Field(line, Role.SEGMENT, "line"))
        else:
            return None
    return fields if any(field.role is Role.SECRET for field in fields) else None


def _snmp_user(words: list[Excerpt]) -> list[Field]:
    """Return the fields of `createUser [-e engine] user SHA passphrase [AES [passphrase]]`."""
    if not words or words[0].text not in ("createUser", "usmUser"):
        return []
    fields: list[Field] = []
    before = ""
    for word in words:
        if _AUTHENTICATION.fullmatch(before) or _PRIVACY.fullmatch(before):
            fields.append(Field(word, Role.SECRET, "password"))
            before = ""
        else:
            fields.append(Field(word, Role.PUBLIC, "option of SNMP"))
            before = word.text
    return fields


def _lines(excerpt: Excerpt) -> list[Excerpt]:
    lines = [excerpt.part(*span).stripped() for span in split(excerpt.text, "\n")]
    return [line for line in lines if line.text]


def _words(line: Excerpt) -> list[Excerpt]:
    """Return the words of a line, without the quotes around them."""
    groups = ((match, match.lastindex or 0) for match in _WORD.finditer(line.text))
    return [line.part(*match.span(group)) for match, group in groups]


def read_dump(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a dump of Subversion's, `K 8`, a name, `V 6`, a value, or `None`.

    The numbers count the bytes of what stands in the next line.
    """
    lines = _lines(excerpt)
    if lines and lines[-1].text == "END":
        lines.pop()
    if len(lines) < _OF_DUMP or len(lines) % _OF_DUMP:
        return None
    fields: list[Field] = []
    for position in range(0, len(lines), _OF_DUMP):
        name_size, name, value_size, value = lines[position : position + _OF_DUMP]
        if not _SIZE_OF_NAME.fullmatch(name_size.text) or not _SIZE.fullmatch(value_size.text):
            return None
        sizes = (Field(each, Role.PUBLIC, "size") for each in (name_size, value_size))
        fields += (*sizes, Field(name, Role.SEGMENT, "option name"))
        role = Role.SEGMENT if name.text == "svn:realmstring" else Role.SETTING
        fields.append(Field(value, role, names=(name.text,)))
    return fields
