"""A server's kernels have `dbutils` and the filter, whatever environment they run in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jupyter_secrets.kernel import bootstrap
from tests.environments import find_python, make_environment
from tests.everywhere.conftest import VALUE
from tests.everywhere.kernels import STARTS, install_kernel, table
from tests.jupyter import HttpError, Kernel, Server

# The environment that kernels run in by default, and those of the matrix: Python and ipykernel.
# Of the versions of Python, those that this machine has: no package index has any.
NEWEST = ("", "ipykernel")
MATRIX = {"the oldest ipykernel": ("", "ipykernel==6.29.5")} | {
    f"Python {version}, {requirement}": (version, requirement)
    for version, requirement in (
        ("3.10", "ipykernel==6.29.5"),
        ("3.12", "ipykernel>=7"),
        ("3.13", "ipykernel>=7"),
    )
    if find_python(version)
}
READ = "v = dbutils.secrets.get('prod', 'db'); print(len(v), v)"
READ_SHOWN = f"{len(VALUE)} [REDACTED]\n"


@pytest.fixture(scope="module")
def server(start_server: Callable[..., Server]) -> Server:
    server = start_server(
        config="c.JupyterSecrets.kernel_env = {'URL': 'pg://{{secrets/prod/db}}'}"
    )
    server.store_secret("db", VALUE)
    return server


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an environment with ipykernel and what that depends on."""
    version, requirement = NEWEST
    return make_environment(tmp_path_factory.mktemp("bare") / "env", requirement, version=version)


@pytest.fixture
def bare_kernel(server: Server, bare: str, tmp_path: Path) -> str:
    """The kernelspec of a kernel in that environment."""
    name = "kernels in an environment without this package"
    return install_kernel(server, "bare", *STARTS[name](bare, tmp_path))


def assert_secrets_work(server: Server, kernel: Kernel) -> None:
    read = kernel.execute(READ)
    environment = kernel.execute("import os; print(os.environ['URL'], len(os.environ['URL']))")
    # What a kernel writes to its terminal passes the kernel's own filter only.
    kernel.execute("import os; os.system(f'echo marker-{os.getpid()}-{v}')")
    pid = kernel.execute("os.getpid()").of("execute_result")[0]["data"]["text/plain"]

    assert (read.stream(), read.of("error")) == (READ_SHOWN, [])
    assert read.reply["execution_count"] == 1
    assert environment.stream() == f"pg://[REDACTED] {len('pg://') + len(VALUE)}\n"
    assert f"marker-{pid}-[REDACTED]" in server.log.read_text()
    assert VALUE not in server.log.read_text()


@pytest.mark.parametrize("start", STARTS)
def test_a_kernel_without_this_package_has_dbutils_and_the_filter(server, bare, tmp_path, start):
    name = install_kernel(server, "bare", *STARTS[start](bare, tmp_path))

    with server.kernel(name=name) as kernel:
        assert_secrets_work(server, kernel)


@pytest.mark.matrix
@pytest.mark.timeout(900)
@pytest.mark.parametrize("environment", MATRIX)
def test_so_has_one_of_another_version(server, tmp_path, environment):
    version, requirement = MATRIX[environment]
    python = make_environment(tmp_path / "env", requirement, version=version)
    argv = STARTS["the same, started by a shell"](python, tmp_path)

    with server.kernel(name=install_kernel(server, "matrix", *argv)) as kernel:
        assert_secrets_work(server, kernel)


def test_a_reference_that_the_server_never_saw_is_warned_of_in_the_notebook(server, tmp_path):
    script = tmp_path / "start-kernel"
    script.write_text(
        f"#!/bin/sh\nexport DSN='{{{{secrets/prod/db}}}}'\n"
        f'exec {sys.executable} -m ipykernel_launcher -f "$1"\n'
    )
    script.chmod(0o755)
    name = install_kernel(server, "late", str(script), "{connection_file}")
    model = {"path": "{{secrets/prod/db}}.ipynb", "type": "notebook", "kernel": {"name": name}}
    started = server.request("POST", "api/sessions", model)

    with server.connection(started["kernel"]["id"]) as kernel:
        kernel.execute("1", silent=True)
        first, second = kernel.execute("1"), kernel.execute("1")
    server.request("DELETE", f"api/sessions/{started['id']}")

    assert first.stream("stderr") == (
        "jupyter_secrets: the environment variable DSN holds a reference to a secret that is left "
        "as it is. The server resolves those in its own environment, in c.JupyterSecrets.kernel_env"
        " and in the kernelspec's env.\n"
    )
    assert second.stream("stderr") == ""


