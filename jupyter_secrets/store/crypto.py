"""The cryptography of the store; no other module imports `cryptography`.

Everything is AES-256-GCM, HKDF-SHA256 or HMAC-SHA256 over length-prefixed fields; passphrases go
through Argon2id or scrypt, the recovery key is an X25519 key pair that HPKE encrypts to. Formats
carry a version, and an unknown one is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass
from typing import Any, ClassVar

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

KEY_SIZE = 32
MAC_SIZE = 32
FORMAT = 1

_NONCE_SIZE = 12
_SALT_SIZE = 32
_TAG_SIZE = 16
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
# The type and the length in front of a field.
_FIELD_HEADER = struct.Struct(">cQ").pack

Field = bytes | str | int | bool | None


class WrongKeyError(Exception):
    """The key is not the one that this was encrypted with."""


class TamperedError(Exception):
    """The key is right, or cannot be told, and the data is not what was encrypted."""


def encode_fields(*fields: Field) -> bytes:
    """Join fields so that no two different tuples give the same bytes.

    Each field is one letter for its type, its length in 8 bytes, and its content.

    >>> encode_fields("a", "bc") == encode_fields("ab", "c")
    False
    >>> encode_fields(1) == encode_fields("1")
    False
    """
    parts: list[bytes] = []
    for field in fields:
        if field is None:
            letter, content = b"n", b""
        elif isinstance(field, bytes):
            letter, content = b"b", field
        elif isinstance(field, str):
            letter, content = b"s", field.encode()
        elif isinstance(field, int):
            letter, content = b"i", b"%d" % field
        else:  # SQLite gives what is in the file, whatever the column's type
            raise TamperedError
        parts += (_FIELD_HEADER(letter, len(content)), content)
    return b"".join(parts)


def random_key() -> bytes:
    """Return 32 bytes from the operating system."""
    return os.urandom(KEY_SIZE)


def random_id() -> str:
    """Return a random identifier of 128 bits, in hexadecimal."""
    return os.urandom(16).hex()


def authenticate(key: bytes, *fields: Field) -> bytes:
    """Return the HMAC-SHA256 of the fields."""
    return hmac.digest(key, encode_fields(*fields), hashlib.sha256)


def same(expected: bytes, actual: object) -> bool:
    """Compare in constant time; what is not bytes is different."""
    return isinstance(actual, bytes) and hmac.compare_digest(expected, actual)


def wrap_key(key: bytes, content: bytes, context: bytes) -> bytes:
    """Encrypt a key with a key; `context` must be the same to open it.

    The nonce is random: a wrapping key wraps a few thousand keys
    in its life, far below the 2**32 that random nonces allow.
    """
    nonce = os.urandom(_NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, content, context)


def unwrap_key(key: bytes, wrapped: bytes, context: bytes) -> bytes:
    """Decrypt what `wrap_key` returned, or raise `TamperedError`."""
    try:
        return AESGCM(key).decrypt(wrapped[:_NONCE_SIZE], wrapped[_NONCE_SIZE:], context)
    except (InvalidTag, TypeError, ValueError):
        raise TamperedError from None


@dataclass(frozen=True, slots=True)
class ValueContext:
    """Where one value belongs; a blob opens nowhere else."""

    store_id: str
    scope_id: str
    secret_id: str
    version: int
    version_id: str
    created_at: int
    created_by: str

    def encode(self) -> bytes:
        """Return the bytes that authenticate the value's place."""
        return encode_fields(
            "value", FORMAT, self.store_id, self.scope_id, self.secret_id, self.version,
            self.version_id, self.created_at, self.created_by,
        )  # fmt: skip


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
        if not isinstance(blob, bytes) or len(blob) < cls.HEADER + _TAG_SIZE or blob[0] != FORMAT:
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
        prefix = value_prefix(self.generation)
        return prefix + self.salt + self.commitment + self.nonce + self.ciphertext


def encrypt_value(data_key: bytes, generation: int, value: bytes, context: ValueContext) -> bytes:
    """Encrypt a value under a key of its own, which is derived from the scope's data key."""
    salt, nonce = os.urandom(_SALT_SIZE), os.urandom(_NONCE_SIZE)
    key, commitment = _derive(data_key, salt)
    ciphertext = AESGCM(key).encrypt(nonce, value, context.encode())
    return _Blob(generation, salt, commitment, nonce, ciphertext).encode()


