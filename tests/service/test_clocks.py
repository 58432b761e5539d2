"""A clock that is an hour off, at the service or at a server: nothing breaks or is let in."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from jupyter_secrets.errors import UnauthenticatedError
from jupyter_secrets.model import AuditFilter
from tests.service.service import OWNER, Service

HOUR = 3_600
VALUE = "clock-value-Bt95-canary-Mf"
# Its clock is off by as many seconds as a file says.
SERVE = """
import sys, time
from pathlib import Path
true, offset = time.time, Path("offset")
time.time = lambda: true() + (int(offset.read_text() or 0) if offset.exists() else 0)
from jupyter_secrets.cli import main
main(["serve", "--port", sys.argv[1]])
"""
# In a server's configuration, which is Python; its kernels have the true time.
SLOW_SERVER = f"""
import time
true = time.time
time.time = lambda: true() - {HOUR}
"""


class ShiftedService(Service):
    """A service whose clock can be set."""

    def command(self) -> list[str]:
        return [sys.executable, "-c", SERVE, str(self.port)]

    def shift(self, seconds: int) -> None:
        """Set its clock off by so many seconds."""
        (self.home / "offset").write_text(str(seconds))


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[ShiftedService]:
    service = ShiftedService(
        tmp_path_factory.mktemp("shifted"),
        config="c.JupyterSecretsService.redact_unread_with_tokens = True",
    )
    service.start()
    client = service.client()
    client.create_scope("team")
    client.put("team", "db", VALUE.encode())
    yield service
    service.stop()


@pytest.fixture(autouse=True)
def right_again(service) -> Iterator[None]:
    yield
    service.shift(0)


def test_a_token_that_has_expired_by_the_services_clock_is_refused_with_both_times(service):
    client = service.client(lifetime=HOUR // 2)
    assert client.get("team", "db").value == VALUE.encode()

    service.shift(HOUR)

    with pytest.raises(UnauthenticatedError, match=r"expired at .*, and it is .* here: make"):
        client.get("team", "db")
    service.shift(0)
    assert client.get("team", "db").value == VALUE.encode()


@pytest.mark.parametrize("seconds", [HOUR, -HOUR])
def test_writes_changes_and_the_log_go_on_across_a_jump_of_the_clock(service, seconds):
    client = service.client()
    state = client._endpoint.request("GET", "jupyter-secrets/changes", {"state": ""})["state"]

    service.shift(seconds)
    client.put("team", "jump", b"before-canary")
    service.shift(-seconds)
    client.put(
        "team", "jump", b"after-canary", if_version=client.versions("team", "jump")[-1].version
    )

    changed = client._endpoint.request("GET", "jupyter-secrets/changes", {"state": state})
    records = service.owner().audit_tail(AuditFilter(scope="team", action="put"), limit=2)
    assert changed["state"] != state
    assert client.get("team", "jump").value == b"after-canary"
    assert records[0]["time"] - records[1]["time"] == pytest.approx(2_000 * seconds, abs=60_000)
    assert service.owner().admin.check() == []


def test_a_server_whose_clock_is_slow_starts_kernels_that_read_and_are_redacted(
    service, start_server
):
    server = start_server(
        config=f"""{SLOW_SERVER}
c.JupyterSecrets.service_url = {service.url!r}
c.JupyterSecrets.owner = {OWNER!r}
c.JupyterSecrets.kernel_env = {{"DSN": "{{{{secrets/team/db}}}}"}}
""",
        environment={"JUPYTER_SECRETS_SERVICE_TOKEN": service.token(lifetime=HOUR // 2)},
    )
    with server.kernel() as kernel:
        read = kernel.execute(
            "import os; print(dbutils.secrets.get('team', 'db'), os.environ['DSN'])"
        )

    assert read.stream() == "[REDACTED] [REDACTED]\n"
    server.stop()
