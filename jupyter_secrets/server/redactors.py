"""The values that outputs are searched for: each user's own, and none of anybody else's."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from jupyter_secrets.errors import StoreError, StoreLockedError
from jupyter_secrets.model import Caller, RedactionOptions, SecretVersion
from jupyter_secrets.redaction import Redactor, SecretValue
from jupyter_secrets.scopes import Scopes

# How long a store that is locked or fails is left alone: each look at it opens its files.
MIN_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 5.0


class RedactorRegistry:
    """One redactor for each user: what the user may READ, and what the user's kernels were given.

    Whoever could have another's values redacted could learn them by printing guesses.

    Values are read and compiled under `_refreshing`, which only those wait for who read them
    too; `_lock` is held for moments. Outputs wait for neither.
    """

    def __init__(
        self,
        scopes: Scopes,
        *,
        at_most: int,
        options: RedactionOptions,
        log: logging.Logger,
        user: Callable[[str], Caller] = Caller,
    ) -> None:
        self._scopes = scopes
        self._at_most = at_most
        self._options = options
        self._log = log
        self._user = user
        self._refreshing = threading.RLock()
        self._lock = threading.Lock()
        self._redactors: dict[str, Redactor] = {}
        self._callers: dict[str, Caller] = {}
        self._readable: dict[str, list[SecretVersion]] = {}
        self._given: dict[str, dict[str, dict[bytes, SecretVersion]]] = {}
        self._epoch = -1
        self._complaint = ""
        self._pause = self._not_before = 0.0

    def redactor(self, caller: Caller) -> Redactor:
        """Return a user's redactor; the first time its values are read from the store.

        Blocks for that long. A store that cannot be read gives no values away either: it is
        logged, and tried again.
        """
        known = self._redactors.get(caller.name)  # without the lock, for each message asks
        return known or self._add(caller.name)

    def _add(self, name: str) -> Redactor:
        with self._refreshing:
            if name not in self._redactors:
                redactor = Redactor(**self._options)
                self._read(name, redactor)
                self._redactors[name] = redactor
            return self._redactors[name]

    def users(self) -> list[str]:
        """Return the names of those whose values are known here."""
        return list(self._redactors)

    def redact(self, _: object, caller: Caller, text: str) -> str:
        """Redact a text with what was read for a user before; the store is not asked."""
        redactor = self._redactors.get(caller.name)
        return redactor.redact(text) if redactor else text

    def disclose(self, caller: Caller, version: SecretVersion) -> None:
        """Have a value redacted from now on; for a kernel's caller, as long as it lives."""
        redactor = self.redactor(caller)
        with self._lock:
            kernels = self._given.setdefault(caller.name, {})
            given = kernels.setdefault(caller.kernel_id or "", {})
            if version.sensitive:
                given.setdefault(version.value, version)
        if version.sensitive:
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
        """Read values again: all users' if the store has changed, whoever changed it, and those
        of a user whose groups have."""
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
        with self._refreshing:
            done = [
                self._read(name, redactor)
                for name, redactor in list(self._redactors.items())
                if epoch != self._epoch or self._has_changed(name)
            ]
            self._epoch = epoch if all(done) else -1

    def _has_changed(self, name: str) -> bool:
        """Return whether a user's groups are known, and others than when its values were read."""
        user = self._user(name)
        return user.groups_unknown is None and user != self._callers.get(name)

    def _forget_readable(self) -> None:
        """Keep what kernels were given, and nothing else, in a store that was locked."""
        with self._refreshing:
            self._epoch = -1
            for name, redactor in list(self._redactors.items()):
                if self._readable.pop(name, None):
                    self._replace(name, redactor)

    def _read(self, name: str, redactor: Redactor) -> bool:
        """Read what a user may read into a redactor; tell whether that worked."""
        caller = self._user(name)
        try:
            readable = self._scopes.session(caller).readable(at_most=self._at_most)
        except StoreError as error:
            self._complain(str(error))
            return False
        self._callers[name] = caller
        if readable is None:
            self._complain(
                f"{name} may read more than {self._at_most:,} secrets, so only those "
                "that were given to a kernel are redacted (c.JupyterSecrets.max_known_values)."
            )
        else:
            self._complaint = ""
        # While a user's groups are unknown, what they gave stays hidden.
        hidden_before = self._readable.get(name, []) if caller.groups_unknown else []
        self._readable[name] = list(dict.fromkeys([*(readable or []), *hidden_before]))
        self._replace(name, redactor)
        return True

    def _replace(self, name: str, redactor: Redactor) -> None:
        """Have a redactor know a user's values and no others."""
        with self._lock:
            values = list(self._values(name))
        redactor.add(*values)  # compiles what is new; nothing waits meanwhile
        with self._lock:  # what was given since is among them
            redactor.replace(self._values(name))

    def _values(self, name: str) -> Iterable[SecretValue]:
        for version in self._readable.get(name, ()):
            if version.sensitive:
                yield SecretValue(version.value, version.label, disclosed=False)
        for given in self._given.get(name, {}).values():
            for version in given.values():
                yield SecretValue(version.value, version.label)

    def _complain(self, message: str) -> None:
        if message != self._complaint:  # asked twice a second, said once
            self._log.error("jupyter_secrets: %s", message)
            self._complaint = message
