"""The rows of the store as values, and the MAC of each.

AEAD protects the values; these MACs protect who may read them. A secret's MAC covers its metadata,
a scope's covers its ACL and the set of its secrets' MACs, the store's covers the set of scopes, the
key slots, the tokens, the service principals and the audit log's end: a row that was edited, pasted
back from an older copy, or removed breaks its set.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from jupyter_secrets.store.crypto import FORMAT, authenticate, encode_fields

# Permissions by kind and name of a principal.
Acl = Mapping[tuple[str, str], str]

MAX_VERSIONS = 10


@dataclass(frozen=True, slots=True)
class StoreRow:
    """The one row that covers everything else."""

    store_id: str
    format: int
    created_at: int
    root_generation: int
    slots_mac: bytes
    epoch: int
    scopes_mac: bytes
    tokens_mac: bytes
    principals_mac: bytes
    audit_seq: int
    audit_mac: bytes

    def compute_mac(self, key: bytes) -> bytes:
        """Return the MAC of this row under the store's row key."""
        return authenticate(key, "store", FORMAT, *_STORE_FIELDS(self))

    @property
    def revision(self) -> tuple[int, int]:
        """How far the store has come; of two states of one store the later has the greater."""
        return self.epoch, self.audit_seq


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One way to the root key, which is wrapped in it."""

    slot_id: str
    kind: str
    parameters: str
    root_generation: int
    wrapped: bytes
    created_at: int

    def context(self, store_id: str) -> bytes:
        """Return what authenticates the slot's place."""
        return encode_fields(
            "slot", FORMAT, store_id, self.slot_id, self.kind, self.parameters,
            self.created_at, self.root_generation,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A scope with its ACL, as it was verified."""

    scope_id: str
    name: str
    backend_type: str
    key_generation: int
    created_at: int
    created_by: str
    acl: Acl = field(default_factory=dict)

    def compute_mac(self, key: bytes, store_id: str, secret_macs: Iterable[bytes]) -> bytes:
        """Return the MAC of this scope, whose secrets have these MACs, in any order."""
        *columns, acl = _SCOPE_FIELDS(self)
        entries = sorted(encode_fields(*principal, held) for principal, held in acl.items())
        return authenticate(
            key, "scope", FORMAT, store_id, *columns, encode_fields(*entries),
            encode_fields(*sorted(secret_macs)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    """What the set of scopes holds of each one: enough to list it, and to prove that no scope has
    some other name."""

    scope_id: str
    name: str
    backend_type: str
    mac: bytes


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A secret's metadata: everything about it but its value."""

    secret_id: str
    scope_id: str
    name: str
    version: int
    # The ids of the stored versions, the oldest first, separated by commas.
    version_ids: str
    created_at: int
    created_by: str
    updated_at: int
    updated_by: str
    comment: str | None = None
    expires_at: int | None = None
    sensitive: bool = True
    # As JSON; None where its owner never decided about a component.
    verdicts: str | None = None
    deleted_at: int | None = None
    deleted_by: str | None = None

    def compute_mac(self, key: bytes, store_id: str) -> bytes:
        """Return the MAC of this metadata."""
        return authenticate(key, "secret", FORMAT, store_id, *_SECRET_FIELDS(self))

    @property
    def live_name(self) -> str | None:
        """The name that this secret is found by, without regard to case; None if it is deleted."""
        return self.name.casefold() if self.deleted_at is None else None

    @property
    def id_by_version(self) -> dict[int, str]:
        """The id of each stored version by its number, the oldest first."""
        ids = self.version_ids.split(",") if self.version_ids else []
        return dict(enumerate(ids, start=self.version - len(ids) + 1))

    def next_version(self, version_id: str, *, updated_at: int, by: str) -> SecretRow:
        """Return the metadata as it is with one more version."""
        ids = [*self.id_by_version.values(), version_id][-MAX_VERSIONS:]
        return replace(
            self,
            version=self.version + 1,
            version_ids=",".join(ids),
            updated_at=updated_at,
            updated_by=by,
        )


@dataclass(frozen=True, slots=True)
class ServicePrincipalRow:
    """A service principal: a name that tokens can be made for."""

    name: str
    comment: str | None
    created_at: int
    created_by: str


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token: the hash that it is found by, whom it speaks for, and its limits.

    `scopes` is a JSON list, or None where the token is not limited to some.
    """

    token_id: str
    name: str
    owner_kind: str
    owner: str
    digest: bytes
    scopes: str | None
    permission: str
    created_at: int
    expires_at: int
    last_used_at: int | None = None
    revoked_at: int | None = None
    revoked_by: str | None = None


_STORE_FIELDS: Any = attrgetter(*StoreRow.__slots__)
_SCOPE_FIELDS: Any = attrgetter(*ScopeRow.__slots__)
_ENTRY_FIELDS: Any = attrgetter(*ScopeEntry.__slots__)
_SECRET_FIELDS: Any = attrgetter(*SecretRow.__slots__)


def compute_scopes_mac(key: bytes, store_id: str, scopes: Iterable[ScopeEntry]) -> bytes:
    """Return the MAC of the set of scopes, in any order."""
    rows = sorted(encode_fields(*_ENTRY_FIELDS(scope)) for scope in scopes)
    return authenticate(key, "scopes", FORMAT, store_id, *rows)


def columns(
    row: StoreRow | SlotRow | ScopeRow | SecretRow | TokenRow | ServicePrincipalRow,
) -> dict[str, object]:
    """Return a row's columns by name; an ACL is a table of its own."""
    return {name: getattr(row, name) for name in row.__slots__ if name != "acl"}
