"""The client of a service, run through the suite of all clients."""

from __future__ import annotations

import pytest

from jupyter_secrets.client import Endpoint, ServiceClient
from jupyter_secrets.errors import BackendUnavailableError, PermissionDeniedError
from tests.client.conformance import ClientSuite


class TestServiceClient(ClientSuite):
    @pytest.fixture
    def client(self, service):
        return service.client()

    @pytest.mark.parametrize(
        "call",
        [
            lambda client: client.lock(),
            lambda client: client.tokens.create("ci"),
            lambda client: client.service_principals.create("nightly"),
        ],
        ids=["lock", "make a token", "make a service principal"],
    )
    def test_what_takes_a_login_is_refused_with_a_token(self, client, call):
        with pytest.raises(PermissionDeniedError):
            call(client)


def test_a_base_url_that_the_service_does_not_have_is_not_taken_for_an_old_version(service):
    endpoint = Endpoint(f"{service.url}/services/secrets", service.token())

    with pytest.raises(BackendUnavailableError, match="Is its address right, and its base URL"):
        ServiceClient(endpoint).list_scopes()
