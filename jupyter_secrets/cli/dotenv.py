"""A scope's values as JSON, or as a ``.env`` file."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping

from jupyter_secrets.errors import InvalidParameterError

_LINE = re.compile(r"(?:export\s+)?(?P<name>[\w.-]+)\s*=\s*(?P<value>.*)", re.ASCII)
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
    except (ValueError, AttributeError, KeyError, TypeError, binascii.Error):
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
    values = {}
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _LINE.fullmatch(stripped)
        value = None if match is None else _unquote(match["value"])
        if match is None or value is None:
            raise InvalidParameterError(f"Line {number} is not NAME=value.")
        values[match["name"]] = value.encode()
    return values


def _unquote(text: str) -> str | None:
    quote = text[:1]
    if quote not in ('"', "'") or not quote:
        return re.split(r"\s+#", text, maxsplit=1)[0].rstrip()
    pattern = r'"((?:[^"\\]|\\.)*)"' if quote == '"' else r"'([^']*)'"
    match = re.fullmatch(pattern + r"\s*(?:#.*)?", text)
    if match is None:
        return None
    if quote == "'":
        return match[1]
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), match[1])
