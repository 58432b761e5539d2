"""The nouns that every part of the package shares: who asks, for what, and what is answered."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from enum import IntEnum
from typing import NamedTuple, TypedDict

from jupyter_secrets.errors import InvalidParameterError

# Kinds of principals. Each has names of its own: the group alice has nothing to do with the user.
USER, GROUP, SERVICE = "user", "group", "service"
PRINCIPAL_KINDS = (USER, GROUP, SERVICE)

# Groups that exist everywhere: everyone, and those who may manage every scope.
USERS, ADMINS = "users", "admins"

# The end of the year 9999, in milliseconds: calendars go no further.
MAX_TIME = 253_402_300_799_999

# Kinds of keys that open a store; a recovery key is shown once, the others can be added.
FILE, ENVIRONMENT, KEYRING = "file", "environment", "keyring"
PASSPHRASE, RECOVERY = "passphrase", "recovery"
ADDED_KEYS = (FILE, ENVIRONMENT, KEYRING, PASSPHRASE)
KEY_KINDS = (*ADDED_KEYS, RECOVERY)

# What a secret's owner decides about a component of its value; the last takes a decision back.
PUBLIC, SECRET, DEFAULT = "public", "secret", "default"
# The decisions by the components' names in lower case, sorted.
Verdicts = tuple[tuple[str, str], ...]


def as_verdicts(by_name: Mapping[str, str] | None) -> Verdicts:
    """Return verdicts by the components' names as a value that can be compared."""
    return tuple(sorted((by_name or {}).items()))


def utc(milliseconds: int) -> str:
    """Return a time as messages have it.

    >>> utc(0)
    '1970-01-01 00:00 UTC'
    """
    return f"{datetime.fromtimestamp(milliseconds / 1000, timezone.utc):%Y-%m-%d %H:%M} UTC"


class Permission(IntEnum):
    """What a principal may do in a scope; each permission includes the lower ones."""

    READ = 1
    WRITE = 2
    MANAGE = 3

    @classmethod
    def parse(cls, name: object) -> Permission:
        """Return the permission of a name, in any case, or raise `InvalidParameterError`."""
        if isinstance(name, str) and name.upper() in cls.__members__:
            return cls[name.upper()]
        raise InvalidParameterError("A permission is one of READ, WRITE and MANAGE.")


class Principal(NamedTuple):
    """Who an entry of an ACL is for; written in full, ``group:data-science``."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def title(self) -> str:
        """A user's plain name, unless that looks like another kind's; all others in full."""
        looks_full = self.name.partition(":")[0] in PRINCIPAL_KINDS and ":" in self.name
        return self.name if self.kind == USER and not looks_full else str(self)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and from where; `limit` is the most that this caller may do in any scope.

    `kind` is ``user`` or ``service``; what one is called says nothing of the other. A caller that
    a token speaks for has its `token_id`, and may be limited to some `scopes`, in lower case.

    `groups` are those that count for this call. Where they could not be looked up it is without
    them, and `groups_unknown` says why.

    `via` is ``http``, ``kernel``, ``cli``, ``hub`` for a token of JupyterHub's, or ``page`` for the
    service's own page; of a request, `client` is the program that makes it, as it names itself, and
    `address` where it comes from. All of it goes to the audit log.
    """

    name: str
    groups: frozenset[str] = frozenset()
    limit: Permission = Permission.MANAGE
    via: str = "http"
    kernel_id: str | None = None
    notebook: str | None = None
    client: str | None = None
    address: str | None = None
    groups_unknown: str | None = None
    kind: str = USER
    token_id: str | None = None
    scopes: frozenset[str] | None = None

    @property
    def principal(self) -> Principal:
        """Who this is in an ACL, besides its groups."""
        return Principal(self.kind, self.name)

    @property
    def title(self) -> str:
        """The name in records and messages: a user's plain one, a service principal's in full."""
        return self.principal.title

    @property
    def principals(self) -> frozenset[Principal]:
        """Who in an ACL is this caller."""
        groups = (Principal(GROUP, name) for name in self.groups | {USERS})
        return frozenset({self.principal, *groups})


class RedactionOptions(TypedDict):
    """How outputs are redacted: what the settings say, for server and kernels alike."""

    labelled: bool
    fragments: bool
    projections: bool


@dataclass(frozen=True, slots=True)
class ScopeInfo:
    """A scope as listed."""

    name: str
    backend_type: str


@dataclass(frozen=True, slots=True)
class SecretInfo:
    """A secret as listed: never its value. The time is in milliseconds since the epoch."""

    key: str
    last_updated_timestamp: int


@dataclass(frozen=True, slots=True)
class SecretDetails:
    """All about a secret but its value. Times are in milliseconds since the epoch."""

    scope: str
    key: str
    version: int
    created_at: int
    created_by: str
    updated_at: int
    updated_by: str
    comment: str | None
    expires_at: int | None
    sensitive: bool
    deleted_at: int | None
    deleted_by: str | None


@dataclass(frozen=True, slots=True)
class ScopeOverview:
    """A scope in a list of all, as one caller sees it.

    The caller's `permission` is None where they have none; then nothing more is told. `secrets` is
    None where it was not asked for.
    """

    name: str
    permission: Permission | None = None
    count: int | None = None
    secrets: tuple[SecretDetails, ...] | None = None


