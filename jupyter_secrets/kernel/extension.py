"""The IPython extension: ``%load_ext jupyter_secrets``."""

from __future__ import annotations

import os
import sys
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from jupyter_secrets.kernel.completion import complete_secret
from jupyter_secrets.kernel.connection import connect
from jupyter_secrets.kernel.magics import SecretMagics
from jupyter_secrets.kernel.runtime import ATTRIBUTE, SecretsExtension, loaded


def load(shell: InteractiveShell) -> None:
    """Load the extension; when it is loaded, only offer `dbutils` again."""
    extension = loaded(shell)
    if extension is None:
        extension = SecretsExtension(shell, connect(os.environ))
        extension.filter_outputs()
        setattr(shell, ATTRIBUTE, extension)
    extension.load(_register_magics)
    if extension.connection.error is not None:
        print(f"jupyter_secrets: {extension.connection.error}", file=sys.stderr)


def unload(shell: InteractiveShell) -> None:
    """Unload the extension. The filters stay, for values that were given may still be shown."""
    extension = loaded(shell)
    if extension is not None:
        extension.unload()


def redact(shell: Any, value: str | bytes) -> None:
    """Have a value redacted in a shell's outputs; raise `RuntimeError` where nothing is loaded."""
    extension = loaded(shell)
    if extension is None:
        raise RuntimeError('Run "%load_ext jupyter_secrets" first: it filters the outputs.')
    extension.redact(value)


def _register_magics(extension: SecretsExtension) -> None:
    shell = extension.shell
    shell.register_magics(SecretMagics(shell, extension))
    if not extension.completes:
        extension.completes = True
        shell.set_hook(  # type: ignore[no-untyped-call]
            "complete_command", complete_secret, str_key="%secret"
        )
