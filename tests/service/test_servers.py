"""A Jupyter server, its kernels and command lines that use a service and open no store."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from jupyter_secrets.model import AuditFilter
from tests.jupyter import HttpError, Server, home_environment
from tests.service.service import OWNER, Service, wait_until

VALUE = "team-value-Jw83-canary-Px"
OTHER = "team-value-Lk29-canary-Vb"
TIMEOUT = 30.0


def config_of(service: Service) -> str:
    return f"""
c.JupyterSecrets.service_url = {service.url!r}
c.JupyterSecrets.service_timeout = {TIMEOUT}
c.JupyterSecrets.owner = {OWNER!r}
"""


@pytest.fixture(scope="module")
def team(start_service) -> Service:
    """A service of this module's own, for it is stopped and killed."""
    service = start_service(config="c.JupyterSecretsService.redact_unread_with_tokens = True")
    client = service.client()
    client.create_scope("team")
    client.put("team", "db", VALUE.encode())
    return service


@pytest.fixture(scope="module")
def server(start_server, team) -> Server:
    variables = {"JUPYTER_SECRETS_SERVICE_TOKEN": team.token()}
    return start_server(config=config_of(team), environment=variables)


@pytest.fixture(scope="module")
def kernel(server):
    with server.kernel() as kernel:
        yield kernel


def test_a_kernel_reads_what_the_service_has(kernel):
    read = kernel.execute(f"print(dbutils.secrets.get('team', 'db')[::-1] == {VALUE[::-1]!r})")

    assert read.stream() == "True\n"


def test_what_a_kernel_stores_is_at_the_service(team, kernel):
    kernel.execute("%secret put team typed", answer=OTHER)

    assert team.client().get("team", "typed").value == OTHER.encode()


def test_no_store_and_no_key_is_on_the_users_machine(server, kernel):
    made = [path.name for path in server.home.rglob("*") if path.is_file()]

    assert not {"store.db", "master.key", "anchor.json"}.intersection(made)
    for path in server.home.rglob("*"):
        if path.is_file():
            assert VALUE.encode() not in path.read_bytes()


def test_the_token_is_not_in_the_kernels_environment(kernel):
    assert kernel.execute("import os; 'JUPYTER_SECRETS_SERVICE_TOKEN' in os.environ").of(
        "execute_result"
    )[0]["data"]["text/plain"] == ("False")


def test_what_nobody_has_read_is_redacted(server, team):
    with server.kernel() as kernel:
        reply = kernel.execute(f"print({VALUE[:9]!r} + {VALUE[9:]!r})")

    assert reply.stream() == "[REDACTED]\n"


def test_a_value_that_another_machine_stores_is_redacted_within_a_second(team, kernel):
    client = team.client()
    for number in range(3):
        value = f"changed-{number}-canary-Ht{number}4xW"
        client.put("team", "changing", value.encode())
        stored = time.monotonic()
        code = f"print({value[:9]!r} + {value[9:]!r})"
        wait_until(lambda code=code: kernel.execute(code).stream() == "[REDACTED]\n")
        assert time.monotonic() - stored < 5  # a second, and the load of the machine


def test_saved_outputs_are_redacted(server):
    output = nbformat.v4.new_output("stream", text=VALUE)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])

    assert VALUE not in server.save("shared.ipynb", notebook)


def test_the_services_records_say_which_kernel_and_notebook_the_server_reports(
    team, server, kernel
):
    kernel.execute("dbutils.secrets.get('team', 'db')")

    (record,) = team.owner().audit_tail(AuditFilter(scope="team", action="get"), limit=1)

    assert (record["via"], record["kernel_id"]) == ("kernel", f"reported:{kernel.id}")


def test_what_is_handed_over_for_redaction_is_recorded_with_every_name(team, server):
    (record,) = team.owner().audit_tail(AuditFilter(action="hand-over"), limit=1)

    assert "team/db" in record["secrets"]
    assert VALUE not in str(record)


def test_the_sidebars_calls_go_to_the_service(server):
    status = server.request("GET", "jupyter-secrets/status")
    described = server.request("GET", "jupyter-secrets/describe-secrets?scope=team")["secrets"]

    assert (status["state"], status["principal"], status["admin"]) == ("ready", OWNER, False)
    assert "db" in [secret["key"] for secret in described]


def test_a_servers_user_does_not_lock_the_store_of_all(server, team):
    with pytest.raises(HttpError) as caught:
        server.request("POST", "jupyter-secrets/lock", {})

    assert caught.value.status == 403
    assert team.respond("readyz")[1] == b"ready\n"


def run(home: Path, team: Service, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
    """Run ``jupyter secrets`` on a machine that has the service's address and a token."""
    (home / "config").mkdir(exist_ok=True)
    (home / "config/jupyter_config.py").write_text(config_of(team))
    return subprocess.run(
        [sys.executable, "-m", "jupyter_secrets.cli", *arguments],
        env=os.environ | home_environment(home) | {"JUPYTER_SECRETS_SERVICE_TOKEN": team.token()},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
    )


def test_the_command_line_uses_the_service(team, tmp_path):
    listed = run(tmp_path, team, "list-secrets", "team")
    stored = run(tmp_path, team, "put-secret", "team", "cli", stdin=OTHER)
    refused = [run(tmp_path, team, *command) for command in (("key", "list"), ("lock",))]

    assert "db" in listed.stdout, listed.stderr
    assert stored.returncode == 0, stored.stderr
    assert [("service_url names a service" in each.stderr) for each in refused] == [True, True]
    assert all(each.returncode for each in refused)


def test_run_and_scan_know_the_services_values(team, tmp_path):
    (tmp_path / "notes.txt").write_text(f"password {VALUE}\n")
    program = "import os; print(os.environ['DB'])"
    started = run(
        tmp_path, team, "run", "--env", "DB={{secrets/team/db}}", "--",
        sys.executable, "-c", program,
    )  # fmt: skip
    scanned = run(tmp_path, team, "scan", "notes.txt")

    assert started.stdout == "[REDACTED]\n", started.stderr
    assert (scanned.returncode, "team/db" in scanned.stdout) == (1, True), scanned.stderr


def test_plain_python_uses_the_service(team, tmp_path):
    run(tmp_path, team, "list-scopes")  # writes the configuration
    code = "import jupyter_secrets; print(jupyter_secrets.get('team', 'db')[::-1])"

    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ
        | home_environment(tmp_path)
        | {"JUPYTER_SECRETS_SERVICE_TOKEN": team.token()},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.stdout == f"{VALUE[::-1]}\n", done.stderr


def test_references_are_resolved_at_the_service(start_server, team):
    server = start_server(
        config=config_of(team)
        + 'c.JupyterSecrets.kernel_env = {"DSN": "pg://app:{{secrets/team/db}}@host/db"}\n',
        environment={"JUPYTER_SECRETS_SERVICE_TOKEN": team.token()},
    )
    with server.kernel() as kernel:
        resolved = kernel.execute(f"import os; print({VALUE[4:]!r} in os.environ['DSN'])")
        shown = kernel.execute("%env DSN")

    assert resolved.stream() == "True\n"
    assert shown.of("execute_result")[0]["data"]["text/plain"] == "'pg://app:[REDACTED]@host/db'"
    team.stop()
    try:
        with pytest.raises(HttpError, match="DSN") as caught:
            server.request("POST", "api/kernels", {"name": "python3"})
    finally:
        team.start()
    assert f"The server at {team.url} does not answer" in caught.value.body
    server.stop()
