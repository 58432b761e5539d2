"""What the IPython extension is in one shell: its filters, its `dbutils` and its connection."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, cast

from IPython.core.interactiveshell import InteractiveShell

from jupyter_secrets.kernel.connection import Connection
from jupyter_secrets.kernel.dbutils import DBUtils, Secrets
from jupyter_secrets.kernel.disclosed import DisclosedValues, MarksWatch
from jupyter_secrets.kernel.session_filter import SessionFilter
from jupyter_secrets.kernel.shell_filter import ShellFilter
from jupyter_secrets.kernel.streams import redactor_of
from jupyter_secrets.kernel.terminal import filter_descriptors
from jupyter_secrets.model import SecretVersion
from jupyter_secrets.redaction import Redactor, SecretValue

ATTRIBUTE = "_jupyter_secrets"
_NAME = "dbutils"


class SecretsExtension:
    """What is loaded in one IPython shell, and stays: values that were given stay redacted.

    `is_loaded` tells whether `dbutils` and ``%secret`` are there, `completes` whether the shell
    completes scopes and keys.
    """

    def __init__(self, shell: InteractiveShell, connection: Connection) -> None:
        self.shell = shell
        self.connection = connection
        # Shells of one process write to the same streams.
        self.redactor = redactor_of(sys.__stdout__) or Redactor(**connection.redaction)
        self.redactor.add(*connection.hidden)
        self.disclosed = DisclosedValues(self.redactor)
        for version in connection.given:
            self.disclosed.add(version)
        self._watch = MarksWatch(lambda: connection.open().not_sensitive(), self.disclosed)
        self.dbutils = DBUtils(Secrets(connection.open, self.register))
        self.is_loaded = False
        self.completes = False
        self.output: SessionFilter | ShellFilter | None = None
        self._events = {
            "pre_run_cell": self.restore_dbutils,
            "pre_execute": self._watch.begin,
            "post_execute": self._watch.end,
        }

    def register(self, version: SecretVersion) -> None:
        """Have a value that the notebook was given redacted."""
        self.filter_outputs()
        self.disclosed.add(version)

    def redact(self, value: str | bytes, label: str = "") -> None:
        """Have any value redacted."""
        self.filter_outputs()
        self.redactor.add(SecretValue(value, label))

    def filter_outputs(self) -> None:
        """Put the filters in place where they are not; any error has to keep values away."""
        session = getattr(getattr(self.shell, "kernel", None), "session", None)
        if isinstance(self.output, ShellFilter):
            self.output.install()
        elif self.output is not None:
            return
        elif session is None:
            self.output = ShellFilter(self.shell, self.redactor)
        else:
            filter_descriptors(self.redactor, {1: sys.stdout, 2: sys.stderr})
            self.output = SessionFilter(session, self.redactor)

    def load(self, register_magics: Callable[[SecretsExtension], None]) -> None:
        """Offer `dbutils` and ``%secret``, with the filters in place."""
        self.filter_outputs()
        if not self.is_loaded:
            register_magics(self)
            for event, callback in self._events.items():
                self.shell.events.register(event, callback)
            self.is_loaded = True
        self.offer_dbutils()

    def unload(self) -> None:
        """Take `dbutils` and ``%secret`` away, and the filter of a shell that knows no value."""
        if self.is_loaded:
            self.is_loaded = False
            for event, callback in self._events.items():
                self.shell.events.unregister(event, callback)
            self.shell.magics_manager.magics["line"].pop("secret", None)
            self.shell.magics_manager.registry.pop("SecretMagics", None)
        if self.shell.user_ns.get(_NAME) is self.dbutils:
            del self.shell.user_ns[_NAME]
        if isinstance(self.output, ShellFilter) and self.redactor.is_empty:
            self.output.remove()
            self.output = None

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
    """Return the extension of a shell, if it was loaded there, also if it was unloaded since.

    Its class may be that of a module which ``%reset --aggressive`` has removed.
    """
    return cast("SecretsExtension | None", getattr(shell, ATTRIBUTE, None))
