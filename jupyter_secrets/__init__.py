"""Secret scopes for Jupyter: an encrypted store, redacted outputs, and a sidebar.

Nothing heavy is imported here: this module is what Jupyter and IPython look at to find us.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from jupyter_secrets.kernel import DBUtils

__all__ = [
    "dbutils",
    "get",
    "get_bytes",
    "list_scopes",
    "list_secrets",
    "load_ipython_extension",
    "redact",
    "unload_ipython_extension",
]


T = TypeVar("T")


@overload
def get(scope: str, key: str) -> str: ...


@overload
def get(scope: str, key: str, default: T) -> str | T: ...


def get(scope: str, key: str, default: object = ...) -> object:
    """Return a secret's value as text, in a notebook, a script, a test or a task.

    In a notebook it is redacted in the outputs. Elsewhere it comes from the server that
    ``JUPYTER_SECRETS_URL`` and ``JUPYTER_SECRETS_TOKEN`` name, or from the store of this machine.
    `default`, where one is given, is returned where the scope or the key does not exist. Raises
    `jupyter_secrets.errors.SecretsError`, and `RuntimeError` in a shell that is not filtered.
    """
    return _dbutils().secrets.get(scope, key, default)


def get_bytes(scope: str, key: str) -> bytes:
    """Return a secret's value as bytes; see `get`."""
    return _dbutils().secrets.getBytes(scope, key)


def list_secrets(scope: str) -> list[str]:
    """Return the keys of a scope's secrets."""
    return [secret.key for secret in _dbutils().secrets.list(scope)]


def list_scopes() -> list[str]:
    """Return the names of all scopes."""
    return [scope.name for scope in _dbutils().secrets.listScopes()]


def __getattr__(name: str) -> Any:
    # `from jupyter_secrets import dbutils`: whose it is depends on where the code runs.
    if name == "dbutils":
        return _dbutils()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _dbutils() -> DBUtils:
    from jupyter_secrets import kernel

    return kernel.find_dbutils()


def redact(value: str | bytes) -> None:
    """Redact a value in all outputs of this notebook from now on.

    Raises `RuntimeError` where the extension is not loaded.
    """
    from IPython.core.getipython import get_ipython

    from jupyter_secrets import kernel

    kernel.redact(get_ipython(), value)


def load_ipython_extension(shell: Any) -> None:
    """Load the IPython extension: ``%load_ext jupyter_secrets``."""
    from jupyter_secrets import kernel

    kernel.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Unload the IPython extension; outputs stay filtered."""
    from jupyter_secrets import kernel

    kernel.unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-secrets"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    # A module, not an ExtensionApp: what an app raises is only logged, and the server would run
    # on without its filters.
    return [{"module": "jupyter_secrets"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Load the server extension, or end the server."""
    try:
        from jupyter_secrets import server as extension

        extension.load(server)
    except Exception as error:
        _end(server, error)


async def _start_jupyter_server_extension(server: Any) -> None:
    """Start the server extension, or end the server."""
    try:
        from jupyter_secrets import server as extension

        await extension.start(server)
    except Exception as error:
        _end(server, error)


def _end(server: Any, error: Exception) -> None:
    server.log.critical(
        "jupyter_secrets cannot filter the outputs of this server, so it does not start: %s: %s\n"
        "To run it without secrets and without the filter: "
        "jupyter server extension disable jupyter_secrets",
        type(error).__name__,
        error,
    )
    raise SystemExit(1) from None
