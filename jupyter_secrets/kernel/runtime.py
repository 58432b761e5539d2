"""What the IPython extension is in one shell: its `dbutils`, its connection and its filters.

Every shell of an environment loads this module: whatever takes time is imported, opened and put
in place when the first secret is used.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from IPython.core.error import InputRejected

from jupyter_secrets.kernel.cell_references import ReferenceWatch
from jupyter_secrets.kernel.dbutils import DBUtils, Secrets
from jupyter_secrets.kernel.original_outputs import OriginalOutputs
from jupyter_secrets.kernel.warning import warn

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_secrets.client import SecretsClient
    from jupyter_secrets.kernel.connection import Connection
    from jupyter_secrets.kernel.shell_redaction import OutputGuard
    from jupyter_secrets.model import SecretVersion

ATTRIBUTE = "_jupyter_secrets"
_GUARD_MODULE = "jupyter_secrets.kernel.shell_redaction"
_NAME = "dbutils"
# How long a cell waits for the values that are read in the background.
_READING_SECONDS = 5.0


class SecretsExtension:
    """What is loaded in one IPython shell, and stays: values that were given stay redacted.

    `is_loaded` tells whether `dbutils` and ``%secret`` are there, `completes` whether the shell
    completes scopes and keys.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.dbutils = DBUtils(Secrets(self.open, self.register))
        self.is_loaded = False
        self.completes = False
        self._watch = ReferenceWatch(shell, self.get, self.labels_in)
        self._events: list[tuple[str, Callable[..., None]]] = [
            ("pre_run_cell", self.restore_dbutils),
            ("pre_run_cell", self._watch.begin),
            ("pre_execute", self._begin_cell),
            ("post_execute", self._end_cell),
        ]
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._guard: OutputGuard | None = None
        self._at_start = self._at_cell = OriginalOutputs.of(shell)

    @property
    def connection(self) -> Connection:
        """The way to the scopes; made at its first use, with the filters in place."""
        self.guard  # noqa: B018 - no value without a filter
        return cast("Connection", self._connection)

    @property
    def is_connected(self) -> bool:
        """Tell whether the way to the scopes was looked for, with the variables that name it."""
        return self._connection is not None

    @property
    def guard(self) -> OutputGuard:
        """The filters; put in place at their first use. Any error has to keep values away."""
        with self._lock:
            if self._guard is None:
                self._guard = self._activate()
            return self._guard

    def _activate(self) -> OutputGuard:
        from jupyter_secrets.kernel.connection import connect
        from jupyter_secrets.kernel.shell_redaction import OutputGuard

        if self._connection is None:
            self._connection = connect(os.environ)
        guard = OutputGuard(self.shell, self._connection, self._at_start, self._at_cell)
        guard.add(*self._connection.hidden)
        for version in self._connection.disclosed:
            guard.disclose(version)
        if self._connection.read_known is not None:
            guard.learn(self._connection.read_known)
        return guard

    def open(self) -> SecretsClient:
        """Return the client, or raise what stands in its way."""
        return self.connection.open()

    def get(self, scope: str, key: str) -> SecretVersion:
        """Return a secret's value; it is redacted from now on."""
        version = self.open().get(scope, key)
        self.register(version)
        return version

    def register(self, version: SecretVersion) -> None:
        """Have a value that the notebook was given redacted."""
        self.guard.disclose(version)
        if version.expired:
            warn(version.expired)

    def labels_in(self, text: str) -> set[str]:
        """Return whose values are in a text, as ``scope/key``, as far as they are known here."""
        self.guard.wait(_READING_SECONDS)
        regions = self.guard.redactor.find(text.encode("utf-8", "surrogatepass"))
        return {region.label for region in regions if region.label}

    def redact(self, value: str | bytes, label: str = "") -> None:
        """Have any value redacted."""
        from jupyter_secrets.redaction import SecretValue

        self.guard.add(SecretValue(value, label))

    def load(self, register_magics: Callable[[SecretsExtension], None]) -> None:
        """Offer `dbutils` and ``%secret``; filters that were in place are there again."""
        if self._is_guarded():
            self.guard.filter_outputs()
        if not self.is_loaded:
            register_magics(self)
            for event, callback in self._events:
                self.shell.events.register(event, callback)
            self.shell.ast_transformers.append(self._watch)
            self.shell.reset = self._reset  # type: ignore[method-assign]
            self.shell.safe_execfile = self._run_file  # type: ignore[method-assign]
            self.shell.safe_run_module = self._run_module  # type: ignore[method-assign]
            self.is_loaded = True
        self.offer_dbutils()

    def unload(self) -> None:
        """Take `dbutils` and ``%secret`` away, and the filter of a shell that knows no value."""
        if self.is_loaded:
            self.is_loaded = False
            for event, callback in self._events:
                self.shell.events.unregister(event, callback)
            self.shell.ast_transformers.remove(self._watch)
            for name in ("reset", "safe_execfile", "safe_run_module"):
                vars(self.shell).pop(name, None)
            self.shell.magics_manager.magics["line"].pop("secret", None)
            self.shell.magics_manager.magics["cell"].pop("secret_env", None)
        if self.shell.user_ns.get(_NAME) is self.dbutils:
            del self.shell.user_ns[_NAME]
        if self._guard is not None:
            self._guard.remove_if_empty()

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

    def _reset(self, *arguments: Any, **options: Any) -> None:
        """Do what ``%reset`` does; `dbutils` is there for what follows in the same cell too."""
        type(self.shell).reset(self.shell, *arguments, **options)  # type: ignore[no-untyped-call]
        self.restore_dbutils()

    def _run_file(self, *arguments: Any, **options: Any) -> None:
        """Run a script, or a file of a profile's, with references in the environment resolved."""
        self._watch.check_file()
        type(self.shell).safe_execfile(self.shell, *arguments, **options)  # type: ignore[no-untyped-call]

    def _run_module(self, *arguments: Any) -> None:
        """Do so with a module; nobody handles what is raised before that."""
        try:
            self._watch.check_file()
        except InputRejected:
            self.shell.showtraceback()
            raise SystemExit(1) from None
        type(self.shell).safe_run_module(self.shell, *arguments)  # type: ignore[no-untyped-call]

    def restore_dbutils(self, *_: object) -> None:
        """Bring `dbutils` back after ``%reset`` or ``del dbutils``."""
        if _NAME not in self.shell.user_ns:
            self.offer_dbutils()

    def _begin_cell(self) -> None:
        self._at_cell = OriginalOutputs.of(self.shell)
        if self._is_guarded():
            self.guard.wait(_READING_SECONDS)
            self.guard.begin_cell()

    def _end_cell(self) -> None:
        if self._guard is not None:
            self._guard.end_cell(_READING_SECONDS)

    def _is_guarded(self) -> bool:
        """Tell whether a secret was used here, or in another shell of the process."""
        return self._guard is not None or _GUARD_MODULE in sys.modules


def loaded(shell: Any) -> SecretsExtension | None:
    """Return the extension of a shell, if it was loaded there, also if it was unloaded since.

    Its class may be that of a module which ``%reset --aggressive`` has removed.
    """
    return cast("SecretsExtension | None", getattr(shell, ATTRIBUTE, None))
