"""The two clients, a session in this process and REST, each run through the suite."""

from __future__ import annotations

import pytest

from jupyter_secrets.client import Endpoint, RemoteClient
from tests.callers import ADMIN
from tests.client.conformance import AdministratorSuite


@pytest.fixture(scope="module")
def own(start_server):
    """A server of one's own, for its store is locked here."""
    return start_server()


class TestSession(AdministratorSuite):
    @pytest.fixture
    def client(self, new_scopes):
        return new_scopes.session(ADMIN)


class TestRemote(AdministratorSuite):
    @pytest.fixture
    def client(self, own):
        return RemoteClient(Endpoint(own.url, own.token))