def decrypt_value(data_key: bytes, blob: bytes, context: ValueContext) -> bytes:
    """Decrypt what `encrypt_value` returned.

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
    """Return the generation of the data key that a value was encrypted with."""
    return _Blob.parse(blob).generation


def value_prefix(generation: int) -> bytes:
    """Return what a value's blob begins with: the format, and its data key's generation."""
    return bytes([FORMAT]) + generation.to_bytes(4, "big")


def _derive(data_key: bytes, salt: bytes) -> tuple[bytes, bytes]:
    expand: Any = HKDFExpand(SHA256(), KEY_SIZE + MAC_SIZE, b"value" + salt)
    derived: bytes = expand.derive(data_key)
    return derived[:KEY_SIZE], derived[KEY_SIZE:]


@dataclass(frozen=True, slots=True)
class PassphraseKdf:
    """How a passphrase becomes a key.

    `algorithm` is ``argon2id`` (`memory` in KiB, `time` passes, `lanes`) or, where OpenSSL is too
    old for it, ``scrypt`` (`memory` is n, `time` is r, `lanes` is p).
    """

    algorithm: str
    salt: bytes
    memory: int
    time: int
    lanes: int

    @classmethod
    def create(cls) -> PassphraseKdf:
        """Choose today's parameters, and a salt: RFC 9106's second choice, 64 MiB, 3 passes."""
        salt = os.urandom(_SALT_SIZE)
        argon2id = cls("argon2id", salt, 64 * 1024, 3, 4)
        return argon2id if argon2id.is_supported() else cls("scrypt", salt, 2**17, 8, 1)

    def is_supported(self) -> bool:
        """Return whether the OpenSSL that `cryptography` was built with has the algorithm."""
        try:
            self._function()
        except UnsupportedAlgorithm:
            return False
        return True

    def is_bounded(self) -> bool:
        """Return whether the parameters are sane: who writes the database chooses them."""
        bounds = _KDF_BOUNDS.get(self.algorithm)
        parameters = (len(self.salt), self.memory, self.time, self.lanes)
        return bounds is not None and all(
            isinstance(number, int) and low <= number <= high
            for number, (low, high) in zip(parameters, bounds, strict=True)
        )

    def derive(self, passphrase: bytes) -> bytes:
        """Return the key; takes about 0.1 s and the memory. Raises `TamperedError` if unbounded."""
        if not self.is_bounded():
            raise TamperedError
        key: bytes = self._function().derive(passphrase)
        return key

    def _function(self) -> Any:
        if self.algorithm == "scrypt":
            return Scrypt(self.salt, KEY_SIZE, n=self.memory, r=self.time, p=self.lanes)
        return Argon2id(
            salt=self.salt,
            length=KEY_SIZE,
            iterations=self.time,
            lanes=self.lanes,
            memory_cost=self.memory,
        )


# The size of the salt, then memory, time and lanes, from and to.
_KDF_BOUNDS = {
    "argon2id": ((16, 64), (16 * 1024, 1024 * 1024), (1, 16), (1, 16)),
    "scrypt": ((16, 64), (2**14, 2**20), (8, 8), (1, 4)),
}


def new_key_pair() -> tuple[bytes, bytes]:
    """Return an X25519 private key and its public key."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def public_key_of(private_key: bytes) -> bytes:
    """Return the public key of an X25519 private key."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def encrypt_to(public_key: bytes, content: bytes, context: bytes) -> bytes:
    """Encrypt a key for the holder of a private key: HPKE in its base mode (RFC 9180)."""
    return _HPKE.encrypt(content, X25519PublicKey.from_public_bytes(public_key), info=context)


def decrypt_from(private_key: bytes, wrapped: bytes, context: bytes) -> bytes:
    """Decrypt what `encrypt_to` returned, or raise `TamperedError`."""
    private = X25519PrivateKey.from_private_bytes(private_key)
    try:
        return _HPKE.decrypt(wrapped, private, info=context)
    except (InvalidTag, TypeError, ValueError):
        raise TamperedError from None
