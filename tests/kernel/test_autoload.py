"""`dbutils` without ``%load_ext``: IPython loads it, and nothing happens until it is used."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_secrets.environment import AUTOLOAD_VARIABLE
from tests.jupyter import command_line, store_secret
from tests.kernel.shells import run_bare, stream

VALUE, OTHER = "first-value-Abc-123456", "other-value-Xyz-987654"


@pytest.fixture(autouse=True)
def _kernels_capture_descriptors(monkeypatch, home):
    # ipykernel captures no file descriptors where it believes itself under pytest.
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)


@pytest.fixture
def stored(home):
    store_secret(home, "db", VALUE)
    command_line("put-secret", "prod", "other", home=home, stdin=OTHER)


def execute(*cells: str, **environment: str) -> list[str]:
    """Run cells in a kernel that no server started; return what each showed."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    client = NotebookClient(notebook, kernel_name="python3", allow_errors=True)
    client.execute(env=os.environ | environment)
    return [
        "".join(str(o.get("text") or o.get("data") or o.evalue) for o in cell.outputs)
        for cell in notebook.cells
    ]


def test_the_installed_file_makes_ipython_load_it():
    assert Path(sys.prefix, "etc/ipython/ipython_config.json").exists()


def test_dbutils_is_there_and_what_it_gives_is_redacted(stored):
    first, second = execute(
        "v = dbutils.secrets.get('prod', 'db'); print('shown', v)",
        "%secret list prod",
    )

    assert first == "shown [REDACTED]\n"
    assert "db" in second


def test_without_a_server_values_that_nobody_asked_for_are_redacted_too(stored):
    code = f"dbutils.secrets.get('prod', 'db'); print({OTHER[::-1]!r}[::-1])"

    # Which values are not sensitive is looked up while a cell runs, soon after it has begun.
    _, shown, _ = execute(code, f"print({OTHER[::-1]!r}[::-1])", "import time; time.sleep(3)")

    assert shown == "[REDACTED]\n"
    log = command_line("audit", "tail", "-o", "json", home=Path(os.environ["HOME"])).stdout
    assert log.count("read-for-redaction") == 1


def test_where_too_many_values_are_readable_to_redact_all_the_user_is_told_once(stored, home):
    config = home / "config/jupyter_server_config.py"
    config.write_text("c.JupyterSecrets.max_known_values = 1")

    shown = "".join(
        execute(
            "v = dbutils.secrets.get('prod', 'db'); print('shown', v)", "print('later', v)", "1"
        )
    )

    assert shown.count("you may read more than 1 secrets (c.JupyterSecrets.max_known_values)") == 1
    assert "shown [REDACTED]" in shown
    assert "later [REDACTED]" in shown


def test_values_that_cannot_be_read_at_first_are_redacted_once_they_can(stored, home):
    key = home / "config/jupyter_secrets/master.key"
    other = home / "elsewhere.key"
    key.rename(other)

    failed, *_, shown = execute(
        "dbutils.secrets.get('prod', 'db')",
        f"import os, time; os.rename({str(other)!r}, {str(key)!r})",
        f"other = {OTHER[::-1]!r}[::-1]\n"
        "redactor = get_ipython()._jupyter_secrets.guard.redactor\n"
        "while redactor.redact(other) == other: time.sleep(0.1)",
        "print(other)",
    )

    assert "The store is locked" in failed
    assert shown == "[REDACTED]\n"


def test_nothing_is_written_and_nothing_heavy_is_imported_before_a_secret_is_used(home):
    heavy = "('sqlalchemy', 'cryptography', 'jupyter_secrets.redaction', 'jupyter_secrets.client')"

    shown, printed = execute(
        "dbutils", f"import sys; print([n for n in {heavy} if n in sys.modules])"
    )

    assert "dbutils of jupyter_secrets" in shown
    assert printed == "[]\n"
    assert not [path for path in home.rglob("*") if "jupyter_secrets" in path.name]


@pytest.mark.parametrize("way", ["environment", "configuration"])
def test_whoever_wants_it_not_has_to_load_it(way, stored, home):
    environment = {AUTOLOAD_VARIABLE: "0"} if way == "environment" else {}
    if way == "configuration":
        config = home / "config/jupyter_server_config.py"
        config.write_text("c.JupyterSecrets.autoload = False")

    without, _, loaded = execute(
        "dbutils",
        "%load_ext jupyter_secrets",
        "len(dbutils.secrets.get('prod', 'db'))",
        **environment,
    )

    assert without == "name 'dbutils' is not defined"
    assert str(len(VALUE)) in loaded


def test_it_can_be_unloaded_and_loaded_again_by_its_name(stored):
    _, gone, _, back = execute(
        "%unload_ext jupyter_secrets",
        "print('dbutils' in globals())",
        "%load_ext jupyter_secrets",
        "print(len(dbutils.secrets.get('prod', 'db')))",
    )

    assert gone == "False\n"
    assert back == f"{len(VALUE)}\n"


FIRST_USE_IN_A_CAPTURE = """
from IPython.utils.capture import capture_output
with capture_output() as captured:
    v = dbutils.secrets.get('prod', 'db')
    print('captured', v)
print('printed', v)
display(v)
captured.show()
"""


def test_after_a_first_use_in_a_capture_all_is_filtered_in_a_kernel(stored):
    (shown,) = execute(FIRST_USE_IN_A_CAPTURE)

    assert "printed [REDACTED]" in shown
    assert "captured [REDACTED]" in shown
    assert VALUE not in shown


def test_after_a_first_use_in_a_capture_all_is_filtered_in_another_shell(stored, home):
    run = run_bare(["%load_ext jupyter_secrets", FIRST_USE_IN_A_CAPTURE], home)

    assert "printed [REDACTED]" in stream(run.cells[1])
    assert VALUE not in str(run)


def test_what_dbutils_has_not_is_an_error_that_says_what_it_has():
    notebook, pickled = execute("dbutils.notebook", "import pickle; pickle.dumps(dbutils)")

    assert "jupyter_secrets has dbutils.secrets" in notebook
    assert "read the secret here" in pickled
