"""What kernels are started with."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.jupyter import HttpError, Kernel

CONFIG = """
c.JupyterSecrets.kernel_env = {
    "DATABASE_URL": "postgresql://app:{{secrets/prod/db}}@host/db",
    "PLAIN": "{{not ours}}",
}
"""
VALUE = "launch-value-1-Abcdef"


@pytest.fixture(scope="module")
def server(start_server):
    server = start_server(config=CONFIG, environment={"FROM_SERVER": "{{secrets/prod/api}}"})
    server.store_secret("db", VALUE)
    server.store_secret("api", "other-value-2-Abcdef")
    return server


def test_references_are_resolved_and_redacted(server):
    with server.kernel() as kernel:
        found = kernel.execute(
            "import os; print(len(os.environ['FROM_SERVER']), os.environ['PLAIN'])"
        ).stream()
        shown = kernel.execute("print(os.environ['DATABASE_URL'])").stream()
        hidden = kernel.execute("%env").text

    assert found == f"{len('other-value-2-Abcdef')} {{{{not ours}}}}\n"
    assert shown == "postgresql://app:[REDACTED]@host/db\n"
    assert VALUE not in hidden


def test_the_kernels_own_filter_knows_what_its_environment_was_given(server):
    """What a kernel writes to its terminal passes the kernel's filter only."""
    with server.kernel() as kernel:
        kernel.execute("import os; os.system('echo marker-$DATABASE_URL')")

    log = server.log.read_text()
    assert "marker-postgresql://app:[REDACTED]@host/db" in log
    assert VALUE not in log


def test_a_restart_resolves_again(server):
    with server.kernel() as kernel:
        server.store_secret("db", "rotated-value-3-Abcdef")
        try:
            kernel.close()
            server.request("POST", f"api/kernels/{kernel.id}/restart")
            kernel.connect()
            code = "import os; print('3-Abc' in os.environ['DATABASE_URL'])"
            assert kernel.execute(code).stream() == "True\n"
            value = kernel.execute("dbutils.secrets.get('prod', 'db') == 'x'; print('works')")
            assert value.stream() == "works\n"
        finally:
            server.store_secret("db", VALUE)


def test_a_killed_kernel_restarts_with_its_references(server):
    with server.kernel() as kernel:
        pid = int(kernel.execute("import os; print(os.getpid())").stream())
        os.kill(pid, signal.SIGKILL)
        again = _pid_after_restart(server, kernel, pid)
        length = kernel.execute("import os; print(len(os.environ['DATABASE_URL']))").stream()
        works = kernel.execute("print(len(dbutils.secrets.get('prod', 'db')))").stream()

    assert again != pid
    assert int(length) == len(f"postgresql://app:{VALUE}@host/db")
    assert int(works) == len(VALUE)


def _pid_after_restart(server, kernel, old: int) -> int:
    kernel.close()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        time.sleep(0.5)
        state = server.request("GET", f"api/kernels/{kernel.id}")["execution_state"]
        if state in ("idle", "starting"):
            kernel.connect()
            pid = int(kernel.execute("import os; print(os.getpid())").stream() or old)
            if pid != old:
                return pid
            kernel.close()
    raise AssertionError("the kernel did not restart")


def test_an_unresolvable_reference_stops_the_start_and_says_which(start_server):
    server = start_server(config=CONFIG)

    with pytest.raises(HttpError) as caught, server.kernel():
        pass

    assert caught.value.status == 500
    for part in ("DATABASE_URL", "{{secrets/prod/db}}", "Scope prod does not exist!"):
        assert part in caught.value.body


REFERENCE = "{{secrets/prod/db}}"
SHOW_NAME = f"""
import os
name = os.environ['JPY_SESSION_NAME']
print(name.endswith({REFERENCE + ".ipynb"!r}), {VALUE[4:]!r} in name)
"""


@contextmanager
def session(server, **model: object) -> Iterator[Kernel]:
    """Start a notebook's kernel and connect to it."""
    model = {"path": "a.ipynb", "type": "notebook", "kernel": {"name": "python3"}, **model}
    started = server.request("POST", "api/sessions", model)
    with server.connection(started["kernel"]["id"]) as kernel:
        yield kernel
    server.request("DELETE", f"api/sessions/{started['id']}")


