"""The rows of the store as values, and the MAC of each.

AEAD protects the values; these MACs protect who may read them. A secret's MAC covers its head, a
scope's covers its ACL and the set of its heads, the store's covers the set of scopes and the
audit log's end: a row that was edited, pasted back from an older copy, or removed breaks its set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field

from jupyter_secrets.store.crypto import FORMAT, authenticate, encode_fields

Acl = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StoreRow:
    """The one row that covers everything else."""

    store_id: str
    format: int
    created_at: int
    root_generation: int
    epoch: int
    scopes_mac: bytes
    audit_seq: int
    audit_mac: bytes

    def compute_mac(self, key: bytes) -> bytes:
        """Return the MAC of this row under the store's row key."""
        return authenticate(key, "store", FORMAT, *astuple(self))


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A scope with its ACL, as it was verified."""

    scope_id: str
    name: str
    backend_type: str
    key_generation: int
    created_at: int
    created_by: str
    deleted_at: int | None = None
    deleted_by: str | None = None
    acl: Acl = field(default_factory=dict)

    def compute_mac(self, key: bytes, store_id: str, heads: Iterable[bytes]) -> bytes:
        """Return the MAC of this scope, whose secrets' MACs are `heads`, in any order."""
        *columns, _ = (getattr(self, name) for name in self.__slots__)
        acl = encode_fields(*(text for entry in sorted(self.acl.items()) for text in entry))
        return authenticate(
            key, "scope", FORMAT, store_id, *columns, acl, encode_fields(*sorted(heads))
        )


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A secret's head: everything about it but its value."""

    secret_id: str
    scope_id: str
    name: str
    version: int
    created_at: int
    created_by: str
    updated_at: int
    updated_by: str
    comment: str | None = None
    expires_at: int | None = None
    sensitive: bool = True
    deleted_at: int | None = None
    deleted_by: str | None = None

    def compute_mac(self, key: bytes, store_id: str) -> bytes:
        """Return the MAC of this head."""
        return authenticate(key, "head", FORMAT, store_id, *astuple(self))


def compute_scopes_mac(key: bytes, store_id: str, scopes: Iterable[tuple[str, bytes]]) -> bytes:
    """Return the MAC of the set of scopes, given as pairs of id and MAC."""
    pairs = (part for pair in sorted(scopes) for part in pair)
    return authenticate(key, "scopes", FORMAT, store_id, encode_fields(*pairs))