@dataclass(frozen=True, slots=True)
class SecretUpdate:
    """A change of a secret's metadata; None keeps what is there.

    An empty comment removes it, and so does an expiry of 0, which is otherwise in milliseconds
    since the epoch. `verdicts` are ``public``, ``secret`` or ``default`` by names of components;
    components that it does not name keep theirs.
    """

    comment: str | None = None
    expires_at: int | None = None
    sensitive: bool | None = None
    verdicts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One version of a secret, without its value. The time is in milliseconds."""

    version: int
    created_at: int
    created_by: str


@dataclass(frozen=True, slots=True)
class AclItem:
    """One principal's permission on a scope.

    `principal` is what a caller names it by: its name, or ``kind:name`` where the name alone would
    be ambiguous. `kind` is None where a server does not tell it, as a Databricks workspace.
    """

    principal: str
    permission: Permission
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token as listed: never the token itself. Times are in milliseconds since the epoch.

    `owner` is whom it speaks for: a user's name, or ``service:NAME``. `scopes` are those that it
    is limited to, None for no such limit, and `permission` is the most that it may do there.
    """

    token_id: str
    name: str
    owner: str
    scopes: tuple[str, ...] | None
    permission: Permission
    created_at: int
    expires_at: int
    last_used_at: int | None = None
    revoked_at: int | None = None
    revoked_by: str | None = None


@dataclass(frozen=True, slots=True)
class ServicePrincipalInfo:
    """A service principal as listed. The time is in milliseconds since the epoch."""

    name: str
    comment: str | None
    created_at: int
    created_by: str


@dataclass(frozen=True, slots=True)
class SecretVersion:
    """A value, and which one it is."""

    scope: str
    key: str
    version: int
    value: bytes = field(repr=False)
    sensitive: bool = True
    verdicts: Verdicts = ()
    # In milliseconds since the epoch; None where it has no end, or it is not known.
    expires_at: int | None = None

    @property
    def label(self) -> str:
        """The secret's name, ``scope/key``."""
        return f"{self.scope}/{self.key}"

    @property
    def expired(self) -> str | None:
        """What to say of a secret that has expired, None of another one."""
        if self.expires_at is None or self.expires_at > time.time() * 1000:
            return None
        return f"{self.label} expired at {utc(self.expires_at)}: put a new value."


@dataclass(frozen=True, slots=True)
class Marks:
    """What the owners of secrets decided about their redaction, by the secrets' labels.

    A secret is in `verdicts` from its first one on, also when all were taken back.
    """

    not_sensitive: frozenset[str] = frozenset()
    verdicts: Mapping[str, Verdicts] = field(default_factory=dict)

    def with_versions(self, versions: Iterable[SecretVersion]) -> Marks:
        """Return the marks with what secrets that were just read say of themselves."""
        by_label = {version.label: version for version in versions}
        marked = {label for label, version in by_label.items() if not version.sensitive}
        return Marks(
            self.not_sensitive - by_label.keys() | marked,
            {**self.verdicts, **{label: each.verdicts for label, each in by_label.items()}},
        )

    def followed_by(self, newer: Marks) -> Marks:
        """Return newer marks; of secrets that these say nothing of, what was secret stays so.

        They say nothing of secrets that were deleted, or that may no longer be read.
        """
        remaining = {
            label: tuple(each for each in verdicts if each[1] == SECRET)
            for label, verdicts in self.verdicts.items()
            if label not in newer.verdicts
        }
        return replace(newer, verdicts={**remaining, **newer.verdicts})


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which audit records are wanted; None wants all. Times are in milliseconds."""

    scope: str | None = None
    key: str | None = None
    principal: str | None = None
    action: str | None = None
    outcome: str | None = None
    since: int | None = None
    until: int | None = None

    def matches(self, record: Mapping[str, object]) -> bool:
        """Return whether a record is wanted; names are matched without regard to case."""
        wanted = (
            ("scope", self.scope),
            ("key", self.key),
            ("principal", self.principal),
            ("action", self.action),
            ("outcome", self.outcome),
        )
        time = record.get("time")
        moment = time if isinstance(time, int) else 0
        return (
            (self.since is None or moment >= self.since)
            and (self.until is None or moment < self.until)
            and all(
                text is None or str(record.get(name, "")).casefold() == text.casefold()
                for name, text in wanted
            )
        )


@dataclass(frozen=True, slots=True)
class StaleSecret:
    """A secret that somebody should look at, and why: ``expired``, ``not rotated``, ``never read``.

    Where the log was pruned since the secret was made, earlier reads are unknown: the reason is
    ``not read since the log was pruned``. `last_read_at` is in milliseconds, or None.
    """

    details: SecretDetails
    reasons: tuple[str, ...]
    last_read_at: int | None


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The state of a store: ``uninitialised``, ``locked``, ``failed`` or ``ready``, and why.

    `keys` are the kinds of keys that open it; while it is locked nothing vouches for them. It is
    locked `on_purpose` if somebody locked it: what opens it may well be available.
    """

    state: str
    message: str
    keys: tuple[str, ...]
    on_purpose: bool = False

    @property
    def takes_passphrase(self) -> bool:
        """Whether a passphrase or a recovery key opens it, or may: the kinds can be unknown."""
        return not self.keys or not {PASSPHRASE, RECOVERY}.isdisjoint(self.keys)


@dataclass(frozen=True, slots=True)
class KeySlot:
    """One way to open the store, as listed. The time is in milliseconds."""

    slot_id: str
    kind: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the store, and what to do; `scope` is None for the store as a whole."""

    check: str
    message: str
    scope: str | None = None
