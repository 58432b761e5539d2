"""The values that outputs are searched for: each user's own, and none of anybody else's."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from jupyter_secrets.client import ServiceScopes
from jupyter_secrets.errors import (
    PermissionDeniedError,
    SecretsError,
    StoreLockedError,
    UnauthenticatedError,
)
from jupyter_secrets.model import USER, Caller, Marks, Principal, RedactionOptions, SecretVersion
from jupyter_secrets.redaction import Redactor, SecretValue
from jupyter_secrets.scopes import Scopes

# How long a store that is locked or fails is left alone: each look at it opens its files.
MIN_PAUSE_SECONDS = 0.5
MAX_PAUSE_SECONDS = 5.0
# A store that is silent leaves what is known redacted; one that refuses has it forgotten.
_REFUSALS = (StoreLockedError, UnauthenticatedError, PermissionDeniedError)

# What was disclosed, in order, once each.
_Disclosed = dict[tuple[str, bytes], SecretVersion]


def caller_named(principal: Principal) -> Caller:
    """Return a user or a service principal as a caller, in no group."""
    return Caller(principal.name, kind=principal.kind)


class _KernelRedactor:
    """What one kernel's outputs are searched for, and what the notebook is when it is saved."""

    def __init__(self, options: Mapping[str, Any], readable: Redactor, shared: Redactor) -> None:
        self.outputs = Redactor(parents=[readable], **options)
        self.notebook = Redactor(parents=[shared, self.outputs], **options)
        self.disclosed: _Disclosed = {}


class _UserRedactors:
    """A user's redactors: the compiled values that the user may READ are shared by all kernels.

    `shared` hides in addition what any of the kernels was given, but no weak value: these stay
    in the kernel that was given them.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options
        self.readable = Redactor(words=False, **options)
        self.shared = Redactor(parents=[self.readable], words=False, **options)
        self.kernels: dict[str, _KernelRedactor] = {}
        self.disclosed: _Disclosed = {}  # to the user, in no kernel that is known
        self.may_read: list[SecretVersion] = []
        self.marks = Marks()
        self.caller: Caller | None = None

    def kernel(self, kernel_id: str) -> _KernelRedactor:
        """Return a kernel's redactor."""
        if kernel_id not in self.kernels:
            made = _KernelRedactor(self._options, self.readable, self.shared)
            self.kernels.setdefault(kernel_id, made)
        return self.kernels[kernel_id]

    def values(self) -> Iterator[tuple[Redactor, list[SecretValue]]]:
        """Yield each redactor with the values that it has to know, the parents first."""
        readable = [
            SecretValue(version.value, version.label, disclosed=False, verdicts=version.verdicts)
            for version in self.may_read
            if version.sensitive
        ]
        yield self.readable, [*readable, *self._sensitive(self.disclosed)]
        kernels = list(self.kernels.values())
        everywhere = chain.from_iterable(self._sensitive(each.disclosed) for each in kernels)
        yield self.shared, [value for value in everywhere if not self.shared.is_weak(value)]
        for kernel in kernels:
            yield kernel.outputs, list(self._sensitive(kernel.disclosed))

    def _sensitive(self, disclosed: _Disclosed) -> Iterable[SecretValue]:
        return (
            self.marked(version)
            for version in disclosed.values()
            if version.label not in self.marks.not_sensitive
        )

    def marked(self, version: SecretVersion) -> SecretValue:
        """Return what is to be hidden of a value that was disclosed."""
        verdicts = self.marks.verdicts.get(version.label, ())
        return SecretValue(version.value, version.label, verdicts=verdicts)


