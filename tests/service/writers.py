"""Mixed writes, of which is noted what has to be there after each answer, or after none."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from jupyter_secrets.client import Endpoint, RemoteClient
from jupyter_secrets.errors import (
    AclNotFoundError,
    BackendUnavailableError,
    ConflictError,
    SecretNotFoundError,
    UnauthenticatedError,
)
from jupyter_secrets.model import AuditFilter, Permission
from jupyter_secrets.scopes import Session

KEYS = 6
MARK = "written-canary"


class Writer(threading.Thread):
    """Writes in a scope of its own until it is told to stop, one call after another.

    `possible` has, for each secret, ACL entry and token, what may be there: one thing after an
    answer, two after an error that calls the outcome unknown. Any other error ends the thread.
    """

    def __init__(
        self, client: RemoteClient, scope: str, tokens: list[tuple[str, str]], url: str
    ) -> None:
        super().__init__(daemon=True)
        self.scope = scope
        self.possible: dict[tuple[str, str], set[object]] = {}
        self.answered: Counter[str] = Counter()
        self.unanswered: Counter[str] = Counter()
        self.error: Exception | None = None
        self.is_done = False
        self._client = client
        self._tokens = tokens
        self._url = url
        self._random = random.Random(scope)

    def run(self) -> None:
        calls = [self._put, self._put, self._put_version, self._delete, self._acl, self._no_acl]
        try:
            while not self.is_done:
                self._random.choice(calls if self._random.random() < 0.95 else [self._revoke])()
        except Exception as error:
            self.error = error

    @property
    def count(self) -> int:
        """How many calls were answered."""
        return self.answered.total()

    def check(self, owner: Session) -> list[str]:
        """Return what is not as it has to be."""
        there = self._present(owner)
        wrong = [
            f"{self.scope}: {name} is {there.get(name)}, and has to be one of {possible}"
            for name, possible in self.possible.items()
            if there.get(name) not in possible
        ]
        recorded = self._recorded(owner)
        for action, answered in self.answered.items():
            if not answered <= recorded[action] <= answered + self.unanswered[action]:
                wrong.append(f"{self.scope}: {recorded[action]} × {action} in the audit log")
        return wrong

    def _present(self, owner: Session) -> dict[tuple[str, str], object]:
        secrets = {
            ("secret", each.key): owner.get(self.scope, each.key).value
            for each in owner.list_secrets(self.scope)
        }
        acl = {("acl", each.principal): each.permission for each in owner.list_acls(self.scope)}
        revoked = {("token", each.token_id): each.revoked_at for each in owner.tokens.list()}
        return secrets | acl | {name: at is not None for name, at in revoked.items()}

    def _recorded(self, owner: Session) -> Counter[str]:
        wanted = AuditFilter(scope=self.scope, outcome="allow")
        records = owner.audit_tail(wanted, limit=1_000_000)
        return Counter(str(record["action"]) for record in records)

    # The calls

    def _put(self) -> None:
        key, value = self._key(), self._value()
        self._call("put", ("secret", key), value, lambda: self._client.put(self.scope, key, value))

    def _put_version(self) -> None:
        key, value = self._key(), self._value()
        try:
            listed = self._client.describe_secrets(self.scope)
        except BackendUnavailableError:
            return
        version = next((each.version for each in listed if each.key == key), 0)
        self._call(
            "put", ("secret", key), value,
            lambda: self._client.put(self.scope, key, value, if_version=version),
        )  # fmt: skip

    def _delete(self) -> None:
        key = self._key()
        self._call("delete", ("secret", key), None, lambda: self._client.delete(self.scope, key))

    def _acl(self) -> None:
        name, permission = self._friend(), self._random.choice([Permission.READ, Permission.WRITE])
        self._call(
            "put-acl", ("acl", name), permission,
            lambda: self._client.put_acl(self.scope, name, permission),
        )  # fmt: skip

    def _no_acl(self) -> None:
        name = self._friend()
        self._call(
            "delete-acl", ("acl", name), None, lambda: self._client.delete_acl(self.scope, name)
        )

    def _revoke(self) -> None:
        if not self._tokens:
            return
        token_id, token = self._tokens.pop()
        own = RemoteClient(Endpoint(self._url, token))
        self.possible[("token", token_id)] = {False}
        self._call("", ("token", token_id), True, lambda: own.tokens.revoke(token_id))

    def _call(
        self, action: str, name: tuple[str, str], wanted: object, call: Callable[[], Any]
    ) -> None:
        possible = self.possible.setdefault(name, {None})
        try:
            call()
        except BackendUnavailableError as error:
            if "Whether the change was made is unknown" in str(error):
                possible.add(wanted)
                self.unanswered[action] += bool(action)
            time.sleep(0.02)
        except (SecretNotFoundError, AclNotFoundError):
            self._expect(name, possible & {None})
        except (ConflictError, UnauthenticatedError):
            self._expect(name, possible if len(possible) > 1 else set())
        else:
            self.possible[name] = {wanted}
            self.answered[action] += bool(action)

    def _expect(self, name: tuple[str, str], possible: set[object]) -> None:
        if not possible:
            raise AssertionError(f"{name} cannot be so after what was answered")
        self.possible[name] = possible

    def _key(self) -> str:
        return f"k{self._random.randrange(KEYS)}"

    def _friend(self) -> str:
        return f"friend-{self._random.randrange(KEYS)}"

    def _value(self) -> bytes:
        return f"{MARK}-{self._random.getrandbits(64):x}".encode()


def finish(writers: list[Writer]) -> None:
    """Stop writers, and raise what ended one before."""
    for each in writers:
        each.is_done = True
    for each in writers:
        each.join()
        if each.error is not None:
            raise each.error