@pytest.mark.parametrize(
    "names",
    [
        {"path": f"{REFERENCE}.ipynb"},
        {"path": f"folder/{REFERENCE}.ipynb", "name": f"{REFERENCE}.ipynb"},
        {"path": "{{secrets", "name": f"{REFERENCE}.ipynb"},
    ],
    ids=["path", "name", "both"],
)
def test_a_notebook_may_be_called_like_a_reference_and_gets_nothing_for_it(server, names):
    with session(server, **names) as kernel:
        shown = kernel.execute(SHOW_NAME).stream()
        kernel.execute("dbutils.secrets.get('prod', 'db')")
        kernel.close()
        server.request("POST", f"api/kernels/{kernel.id}/restart")
        kernel.connect()
        again = kernel.execute(SHOW_NAME).stream()

    assert shown == again == "True False\n"
    log = json.dumps(server.request("GET", "jupyter-secrets/audit?limit=1000"))
    assert VALUE not in log
    assert f"{REFERENCE}.ipynb" in log


def test_a_notebook_that_is_renamed_to_a_reference_gets_nothing_for_it(server):
    model = {"path": "a.ipynb", "type": "notebook", "kernel": {"name": "python3"}}
    started = server.request("POST", "api/sessions", model)
    with server.connection(started["kernel"]["id"]) as kernel:
        change = {"path": f"{REFERENCE}.ipynb", "name": f"{REFERENCE}.ipynb"}
        server.request("PATCH", f"api/sessions/{started['id']}", change)
        kernel.close()
        server.request("POST", f"api/kernels/{kernel.id}/restart")
        kernel.connect()
        shown = kernel.execute(SHOW_NAME).stream()
    server.request("DELETE", f"api/sessions/{started['id']}")

    assert shown == "True False\n"


