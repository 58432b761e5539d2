"""A scope's values as JSON, or as a ``.env`` file."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping

from jupyter_secrets.errors import InvalidParameterError

_NAME = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<name>[\w.-]+)[ \t]*=[ \t]*", re.ASCII)
# A value in quotation marks may go on over several lines.
_VALUE = re.compile(
    r"""(?: "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>[^']*)' ) [ \t]*(?:\#[^\n]*)?(?=\n|\Z)
    | (?!["'])(?P<plain>[^\n]*)""",
    re.DOTALL | re.VERBOSE,
)
_NOTHING = re.compile(r"[^\S\n]*(?:#[^\n]*)?(?=\n|\Z)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPED = {"\\": "\\\\", '"': '\\"', "$": "\\$", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def encode_json(values: Mapping[str, bytes]) -> str:
    """Return an object of texts; what is not UTF-8 is ``{"base64": …}``."""
    return json.dumps({key: _json(value) for key, value in values.items()}, indent=2) + "\n"


def _json(value: bytes) -> object:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def decode_json(text: str) -> dict[str, bytes]:
    """Return what `encode_json` was given; raise `InvalidParameterError` for anything else."""
    try:
        content = json.loads(text)
        return {str(key): _from_json(value) for key, value in content.items()}
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError, binascii.Error):
        raise InvalidParameterError(
            'That is not a JSON object of texts, or of {"base64": …} where bytes are meant.'
        ) from None


def _from_json(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict) and set(value) == {"base64"}:
        return base64.b64decode(value["base64"], validate=True)
    raise TypeError


def encode_env(values: Mapping[str, bytes]) -> str:
    """Return lines of ``NAME="value"``; raise `InvalidParameterError` for what is not UTF-8."""
    try:
        return "".join(f'{key}="{_escape(value.decode())}"\n' for key, value in values.items())
    except UnicodeDecodeError:
        raise InvalidParameterError(
            "A value is not UTF-8 text, which a .env file cannot hold: use --format json."
        ) from None


def _escape(text: str) -> str:
    return "".join(_ESCAPED.get(letter, letter) for letter in text)


def decode_env(text: str) -> dict[str, bytes]:
    """Return the values of a ``.env`` file; an error names the line, and nothing of it.

    >>> decode_env('# no value\\nexport A=b # c\\nB="x # y\\\\n"')
    {'A': b'b', 'B': b'x # y\\n'}
    """
    values, place = {}, 0
    text = text.replace("\r\n", "\n")
    while place < len(text):
        match = _NOTHING.match(text, place)
        if match is None:
            name = _NAME.match(text, place)
            match = _VALUE.match(text, name.end()) if name else None
            if name is None or match is None:
                number = text.count("\n", 0, place) + 1
                raise InvalidParameterError(
                    f"Line {number} is not NAME=value, or its quotation mark is never closed."
                )
            values[name["name"]] = _plain_text(match).encode()
        place = match.end() + 1
    return values


def _plain_text(match: re.Match[str]) -> str:
    if match["double"] is not None:
        return re.sub(
            r"\\(.)",
            lambda found: _ESCAPES.get(found[1], found[1]),
            match["double"],
            flags=re.DOTALL,
        )
    if match["single"] is not None:
        return match["single"]
    return re.split(r"(?<=\s)#", match["plain"], maxsplit=1)[0].strip()
