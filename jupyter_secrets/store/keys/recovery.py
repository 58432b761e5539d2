"""How a recovery key is written: to be printed or copied by hand, and entered again."""

from __future__ import annotations

import base64
import hashlib

from jupyter_secrets.store.crypto import KEY_SIZE, same

_PREFIX = "JSRK"
_CHECKSUM_SIZE = 3
_GROUP = 4


def encode_recovery_key(private_key: bytes) -> str:
    """Return a key as groups of four letters and digits, with a checksum at the end.

    >>> encode_recovery_key(bytes(32))[:14]
    'JSRK-AAAA-AAAA'
    """
    text = base64.b32encode(private_key + _checksum(private_key)).decode().rstrip("=")
    groups = [text[start : start + _GROUP] for start in range(0, len(text), _GROUP)]
    return "-".join([_PREFIX, *groups])


def decode_recovery_key(text: str) -> bytes | None:
    """Return the key that a text is, or None if it is none: then it may be a passphrase.

    >>> decode_recovery_key(encode_recovery_key(bytes(32)).lower()) == bytes(32)
    True
    >>> decode_recovery_key("correct horse")
    """
    compact = "".join(text.split()).replace("-", "").upper()
    if not compact.startswith(_PREFIX):
        return None
    body = compact[len(_PREFIX) :]
    try:
        content = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError:  # binascii.Error is one; letters beyond ASCII raise it as it is
        return None
    key, checksum = content[:KEY_SIZE], content[KEY_SIZE:]
    return key if same(_checksum(key), checksum) else None


def _checksum(key: bytes) -> bytes:
    return hashlib.sha256(b"jupyter-secrets recovery key" + key).digest()[:_CHECKSUM_SIZE]
