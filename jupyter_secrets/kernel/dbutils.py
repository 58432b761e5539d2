"""``dbutils.secrets``, as notebooks know it from Databricks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar, overload

from jupyter_secrets.errors import InvalidParameterError, NotFoundError, SecretsError

if TYPE_CHECKING:
    from jupyter_secrets.client import SecretsClient
    from jupyter_secrets.model import SecretVersion

T = TypeVar("T")

_HELP = {
    "get": (
        "get(scope: str, key: str, default=...) -> str\n"
        "The secret's value as text. With default=, None included, that is returned where the\n"
        "scope or the key does not exist; what is forbidden or broken still raises an error."
    ),
    "getBytes": (
        "getBytes(scope: str, key: str) -> bytes\n"
        "The secret's value as bytes, for what is not text."
    ),
    "list": (
        "list(scope: str) -> list[SecretMetadata]\n"
        "The keys of a scope's secrets, without their values."
    ),
    "listScopes": "listScopes() -> list[SecretScope]\nThe names of all scopes.",
}


_NOT_PICKLED = (
    "dbutils cannot be pickled, for it belongs to this kernel: read the secret here, and give the "
    "other process or worker its value."
)


class SecretMetadata(NamedTuple):
    """A secret as `Secrets.list` shows it."""

    key: str


class SecretScope(NamedTuple):
    """A scope as `Secrets.listScopes` shows it."""

    name: str

    def getName(self) -> str:
        """Return the scope's name."""
        return self.name


# Named here, for a method below is called `list`.
SecretMetadataList = list[SecretMetadata]
SecretScopeList = list[SecretScope]


class Secrets:
    """Reads secrets; whatever it returns is redacted in the notebook's outputs."""

    def __init__(
        self, client: Callable[[], SecretsClient], register: Callable[[SecretVersion], None]
    ) -> None:
        self._client = client
        self._register = register

    @overload
    def get(self, scope: str, key: str) -> str: ...

    @overload
    def get(self, scope: str, key: str, default: T) -> str | T: ...

    def get(self, scope: str, key: str, default: object = ...) -> object:
        """Return a secret's value as text.

        `default`, where one is given, is returned where the scope or the key does not exist.
        Raises `SecretNotFoundError`, `PermissionDeniedError` and other `SecretsError`.
        """
        __tracebackhide__ = True  # IPython leaves such frames out
        try:
            value = self.getBytes(scope, key)
        except NotFoundError:
            if default is ...:
                raise
            return default
        try:
            return value.decode()
        except UnicodeDecodeError:
            # Not chained: the cause holds the value.
            raise InvalidParameterError(
                f"The value of key {key} in scope {scope} is not text: read it with "
                f'dbutils.secrets.getBytes("{scope}", "{key}").'
            ) from None

    def getBytes(self, scope: str, key: str) -> bytes:
        """Return a secret's value as bytes."""
        __tracebackhide__ = True
        version = self._ask(lambda client: client.get(scope, key))
        # The filter knows the value before the notebook's code has it.
        self._register(version)
        return version.value

    def list(self, scope: str) -> SecretMetadataList:
        """Return the keys of a scope's secrets."""
        __tracebackhide__ = True
        listed = self._ask(lambda client: client.list_secrets(scope))
        return [SecretMetadata(info.key) for info in listed]

    def listScopes(self) -> SecretScopeList:
        """Return all scopes."""
        __tracebackhide__ = True
        listed = self._ask(lambda client: client.list_scopes())
        return [SecretScope(info.name) for info in listed]

    def _ask(self, question: Callable[[SecretsClient], T]) -> T:
        """Ask the client; where it refuses, the traceback that a notebook shows ends here."""
        try:
            return question(self._client())
        except SecretsError as error:
            raise error.with_traceback(None) from None

    def help(self, method: str | None = None) -> None:
        """Print what this offers, or what one method does."""
        if method is None:
            print("dbutils.secrets reads secrets; outputs show them as [REDACTED].\n")
            print("\n".join(text.partition("\n")[0] for text in _HELP.values()))
            print('\nMore about one of them: dbutils.secrets.help("get")')
        else:
            print(_HELP.get(method) or f"Known are {', '.join(_HELP)}.")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"dbutils.secrets has no {name}: it reads secrets, with {', '.join(_HELP)}. To change "
            "them, use %secret or the command jupyter secrets.",
            name=name,
            obj=self,
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NOT_PICKLED)

    def __repr__(self) -> str:
        return "<dbutils.secrets: get, getBytes, list, listScopes; see help()>"


class DBUtils:
    """``dbutils`` with what this package has of it; other attributes raise `AttributeError`."""

    def __init__(self, secrets: Secrets) -> None:
        self.secrets = secrets

    def help(self) -> None:
        """Print what this offers."""
        print("dbutils.secrets: read secrets. See dbutils.secrets.help().")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"dbutils has no {name} here: of Databricks' utilities, jupyter_secrets has "
            "dbutils.secrets. See dbutils.help().",
            name=name,
            obj=self,
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NOT_PICKLED)

    def __repr__(self) -> str:
        return "<dbutils of jupyter_secrets: secrets>"
