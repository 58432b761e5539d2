"""A scope's values as JSON, with what was decided about their components."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import SecretVersion, Verdicts, as_verdicts


def encode_json(secrets: Iterable[SecretVersion]) -> str:
    """Return an object of texts; what is not UTF-8 is ``{"base64": …}``.

    What has verdicts is ``{"text": …, "verdicts": {…}}``, or the same with ``base64``.
    """
    return json.dumps({secret.key: _json(secret) for secret in secrets}, indent=2) + "\n"


def _json(secret: SecretVersion) -> object:
    try:
        text = secret.value.decode()
    except UnicodeDecodeError:
        written = {"base64": base64.b64encode(secret.value).decode()}
    else:
        if not secret.verdicts:
            return text
        written = {"text": text}
    return {**written, "verdicts": dict(secret.verdicts)} if secret.verdicts else written


def decode_json(text: str) -> dict[str, tuple[bytes, Verdicts]]:
    """Return the values and their verdicts, by key, in what `encode_json` returned.

    Raises `InvalidParameterError` for anything else.
    """
    try:
        content = json.loads(text)
        return {str(key): _from_json(value) for key, value in content.items()}
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError, binascii.Error):
        raise InvalidParameterError(
            'That is not a JSON object of texts, or of {"base64": …} where bytes are meant, as '
            "export writes it."
        ) from None


def _from_json(entry: object) -> tuple[bytes, Verdicts]:
    if isinstance(entry, str):
        return entry.encode(), ()
    if not isinstance(entry, dict):
        raise TypeError
    fields = dict(entry)
    verdicts = as_verdicts({**fields.pop("verdicts", {})})
    if not all(isinstance(verdict, str) for _, verdict in verdicts):
        raise TypeError
    if set(fields) == {"text"}:
        return fields["text"].encode(), verdicts
    if set(fields) == {"base64"}:
        return base64.b64decode(fields["base64"], validate=True), verdicts
    raise TypeError
