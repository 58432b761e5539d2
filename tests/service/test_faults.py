"""A service that stalls, dies or is cut off: nothing is lost or shown, and all go on after it."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from jupyter_secrets.client import Endpoint, ServiceClient
from jupyter_secrets.errors import BackendUnavailableError
from tests.jupyter import Kernel, Server
from tests.service.service import OWNER, Service, wait_until
from tests.service.tcp_proxy import TcpProxy

VALUE = "fault-value-Mn47-canary-Ys"
UNREAD = "unread-Gd15-canary-Qw83"
TIMEOUT = 4.0
FAULTS = ["refuse", "delay", "cut", "reset", "cut request", "reset request"]
READ = "print(len(dbutils.secrets.get('team', 'db')))"
SHOW_READ = f"print({VALUE[:9]!r} + {VALUE[9:]!r})"
SHOW_UNREAD = f"print({UNREAD[:9]!r} + {UNREAD[9:]!r})"


@pytest.fixture(scope="module")
def team(start_service) -> Service:
    service = start_service(config="c.JupyterSecretsService.redact_unread_with_tokens = True")
    client = service.client()
    client.create_scope("team")
    client.put("team", "db", VALUE.encode())
    client.put("team", "unread", UNREAD.encode())
    return service


@pytest.fixture(scope="module")
def network(team) -> Iterator[TcpProxy]:
    proxy = TcpProxy(team.port)
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def server(start_server, team, network) -> Server:
    config = f"""
c.JupyterSecrets.service_url = {network.url!r}
c.JupyterSecrets.service_timeout = {TIMEOUT}
c.JupyterSecrets.owner = {OWNER!r}
"""
    token = team.token()
    return start_server(config=config, environment={"JUPYTER_SECRETS_SERVICE_TOKEN": token})


@pytest.fixture(scope="module")
def kernel(server) -> Iterator[Kernel]:
    with server.kernel() as kernel:
        wait_until(lambda: goes_on(kernel))
        wait_until(lambda: kernel.execute(SHOW_UNREAD).stream() == "[REDACTED]\n")
        yield kernel


def goes_on(kernel: Kernel) -> bool:
    return kernel.execute(READ).stream() == f"{len(VALUE)}\n"


def assert_silent(kernel: Kernel, network: TcpProxy) -> None:
    """Check that a read fails with what to do, and that all that was known stays redacted."""
    failed = kernel.execute(READ).text

    assert f"The server at {network.url} does not answer" in failed
    assert "Check that it is running" in failed
    assert kernel.execute(SHOW_READ).stream() == "[REDACTED]\n"
    assert kernel.execute(SHOW_UNREAD).stream() == "[REDACTED]\n"


def test_a_service_that_stalls_fails_calls_in_time_and_is_used_again(team, network, kernel):
    team.process.send_signal(signal.SIGSTOP)
    try:
        assert_silent(kernel, network)
    finally:
        team.process.send_signal(signal.SIGCONT)

    wait_until(lambda: goes_on(kernel))


def test_a_service_that_dies_is_used_again_when_it_is_back(team, network, kernel):
    team.kill()
    network.drop()
    try:
        network.fault = "refuse"
        assert_silent(kernel, network)
    finally:
        network.fault = ""
        team.start()

    wait_until(lambda: goes_on(kernel))
    team.client().put("team", "later", b"later-value-Xc66-canary-Ub")
    wait_until(
        lambda: (
            kernel.execute("print('later-value-Xc66' + '-canary-Ub')").stream() == "[REDACTED]\n"
        )
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_a_network_that_fails_shows_nothing_and_leaves_nothing_broken(
    team, network, kernel, server, fault
):
    network.fault, network.seconds = fault, 2 * TIMEOUT
    network.drop()
    try:
        assert_silent(kernel, network)
        status = server.request("GET", "jupyter-secrets/status")
        assert (status["state"], "does not answer" in status["message"]) == ("failed", True)
    finally:
        network.fault = ""
        network.drop()

    wait_until(lambda: goes_on(kernel))
    team.client().put("team", "news", f"news-{fault}-Vd40-canary".encode())
    wait_until(
        lambda: kernel.execute(f"print('news-{fault}-Vd' + '40-canary')").stream() == "[REDACTED]\n"
    )
    assert VALUE not in server.log.read_text()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_a_network_fails_says_whether_it_may_have_been_carried_out(
    team, network, fault
):
    client = ServiceClient(Endpoint(network.url, team.token(), timeout=1.5))
    key = fault.replace(" ", "-")
    network.fault, network.seconds = fault, 2.0
    try:
        with pytest.raises(BackendUnavailableError) as caught:
            client.put("team", key, VALUE.encode())
    finally:
        network.fault = ""

    assert "Whether the change was made is unknown" in str(caught.value)
    assert f"The server at {network.url} does not answer" in str(caught.value)
    stored = [secret.key for secret in client.list_secrets("team")]
    assert (key in stored) is (fault in ("delay", "cut", "reset"))


def test_what_may_no_longer_be_read_is_neither_read_nor_hidden_after_a_revocation(
    team, kernel, server
):
    wait_until(lambda: goes_on(kernel))

    for each in team.owner().tokens.list():
        team.owner().tokens.revoke(each.token_id)

    assert "revoked" in kernel.execute(READ).text
    wait_until(lambda: kernel.execute(SHOW_UNREAD).stream() == f"{UNREAD}\n")
    assert kernel.execute(SHOW_READ).stream() == "[REDACTED]\n"


def test_a_client_of_a_service_that_is_not_there_says_so():
    client = ServiceClient(Endpoint("http://127.0.0.1:1", "jst_x"))

    with pytest.raises(BackendUnavailableError, match=r"http://127\.0\.0\.1:1 does not answer"):
        client.list_scopes()