def test_nothing_else_comes_along_and_nothing_is_left_in_the_notebook(server, bare_kernel):
    with server.kernel(name=bare_kernel) as kernel:
        kernel.execute("first = 1")
        who = kernel.execute("%who").stream()
        history = kernel.execute("print(In[:2])").stream()
        kernel.execute("v = dbutils.secrets.get('prod', 'db')")
        paths = kernel.execute("import sys; print(*sys.path)").stream()
        missing = kernel.execute("import sqlalchemy").of("error")[0]["ename"]

    assert who == "first\t \n"
    assert history == "['', 'first = 1']\n"
    assert str(Path(bootstrap.__file__).parents[2]) not in paths.split()
    assert missing == "ModuleNotFoundError"


def test_it_is_there_after_a_restart_and_after_the_kernel_was_killed(server, bare_kernel):
    with server.kernel(name=bare_kernel) as kernel:
        kernel.close()
        server.request("POST", f"api/kernels/{kernel.id}/restart")
        kernel.connect()
        pid = int(kernel.execute("import os; print(os.getpid())").stream())
        restarted = kernel.execute(READ).stream()
        os.kill(pid, signal.SIGKILL)
        states = []
        while "restarting" not in states:
            message, _ = kernel.receive()
            states.append(message["content"].get("execution_state"))
        killed = kernel.execute(READ).stream()

    assert restarted == killed == READ_SHOWN


def test_modules_that_the_notebook_reloads_are_found_again(server, bare_kernel):
    code = (
        "import sys\n"
        "for name in [n for n in sys.modules if n.split('.')[0] == 'jupyter_secrets']:\n"
        "    del sys.modules[name]\n"
        "import jupyter_secrets; print(len(jupyter_secrets.get('prod', 'db')))"
    )
    with server.kernel(name=bare_kernel) as kernel:
        kernel.execute(READ)
        again = kernel.execute(code)

    assert (again.stream(), again.of("error")) == (f"{len(VALUE)}\n", [])


def test_a_kernelspec_that_wants_no_dbutils_gets_none(server, bare, tmp_path):
    argv = STARTS["the same, started by a shell"](bare, tmp_path)
    name = install_kernel(server, "unwanted", *argv, JUPYTER_SECRETS_AUTOLOAD="0")

    with server.kernel(name=name) as kernel:
        assert kernel.execute("print('dbutils' in globals())").stream() == "False\n"


def without(python: str, *variables: str) -> list[str]:
    """Return the command line of a kernel that does not get some of its variables."""
    unset = [f"--unset=JUPYTER_SECRETS_{name}" for name in variables]
    return ["env", *unset, python, "-m", "ipykernel", "-f", "{connection_file}"]


@pytest.fixture
def forgetful(server: Server, bare: str) -> str:
    """A kernel that does not know its server, and of which its user is told."""
    return install_kernel(server, "forgetful", *without(bare, "URL"))


@pytest.fixture
def bash(server: Server) -> str:
    """A kernel in another language."""
    argv = [sys.executable, "-m", "bash_kernel", "-f", "{connection_file}"]
    return install_kernel(server, "bash", *argv, language="bash")


@contextmanager
def notebook(server: Server, name: str) -> Iterator[Kernel]:
    """Start a notebook's kernel and connect to it."""
    model = {"path": f"{name}.ipynb", "type": "notebook", "kernel": {"name": name}}
    started = server.request("POST", "api/sessions", model)
    with server.connection(started["kernel"]["id"]) as kernel:
        yield kernel
    server.request("DELETE", f"api/sessions/{started['id']}")


