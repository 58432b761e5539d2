"""The redactor of a shell, and the filters in front of its outputs."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from jupyter_secrets.errors import LimitExceededError, SecretsError
from jupyter_secrets.kernel.connection import Connection
from jupyter_secrets.kernel.disclosed import DisclosedValues, MarksWatch
from jupyter_secrets.kernel.original_outputs import OriginalOutputs
from jupyter_secrets.kernel.session_filter import SessionFilter
from jupyter_secrets.kernel.shell_filter import ShellFilter
from jupyter_secrets.kernel.streams import redactor_of
from jupyter_secrets.kernel.terminal import filter_descriptors
from jupyter_secrets.kernel.warning import warn
from jupyter_secrets.model import SecretVersion
from jupyter_secrets.redaction import Redactor, SecretValue


class OutputGuard:
    """Redacts all that one shell shows.

    `at_start` is what the shell began with, `at_cell` what the running cell began with: the first
    secret may be asked for while something else captures outputs.
    """

    def __init__(
        self,
        shell: Any,
        connection: Connection,
        at_start: OriginalOutputs,
        at_cell: OriginalOutputs,
    ) -> None:
        self.shell = shell
        # Shells of one process write to the same streams.
        self.redactor = redactor_of(sys.__stdout__) or Redactor(**connection.redaction)
        self._disclosed = DisclosedValues(self.redactor)
        self._marks = MarksWatch(lambda: connection.open().marks(), self._disclosed)
        self.output: SessionFilter | ShellFilter | None = None
        self._at_start = at_start
        self._at_cell = at_cell
        self._read: Callable[[], Iterable[SecretVersion]] | None = None
        self._reader: threading.Thread | None = None
        self._has_read = threading.Event()
        self._warning = ""
        self.filter_outputs()

    def add(self, *values: SecretValue) -> None:
        """Have values redacted."""
        self.filter_outputs()
        self.redactor.add(*values)

    def disclose(self, version: SecretVersion) -> None:
        """Have a value that the notebook was given redacted, as its secret's owner decided."""
        self.filter_outputs()
        self._disclosed.add(version)

    def begin_cell(self) -> None:
        """Ask, while a cell runs, what was decided about the redaction of secrets."""
        self._marks.begin()

    def end_cell(self, seconds: float) -> None:
        """Do not ask any more, and warn if not all that the user may read is redacted.

        Whether it is, is known within so many seconds.
        """
        self._marks.end()
        if self._reader is not None:
            self._has_read.wait(seconds)
        warning, self._warning = self._warning, ""
        if warning:
            warn(warning)

    def filter_outputs(self) -> None:
        """Put the filters in place where they are not; any error has to keep values away."""
        session = getattr(getattr(self.shell, "kernel", None), "session", None)
        if isinstance(self.output, ShellFilter):
            self.output.install()
        elif self.output is not None:
            return
        elif session is None:
            self.output = ShellFilter(self.shell, self.redactor)
            for outputs in (self._at_start, self._at_cell):
                self.output.install_on(outputs.publisher, outputs.stdout, outputs.stderr)
        else:
            streams = {1: self._at_start.stdout, 2: self._at_start.stderr}
            filter_descriptors(self.redactor, streams)
            self.output = SessionFilter(session, self.redactor)

    def remove_if_empty(self) -> None:
        """Remove the filter of a shell that knows no value, and is not about to."""
        if self._is_reading or not self.redactor.is_empty:
            return
        if isinstance(self.output, ShellFilter):
            self.output.remove()
            self.output = None

    def learn(self, read: Callable[[], Iterable[SecretVersion]]) -> None:
        """Add, in the background, what a function returns, once it can be read."""
        self._read = read
        self._reader = threading.Thread(
            target=self._learn, args=(read,), name="read-for-redaction", daemon=True
        )
        self._reader.start()

    def _learn(self, read: Callable[[], Iterable[SecretVersion]]) -> None:
        try:
            versions = read()
        except LimitExceededError as error:
            self._read, self._warning = None, str(error)
            return
        except SecretsError:  # whoever asks for a secret is told; the next cell reads again
            return
        finally:
            self._has_read.set()
        self._disclosed.add_readable(versions)
        self._read = None

    @property
    def _is_reading(self) -> bool:
        return self._reader is not None and self._reader.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait until what is learned in the background is known, at most so long.

        What could not be read is read again.
        """
        if self._read is not None and not self._is_reading:
            self.learn(self._read)
        if self._reader is not None:
            self._reader.join(seconds)
