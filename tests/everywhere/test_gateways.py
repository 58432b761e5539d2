"""Kernels behind a gateway have `dbutils` where the gateway hands its variables on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.everywhere.conftest import VALUE
from tests.everywhere.gateways import GATEWAYS, JUPYTER_SERVER, Gateway
from tests.jupyter import HttpError, Server

READ = "v = dbutils.secrets.get('prod', 'db'); print(len(v), v)"
READ_SHOWN = f"{len(VALUE)} [REDACTED]\n"
ALLOWED = """
c.GatewayClient.allowed_envs = "URL,FROM_SERVER,DATABRICKS_TOKEN"
c.JupyterSecrets.databricks_env = True
c.JupyterSecrets.kernel_env = {"URL": "pg://{{secrets/prod/db}}", "KEPT": "{{secrets/prod/db}}"}
"""


@pytest.fixture(scope="module")
def start_gateway(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Gateway]]:
    started: list[Gateway] = []

    def start(command: Callable[[Path], list[str]]) -> Gateway:
        home = tmp_path_factory.mktemp("gateway")
        gateway = Gateway(home, command(home))
        started.append(gateway)
        gateway.start()
        return gateway

    yield start
    for gateway in started:
        gateway.stop()


@pytest.fixture(
    scope="module",
    params=[
        "Jupyter Kernel Gateway",
        pytest.param("Enterprise Gateway", marks=[pytest.mark.matrix, pytest.mark.timeout(300)]),
    ],
)
def gateway(request: pytest.FixtureRequest, start_gateway: Callable[..., Gateway]) -> Gateway:
    return start_gateway(GATEWAYS[request.param])


@pytest.fixture(scope="module")
def server(gateway: Gateway, start_server: Callable[..., Server]) -> Server:
    """A server whose kernels a kernel gateway starts."""
    server = start_server(
        config=gateway.configuration() + ALLOWED,
        environment={"FROM_SERVER": "{{secrets/prod/db}}"},
    )
    server.store_secret("db", VALUE)
    return server


def test_a_kernel_has_dbutils_its_references_and_both_filters(server, gateway):
    with server.kernel(protocol="") as kernel:
        read = kernel.execute(READ)
        names = ("URL", "FROM_SERVER", "DATABRICKS_TOKEN", "KEPT")
        code = f"import os; print([os.environ.get(name) for name in {names}])"
        environment = kernel.execute(code).stream()
        # What the server's filter alone can hide: the kernel's is taken away.
        raw = kernel.execute(
            "s = get_ipython().kernel.session\n"
            "for name in ('send', 'serialize'): vars(s).pop(name, None)\n"
            f"print({VALUE[::-1]!r}[::-1])"
        )
        kernel.execute("os.system(f'echo marker-{v}')")

    assert (read.stream(), read.of("error")) == (READ_SHOWN, [])
    assert environment == "['pg://[REDACTED]', '[REDACTED]', '[REDACTED]', None]\n"
    assert raw.stream() == "[REDACTED]\n"
    assert "marker-[REDACTED]" in gateway.log.read_text()
    assert VALUE not in gateway.log.read_text() + server.log.read_text()
    assert "kernel_env sets KEPT, which no gateway is sent" in server.log.read_text()


def test_a_kernel_acts_as_itself_after_a_restart_too(server):
    with server.kernel(protocol="") as kernel:
        kernel.execute(READ)
        kernel.close()
        server.request("POST", f"api/kernels/{kernel.id}/restart")
        kernel.connect()
        again = kernel.execute(READ)
        records = server.request("GET", "jupyter-secrets/audit?limit=2")["records"]

    assert (again.stream(), again.of("error")) == (READ_SHOWN, [])
    assert [(each["action"], each["kernel_id"]) for each in records] == [("get", kernel.id)] * 2


def test_the_token_ends_with_the_kernel(server):
    with server.kernel(protocol="") as kernel:
        find = "token = get_ipython()._jupyter_secrets.connection.client._endpoint.token"
        kernel.execute(find)
        numbers = kernel.execute("print([ord(letter) + 1 for letter in token])").stream()
        secret = "".join(chr(number - 1) for number in json.loads(numbers))
        server.request("GET", "api/2.0/secrets/scopes/list", token=secret)

    with pytest.raises(HttpError, match="UNAUTHENTICATED"):
        server.request("GET", "api/2.0/secrets/scopes/list", token=secret)


def test_the_servers_log_names_no_variables_values(server):
    with server.kernel(protocol="") as kernel:
        kernel.execute("1")

    log = server.log.read_text()
    assert "GatewayKernelManager started kernel" in log
    assert "'env': <" in log


def test_a_reference_that_cannot_be_resolved_stops_the_start(gateway, start_server):
    server = start_server(config=gateway.configuration() + ALLOWED)

    with pytest.raises(HttpError) as caught, server.kernel():
        pass

    assert caught.value.status == 500
    assert "URL refers to {{secrets/prod/db}}" in caught.value.body


def test_behind_a_gateway_that_hands_on_nothing_outputs_are_filtered_and_the_user_is_told(
    start_gateway, start_server
):
    gateway = start_gateway(lambda _home: JUPYTER_SERVER)
    server = start_server(config=gateway.configuration())
    server.store_secret("db", VALUE)
    model = {"path": "told.ipynb", "type": "notebook", "kernel": {"name": "python3"}}
    with server.events() as events:
        started = server.request("POST", "api/sessions", model)
        with server.connection(started["kernel"]["id"], protocol="") as kernel:
            shown = kernel.execute(f"print({VALUE[::-1]!r}[::-1])").stream()
            notice = next(event for event in events if "notice" in event["schema_id"])
        server.request("DELETE", f"api/sessions/{started['id']}")

    assert shown == "[REDACTED]\n"
    assert (notice["level"], notice["kernel_id"]) == ("warning", kernel.id)
    assert notice["message"].startswith("told.ipynb has no dbutils")
    assert "behind a gateway" in notice["message"]
