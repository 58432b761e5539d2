"""What the tests of the store share.

C1, F2 and so on in the name of a test are the rows of the table in docs/security.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from jupyter_secrets.model import USER
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store, StorePaths
from jupyter_secrets.store.keys import keyring as os_keyring
from tests.callers import ADMIN

# Its libraries are there on Linux only, as is what it tests.
collect_ignore = [] if sys.platform == "linux" else ["test_secret_service.py"]

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def open_store(paths: StorePaths) -> Iterator[Callable[[], Store]]:
    """Open the store of `paths` once more, as another process would."""
    opened: list[Store] = []

    def open_it() -> Store:
        opened.append(Store.open(paths))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    """A store with the secret db in the scope prod, which alice may manage and bob may read."""
    store = open_store()
    with store.begin() as transaction:
        acl = {(USER, "alice"): "MANAGE", (USER, "bob"): "READ"}
        scope = transaction.add_scope("prod", by="alice", acl=acl)
        transaction.put(scope, "db", b"first-canary-value", by="alice")
        transaction.put(scope, "api", b"second-canary-value", by="alice")
        transaction.audit({"action": "test"})
    return store


def read(store: Store, scope: str = "prod", key: str = "db") -> bytes:
    with store.begin() as transaction:
        row = transaction.scope(scope)
        assert row is not None
        head = transaction.secret(row, key)
        assert head is not None
        return transaction.versions.newest(row, head)


class FakeKeyring:
    """What the operating system's keyring does, as far as the store sees it."""

    priority = 5

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, name: str, text: str) -> None:
        self.kept[service, name] = text

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


@pytest.fixture
def keyring(monkeypatch):
    fake = FakeKeyring()
    monkeypatch.setattr(os_keyring, "_backend", lambda: fake)
    return fake


def open_anew(paths: StorePaths, typed: str | None = None) -> bytes:
    service = Scopes(paths)
    if typed is not None:
        service.session(ADMIN).unlock(typed)
    try:
        return service.session(ADMIN).get("prod", "db").value
    finally:
        service.close()


@pytest.fixture
def other(paths: StorePaths) -> Iterator[Scopes]:
    """The same store as another process sees it: nothing is shared."""
    service = Scopes(paths)
    yield service
    service.close()


def value(scopes: Scopes, key: str = "db") -> bytes:
    """Return what the administrator reads of the scope prod."""
    return scopes.session(ADMIN).get("prod", key).value
