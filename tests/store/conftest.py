from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_secrets.model import ADMINS, USER, Caller
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import Store, StorePaths
from jupyter_secrets.store.keys import keyring as os_keyring

# Its libraries are there on Linux only, as is what it tests.
collect_ignore = [] if sys.platform == "linux" else ["test_secret_service.py"]

ADMIN = Caller("root", frozenset({ADMINS}), via="cli")
PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def paths(tmp_path: Path) -> StorePaths:
    return StorePaths(tmp_path / "data/jupyter_secrets/store.db", tmp_path / "config/j/master.key")


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


@pytest.fixture
def scopes(paths: StorePaths) -> Iterator[Scopes]:
    """The secret prod/db in a store that its key file opens."""
    service = Scopes(paths)
    service.create_scope(ADMIN, "prod")
    service.put(ADMIN, "prod", "db", b"first-canary-value")
    yield service
    service.close()


def open_anew(paths: StorePaths, typed: str | None = None) -> bytes:
    service = Scopes(paths)
    if typed is not None:
        service.unlock(ADMIN, typed)
    try:
        return service.get(ADMIN, "prod", "db").value
    finally:
        service.close()
