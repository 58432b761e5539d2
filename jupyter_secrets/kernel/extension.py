"""The IPython extension: ``%load_ext jupyter_secrets``."""

from __future__ import annotations

import os
import sys
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from jupyter_secrets.kernel.connection import Connection, connect
from jupyter_secrets.kernel.dbutils import DBUtils, Secrets
from jupyter_secrets.kernel.session_filter import SessionFilter
from jupyter_secrets.kernel.terminal import filter_descriptors, filter_terminal
from jupyter_secrets.model import SecretVersion
from jupyter_secrets.redaction import Redactor, SecretValue

_ATTRIBUTE = "_jupyter_secrets"
_NAME = "dbutils"


class SecretsExtension:
    """What is loaded in one IPython shell, and stays: values that were given stay redacted."""

    def __init__(self, shell: InteractiveShell, connection: Connection) -> None:
        self.shell = shell
        self.connection = connection
        self.redactor = Redactor(connection.given, **connection.redaction)
        self.dbutils = DBUtils(Secrets(connection.open, self.register))

    def register(self, version: SecretVersion) -> None:
        """Have a value that the notebook was given redacted."""
        if version.sensitive:
            self.redactor.add(SecretValue(version.value, version.label))

    def filter_outputs(self) -> None:
        """Put the filters in place; any error here must keep the extension from loading."""
        session = getattr(getattr(self.shell, "kernel", None), "session", None)
        if session is None:
            filter_terminal(self.redactor, self.shell)
        else:
            filter_descriptors(self.redactor, {1: sys.stdout, 2: sys.stderr})
            self.output = SessionFilter(session, self.redactor)

    def offer_dbutils(self) -> None:
        """Give the notebook `dbutils`, unless it has one of its own."""
        present = self.shell.user_ns.get(_NAME)
        if present is None:
            # Not interactive: %who lists what the user made.
            self.shell.push(  # type: ignore[no-untyped-call]
                {_NAME: self.dbutils}, interactive=False
            )
        elif present is not self.dbutils:
            print(
                "jupyter_secrets: this notebook has a dbutils of its own, which was left alone. "
                'For ours, run "del dbutils" and then "%load_ext jupyter_secrets".'
            )

    def restore_dbutils(self, *_: object) -> None:
        """Bring `dbutils` back after ``%reset``."""
        if _NAME not in self.shell.user_ns:
            self.offer_dbutils()


def loaded(shell: Any) -> SecretsExtension | None:
    """Return the extension of a shell, if it was loaded there."""
    extension = getattr(shell, _ATTRIBUTE, None)
    return extension if isinstance(extension, SecretsExtension) else None


def load(shell: InteractiveShell) -> None:
    """Load the extension; a second time only offers `dbutils` again."""
    extension = loaded(shell)
    if extension is None:
        extension = SecretsExtension(shell, connect(os.environ))
        extension.filter_outputs()
        setattr(shell, _ATTRIBUTE, extension)
        _register(shell, extension)
    extension.offer_dbutils()
    if extension.connection.error is not None:
        print(f"jupyter_secrets: {extension.connection.error}", file=sys.stderr)


def _register(shell: InteractiveShell, extension: SecretsExtension) -> None:
    from jupyter_secrets.kernel.completion import complete_secret
    from jupyter_secrets.kernel.magics import SecretMagics

    shell.register_magics(SecretMagics(shell, extension))
    shell.set_hook(  # type: ignore[no-untyped-call]
        "complete_command", complete_secret, str_key="%secret"
    )
    shell.events.register("pre_run_cell", extension.restore_dbutils)


def unload(shell: InteractiveShell) -> None:
    """Take `dbutils` away. The filters stay, for values that were given may still be shown."""
    extension = loaded(shell)
    if extension is not None and shell.user_ns.get(_NAME) is extension.dbutils:
        del shell.user_ns[_NAME]
        shell.events.unregister("pre_run_cell", extension.restore_dbutils)


def redact(shell: Any, value: str | bytes) -> None:
    """Have a value redacted in a shell's outputs; raise `RuntimeError` where nothing is loaded."""
    extension = loaded(shell)
    if extension is None:
        raise RuntimeError('Run "%load_ext jupyter_secrets" first: it filters the outputs.')
    extension.redactor.add(SecretValue(value))
