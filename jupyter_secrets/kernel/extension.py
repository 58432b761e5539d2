"""The IPython extension: ``%load_ext jupyter_secrets``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, cast

from IPython.core.magic import no_var_expand

from jupyter_secrets.environment import has_server
from jupyter_secrets.kernel.databricks_modules import offer_modules, withdraw_modules
from jupyter_secrets.kernel.runtime import ATTRIBUTE, SecretsExtension, loaded

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load(shell: InteractiveShell) -> None:
    """Load the extension; when it is loaded, only offer `dbutils` again.

    In a kernel that a server started, the filters know what its environment holds before the first
    cell runs. Elsewhere nothing more happens before a secret is used.
    """
    extension = loaded(shell)
    if extension is None:
        extension = SecretsExtension(shell)
        setattr(shell, ATTRIBUTE, extension)
    extension.load(_register_magics)
    offer_modules()
    if has_server(os.environ) and extension.connection.error is not None:
        print(f"jupyter_secrets: {extension.connection.error}", file=sys.stderr)


def unload(shell: InteractiveShell) -> None:
    """Unload the extension. The filters stay, for values that were given may still be shown."""
    extension = loaded(shell)
    if extension is not None:
        extension.unload()
        withdraw_modules()


def redact(shell: Any, value: str | bytes) -> None:
    """Have a value redacted in a shell's outputs; raise `RuntimeError` where nothing is loaded."""
    extension = loaded(shell)
    if extension is None:
        raise RuntimeError('Run "%load_ext jupyter_secrets" first: it filters the outputs.')
    extension.redact(value)


def _register_magics(extension: SecretsExtension) -> None:
    shell = extension.shell

    def secret(line: str) -> str | None:
        """Work with secret scopes: ``%secret help`` shows how."""
        from jupyter_secrets.kernel.magics import SecretMagics

        magics: Any = SecretMagics(shell, extension)
        return cast("str | None", magics.secret(line))

    def secret_env(line: str, cell: str) -> None:
        """Run a cell with variables that are gone after it: ``%%secret_env NAME={{secrets/…}}``."""
        from jupyter_secrets.kernel.magics import SecretMagics

        magics: Any = SecretMagics(shell, extension)
        magics.secret_env(line, cell)

    def complete(_shell: Any, event: Any) -> list[str]:
        from jupyter_secrets.kernel.completion import complete_secret

        return complete_secret(shell, event)

    shell.magics_manager.register_function(secret, "line", "secret")
    # IPython would take the braces for an expression.
    no_var_expand(secret_env)
    shell.magics_manager.register_function(secret_env, "cell", "secret_env")
    if not extension.completes:
        extension.completes = True
        shell.set_hook(  # type: ignore[no-untyped-call]
            "complete_command", complete, str_key="%secret"
        )
