"""Groups under a real JupyterHub: asked at each call, so that who leaves one loses access."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from tests.hub import HubServer
from tests.jupyter import HttpError, Kernel

VALUE = "group-value-Wq52-canary-Kd"
MAX_AGE = 2.0
CONFIG = f"""
c.JupyterSecrets.owner = "carol"
c.JupyterSecrets.groups_max_age = {MAX_AGE}
"""
READ = "print(len(dbutils.secrets.get('analysis', 'db')))"
DENIED = "does not have READ permission on scope analysis"


@pytest.fixture(scope="module")
def carol(hub) -> HubServer:
    """Carol at alice's server: she keeps its store, and lets the analysts read analysis/db."""
    hub.restart("alice", config=CONFIG)
    carol = hub.server("alice", visitor="carol")
    carol.store_secret("db", VALUE, scope="analysis")
    grant(carol, "group:analysts", scope="analysis")
    return carol


def grant(server: HubServer, principal: str, *, scope: str) -> dict[str, str]:
    return server.secrets("POST", "acls/put", scope=scope, principal=principal, permission="READ")


@pytest.fixture(params=["alice", "bob"], ids=["the server's user", "a visitor"])
def member(request, hub, carol) -> Iterator[HubServer]:
    """Somebody among the analysts, at alice's server."""
    yield hub.server("alice", visitor=request.param)
    hub.join("analysts", request.param)


def name_of(server: HubServer) -> str:
    return str(server.request("GET", "jupyter-secrets/status")["principal"])


def restart(server: HubServer, kernel: Kernel) -> None:
    kernel.close()
    server.request("POST", f"api/kernels/{kernel.id}/restart")
    kernel.connect()


def test_who_leaves_a_group_loses_access_in_a_running_kernel_and_after_its_restart(hub, member):
    with member.kernel() as kernel:
        before = kernel.execute(READ)
        hub.leave("analysts", name_of(member))
        time.sleep(MAX_AGE)
        afterwards = kernel.execute(READ)
        restart(member, kernel)
        restarted = kernel.execute(READ)

    assert before.stream() == f"{len(VALUE)}\n"
    assert DENIED in afterwards.text
    assert DENIED in restarted.text


def test_who_joins_a_group_gets_access_in_a_running_kernel(hub, member):
    hub.leave("analysts", name_of(member))
    time.sleep(MAX_AGE)
    with member.kernel() as kernel:
        before = kernel.execute(READ)
        hub.join("analysts", name_of(member))
        time.sleep(MAX_AGE)
        afterwards = kernel.execute(READ)

    assert DENIED in before.text
    assert afterwards.stream() == f"{len(VALUE)}\n"


def test_what_was_given_stays_redacted_after_the_group_was_left(hub, member):
    with member.kernel() as kernel:
        kernel.execute("value = dbutils.secrets.get('analysis', 'db')")
        kernel.execute(
            "s = get_ipython().kernel.session; del s.__dict__['send'], s.__dict__['serialize']"
        )
        hub.leave("analysts", name_of(member))
        time.sleep(MAX_AGE)
        kernel.execute(READ)

        assert kernel.execute("print(value)").stream() == "[REDACTED]\n"


def test_while_the_hub_is_silent_permissions_by_group_are_refused_and_those_by_name_hold(
    hub, carol
):
    carol.store_secret("db", VALUE, scope="alices")
    grant(carol, "user:alice", scope="alices")
    with hub.server("alice").kernel() as kernel:
        assert kernel.execute(READ).stream() == f"{len(VALUE)}\n"
        hub.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(MAX_AGE)
            by_group = kernel.execute(READ)
            by_name = kernel.execute("print(len(dbutils.secrets.get('alices', 'db')))")
        finally:
            hub.process.send_signal(signal.SIGCONT)
        time.sleep(MAX_AGE)
        again = kernel.execute(READ)

    assert DENIED in by_group.text
    assert "JupyterHub does not answer" in by_group.text
    assert by_name.stream() == again.stream() == f"{len(VALUE)}\n"


@pytest.mark.parametrize(
    ("owner", "visitor", "principal", "kind"),
    [
        ("alice", "alice", "analysts", "group"),
        ("alice", "alice", "engineers", "user"),
        ("alice", "alice", "carol", "user"),
        ("bob", "alice", "engineers", "group"),
        ("bob", "alice", "carol", "user"),
        ("bob", "alice", "nobody", "user"),
    ],
    ids=["its own group", "a group it cannot see", "a user", "a group of the Hub's",
         "a user of the Hub's", "nobody's name"],
)  # fmt: skip
def test_a_plain_name_is_what_the_hub_knows_by_it(hub, carol, owner, visitor, principal, kind):
    server = hub.server(owner, visitor=visitor)
    scope = f"of-{visitor}"
    server.store_secret("k", "a value Zx-1", scope=scope)
    try:
        assert grant(server, principal, scope=scope) == {
            "principal": principal, "permission": "READ", "kind": kind,
        }  # fmt: skip
    finally:
        server.secrets("POST", "scopes/delete", scope=scope)


def test_a_name_that_is_a_users_and_a_groups_is_refused(hub, carol):
    server = hub.server("bob", visitor="alice")
    server.store_secret("k", "a value Zx-1", scope="both")
    hub.api("POST", "groups/carol", {})
    try:
        with pytest.raises(HttpError, match="carol is ambiguous: write group:carol or user:carol"):
            grant(server, "carol", scope="both")
        assert grant(server, "group:carol", scope="both")["kind"] == "group"
    finally:
        hub.api("DELETE", "groups/carol")
        server.secrets("POST", "scopes/delete", scope="both")


def test_while_the_hub_is_silent_a_plain_name_is_refused_and_a_full_one_is_not(hub, carol):
    carol.secrets("POST", "scopes/create", scope="silent")
    hub.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(HttpError, match="user:NAME, group:NAME") as caught:
            grant(carol, "bob", scope="silent")
        assert grant(carol, "user:bob", scope="silent")["kind"] == "user"
        revoked = carol.secrets("POST", "acls/delete", scope="silent", principal="bob")
    finally:
        hub.process.send_signal(signal.SIGCONT)
        carol.secrets("POST", "scopes/delete", scope="silent")

    assert caught.value.status == 502
    assert revoked == {}
