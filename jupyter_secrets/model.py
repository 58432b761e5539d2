"""The nouns that every part of the package shares: who asks, for what, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypedDict

from jupyter_secrets.errors import InvalidParameterError

# Groups that exist everywhere: everyone, and those who may manage every scope.
USERS, ADMINS = "users", "admins"


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


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and from where; `limit` is the most that this caller may do in any scope.

    `via` is ``http``, ``kernel``, ``cli`` or ``hub``. All of it goes to the audit log.
    """

    name: str
    groups: frozenset[str] = frozenset()
    limit: Permission = Permission.MANAGE
    via: str = "http"
    kernel_id: str | None = None
    notebook: str | None = None

    @property
    def principals(self) -> frozenset[str]:
        """The names in an ACL that mean this caller."""
        own = frozenset({self.name}) - {USERS, ADMINS}
        return own | self.groups | {USERS}


class RedactionOptions(TypedDict):
    """How outputs are redacted: what the settings say, for server and kernels alike."""

    labelled: bool
    fragments: bool
    views: bool


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
class AclItem:
    """One principal's permission on a scope."""

    principal: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class SecretVersion:
    """A value, and which one it is."""

    scope: str
    key: str
    version: int
    value: bytes = field(repr=False)
    sensitive: bool = True

    @property
    def label(self) -> str:
        """The secret's name, ``scope/key``."""
        return f"{self.scope}/{self.key}"
