"""Requests as Databricks' own command line, written in Go, sends them.

It is on none of the package registries that the tests use; its sources show what it asks for.
"""

from __future__ import annotations

import base64
import http.client
import json
import time
from typing import Any

import pytest

from jupyter_secrets.model import AuditFilter
from tests.service.service import OWNER, Service

VALUE = "cli-value-Ds46-canary-Ke"
AGENT = (
    "cli/0.270.0 databricks-sdk-go/0.86.0 go/1.24.6 os/linux cmd/{} "
    "cmd-exec-id/7f2b1c1e-5a0f-4d0e-9a57-1d2c3b4a5f60 auth/pat"
)


class GoClient:
    """What the command line sends for a command; `host` and token come from the environment."""

    def __init__(self, service: Service, command: str, token: str | None = None) -> None:
        self._service = service
        self._token = service.token() if token is None else token
        self._agent = AGENT.format(command)

    def send(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Return status and JSON of the answer to one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self._service.port, timeout=60)
        headers = {
            "User-Agent": self._agent, "Accept": "application/json", "Accept-Encoding": "gzip",
        }  # fmt: skip
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content)


def test_it_learns_that_the_host_is_no_workspace_with_oauth(service):
    assert GoClient(service, "secrets_list-scopes", "").send(
        "GET", "/.well-known/databricks-config"
    ) == (200, {})


def test_all_of_its_commands_for_secrets_work(service):
    client = GoClient(service, "secrets_put-secret")
    api = "/api/2.0/secrets"
    encoded = base64.b64encode(VALUE.encode()).decode()
    secret = {"scope": "go", "key": "db"}
    entry = {"scope": "go", "principal": "alice", "permission": "READ"}

    assert client.send("POST", f"{api}/scopes/create", {"scope": "go"}) == (200, {})
    assert client.send("POST", f"{api}/put", {**secret, "string_value": VALUE}) == (200, {})
    assert client.send("POST", f"{api}/put", {**secret, "bytes_value": encoded}) == (200, {})
    listed = client.send("GET", f"{api}/scopes/list")[1]["scopes"]
    assert {"name": "go", "backend_type": "DATABRICKS"} in listed
    assert client.send("GET", f"{api}/list?scope=go")[1]["secrets"][0]["key"] == "db"
    assert client.send("GET", f"{api}/get?key=db&scope=go") == (
        200, {"key": "db", "value": encoded},
    )  # fmt: skip
    assert client.send("POST", f"{api}/acls/put", entry)[0] == 200
    assert client.send("GET", f"{api}/acls/get?principal=alice&scope=go")[1]["permission"] == "READ"
    assert len(client.send("GET", f"{api}/acls/list?scope=go")[1]["items"]) == 2
    assert (
        client.send("POST", f"{api}/acls/delete", {"scope": "go", "principal": "alice"})[0] == 200
    )
    assert client.send("POST", f"{api}/delete", secret) == (200, {})
    records = service.owner().audit_tail(AuditFilter(scope="go"), limit=1)
    assert client.send("POST", f"{api}/scopes/delete", {"scope": "go"}) == (200, {})
    assert records[0]["client"] == "cli/0.270.0"


@pytest.mark.parametrize("command", ["current-user_me", "auth_describe"])
def test_it_learns_who_its_user_is(service, command):
    status, me = GoClient(service, command).send("GET", "/api/2.0/preview/scim/v2/Me")

    assert (status, me["userName"], me["active"]) == (200, OWNER, True)
    assert {"display": "users"} in me["groups"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/2.1/jobs/list?limit=100"),
        ("GET", "/api/2.0/workspace/get-status?path=/"),
        ("GET", "/api/2.0/secrets/scopes/list/"),
        ("POST", "/telemetry-ext"),
    ],
)
def test_what_is_not_there_is_answered_as_databricks_answers(service, method, path):
    status, answer = GoClient(service, "jobs_list").send(
        method, path, {} if method == "POST" else None
    )

    assert (status, answer["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
    assert "No API was found" in answer["message"]


@pytest.mark.parametrize(
    "path", ["/oidc/.well-known/oauth-authorization-server", "/oidc/v1/authorize"]
)
def test_who_looks_for_a_login_by_oauth_is_told_at_once_that_there_is_none(service, path):
    began = time.monotonic()
    status, answer = GoClient(service, "auth_login", "").send("GET", path)

    assert (status, answer["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
    assert time.monotonic() - began < 5


def test_a_token_that_is_not_valid_is_told_so_with_a_code(service):
    client = GoClient(service, "secrets_list-scopes", "dapi0123456789abcdef0123456789abcdef")

    status, answer = client.send("GET", "/api/2.0/secrets/scopes/list")

    assert (status, answer["error_code"]) == (401, "UNAUTHENTICATED")