def test_a_kernelspec_that_repeats_a_notebooks_name_gets_nothing_for_it(server):
    folder = server.home / "data/kernels/named"
    folder.mkdir(parents=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "named",
        "language": "python",
        "env": {"TITLE": "${JPY_SESSION_NAME} {{secrets/prod/api}}"},
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    names = {"path": f"{REFERENCE}.ipynb", "kernel": {"name": "named"}}

    with session(server, **names) as kernel:
        code = "import os; print('{' in os.environ['TITLE'], os.environ['TITLE'])"
        shown = kernel.execute(code).stream()

    assert shown.endswith(f"{REFERENCE}.ipynb [REDACTED]\n")


@pytest.mark.parametrize("name", ["LD_PRELOAD", "PYTHONPATH", "KERNEL_USERNAME"])
def test_a_variable_that_takes_no_references_stops_the_start(start_server, name):
    variables = {name: "{{secrets/a/b}}"}
    server = start_server(config=f"c.JupyterSecrets.kernel_env = {variables!r}")

    with pytest.raises(HttpError, match=f"{name} refers to .* takes no secrets"), server.kernel():
        pass


def test_a_malformed_reference_stops_the_start(start_server):
    server = start_server(config='c.JupyterSecrets.kernel_env = {"A": "{{ secrets/a/b }}"}')

    with (
        pytest.raises(HttpError, match=r"variable A\.\\nA reference is malformed"),
        server.kernel(),
    ):
        pass


def test_jupyterlab_too_shows_why_a_kernel_was_not_started(start_server):
    server = start_server(config=CONFIG)
    session = {"path": "a.ipynb", "type": "notebook", "name": "", "kernel": {"name": "python3"}}

    with pytest.raises(HttpError) as caught:
        server.request("POST", "api/sessions", session)

    assert caught.value.answer["message"].startswith("The kernel was not started: DATABASE_URL")


def test_what_is_said_of_a_kernel_that_was_not_started_is_to_be_done_without_one(server):
    folder = server.home / "data/kernels/lacking"
    folder.mkdir(parents=True)
    spec = {"argv": ["false"], "display_name": "lacking", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps({**spec, "env": {"A": "{{secrets/prod/no}}"}}))

    with pytest.raises(HttpError) as caught, server.kernel(name="lacking"):
        pass

    assert caught.value.answer["message"].endswith(
        '(see which do with "jupyter secrets list-secrets prod"; store it with '
        '"jupyter secrets put-secret prod no").'
    )


def test_a_reference_that_fails_in_an_automatic_restart_ends_the_kernel(start_server):
    server = start_server(config=CONFIG, environment={"FROM_SERVER": ""})
    server.store_secret("db", VALUE)
    with server.kernel() as kernel, server.events() as events:
        pid = int(kernel.execute("import os; print(os.getpid())").stream())
        server.secrets("POST", "delete", scope="prod", key="db")
        os.kill(pid, signal.SIGKILL)
        states = []
        while "dead" not in states:
            message, _ = kernel.receive()
            states.append(message["content"].get("execution_state"))
        notice = next(event for event in events if "notice" in event["schema_id"])
        time.sleep(4)  # another try would come after three seconds

    tries = server.log.read_text().count("jupyter_secrets: The kernel was not started")
    assert "restarting" in states
    assert tries == 1
    assert (notice["level"], notice["kernel_id"]) == ("error", kernel.id)
    assert "DATABASE_URL refers to {{secrets/prod/db}}" in notice["message"]


def test_the_extension_can_be_left_out(start_server):
    server = start_server(config="c.JupyterSecrets.autoload = False")
    server.store_secret("db", VALUE)
    with server.kernel() as kernel:
        assert kernel.execute("print('dbutils' in globals())").stream() == "False\n"
        # The server's filter holds without the kernel's.
        assert kernel.execute(f"print({VALUE[:9]!r} + {VALUE[9:]!r})").stream() == "[REDACTED]\n"
        kernel.execute("%load_ext jupyter_secrets")
        code = "print(len(dbutils.secrets.get('prod', 'db')))"
        assert kernel.execute(code).stream() == f"{len(VALUE)}\n"


def test_a_kernel_can_be_given_less_than_its_user(start_server):
    server = start_server(config='c.JupyterSecrets.kernel_permission = "READ"')
    server.store_secret("db", VALUE)
    with server.kernel() as kernel:
        read = kernel.execute("print(len(dbutils.secrets.get('prod', 'db')))").stream()
        written = kernel.execute("%secret put prod x --generate")

    assert read == f"{len(VALUE)}\n"
    assert "does not have WRITE permission on scope prod to perform this action." in written.text
    assert "Kernels have READ permission at most here" in written.text
    assert "put-acl" not in written.text


CODE = """
import json, urllib.request, urllib.error
from pathlib import Path
names = Path('/proc/self/environ').read_bytes().split(b'\\0')
environment = dict(name.decode().split('=', 1) for name in names if name)
url, code = environment['JUPYTER_SECRETS_URL'], environment['JUPYTER_SECRETS_CODE']
request = urllib.request.Request(url + 'jupyter-secrets/kernel-token',
                                 json.dumps({'code': code}).encode(), method='POST')
try:
    urllib.request.urlopen(request)
except urllib.error.HTTPError as error:
    print(error.code, json.loads(error.read())['message'])
try:
    dbutils.secrets.get('prod', 'db')
except Exception as error:
    print(type(error).__name__)
print([name for name in os.environ if name.startswith('JUPYTER_SECRETS')])
"""


def test_a_code_used_twice_ends_the_token(server):
    with server.kernel() as kernel:
        shown = kernel.execute(f"import os\n{CODE}").stream().splitlines()

    assert shown == [
        "401 This kernel's code was used before, so its token is revoked: restart the kernel.",
        "UnauthenticatedError",
        "[]",
    ]


def test_a_kernels_token_opens_nothing_but_secrets(server):
    code = """
import urllib.request, urllib.error
endpoint = get_ipython()._jupyter_secrets.connection.client._endpoint
for path in ('api/2.0/secrets/scopes/list', 'api/contents', 'api/kernels'):
    request = urllib.request.Request(endpoint.url + path,
                                     headers={'Authorization': 'Bearer ' + endpoint.token})
    try:
        print(urllib.request.urlopen(request).status)
    except urllib.error.HTTPError as error:
        print(error.code)
print(endpoint.token)
"""
    with server.kernel() as kernel:
        shown = kernel.execute(code).stream().splitlines()

    assert shown == ["200", "403", "403", "[REDACTED]"]


def test_the_databricks_sdk_in_a_kernel_finds_the_server_where_that_is_set(start_server):
    server = start_server(config="c.JupyterSecrets.databricks_env = True")
    server.store_secret("db", VALUE)
    code = """
from databricks.sdk import WorkspaceClient
print(len(WorkspaceClient().dbutils.secrets.get('prod', 'db')))
import os; print(os.environ['DATABRICKS_TOKEN'])
"""
    with server.kernel() as kernel:
        shown = kernel.execute(code).stream().splitlines()

    assert shown == [str(len(VALUE)), "[REDACTED]"]
