"""Who tries for more than they were given, at a service whose users come from a Hub."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import httpx
import pytest

from jupyter_secrets.client import Endpoint, RemoteClient
from jupyter_secrets.errors import (
    PermissionDeniedError,
    SecretsError,
    UnauthenticatedError,
)
from jupyter_secrets.model import Permission
from tests.hub import ADMIN
from tests.jupyter import HttpError
from tests.team import AUTHORIZE, MAX_AGE

VALUE = "attacked-value-Kw37-canary-Eb"
TOKEN = "jst_" + "A" * 43


@pytest.fixture(scope="module")
def vault(team):
    """A scope of carol's, which alice and her server may not use."""
    carol = team.client("carol")
    carol.create_scope("vault")
    carol.put("vault", "db", VALUE.encode())
    yield "vault"
    carol.delete_scope("vault")


@pytest.fixture(scope="module")
def stolen(team) -> str:
    """The token of alice's server, as a notebook of hers takes it from the environment."""
    with team.server("alice").kernel() as kernel:
        shown = kernel.execute("import os; print(os.environ['JUPYTERHUB_API_TOKEN'][::-1])")
    return shown.stream().strip()[::-1]


@pytest.fixture(scope="module")
def thief(team, stolen) -> RemoteClient:
    return RemoteClient(Endpoint(team.service_url, stolen))


def test_a_servers_token_is_its_users_and_no_more(team, vault, thief):
    for attempt in (
        lambda: thief.get("vault", "db"),
        lambda: thief.put_acl("vault", "user:alice", Permission.READ),
        lambda: thief.delete_scope("vault"),
    ):
        with pytest.raises(PermissionDeniedError, match="alice does not have"):
            attempt()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-User": "carol", "X-Forwarded-For": "127.0.0.1"},
        {"X-Jupyter-Secrets-Proxy": "x" * 40, "X-User": "carol"},
        {"X-Jupyter-Secrets-Limit": "MANAGE"},
        {"Cookie": "jupyter-secrets-session=x; jupyterhub-hub-login=x"},
    ],
    ids=["a proxy's header", "a proxy's secret", "a limit", "a cookie"],
)
def test_no_header_makes_it_somebody_elses(team, vault, stolen, headers):
    answer = httpx.get(
        f"{team.service_url}/api/2.0/secrets/get?scope=vault&key=db",
        headers={"Authorization": f"Bearer {stolen}", **headers},
    )

    assert answer.status_code == 403
    assert "alice does not have READ" in answer.text


def test_it_makes_no_token_and_no_service_principal_and_locks_nothing(team, thief):
    for attempt in (
        lambda: thief.tokens.create("mine"),
        lambda: thief.service_principals.create("mine"),
        thief.lock,
    ):
        with pytest.raises(PermissionDeniedError):
            attempt()
    assert httpx.get(f"{team.service_url}/readyz").status_code == 200


def test_it_logs_nobody_in_and_makes_no_token_of_the_hubs(team, stolen):
    headers = {"Authorization": f"token {stolen}"}
    begun = httpx.get(team.page, headers=headers).headers["location"]

    authorized = httpx.get(f"{team.url.rstrip('/')}{begun}", headers=headers)
    with pytest.raises(HttpError) as refused:
        team.api("POST", "users/alice/tokens", {}, token=stolen)

    assert AUTHORIZE in begun
    assert "hub/login" in authorized.headers["location"]
    assert refused.value.status == 403


def test_a_kernels_own_token_opens_nothing_at_the_service(team):
    code = """
from jupyter_secrets.kernel.runtime import loaded
print(loaded(get_ipython()).connection.client._endpoint.token[::-1])
"""
    with team.server("alice").kernel() as kernel:
        token = kernel.execute(code).stream().strip()[::-1]
        assert token.startswith("jskt_")
        for path in ("jupyter-secrets/readable", "jupyter-secrets/changes"):
            with pytest.raises(UnauthenticatedError):
                Endpoint(team.service_url, token).request("GET", path, {"at_most": 10})


def test_a_group_that_the_hub_no_longer_lists_gives_nothing(team, vault):
    carol, bob = team.client("carol"), team.client("bob")
    team.api("POST", "groups/temps", {"users": ["bob"]})
    carol.put_acl("vault", "group:temps", Permission.READ)
    time.sleep(MAX_AGE)
    assert bob.get("vault", "db").value == VALUE.encode()

    team.api("DELETE", "groups/temps")
    time.sleep(MAX_AGE)

    with pytest.raises(PermissionDeniedError):
        bob.get("vault", "db")
    assert [acl.principal for acl in carol.list_acls("vault") if acl.kind == "group"]
    carol.delete_acl("vault", "group:temps")


def test_a_group_of_the_hubs_that_is_called_admins_makes_nobody_an_administrator(team, vault):
    team.api("POST", "groups/admins", {"users": ["bob"]})
    try:
        time.sleep(MAX_AGE)
        with pytest.raises(PermissionDeniedError, match="bob does not have READ"):
            team.client("bob").get("vault", "db")
    finally:
        team.api("DELETE", "groups/admins")


def test_who_is_called_like_a_group_gets_nothing_of_it(team, vault):
    carol = team.client("carol")
    carol.put_acl("vault", "group:alice", Permission.READ)

    with pytest.raises(PermissionDeniedError, match="alice does not have READ"):
        team.client("alice").get("vault", "db")
    carol.delete_acl("vault", "group:alice")


def test_an_administrators_token_of_the_hub_makes_no_token_of_the_service(team):
    with pytest.raises(PermissionDeniedError, match="Log in on the service's own page"):
        team.client(ADMIN).tokens.create("mine")


def test_a_token_that_was_written_into_the_database_opens_nothing(start_service):
    import hashlib

    service = start_service(config="c.JupyterSecretsService.failure_seconds = 0")
    client = service.client()
    client.create_scope("prod")
    client.put("prod", "db", VALUE.encode())
    row = (
        "forged", "forged", "user", "owner", hashlib.sha256(TOKEN.encode()).digest(), None,
        "MANAGE", 1, 2**45, None, None, None,
    )  # fmt: skip
    database = service.home / "data/jupyter_secrets/store.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"INSERT INTO tokens VALUES ({', '.join('?' * len(row))})", row)

    for restart in (False, True):
        if restart:
            service.kill()
            try:
                service.start()
            except RuntimeError:
                break  # it says that the store was changed, and serves nobody
        with pytest.raises(SecretsError) as refused:
            RemoteClient(Endpoint(service.url, TOKEN)).get("prod", "db")
        assert refused.value.error_code in ("INTEGRITY_ERROR", "UNAUTHENTICATED")
