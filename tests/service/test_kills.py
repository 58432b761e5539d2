"""A service that is killed or stopped while many write: what was acknowledged is there after it."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from jupyter_secrets.app import open_scopes
from jupyter_secrets.client import Endpoint, RemoteClient, ServiceClient
from jupyter_secrets.errors import BackendUnavailableError
from jupyter_secrets.model import Caller
from tests.jupyter import Server
from tests.service.service import OWNER, Service, wait_until
from tests.service.writers import MARK, Writer, finish

TIMEOUT = 2.0
TOKENS = 40


@pytest.fixture(scope="module")
def team(start_service) -> Service:
    return start_service(config="c.JupyterSecretsService.redact_unread_with_tokens = True")


@pytest.fixture(scope="module")
def servers(start_server, team) -> list[Server]:
    config = f"""
c.JupyterSecrets.service_url = {team.url!r}
c.JupyterSecrets.service_timeout = {TIMEOUT}
c.JupyterSecrets.owner = {OWNER!r}
"""
    return [
        start_server(config=config, environment={"JUPYTER_SECRETS_SERVICE_TOKEN": team.token()})
        for _ in range(2)
    ]


@pytest.fixture(scope="module")
def kernel_id(servers) -> Iterator[str]:
    """A kernel that runs all the time; who connects for minutes and reads nothing is cut off."""
    with servers[0].kernel() as kernel:
        yield kernel.id


@contextmanager
def writing(team: Service, servers: list[Server]) -> Iterator[list[Writer]]:
    """Write through two servers and by two clients, until the block ends; then check it all."""
    clients = [RemoteClient(Endpoint(each.url, each.token)) for each in servers]
    clients += [ServiceClient(Endpoint(team.url, team.token(), timeout=TIMEOUT)) for _ in range(2)]
    writer = f"u{random.getrandbits(32):x}"  # nobody may have more than a hundred tokens
    with closing(open_scopes(team.settings)) as scopes:
        made = [scopes.session(Caller(writer)).tokens.create("t") for _ in range(TOKENS)]
    tokens = [(info.token_id, token) for info, token in made]
    names = [f"s{random.getrandbits(32):x}" for _ in clients]
    for client, name in zip(clients, names, strict=True):
        client.create_scope(name)
    writers = [
        Writer(client, name, tokens[number :: len(clients)], team.url)
        for number, (client, name) in enumerate(zip(clients, names, strict=True))
    ]
    for each in writers:
        each.start()
    try:
        yield writers
        wait_for_all(writers)  # all of them go on by themselves
    finally:
        finish(writers)
    owner = team.owner()
    assert [wrong for each in writers for wrong in each.check(owner)] == []
    assert owner.admin.check() == []
    for log in [team.log, *(each.log for each in servers)]:
        assert MARK not in log.read_text()


def wait_for_all(writers: list[Writer]) -> None:
    """Wait until each writer has had one more answer."""
    before = [each.count for each in writers]

    def have_gone_on() -> bool:
        assert all(each.is_alive() for each in writers)
        return all(each.count > count for each, count in zip(writers, before, strict=True))

    wait_until(have_gone_on)


@contextmanager
def restarted(service: Service) -> Iterator[None]:
    """Start the service again whenever it ends, as systemd does."""
    is_over = threading.Event()

    def watch() -> None:
        while True:
            service.process.wait()
            if is_over.is_set():
                return
            service.process.stdout.close()
            service.start()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    yield
    is_over.set()
    os.kill(service.process.pid, signal.SIGKILL)
    watching.join()
    service.process.stdout.close()
    service.start()


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.matrix)])
@pytest.mark.timeout(1800)
def test_no_write_that_was_acknowledged_is_lost_when_it_is_killed(team, servers, kernel_id, kills):
    with writing(team, servers) as writers, restarted(team):
        for _ in range(kills):
            wait_for_all(writers)
            time.sleep(random.random() / 10)
            os.kill(team.process.pid, signal.SIGKILL)
        wait_for_all(writers)

    with servers[0].connection(kernel_id) as kernel:
        read = kernel.execute(f"print(len(dbutils.secrets.list({writers[0].scope!r})) >= 0)")
    assert read.stream() == "True\n"


@pytest.mark.parametrize("seconds", [TIMEOUT + 1, pytest.param(20, marks=pytest.mark.matrix)])
def test_nothing_is_lost_and_nobody_waits_for_ever_while_it_is_stopped(
    team, servers, kernel_id, seconds
):
    with writing(team, servers) as writers, servers[0].connection(kernel_id) as kernel:
        wait_for_all(writers)
        team.process.send_signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            read = kernel.execute("dbutils.secrets.listScopes()")
            waited = time.monotonic() - began
            time.sleep(max(0.0, seconds - waited))
            unanswered = sum(each.unanswered.total() for each in writers)
        finally:
            team.process.send_signal(signal.SIGCONT)

    assert f"The server at {team.url} does not answer" in read.text
    assert waited < 2 * TIMEOUT + 5
    assert unanswered


def test_a_write_whose_client_gave_up_is_not_carried_out_later(team):
    client = team.client()
    client.create_scope("late")
    impatient = ServiceClient(Endpoint(team.url, team.token(), timeout=1.5))
    team.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(BackendUnavailableError, match="Whether the change was made is unknown"):
            impatient.put("late", "db", b"late-canary")
    finally:
        team.process.send_signal(signal.SIGCONT)

    client.put("late", "other", b"other-canary")
    assert [each.key for each in client.list_secrets("late")] == ["other"]
