"""A scope's values as JSON."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from jupyter_secrets.errors import InvalidParameterError


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