class RedactorRegistry:
    """One redactor for each kernel: what its user may READ, and what the kernel was given.

    Whoever could have another's values redacted could learn them by printing guesses.

    Values are read and compiled under `_refreshing`, which only those wait for who read them
    too; `_lock` is held for moments. Outputs wait for neither.
    """

    def __init__(
        self,
        scopes: Scopes | ServiceScopes,
        *,
        at_most: int,
        options: RedactionOptions,
        log: logging.Logger,
        user: Callable[[Principal], Caller] = caller_named,
    ) -> None:
        self._scopes = scopes
        self._at_most = at_most
        self._options = options
        self._log = log
        self._user = user
        self._refreshing = threading.RLock()
        self._lock = threading.Lock()
        self._users: dict[Principal, _UserRedactors] = {}
        self._epoch: object = -1
        self._complaint = ""
        self._pause = self._not_before = 0.0

    def redactor(self, caller: Caller) -> Redactor:
        """Return the redactor of a caller's kernel; for a caller in no kernel, the user's.

        The user's hides what the user may READ and what any of the user's kernels was given,
        but no weak values. The first time the user's values are read from the store: this
        blocks for that long. A store that cannot be read gives no values away either: it is
        logged, and tried again.
        """
        user = self._user_redactors(caller.principal)
        if not caller.kernel_id:
            return user.shared
        return self._kernel(user, caller.kernel_id).outputs

    def notebook_redactor(self, caller: Caller, kernel_ids: Iterable[str]) -> Redactor:
        """Return what redacts a notebook that a user reads or saves.

        Weak values are hidden that were given to the kernels of the notebook, and no others.
        """
        user = self._user_redactors(caller.principal)
        kernels = [user.kernels[each].notebook for each in kernel_ids if each in user.kernels]
        if len(kernels) > 1:
            return Redactor(parents=kernels, **self._options)
        return kernels[0] if kernels else user.shared

    def _kernel(self, user: _UserRedactors, kernel_id: str) -> _KernelRedactor:
        kernel = user.kernels.get(kernel_id)  # without the lock, for each message asks
        if kernel is not None:
            return kernel
        with self._lock:
            return user.kernel(kernel_id)

    def _user_redactors(self, principal: Principal) -> _UserRedactors:
        user = self._users.get(principal)
        return user or self._add(principal)

    def _add(self, principal: Principal) -> _UserRedactors:
        with self._refreshing:
            if principal not in self._users:
                user = _UserRedactors(self._options)
                self._read(principal, user)
                self._users[principal] = user
            return self._users[principal]

    def has_read(self, caller: Caller) -> bool:
        """Tell whether a caller's values were read, so that no method blocks for that."""
        return caller.principal in self._users

    def users(self) -> list[str]:
        """Return the names of the users whose values are known here."""
        return [principal.name for principal in list(self._users) if principal.kind == USER]

    def redact(self, _: object, caller: Caller, text: str) -> str:
        """Redact a text with what was read for a user before; the store is not asked."""
        user = self._users.get(caller.principal)
        return user.shared.redact(text) if user else text

    def disclose(self, caller: Caller, version: SecretVersion) -> None:
        """Have a value redacted from now on; for a kernel's caller, as long as it lives."""
        user = self._user_redactors(caller.principal)
        kernel = self._kernel(user, caller.kernel_id) if caller.kernel_id else None
        with self._lock:
            disclosed = user.disclosed if kernel is None else kernel.disclosed
            disclosed[version.label, version.value] = version
            user.marks = user.marks.with_versions([version])
        if not version.sensitive:
            return
        value = user.marked(version)
        if kernel is None:
            user.readable.add(value)
            return
        kernel.outputs.add(value)
        if not user.shared.is_weak(value):
            user.shared.add(value)

    def marks(self, caller: Caller) -> Marks:
        """Return what was decided about the redaction of secrets that a user may READ."""
        return self._user_redactors(caller.principal).marks

    def labels(self, caller: Caller, kernel_id: str) -> list[str]:
        """Return the labels of the secrets that a kernel of a user was given."""
        user = self._users.get(caller.principal)
        with self._lock:
            kernel = user.kernels.get(kernel_id) if user else None
            return sorted({label for label, _ in kernel.disclosed}) if kernel else []

    def forget_weak(self, kernel_id: str) -> None:
        """Forget the weak values that a kernel was given: it is restarted.

        What is not weak stays, for output of the old process may still come.
        """
        with self._lock:
            for user in self._users_of(kernel_id):
                kernel = user.kernels[kernel_id]
                kernel.disclosed = {
                    key: version
                    for key, version in kernel.disclosed.items()
                    if not user.shared.is_weak(SecretValue(version.value))
                }
                self._replace(user)

    def forget_kernel(self, kernel_id: str) -> None:
        """Forget what a kernel was given: it has ended."""
        with self._lock:
            for user in self._users_of(kernel_id):
                del user.kernels[kernel_id]
                self._replace(user)

    def rename_kernel(self, kernel_id: str, new_id: str) -> None:
        """Know a kernel by another id, with what it was given."""
        with self._lock:
            for user in self._users_of(kernel_id):
                user.kernels[new_id] = user.kernels.pop(kernel_id)

    def _users_of(self, kernel_id: str) -> list[_UserRedactors]:
        return [user for user in self._users.values() if kernel_id in user.kernels]

    def poll(self) -> None:
        """Do what `refresh` does, less and less often while the store cannot be opened."""
        if self._scopes.opened is not None or time.monotonic() >= self._not_before:
            self.refresh()

    def refresh(self) -> None:
        """Read values again: all users' if the store has changed, whoever changed it, and those
        of a user whose groups have."""
        try:
            epoch = self._scopes.epoch()
        except SecretsError as error:
            if isinstance(error, _REFUSALS):
                self._forget_readable()
            self._complain(str(error))
            self._pause = min(max(2 * self._pause, MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS)
            self._not_before = time.monotonic() + self._pause
            return
        self._pause = self._not_before = 0.0
        with self._refreshing:
            done = [
                self._read(principal, user)
                for principal, user in list(self._users.items())
                if epoch != self._epoch or self._has_changed(principal, user)
            ]
            self._epoch = epoch if all(done) else -1

    def _has_changed(self, principal: Principal, user: _UserRedactors) -> bool:
        """Return whether a user's groups are known, and others than when its values were read."""
        caller = self._user(principal)
        return caller.groups_unknown is None and caller != user.caller

    def _forget_readable(self) -> None:
        """Keep what kernels were given, and nothing else, in a store that was locked."""
        with self._refreshing:
            self._epoch = -1
            for user in list(self._users.values()):
                if user.may_read:
                    user.may_read = []
                    self._update(user)

    def _read(self, principal: Principal, user: _UserRedactors) -> bool:
        """Read what a user may read, and have it redacted; tell whether that worked."""
        caller = self._user(principal)
        try:
            session = self._scopes.session(caller)
            readable = session.readable(at_most=self._at_most)
            marks = session.marks() if readable is None else None
        except SecretsError as error:
            self._complain(str(error))
            return False
        user.caller = caller
        if readable is None:
            self._complain(
                f"{caller.title} may read more than {self._at_most:,} secrets, so only those "
                "that were given to a kernel are redacted (c.JupyterSecrets.max_known_values)."
            )
        else:
            self._complaint = ""
        # While a user's groups are unknown, what they gave stays hidden.
        hidden_before = user.may_read if caller.groups_unknown else []
        user.may_read = list(dict.fromkeys([*(readable or []), *hidden_before]))
        with self._lock:
            user.marks = user.marks.followed_by(marks or _marks_of(readable or (), user.marks))
        self._update(user)
        return True

    def _update(self, user: _UserRedactors) -> None:
        """Have a user's redactors know the user's values and no others."""
        with self._lock:
            values = list(user.values())
        for redactor, wanted in values:
            redactor.add(*wanted)  # compiles what is new; nothing waits meanwhile
        with self._lock:  # what was given since is among them
            self._replace(user)

    def _replace(self, user: _UserRedactors) -> None:
        for redactor, wanted in user.values():
            redactor.replace(wanted)

    def _complain(self, message: str) -> None:
        if message != self._complaint:  # asked twice a second, said once
            self._log.error("jupyter_secrets: %s", message)
            self._complaint = message


def _marks_of(versions: Iterable[SecretVersion], before: Marks) -> Marks:
    """Return what versions say of their secrets; of those that had verdicts before, none too."""
    versions = list(versions)
    return Marks(
        frozenset(version.label for version in versions if not version.sensitive),
        {
            version.label: version.verdicts
            for version in versions
            if version.verdicts or version.label in before.verdicts
        },
    )
