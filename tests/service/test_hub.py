"""A real JupyterHub with the service, as the example in the documentation sets it up."""

from __future__ import annotations

import signal
import time

import pytest
from databricks.sdk import WorkspaceClient

from jupyter_secrets.client import Endpoint, RemoteClient
from jupyter_secrets.errors import (
    BackendUnavailableError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from jupyter_secrets.model import Permission
from tests.hub import ADMIN
from tests.jupyter import HttpError
from tests.service.service import wait_until
from tests.team import MAX_AGE

VALUE = "shared-value-Fj38-canary-Zr"
READ = "print(len(dbutils.secrets.get('analysis', 'db')))"
DENIED = "does not have READ permission on scope analysis"


@pytest.fixture(scope="module")
def alice(team):
    """Alice's server, from which she shares analysis/db with the analysts."""
    server = team.server("alice")
    server.store_secret("db", VALUE, scope="analysis")
    server.secrets("POST", "acls/put", scope="analysis", principal="analysts", permission="READ")
    return server


def test_what_one_user_shares_with_a_group_another_reads_in_a_kernel(team, alice):
    with team.server("bob").kernel() as kernel:
        read = kernel.execute(READ)
        shown = kernel.execute(f"print({VALUE[:9]!r} + {VALUE[9:]!r})")

    assert read.stream() == f"{len(VALUE)}\n"
    assert shown.stream() == "[REDACTED]\n"


def test_who_leaves_a_group_loses_access_in_a_running_kernel(team, alice):
    with team.server("bob").kernel() as kernel:
        assert kernel.execute(READ).stream() == f"{len(VALUE)}\n"
        team.leave("analysts", "bob")
        try:
            time.sleep(MAX_AGE)
            refused = kernel.execute(READ)
        finally:
            team.join("analysts", "bob")

    assert DENIED in refused.text


@pytest.mark.parametrize(
    ("user", "verb", "may"),
    [
        ("alice", "READ", True), ("alice", "WRITE", True), ("alice", "MANAGE", True),
        ("bob", "READ", True), ("bob", "WRITE", False), ("bob", "MANAGE", False),
        ("carol", "READ", False), ("carol", "WRITE", False), ("carol", "MANAGE", False),
    ],
)  # fmt: skip
def test_permissions_hold_with_a_users_own_token(team, alice, user, verb, may):
    client = team.client(user)
    calls = {
        "READ": lambda: client.get("analysis", "db"),
        "WRITE": lambda: client.put("analysis", f"of-{user}", b"Xy-7z-canary"),
        "MANAGE": lambda: client.put_acl("analysis", "user:dave", Permission.READ),
    }

    if may:
        calls[verb]()
    else:
        with pytest.raises(PermissionDeniedError, match=f"{user} does not have {verb}"):
            calls[verb]()


def test_the_sdk_works_with_a_token_of_the_hub(team, alice):
    token = team.api("POST", "users/bob/tokens", {})["token"]
    workspace = WorkspaceClient(host=team.service_url, token=token, auth_type="pat")

    assert workspace.dbutils.secrets.get("analysis", "db") == VALUE


def test_the_service_is_reached_through_the_hubs_proxy_too(team, alice):
    token = team.token("bob")
    client = RemoteClient(Endpoint(f"{team.url}services/secrets/", token))

    assert client.get("analysis", "db").value == VALUE.encode()


def test_a_token_that_was_made_for_something_else_opens_nothing(team):
    with pytest.raises(UnauthenticatedError, match="access:services!service=secrets"):
        team.client("alice", scopes=["read:users:name!user=alice"]).list_scopes()


def test_a_token_that_was_revoked_opens_nothing_after_the_traits_seconds(team):
    made = team.api("POST", "users/alice/tokens", {})
    client = RemoteClient(Endpoint(team.service_url, made["token"]))
    client.list_scopes()

    team.api("DELETE", f"users/alice/tokens/{made['id']}")
    time.sleep(MAX_AGE)

    with pytest.raises(UnauthenticatedError):
        client.list_scopes()


@pytest.mark.parametrize("path", ["readable?at_most=10", "changes"])
def test_no_token_but_a_servers_gets_all_readable_values(team, alice, path):
    endpoint = Endpoint(team.service_url, team.token("alice"))

    with pytest.raises(PermissionDeniedError, match="neither to kernels nor to other tokens"):
        endpoint.request("GET", f"jupyter-secrets/{path}")


def test_a_kernels_token_gets_no_readable_values_from_its_server(team, alice):
    code = """
from jupyter_secrets.kernel.runtime import loaded
endpoint = loaded(get_ipython()).connection.client._endpoint
try:
    endpoint.request("GET", "jupyter-secrets/readable", {"at_most": 10})
except Exception as error:
    print(error)
"""
    with alice.kernel() as kernel:
        assert "has no jupyter-secrets/readable" in kernel.execute(code).stream()


def test_a_servers_token_is_no_administrators_though_its_user_is(team, alice):
    admin = team.token(ADMIN)
    team.api("PATCH", "users/alice", {"admin": True}, token=admin)
    team.client("carol").create_scope("of-carol")
    time.sleep(MAX_AGE)
    try:
        assert team.client("alice").list_acls("of-carol")
        with pytest.raises(HttpError, match="alice does not have MANAGE"):
            alice.secrets("GET", "acls/list", scope="of-carol")
    finally:
        team.api("PATCH", "users/alice", {"admin": False}, token=admin)
        team.client("carol").delete_scope("of-carol")


def test_a_visitor_does_not_use_the_servers_access(team, alice):
    with pytest.raises(HttpError, match=r"alice's access to the service .* and none for bob"):
        team.server("alice", visitor="bob").secrets("GET", "get", scope="analysis", key="db")


def test_while_the_hub_is_silent_nobody_is_let_in_and_then_all_goes_on(team, alice):
    client = team.client("bob")
    client.get("analysis", "db")
    with team.server("bob").kernel() as kernel:
        assert kernel.execute(READ).stream() == f"{len(VALUE)}\n"
        team.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(MAX_AGE)
            with pytest.raises(BackendUnavailableError, match="JupyterHub does not answer"):
                client.get("analysis", "db")
            began = time.monotonic()
            refused = kernel.execute(READ)
            waited = time.monotonic() - began
            shown = kernel.execute(f"print({VALUE[:9]!r} + {VALUE[9:]!r})")
        finally:
            team.process.send_signal(signal.SIGCONT)

        assert "JupyterHub does not answer. Try again" in refused.text
        assert waited < 15
        assert shown.stream() == "[REDACTED]\n"
        assert wait_until(lambda: kernel.execute(READ).stream() == f"{len(VALUE)}\n")
    assert client.get("analysis", "db").value == VALUE.encode()
