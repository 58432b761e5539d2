"""The values that outputs are searched for: each user's own, and none of anybody else's."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable

from jupyter_secrets.errors import StoreError, StoreLockedError
from jupyter_secrets.model import Caller, RedactionOptions, SecretVersion
from jupyter_secrets.redaction import Redactor, SecretValue
from jupyter_secrets.scopes import Scopes

# How long a store that is locked or fails is left alone: each look at it opens its files.
MIN_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 5.0

_Principal = tuple[str, frozenset[str]]


class KnownValues:
    """One redactor for each user: what the user may READ, and what the user's kernels were given.

    Whoever could have another's values redacted could learn them by printing guesses.
    """

    def __init__(
        self, scopes: Scopes, *, at_most: int, options: RedactionOptions, log: logging.Logger
    ) -> None:
        self._scopes = scopes
        self._at_most = at_most
        self._options = options
        self._log = log
        self._lock = threading.RLock()
        self._redactors: dict[_Principal, Redactor] = {}
        self._callers: dict[_Principal, Caller] = {}
        self._readable: dict[_Principal, list[SecretVersion]] = {}
        self._given: dict[_Principal, dict[str, dict[bytes, SecretVersion]]] = {}
        self._epoch = -1
        self._complaint = ""
        self._pause = self._not_before = 0.0

    def redactor(self, caller: Caller) -> Redactor:
        """Return a user's redactor; the first time its values are read from the store.

        Blocks for that long. A store that cannot be read gives no values away either: it is
        logged, and tried again.
        """
        principal = _principal(caller)
        known = self._redactors.get(principal)  # without the lock, for each message asks
        return known or self._add(principal, caller)

    def _add(self, principal: _Principal, caller: Caller) -> Redactor:
        with self._lock:
            if principal not in self._redactors:
                self._callers[principal] = Caller(caller.name, caller.groups)
                redactor = Redactor(**self._options)
                self._read(principal, redactor)
                self._redactors[principal] = redactor
            return self._redactors[principal]

    def give(self, caller: Caller, version: SecretVersion) -> None:
        """Have a value redacted from now on; for a kernel's caller, as long as it lives."""
        redactor = self.redactor(caller)
        with self._lock:
            kernels = self._given.setdefault(_principal(caller), {})
            given = kernels.setdefault(caller.kernel_id or "", {})
            if version.sensitive and version.value not in given:
                given[version.value] = version
                redactor.add(SecretValue(version.value, version.label))

    def forget_kernel(self, kernel_id: str) -> None:
        """Forget what a kernel was given, at the next change of the store."""
        with self._lock:
            for kernels in self._given.values():
                kernels.pop(kernel_id, None)

    def poll(self) -> None:
        """Do what `refresh` does, less and less often while the store cannot be opened."""
        if self._scopes.opened is not None or time.monotonic() >= self._not_before:
            self.refresh()

    def refresh(self) -> None:
        """Read all users' values again if the store has changed, whoever changed it."""
        try:
            epoch = self._scopes.epoch()
        except StoreError as error:
            if isinstance(error, StoreLockedError):
                self._forget_readable()
            self._complain(str(error))
            self._pause = min(max(2 * self._pause, MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS)
            self._not_before = time.monotonic() + self._pause
            return
        self._pause = self._not_before = 0.0
        with self._lock:
            if epoch != self._epoch:
                done = [self._read(*known) for known in self._redactors.items()]
                self._epoch = epoch if all(done) else -1

    def _forget_readable(self) -> None:
        """Keep what kernels were given, and nothing else, in a store that was locked."""
        with self._lock:
            self._epoch = -1
            for principal, redactor in self._redactors.items():
                if self._readable.pop(principal, None):
                    redactor.replace(self._values(principal))

    def _read(self, principal: _Principal, redactor: Redactor) -> bool:
        """Read what a user may read into a redactor; tell whether that worked."""
        try:
            readable = self._scopes.readable(self._callers[principal], at_most=self._at_most)
        except StoreError as error:
            self._complain(str(error))
            return False
        self._readable[principal] = readable or []
        if readable is None:
            self._complain(
                f"{principal[0]} may read more than {self._at_most:,} secrets, so only those "
                "that were given to a kernel are redacted (c.JupyterSecrets.max_known_values)."
            )
        else:
            self._complaint = ""
        redactor.replace(self._values(principal))
        return True

    def _values(self, principal: _Principal) -> Iterable[SecretValue]:
        for version in self._readable.get(principal, ()):
            if version.sensitive:
                yield SecretValue(version.value, version.label, disclosed=False)
        for given in self._given.get(principal, {}).values():
            for version in given.values():
                yield SecretValue(version.value, version.label)

    def _complain(self, message: str) -> None:
        if message != self._complaint:  # asked twice a second, said once
            self._log.error("jupyter_secrets: %s", message)
            self._complaint = message


def _principal(caller: Caller) -> _Principal:
    return caller.name, caller.groups
