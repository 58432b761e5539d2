"""Secret scopes for Jupyter: an encrypted store, redacted outputs, and a sidebar.

Nothing heavy is imported here: this module is what Jupyter and IPython look at to find us.
"""

from __future__ import annotations

from typing import Any

__all__ = ["load_ipython_extension", "redact", "unload_ipython_extension"]


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
