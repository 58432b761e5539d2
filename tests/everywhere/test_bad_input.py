"""What stands in a secret's way reads the same in a notebook, in a script and for a reference.

`tests/server` asserts it of notebooks under a server.
"""

from __future__ import annotations

import os
import subprocess
import sys

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.jupyter import store_secret
from tests.kernel.test_autoload import execute
from tests.server.test_bad_stores import make_newer, remove_key
from tests.server.test_identity import PROVIDER

VALUE = "bad-input-value-Abc-123456"
SILENT = "http://127.0.0.1:9"


@pytest.fixture
def stored(home, monkeypatch):
    """A home folder with a store in it; no server."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    store_secret(home, "db", VALUE)
    return home


@pytest.fixture(scope="module")
def team(start_server):
    """A server with several users; the scope is alice's."""
    server = start_server(config=PROVIDER, token="token-of-alice")
    server.store_secret("db", VALUE)
    return server


def in_notebook(scope: str, key: str) -> str:
    return execute(f"dbutils.secrets.get({scope!r}, {key!r})")[0]


def in_jobs_log(scope: str, key: str) -> str:
    shown = error_of_job(f"dbutils.secrets.get({scope!r}, {key!r})\nprint('ran')")
    assert shown.count("dbutils.py") == 1  # of the frames that are not the cell's
    return shown


def in_magic(scope: str, key: str) -> str:
    return error_of_job(f"%secret get {scope} {key}")


def error_of_job(code: str) -> str:
    """Run a cell as a job does; return what it says, which is the cell's error output too."""
    cell = nbformat.v4.new_code_cell(code)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    with pytest.raises(CellExecutionError) as failure:
        NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = cell.outputs
    assert output.evalue in "\n".join(output.traceback)
    return str(failure.value)


def in_cell_with_variables(scope: str, key: str) -> str:
    shown = execute(f"%%secret_env DSN={{{{secrets/{scope}/{key}}}}}\nprint('it ran')")[0]
    assert "it ran" not in shown
    assert "INVALID_PARAMETER_VALUE" not in shown
    return shown


def in_script(scope: str, key: str) -> str:
    code = f"import jupyter_secrets; print('ran', jupyter_secrets.get({scope!r}, {key!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ran" not in done.stdout
    return done.stderr


def in_environment(scope: str, key: str) -> str:
    reference = f"{{{{secrets/{scope}/{key}}}}}"
    first, second = execute(
        "print('it ' + 'ran')",
        "import os; print('left', os.environ.get('DSN'))",
        DSN=reference,
        JUPYTER_SECRETS_RESOLVE="DSN",
    )
    assert f"DSN refers to {reference}" in first
    assert "it ran" not in first
    assert second == "left None\n"
    return first


NO_SCOPE = (
    "Scope nope does not exist! "
    'See which do with "%secret scopes" or "jupyter secrets list-scopes"; make it with '
    '"jupyter secrets create-scope nope".'
)
NO_KEY = (
    "Secret does not exist with scope: prod and key: nope "
    '(see which do with "%secret list prod" or "jupyter secrets list-secrets prod"; store it with '
    '"jupyter secrets put-secret prod nope").'
)
LOCKED = "The store is locked. Its key file {} is missing: put it back from your backup"
NEWER = (
    "The store has format 99, and this version of jupyter_secrets knows formats up to 1: install"
)
DENIED = (
    "bob does not have READ permission on scope prod to perform this action. "
    'Have whoever may MANAGE the scope run "jupyter secrets put-acl prod bob READ".'
)
REFUSED = f"The server at {SILENT} does not answer (ConnectionRefusedError). Check that it is"
FAULTS = {
    "scope": ("nope", "db", NO_SCOPE),
    "key": ("prod", "nope", NO_KEY),
    "locked": ("prod", "db", LOCKED),
    "newer": ("prod", "db", NEWER),
    "denied": ("prod", "db", DENIED),
    "silent": ("prod", "db", REFUSED),
}


@pytest.fixture(params=FAULTS)
def fault(request, stored, monkeypatch):
    """What is asked for, and what is said of it."""
    scope, key, message = FAULTS[request.param]
    url, token = SILENT, "token"
    if request.param == "denied":
        url, token = request.getfixturevalue("team").url, "token-of-bob"
    if request.param in ("denied", "silent"):
        monkeypatch.setenv("JUPYTER_SECRETS_URL", url)
        monkeypatch.setenv("JUPYTER_SECRETS_TOKEN", token)
    if request.param == "locked":
        remove_key(stored)
    if request.param == "newer":
        make_newer(stored)
    return scope, key, message.format(stored / "config/jupyter_secrets/master.key")


@pytest.mark.parametrize(
    "place",
    [in_notebook, in_jobs_log, in_magic, in_cell_with_variables, in_script, in_environment],
)
def test_it_reads_the_same_wherever_the_secret_is_used(fault, place):
    scope, key, message = fault

    shown = place(scope, key)

    assert message in shown
    assert VALUE not in shown


def test_code_that_a_program_runs_unseen_does_not_swallow_what_cannot_be_resolved(stored):
    environment = {"DSN": "{{secrets/prod/nope}}", "JUPYTER_SECRETS_RESOLVE": "DSN"}
    manager, client = start_new_kernel(env=os.environ | environment)
    try:
        client.execute_interactive("made = 1", silent=True, timeout=60)
        seen = client.execute_interactive("print('ran')", timeout=60, output_hook=lambda _: None)
        after = client.execute_interactive("import os; 'DSN' in os.environ or made", timeout=60)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    assert "DSN refers to {{secrets/prod/nope}}" in seen["content"]["evalue"]
    assert after["content"]["ename"] == "NameError"


def test_nor_does_code_that_is_not_kept_in_the_history_and_the_cell_after_it_is_not_dropped(stored):
    environment = {"DSN": "{{secrets/prod/nope}}", "JUPYTER_SECRETS_RESOLVE": "DSN"}
    manager, client = start_new_kernel(env=os.environ | environment)
    try:
        # As voilà does, without waiting: an error would have the kernel drop what comes next.
        client.execute("made = 1", store_history=False)
        seen = client.execute_interactive("print('ran')", timeout=60, output_hook=lambda _: None)
        after = client.execute_interactive("import os; 'DSN' in os.environ or made", timeout=60)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    assert "DSN refers to {{secrets/prod/nope}}" in seen["content"]["evalue"]
    assert after["content"]["ename"] == "NameError"


def test_nor_do_lines_that_a_profile_has_each_kernel_run(stored):
    profile = stored / "ipython/profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_config.py").write_text("c.InteractiveShellApp.exec_lines = ['1', '2']")

    assert "DSN refers to {{secrets/prod/nope}}" in in_environment("prod", "nope")
