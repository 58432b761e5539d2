"""Servers, clients and services of different versions: an error names both, and nothing leaks.

There are no releases yet that differ: the older ones are this one without what is taken from it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from jupyter_secrets._version import VERSION
from jupyter_secrets.client import ServiceClient
from jupyter_secrets.errors import BackendUnavailableError
from tests.jupyter import Server
from tests.service.service import OWNER, Service, wait_until

VALUE = "version-value-Hq72-canary-Wd"
OLDER = "0.0.7"
# Without two endpoints and one field.
OLDER_SERVICE = f"""
import sys
from jupyter_secrets.rest import SecretsHandler
from jupyter_secrets.service import application
application.VERSION = {OLDER!r}
for path in ("readable", "changes"):
    del application.SERVICE_ROUTES[f"jupyter-secrets/{{path}}"]
answer = SecretsHandler.answer
def older(self, **fields):
    fields.pop("verdicts", None)
    answer(self, **fields)
SecretsHandler.answer = older
from jupyter_secrets.cli import main
main(["serve", "--port", sys.argv[1]])
"""
# In its configuration, which is Python.
OLDER_SERVER = f"""
from jupyter_secrets.client import http, service
http.USER_AGENT = "jupyter_secrets/{OLDER}"
service.ServiceClient.readable = lambda self, *, at_most: self._ask("readable")["values"]
"""


class OlderService(Service):
    """A service that lacks what this version's clients use."""

    def command(self) -> list[str]:
        return [sys.executable, "-c", OLDER_SERVICE, str(self.port)]


@pytest.fixture(scope="module")
def older(tmp_path_factory) -> Iterator[Service]:
    service = OlderService(tmp_path_factory.mktemp("older"))
    service.start()
    client = service.client()
    client.create_scope("team")
    client.put("team", "db", VALUE.encode())
    yield service
    service.stop()


def configuration(service: Service) -> str:
    return f"""
c.JupyterSecrets.service_url = {service.url!r}
c.JupyterSecrets.owner = {OWNER!r}
"""


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda client: client.readable(at_most=10), "has no jupyter-secrets/readable"),
        (lambda client: client.marks(), 'answers without "verdicts"'),
    ],
    ids=["an endpoint", "a field"],
)
def test_what_an_older_service_lacks_is_an_error_with_both_versions(older, call, what):
    with pytest.raises(BackendUnavailableError) as caught:
        call(older.client())

    assert str(caught.value) == (
        f"The server at {older.url} {what}: it has jupyter_secrets {OLDER}, and here is {VERSION}. "
        "Update the older one."
    )


def test_a_server_with_an_older_service_reads_redacts_what_was_read_and_says_why_no_more(
    older, start_server
):
    variables = {"JUPYTER_SECRETS_SERVICE_TOKEN": older.token()}
    server = start_server(config=configuration(older), environment=variables)

    with server.kernel() as kernel:
        read = kernel.execute("value = dbutils.secrets.get('team', 'db'); print(value)")

    assert read.stream() == "[REDACTED]\n"
    assert f"it has jupyter_secrets {OLDER}, and here is {VERSION}" in server.log.read_text()
    server.stop()


def test_an_older_server_with_a_newer_service_is_told_both_versions(start_service, start_server):
    service = start_service(config="c.JupyterSecretsService.redact_unread_with_tokens = True")
    client: ServiceClient = service.client()
    client.create_scope("team")
    client.put("team", "db", VALUE.encode())
    server: Server = start_server(
        config=configuration(service) + OLDER_SERVER,
        environment={"JUPYTER_SECRETS_SERVICE_TOKEN": service.token()},
    )
    told = (
        '"at_most" is required and must be a string. This server has jupyter_secrets '
        f"{VERSION}, and the client has {OLDER}: if that is why, update the older one."
    )

    wait_until(lambda: told in server.log.read_text())
    with server.kernel() as kernel:
        assert kernel.execute("print(dbutils.secrets.get('team', 'db'))").stream() == "[REDACTED]\n"
    server.stop()
