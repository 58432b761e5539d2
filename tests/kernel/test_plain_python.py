"""The public API, the same in a notebook, in a module that it imports, and in a script."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.jupyter import store_secret
from tests.kernel.test_autoload import execute

VALUE = "plain-value-Abc-123456"
MODULE = """
import jupyter_secrets
from jupyter_secrets import dbutils

def use():
    value = jupyter_secrets.get("prod", "db")
    assert value == dbutils.secrets.get("prod", "db")
    assert value.encode() == jupyter_secrets.get_bytes("prod", "db")
    return value, jupyter_secrets.list_secrets("prod"), jupyter_secrets.list_scopes()
"""


@pytest.fixture(autouse=True)
def stored(home, monkeypatch):
    store_secret(home, "db", VALUE)
    (home / "module.py").write_text(MODULE)
    monkeypatch.setenv("PYTHONPATH", str(home))
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    return home


def script(code: str):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_module_that_a_notebook_imports_has_the_notebooks_secrets():
    (shown,) = execute("import module; print(*module.use())")

    assert shown == "[REDACTED] ['db'] ['prod']\n"


def test_a_script_has_those_of_this_machines_store():
    done = script("import module; print(*module.use())")

    assert done.stdout == f"{VALUE} ['db'] ['prod']\n", done.stderr


def test_a_script_that_has_a_server_and_no_token_is_told_which_variable_to_set(monkeypatch):
    monkeypatch.setenv("JUPYTER_SECRETS_URL", "http://127.0.0.1:9/")
    monkeypatch.delenv("JUPYTER_SECRETS_TOKEN", raising=False)

    done = script("import module; module.use()")

    assert "set JUPYTER_SECRETS_TOKEN" in done.stderr


def test_a_script_whose_server_does_not_answer_says_so(monkeypatch):
    monkeypatch.setenv("JUPYTER_SECRETS_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("JUPYTER_SECRETS_TOKEN", "token")

    done = script("import module; module.use()")

    assert "The server at http://127.0.0.1:9 does not answer" in done.stderr


def test_a_script_reads_from_the_server_that_the_environment_names(server, monkeypatch):
    server.store_secret("db", VALUE)
    monkeypatch.setenv("JUPYTER_SECRETS_URL", server.url)
    monkeypatch.setenv("JUPYTER_SECRETS_TOKEN", server.token)

    done = script("import jupyter_secrets; print(jupyter_secrets.get('prod', 'db'))")

    assert done.stdout == f"{VALUE}\n", done.stderr


def test_a_shell_that_is_not_filtered_gets_no_value():
    (shown,) = execute(
        "import jupyter_secrets; jupyter_secrets.get('prod', 'db')", JUPYTER_SECRETS_AUTOLOAD="0"
    )

    assert 'Run "%load_ext jupyter_secrets" first' in shown


SECRET_ENV = "%%secret_env URL=pg://app:{{secrets/prod/db}}@host\n"


def test_a_cells_variables_are_gone_after_it():
    inner, outer = execute(
        SECRET_ENV + "import os; print(os.environ['URL'], len(os.environ['URL']))",
        "print(os.environ.get('URL'))",
    )

    assert inner == f"pg://app:[REDACTED]@host {len('pg://app:@host') + len(VALUE)}\n"
    assert outer == "None\n"


def test_a_cell_with_variables_fails_as_any_other_and_leaves_none():
    failed, outer, missing = execute(
        SECRET_ENV + "1 / 0",
        "import os; print(os.environ.get('URL'))",
        "%%secret_env URL={{secrets/prod/nope}}\nprint('ran')",
    )

    assert "division by zero" in failed
    assert outer == "None\n"
    assert "URL refers to {{secrets/prod/nope}}" in missing


def test_a_cell_with_variables_that_cannot_run_says_what_to_write():
    malformed = "A reference is wrong in the environment variable A.\nA reference is malformed"
    lines = {
        "": "Write %%secret_env NAME={{secrets/<scope>/<key>}} …",
        " A={{ secrets/a/b }}": malformed,
        " B=1 A='x {{ secrets.a.b }}'": malformed,
        " A='{{secrets/a/b}}": "A quotation mark is not closed.",
        " A={{secrets/a/b}} \\": "All variables go on the line of %%secret_env: none may",
    }

    *shown, awaiting = execute(
        *(f"%%secret_env{line}\nprint('ran')" for line in lines),
        SECRET_ENV + "import asyncio; await asyncio.sleep(0)",
    )

    assert [text.startswith(line) for text, line in zip(shown, lines.values(), strict=True)] == [
        True
    ] * len(lines), shown
    assert "cannot await" in awaiting
    assert "event loop" not in awaiting


def test_a_jobs_log_names_the_error_of_a_cell_with_variables():
    cells = [nbformat.v4.new_code_cell(SECRET_ENV + SECRET_ENV + "1 / 0")]
    notebook = nbformat.v4.new_notebook(cells=cells)

    with pytest.raises(CellExecutionError) as failure:
        NotebookClient(notebook, kernel_name="python3").execute()

    assert "ZeroDivisionError: division by zero" in str(failure.value)
