"""The parts of a value that are secrets of their own: lines, JSON leaves, the password in a URL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from jupyter_secrets.redaction.patterns.policy import SHORTEST_FULL, is_wordy

# What stands in a secret and in a thousand public places as well; pieces of it prove nothing.
PUBLIC = re.compile(
    r"""
      -----(?:BEGIN|END)[ ][A-Z0-9 ]+-----
    | \b[a-z][a-z0-9+.-]{0,30}://(?:www\.)?
    | \b(?:example|googleapis|gserviceaccount|amazonaws|windows|azure|github|gitlab)
      \.(?:com|org|net)
    | \blocalhost\b
    | [?&]?\bsslmode=\w+
    | \beyJ[A-Za-z0-9_-]{8,}(?=\.eyJ)          # the header of a JWT: the algorithm
    | \bMII[A-Za-z0-9+/]{5}IBADANBgkqhkiG9w0BAQEFAASC   # of any RSA key in PKCS#8
    | \bb3BlbnNzaC1rZXktdjE[A-Za-z0-9+/]{41}     # of any OpenSSH key
    | \bssh-(?:rsa|dss|ed25519)[ ]AAAA[A-Za-z0-9+/]{20}
    | ^[ ]*"[a-z_]+":[ ]"                        # a key of a JSON file
    """,
    re.VERBOSE | re.MULTILINE,
)

_URL_PASSWORD = re.compile(
    r"\b[A-Za-z][A-Za-z0-9+.-]{0,30}://[^/?#\s:@]{0,256}:([^/?#\s]{1,1024})@"
)
# The last word of a name decides: PGPASSWORD and x-api-key are secret, key_id is not.
_NAME = (
    r"(?:password|passwd|passphrase|pwd|pass|pw|pin|secret|token|credentials?"
    r"|(?:account|access|api|shared[_-]?access|private|secret)[_-]?key)"
)
_ASSIGNED = re.compile(
    _NAME + r"""["']?[ \t]*[=:][ \t]*"""
    r"""(?: "([^"\n]+)" | '([^'\n]+)' | \{([^{}\n]+)\} | ([^\s;&,"'{}]+) )""",
    re.IGNORECASE | re.VERBOSE,
)
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
_SETTING = re.compile(
    r"""(?m)^[ \t]*["']?[\w.-]+["']?[ \t]*[:=][ \t]*["']?([^\s"',]+)["']?,?[ \t]*$"""
)
_PLAIN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^@?]*")
_PEM_BOUNDARY = re.compile(r"-----(?:BEGIN|END) [A-Z0-9 ]+-----")


def parts(text: str) -> dict[str, bool]:
    """Return the parts of a text that are secrets of their own, each with whether it is named so.

    A part is named a secret by what stands before it: ``password=``, the colon of a URL's user.
    """
    found: dict[str, bool] = {}
    for match in _URL_PASSWORD.finditer(text):
        for password in (match[1], unquote(match[1])):
            found.setdefault(password, True)
    for match in _ASSIGNED.finditer(text):
        found.setdefault(match[1] or match[2] or match[3] or match[4], True)
    for name, leaf in _json_leaves(text):
        if _is_secret_name(name):
            found.setdefault(leaf, True)
    leaves = (leaf for _, leaf in _json_leaves(text))
    for leaf in leaves if is_structured(text) else _lines(text):
        if len(leaf) >= SHORTEST_FULL and not is_wordy(leaf) and not _PLAIN_URL.fullmatch(leaf):
            found.setdefault(leaf, False)
    found.pop(text, None)
    return found


def is_structured(text: str) -> bool:
    """Tell whether a text is a JSON document: its keys, and words in it, are no secrets."""
    return text.lstrip()[:1] in ("{", "[") and _parse(text) is not None


def public_segments(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each part of a text that stands in public places as well."""
    for match in PUBLIC.finditer(text):
        yield match.span()


def _lines(text: str) -> Iterator[str]:
    lines = text.splitlines()
    if len(lines) < 2:
        return
    for line in lines:
        stripped = line.strip()
        if not _PEM_BOUNDARY.fullmatch(stripped):
            yield stripped
    for match in _SETTING.finditer(text):
        yield match[1]


def _is_secret_name(name: str) -> bool:
    return any(match.end() == len(name) for match in _SECRET_NAME.finditer(name))


def _json_leaves(text: str) -> Iterator[tuple[str, str]]:
    """Yield the strings and long numbers of a JSON document, each with the name it has there."""
    if is_structured(text):
        yield from _leaves("", _parse(text))


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield name, str(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(key, item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(name, item)
