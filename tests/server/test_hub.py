"""The main job under a real JupyterHub: kernels, environment, filters, browsers and terminals."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import nbformat
import pytest

from tests.hub import PASSWORD, USERS, HubServer
from tests.jupyter import HttpError, command_line

VALUE = "hub-value-Zx81-canary-Qf"
CONFIG = """
c.JupyterSecrets.kernel_env = {"DATABASE_URL": "postgresql://app:{{secrets/prod/db}}@host/db"}
"""


@pytest.fixture(scope="module")
def server(hub) -> HubServer:
    server = hub.restart("alice", config=CONFIG)
    server.store_secret("db", VALUE)
    return server


@pytest.fixture
def kernel(server):
    with server.kernel() as kernel:
        yield kernel


def test_a_kernel_creates_stores_reads_and_deletes(server, kernel):
    kernel.execute("%secret create-scope made-in-a-kernel")
    kernel.execute("%secret put made-in-a-kernel typed", answer=VALUE[::-1])
    kernel.execute("%secret put made-in-a-kernel generated --generate")
    read = kernel.execute(
        f"print(dbutils.secrets.get('made-in-a-kernel', 'typed')[::-1] == {VALUE!r})"
    )
    kernel.execute("%secret delete made-in-a-kernel generated")

    assert read.stream() == "True\n"
    listed = server.secrets("GET", "list", scope="made-in-a-kernel")["secrets"]
    assert [secret["key"] for secret in listed] == ["typed"]


def test_the_environment_is_resolved_and_redacted_at_each_start(server, kernel):
    code = f"import os; print({VALUE[4:]!r} in os.environ['DATABASE_URL'])"
    first = kernel.execute(code).stream()
    kernel.close()
    server.request("POST", f"api/kernels/{kernel.id}/restart")
    kernel.connect()

    assert first == kernel.execute(code).stream() == "True\n"
    shown = kernel.execute("%env DATABASE_URL")
    assert shown.of("execute_result")[0]["data"]["text/plain"] == (
        "'postgresql://app:[REDACTED]@host/db'"
    )


def test_the_kernels_own_filter_works(hub, kernel):
    """What a kernel writes to its terminal passes the kernel's filter only."""
    kernel.execute("import os; os.system('echo marker-$DATABASE_URL')")

    log = hub.log.read_text()
    assert "marker-postgresql://app:[REDACTED]@host/db" in log
    assert VALUE not in log


def test_the_servers_filter_works_without_the_kernels(kernel):
    kernel.execute(
        "s = get_ipython().kernel.session; del s.__dict__['send'], s.__dict__['serialize']"
    )

    reply = kernel.execute(f"print({VALUE[:9]!r} + {VALUE[9:]!r})")

    assert reply.stream() == "[REDACTED]\n"


def test_saved_outputs_are_redacted(server):
    output = nbformat.v4.new_output("stream", text=VALUE)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])

    saved = server.save("hub.ipynb", notebook)

    assert nbformat.reads(saved, 4).cells[0].outputs[0].text == "[REDACTED]"
    assert VALUE not in saved


@pytest.mark.parametrize("user", USERS)
def test_whoever_visits_a_server_is_known_by_name(hub, server, user):
    visitor = hub.server("alice", visitor=user)

    assert visitor.request("GET", "jupyter-secrets/status")["principal"] == user


def test_a_visitors_kernel_acts_for_the_visitor(hub, server):
    server.secrets("POST", "acls/put", scope="prod", principal="bob", permission="READ")
    with hub.server("alice", visitor="bob").kernel() as kernel:
        read = kernel.execute("print(len(dbutils.secrets.get('prod', 'db')))")
        stored = kernel.execute("%secret put prod other --generate")
    server.secrets("POST", "acls/delete", scope="prod", principal="bob")

    assert read.stream() == f"{len(VALUE)}\n"
    assert "bob does not have WRITE permission on scope prod" in stored.text


def test_a_visitor_who_may_not_read_gets_no_kernel_with_the_value(hub, server):
    with pytest.raises(HttpError, match="carol does not have READ permission on scope prod"):
        hub.server("alice", visitor="carol").request("POST", "api/kernels", {"name": "python3"})


def test_the_command_line_speaks_to_a_server_of_the_hub(server, tmp_path):
    reach = ("--host", server.url, "--token", server.token)

    for command in ("create-scope made-in-a-terminal", "put-secret made-in-a-terminal db"):
        done = command_line(*command.split(), *reach, home=tmp_path, stdin="a value")
        assert done.returncode == 0, done.stderr
    listed = command_line("list-secrets", "made-in-a-terminal", *reach, home=tmp_path)

    assert "db" in listed.stdout


@pytest.fixture
def browser(hub, server) -> Iterator[httpx.Client]:
    """What a browser keeps, and sends with a request of JupyterLab's, once alice has logged in."""
    with httpx.Client(base_url=hub.url, follow_redirects=True, timeout=60) as client:
        page = client.get("hub/login", params={"next": "/user/alice/lab"})
        form = {"username": "alice", "password": PASSWORD, "_xsrf": _xsrf(client, "/hub/")}
        page = client.post("hub/login", params={"next": "/user/alice/lab"}, data=form)
        assert page.url.path == "/user/alice/lab", page
        client.headers.update({"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"})
        yield client


def _xsrf(client: httpx.Client, path: str) -> str:
    (token,) = [
        str(cookie.value)
        for cookie in client.cookies.jar
        if (cookie.name, cookie.path) == ("_xsrf", path)
    ]
    return token


def test_a_browser_with_its_xsrf_token_makes_the_sidebars_calls(browser):
    headers = {"X-XSRFToken": _xsrf(browser, "/user/alice/")}
    root = "user/alice/"
    calls = [
        ("GET", "jupyter-secrets/status", None),
        ("POST", "api/2.0/secrets/scopes/create", {"scope": "browser"}),
        ("POST", "api/2.0/secrets/put", {"scope": "browser", "key": "a", "string_value": "Xy-7z"}),
        ("POST", "jupyter-secrets/update", {"scope": "browser", "key": "a", "comment": "mine"}),
        ("GET", "jupyter-secrets/describe-secrets?scope=browser", None),
        ("POST", "api/2.0/secrets/delete", {"scope": "browser", "key": "a"}),
        ("POST", "api/2.0/secrets/scopes/delete", {"scope": "browser"}),
        ("POST", "jupyter-secrets/lock", {}),
        ("POST", "jupyter-secrets/unlock", {}),
        ("GET", "api/2.0/secrets/scopes/list", None),
    ]

    answers = [
        browser.request(method, root + path, json=body, headers=headers)
        for method, path, body in calls
    ]

    assert [answer.status_code for answer in answers] == [200] * len(calls)
    assert answers[4].json()["secrets"][0]["comment"] == "mine"


@pytest.mark.parametrize("token", ["", "jskt_made-up", "made-up"])
def test_a_browser_without_it_changes_nothing(browser, server, token):
    """Neither with the cookie alone, nor with a token that nobody was given."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    answer = browser.post(
        "user/alice/api/2.0/secrets/scopes/create", json={"scope": "forged"}, headers=headers
    )

    assert answer.status_code in (401, 403)
    assert answer.json()["error_code"] in ("UNAUTHENTICATED", "PERMISSION_DENIED")
    scopes = server.secrets("GET", "scopes/list")["scopes"]
    assert "forged" not in [scope["name"] for scope in scopes]
