"""What can go wrong, and what REST clients are told about it.

* SecretsError
  + NotFoundError (also a LookupError)
    - ScopeNotFoundError
    - SecretNotFoundError
    - AclNotFoundError
  + AlreadyExistsError
  + ConflictError
  + SecretExpiredError
  + PermissionDeniedError (also a PermissionError)
  + InvalidParameterError (also a ValueError)
    - MalformedRequestError
    - UnresolvedReferenceError
  + LimitExceededError
  + SecretTooLargeError
  + UnauthenticatedError
  + StoreError
    - StoreLockedError
    - StoreBusyError
    - IntegrityError
  + BackendUnavailableError

No message ever holds a secret's value: messages are shown, logged and sent over the wire.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# What to do about what Databricks' messages, which people's code matches on, only state, and about
# what a server says without knowing where it is read.
_FIXES = {
    re.compile(r"Scope (\S+) does not exist!"): (
        'See which do with "%secret scopes" or "jupyter secrets list-scopes"; make it with '
        '"jupyter secrets create-scope {0}".'
    ),
    re.compile(r"Secret does not exist with scope: (\S+) and key: (\S+)"): (
        '(see which do with "%secret list {0}" or "jupyter secrets list-secrets {0}"; store it '
        'with "jupyter secrets put-secret {0} {1}").'
    ),
    re.compile(r"(.+) does not have (\w+) permission on scope (\S+) to perform this action\."): (
        'Have whoever may MANAGE the scope run "jupyter secrets put-acl {2} {0} {1}".'
    ),
    re.compile(r"Log in, or send a valid token\."): (
        "Scripts and the command line take it from JUPYTER_SECRETS_TOKEN."
    ),
    re.compile(r"This kernel's code is not valid: restart the kernel\."): (
        "What a cell of bash, or of another language, starts uses your own store after "
        '"unset JUPYTER_SECRETS_URL".'
    ),
}


class SecretsError(Exception):
    """Base of every error that this package raises on purpose.

    Its text is the message, and what to do where that does not say it.
    """

    @property
    def message(self) -> str:
        """What was wrong, as REST clients read it."""
        return super().__str__()

    def __str__(self) -> str:
        for pattern, fix in _FIXES.items():
            if match := pattern.fullmatch(self.message):
                return f"{self.message} {fix.format(*match.groups())}"
        return self.message

    @property
    def error_code(self) -> str:
        """The code that a REST client sees, such as ``RESOURCE_DOES_NOT_EXIST``."""
        return rest_error(self).error_code


class NotFoundError(SecretsError, LookupError):
    """Something that was named does not exist."""


class ScopeNotFoundError(NotFoundError):
    """No scope has this name."""

    @classmethod
    def of(cls, scope: str) -> ScopeNotFoundError:
        """Say which scope is missing, in the words that people's code matches on."""
        return cls(f"Scope {scope} does not exist!")


class SecretNotFoundError(NotFoundError):
    """The scope exists and has no such key."""

    @classmethod
    def of(cls, scope: str, key: str) -> SecretNotFoundError:
        """Say which secret is missing, in the words that people's code matches on."""
        return cls(f"Secret does not exist with scope: {scope} and key: {key}")


class AclNotFoundError(NotFoundError):
    """The principal has no entry in the scope's ACL."""


class AlreadyExistsError(SecretsError):
    """A scope of this name is there already."""


class ConflictError(SecretsError):
    """Somebody else changed meanwhile what was to be replaced."""


class SecretExpiredError(SecretsError):
    """The secret has expired, and the store refuses those."""


class PermissionDeniedError(SecretsError, PermissionError):
    """The principal lacks the permission that the call needs."""


class InvalidParameterError(SecretsError, ValueError):
    """A name, a permission or another argument is not acceptable."""


class MalformedRequestError(InvalidParameterError):
    """A request's body cannot be read at all."""


class UnresolvedReferenceError(InvalidParameterError):
    """A ``{{secrets/scope/key}}`` reference is malformed or cannot be resolved."""


class LimitExceededError(SecretsError):
    """A scope or a store is full."""


class SecretTooLargeError(SecretsError):
    """A value is over the limit, 128 KiB unless configured."""


class UnauthenticatedError(SecretsError):
    """The caller did not say who it is, or its token is no longer valid."""

    @classmethod
    def without_token(cls, url_variable: str, token_variable: str) -> UnauthenticatedError:
        """Say that the environment names a server, and which variable it lacks."""
        return cls(
            f"{url_variable} names a server, but there is no token for it: set {token_variable}."
        )


class StoreError(SecretsError):
    """The store cannot be used as it is; the message says what to fix."""


class StoreLockedError(StoreError):
    """No key that opens the store is available."""


class StoreBusyError(StoreError):
    """Another process has held the store for as long as this one waits."""


class IntegrityError(StoreError):
    """A row was changed by something other than this package."""


class BackendUnavailableError(SecretsError):
    """A server or an engine that holds the values does not answer."""


class RestError(NamedTuple):
    """How one class of errors looks to a REST client."""

    error_code: str
    status: int


# The most specific class decides. 429 and 503 are never used: Databricks' SDK retries both for
# five minutes and hides the message meanwhile.
REST_ERRORS: dict[type[SecretsError], RestError] = {
    NotFoundError: RestError("RESOURCE_DOES_NOT_EXIST", 404),
    AlreadyExistsError: RestError("RESOURCE_ALREADY_EXISTS", 400),
    ConflictError: RestError("RESOURCE_CONFLICT", 409),
    SecretExpiredError: RestError("SECRET_EXPIRED", 400),
    PermissionDeniedError: RestError("PERMISSION_DENIED", 403),
    InvalidParameterError: RestError("INVALID_PARAMETER_VALUE", 400),
    MalformedRequestError: RestError("MALFORMED_REQUEST", 400),
    LimitExceededError: RestError("RESOURCE_LIMIT_EXCEEDED", 400),
    SecretTooLargeError: RestError("MAX_SECRET_SIZE_EXCEEDED", 400),
    UnauthenticatedError: RestError("UNAUTHENTICATED", 401),
    StoreError: RestError("STORE_UNUSABLE", 500),
    StoreLockedError: RestError("STORE_LOCKED", 423),
    IntegrityError: RestError("INTEGRITY_ERROR", 500),
    BackendUnavailableError: RestError("BACKEND_UNAVAILABLE", 502),
    SecretsError: RestError("INTERNAL_ERROR", 500),
}


def rest_error(error: SecretsError) -> RestError:
    """Return the code and the HTTP status of an error."""
    return next(REST_ERRORS[cls] for cls in type(error).__mro__ if cls in REST_ERRORS)


def from_rest(error_code: str, message: str) -> SecretsError:
    """Return the exception that a REST answer stands for.

    A missing secret, scope and entry of an ACL share one code; clients tell them apart by the
    message, as they do with Databricks.
    """
    if error_code == "RESOURCE_DOES_NOT_EXIST":
        if message.startswith("Secret does not exist"):
            return SecretNotFoundError(message)
        if message.startswith("Scope "):
            return ScopeNotFoundError(message)
        if message.startswith("Principal "):
            return AclNotFoundError(message)
    for cls, rest in REST_ERRORS.items():
        if rest.error_code == error_code:
            return cls(message)
    return SecretsError(f"{error_code}: {message}")