def notices(events: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield what users are told."""
    return (str(event["message"]) for event in events if "notice" in event["schema_id"])


def test_whoever_uses_a_kernel_that_does_not_get_its_environment_is_told_once(server, forgetful):
    with server.events() as events, notebook(server, forgetful) as kernel:
        told = next(notices(events))
        kernel.close()
        server.request("POST", f"api/kernels/{kernel.id}/restart")
        kernel.connect()
        kernel.execute("1")
        with notebook(server, install_kernel(server, "another", *without(sys.executable, "URL"))):
            another = next(notices(events))

    assert told.startswith("forgetful.ipynb has no dbutils")
    assert "drops the server's environment: have it hand on" in told
    assert another.startswith("another.ipynb")


def test_whoever_uses_a_kernel_that_does_not_reach_the_server_is_told(server, bare):
    argv = ["env", "JUPYTER_SECRETS_URL=http://127.0.0.1:9/", *without(bare)[1:]]
    name = install_kernel(server, "unreachable", *argv)

    with server.events() as events, notebook(server, name):
        told = next(notices(events))

    assert told.startswith("unreachable.ipynb has no dbutils")
    assert "The server at http://127.0.0.1:9 does not answer" in told


OTHER_KERNEL = """
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp

class OtherKernel(IPythonKernel):
    implementation = {implementation!r}
    language_info = {{"name": "python", "version": {version!r}}}

IPKernelApp.launch_instance(kernel_class=OtherKernel)
"""


@pytest.mark.parametrize(
    ("implementation", "version", "reason"),
    [
        ("ipython", "3.9.18", "Its kernel runs Python 3.9.18: use 3.10 or newer."),
        ("remote", "3.12.1", "Its kernel, remote, has not loaded jupyter_secrets: install it"),
    ],
    ids=["an old Python", "no ipykernel"],
)
def test_whoever_uses_a_kernel_that_cannot_load_it_is_told(
    server, bare, tmp_path, implementation, version, reason
):
    script = tmp_path / "kernel.py"
    script.write_text(OTHER_KERNEL.format(implementation=implementation, version=version))
    name = install_kernel(server, "other", bare, str(script), "-f", "{connection_file}")

    with server.events() as events, notebook(server, name) as kernel:
        shown = kernel.execute("print('dbutils' in globals())").stream()
        told = next(notices(events))

    assert shown == "False\n"
    assert told.startswith("other.ipynb has no dbutils")
    assert reason in told


def test_nothing_is_said_of_kernels_in_other_languages(server, bash, forgetful):
    with server.events() as events:
        with notebook(server, bash) as kernel:
            shown = kernel.execute("echo $URL").stream()
        with notebook(server, forgetful):
            told = next(notices(events))

    assert shown == "pg://[REDACTED]\n"
    assert told.startswith("forgetful.ipynb")


def assert_code_is_worthless(server: Server, code: str) -> None:
    with pytest.raises(HttpError, match="This kernel's code is not valid") as caught:
        server.request("POST", "jupyter-secrets/kernel-token", {"code": code})

    assert len(code) > 20
    assert caught.value.status == 401


def test_a_code_that_a_python_kernel_has_not_used_when_its_user_is_told_is_revoked(
    server, forgetful
):
    with server.events() as events, notebook(server, forgetful) as kernel:
        next(notices(events))
        code = kernel.execute("!echo $JUPYTER_SECRETS_CODE").stream().strip()

        assert_code_is_worthless(server, code)


def test_a_code_that_a_kernel_in_another_language_will_not_use_is_revoked(server, bash):
    with notebook(server, bash) as kernel:
        code = kernel.execute("echo $JUPYTER_SECRETS_CODE").stream().strip()

        assert_code_is_worthless(server, code)


BOOTSTRAP = """
import sys
from IPython.core.interactiveshell import InteractiveShell
scope = {{"__name__": "bootstrap"}}
exec(open({path!r}).read(), scope)
print(scope["load"](InteractiveShell.instance(), {folder!r}, {release!r}))
"""


def load_in(python: str, folder: Path, release: str = "0.1.0") -> str:
    """Have a shell load the extension from a folder; return what is wrong."""
    prefix = Path(python).parents[1]
    code = BOOTSTRAP.format(path=bootstrap.__file__, folder=str(folder), release=release)
    done = subprocess.run(
        [python, "-W", "ignore", "-c", code],
        # IPython in a terminal would look into the environment that is active.
        env=os.environ | {"JUPYTER_SECRETS_URL": "http://127.0.0.1:9/", "VIRTUAL_ENV": str(prefix)},
        capture_output=True,
        text=True,
        check=True,
        cwd=prefix,
    )
    return done.stdout


def test_a_kernel_that_cannot_read_the_servers_files_says_so(bare, tmp_path):
    assert "cannot read the server's files: install" in load_in(bare, tmp_path)


@pytest.mark.parametrize(
    ("installed", "release", "taken"),
    [("0.1.7", "0.1.0", "KeyError"), ("0.2.0", "0.1.0", "LookupError"),
     ("2.9", "2.0.1", "KeyError"), ("1.9", "2.0.1", "LookupError")],
)  # fmt: skip
def test_the_environments_own_version_is_taken_if_it_is_compatible(
    bare, tmp_path, installed, release, taken
):
    site = next(Path(bare).parents[1].glob("lib/python*/site-packages"))
    own, brought = site / "jupyter_secrets.py", tmp_path / "jupyter_secrets.py"
    metadata = site / f"jupyter_secrets-{installed}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Name: jupyter-secrets\nVersion: {installed}\n")
    own.write_text("def load_ipython_extension(shell): raise KeyError")
    brought.write_text("def load_ipython_extension(shell): raise LookupError")
    try:
        shown = load_in(bare, tmp_path, release)
    finally:
        own.unlink()
        (metadata / "METADATA").unlink()
        metadata.rmdir()

    assert f"cannot be loaded in its kernel: {taken}." in shown


def test_the_documentation_has_the_table_of_the_kernels_that_are_tested():
    documentation = Path(__file__).parents[2] / "docs/everywhere.md"

    assert table() in documentation.read_text()
