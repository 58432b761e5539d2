"""The cryptography of the store; no other module imports `cryptography`.

Everything is AES-256-GCM, HKDF-SHA256 or HMAC-SHA256 over length-prefixed fields. Formats carry a
version, and an unknown one is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import astuple, dataclass
from typing import Any, ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEY_SIZE = 32
MAC_SIZE = 32
FORMAT = 1

_NONCE_SIZE = 12
_SALT_SIZE = 32
_TAG_SIZE = 16

Field = bytes | str | int | bool | None


class WrongKeyError(Exception):
    """The key is not the one that this was sealed with."""


class TamperedError(Exception):
    """The key is right, or cannot be told, and the data is not what was sealed."""


def encode_fields(*fields: Field) -> bytes:
    """Join fields so that no two different tuples give the same bytes.

    Each field is one letter for its type, its length in 8 bytes, and its content.

    >>> encode_fields("a", "bc") == encode_fields("ab", "c")
    False
    >>> encode_fields(1) == encode_fields("1")
    False
    """
    return b"".join(_encode_field(field) for field in fields)


def _encode_field(field: Field) -> bytes:
    if field is None:
        letter, content = b"n", b""
    elif isinstance(field, bytes):
        letter, content = b"b", field
    elif isinstance(field, str):
        letter, content = b"s", field.encode()
    else:
        letter, content = b"i", str(int(field)).encode()
    return letter + len(content).to_bytes(8, "big") + content


def random_key() -> bytes:
    """Return 32 bytes from the operating system."""
    return os.urandom(KEY_SIZE)


def random_id() -> str:
    """Return a random identifier of 128 bits, in hexadecimal."""
    return os.urandom(16).hex()


def authenticate(key: bytes, *fields: Field) -> bytes:
    """Return the HMAC-SHA256 of the fields."""
    return hmac.digest(key, encode_fields(*fields), hashlib.sha256)


def same(expected: bytes, actual: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(expected, actual)


def seal(key: bytes, content: bytes, context: bytes) -> bytes:
    """Encrypt a key with a key; `context` must be the same to open it.

    Raises nothing for a 32-byte key. The nonce is random: a wrapping key seals a few thousand
    keys in its life, far below the 2**32 that random nonces allow.
    """
    nonce = os.urandom(_NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, content, context)


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Decrypt what `seal` returned, or raise `TamperedError`."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:], context)
    except (InvalidTag, ValueError):
        raise TamperedError from None


@dataclass(frozen=True, slots=True)
class ValueContext:
    """Where one value belongs; a blob opens nowhere else."""

    store_id: str
    scope_id: str
    secret_id: str
    version: int
    created_at: int
    created_by: str

    def encode(self) -> bytes:
        """Return the bytes that authenticate the value's place."""
        return encode_fields("value", FORMAT, *astuple(self))


@dataclass(frozen=True, slots=True)
class _Blob:
    generation: int
    salt: bytes
    commitment: bytes
    nonce: bytes
    ciphertext: bytes

    HEADER: ClassVar[int] = 1 + 4 + _SALT_SIZE + MAC_SIZE + _NONCE_SIZE

    @classmethod
    def parse(cls, blob: bytes) -> _Blob:
        if len(blob) < cls.HEADER + _TAG_SIZE or blob[0] != FORMAT:
            raise TamperedError
        salt = 5 + _SALT_SIZE
        commitment = salt + MAC_SIZE
        return cls(
            int.from_bytes(blob[1:5], "big"),
            blob[5:salt],
            blob[salt:commitment],
            blob[commitment : cls.HEADER],
            blob[cls.HEADER :],
        )

    def encode(self) -> bytes:
        head = bytes([FORMAT]) + self.generation.to_bytes(4, "big")
        return head + self.salt + self.commitment + self.nonce + self.ciphertext


def seal_value(data_key: bytes, generation: int, value: bytes, context: ValueContext) -> bytes:
    """Encrypt a value under a key of its own, which is derived from the scope's data key."""
    salt, nonce = os.urandom(_SALT_SIZE), os.urandom(_NONCE_SIZE)
    key, commitment = _derive(data_key, salt)
    ciphertext = AESGCM(key).encrypt(nonce, value, context.encode())
    return _Blob(generation, salt, commitment, nonce, ciphertext).encode()


def unseal_value(data_key: bytes, blob: bytes, context: ValueContext) -> bytes:
    """Decrypt what `seal_value` returned.

    Raises `WrongKeyError` if the data key is another, `TamperedError` for anything else.
    """
    parsed = _Blob.parse(blob)
    key, commitment = _derive(data_key, parsed.salt)
    if not same(parsed.commitment, commitment):
        raise WrongKeyError
    try:
        return AESGCM(key).decrypt(parsed.nonce, parsed.ciphertext, context.encode())
    except InvalidTag:
        raise TamperedError from None


def value_generation(blob: bytes) -> int:
    """Return the generation of the data key that a value was sealed with."""
    return _Blob.parse(blob).generation


def _derive(data_key: bytes, salt: bytes) -> tuple[bytes, bytes]:
    expand: Any = HKDFExpand(SHA256(), KEY_SIZE + MAC_SIZE, b"value" + salt)
    derived: bytes = expand.derive(data_key)
    return derived[:KEY_SIZE], derived[KEY_SIZE:]
