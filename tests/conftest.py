"""What all tests share: a store and sessions on it, a home folder, a real Jupyter server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jupyter_secrets.scopes import Limits, Scopes, Session
from jupyter_secrets.store import StorePaths
from tests.callers import ADMIN, ALICE, BOB
from tests.jupyter import Server

if TYPE_CHECKING:
    from tests.hub import Hub
    from tests.secret_service import SecretService
    from tests.team import Team


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Start a server of one's own: ``start_server(config="c.… = …", base_url="/user/alice/")``."""
    started: list[Server] = []

    def start(**options: object) -> Server:
        server = Server(tmp_path_factory.mktemp("server"), **options)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def server(start_server: Callable[..., Server]) -> Server:
    """A server with nothing configured, shared by all tests."""
    return start_server()


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A JupyterHub with users in groups, shared by all tests."""
    from tests.hub import Hub

    hub = Hub(tmp_path_factory.mktemp("hub"))
    hub.start()
    yield hub
    hub.stop()


@pytest.fixture(scope="session")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """A JupyterHub with the service, shared by all tests."""
    from tests.service.service import wait_until
    from tests.team import Team, answers

    folder = tmp_path_factory.mktemp("team")
    team = Team(folder, folder / "service")
    team.start()
    try:
        wait_until(lambda: answers(team))
        yield team
    finally:
        team.stop()


@pytest.fixture
def paths(tmp_path: Path) -> StorePaths:
    """Where a store will be; nothing is there yet."""
    return StorePaths(tmp_path / "data/jupyter_secrets/store.db", tmp_path / "config/j/master.key")


@pytest.fixture
def limits() -> Limits:
    """How much the store takes; a module that needs another one defines this again."""
    return Limits()


@pytest.fixture
def new_scopes(paths: StorePaths, limits: Limits) -> Iterator[Scopes]:
    """Scopes of a store that does not exist yet."""
    with closing(Scopes(paths, limits)) as scopes:
        yield scopes


@pytest.fixture
def scopes(new_scopes: Scopes) -> Scopes:
    """The administrator's scope prod with the secret db."""
    session = new_scopes.session(ADMIN)
    session.create_scope("prod")
    session.put("prod", "db", b"first-canary-value")
    return new_scopes


@pytest.fixture
def session(scopes: Scopes) -> Session:
    """What the administrator can do."""
    return scopes.session(ADMIN)


@pytest.fixture
def alice(scopes: Scopes) -> Session:
    """What alice can do."""
    return scopes.session(ALICE)


@pytest.fixture
def bob(scopes: Scopes) -> Session:
    """What bob can do."""
    return scopes.session(BOB)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without anything in it, for this process and those it starts."""
    from tests.jupyter import home_environment

    for name, value in home_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    return tmp_path


@pytest.fixture
def secret_service(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretService]:
    """The desktop's keyring, unlocked and empty, for this process and those it starts."""
    if sys.platform != "linux":
        pytest.skip("The Secret Service is the keyring of Linux desktops.")
    from tests.secret_service import running

    with running(monkeypatch) as service:
        yield service
