"""Kernels that no server started: nbclient, papermill, VS Code, and IPython in a terminal."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pexpect
import pytest
from nbclient import NotebookClient

from tests.jupyter import command_line, store_secret

QUICKSTART = Path(__file__).parents[2] / "binder/quickstart.ipynb"
VALUE = "terminal-value-Abc-123456"


@pytest.fixture(autouse=True)
def _kernels_capture_descriptors(monkeypatch, home):
    # ipykernel captures no file descriptors where it believes itself under pytest.
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)


def test_the_quickstart_runs_and_shows_no_value():
    notebook = nbformat.read(QUICKSTART, 4)

    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    shown = [str(cell.outputs) for cell in notebook.cells if cell.cell_type == "code"]
    leaks = shown[shown.index(next(s for s in shown if "the token is" in s)) :][:6]
    assert all("[REDACTED]" in output for output in leaks)
    assert "'text/plain': '(43, 43)'" in "".join(shown)
    assert re.search(r"200 Basic \w{0,6}\[REDACTED\]", "".join(shown))
    assert "users found: 1" in "".join(shown)
    assert "Deleted scope quickstart." in shown[-1]


def test_a_kernel_without_a_server_opens_the_store_itself(home):
    store_secret(home, "db", VALUE)
    cells = ["%load_ext jupyter_secrets", "dbutils.secrets.get('prod', 'db')"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])

    NotebookClient(notebook, kernel_name="python3").execute()

    assert notebook.cells[1].outputs[0].data["text/plain"] == "'[REDACTED]'"


def test_what_is_decided_about_a_secret_counts_in_the_cells_of_such_a_kernel(home):
    """Also about one that it was never given: no server filters what it prints."""
    host, token = "q7x2k9m4w8z3.db.acme.test", "tk-9fA7xQ2LmZ8vKp4W"
    store_secret(home, "db", f"postgresql://reporting:pw@{host}")
    command_line("put-secret", "prod", "token", home=home, stdin=token)
    cells = [
        "import sys, time\nv = dbutils.secrets.get('prod', 'db')",
        f"text = 'reporting at {host} with {token}'\nprint(text)",
        "!{sys.executable} -m jupyter_secrets.cli explain prod db --secret user --secret host\n"
        "!{sys.executable} -m jupyter_secrets.cli update-secret prod token --not-sensitive",
        "redact = get_ipython()._jupyter_secrets.guard.redactor.redact\n"
        f"while redact(text) != '[REDACTED] at [REDACTED] with {token}': time.sleep(0.1)",
        "print(text)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])

    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()

    shown = [notebook.cells[number].outputs[0].text for number in (1, 4)]
    assert shown == [
        f"reporting at {host} with [REDACTED]\n",
        f"[REDACTED] at [REDACTED] with {token}\n",
    ]


def test_a_prompt_that_nobody_can_answer_says_what_to_do_instead(home):
    command_line("create-scope", "prod", home=home)
    cells = ["%load_ext jupyter_secrets", "%secret put prod db"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])

    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()

    assert "use --from VAR or --generate" in str(notebook.cells[1].outputs)


def test_a_kernel_whose_server_is_gone_never_opens_the_store(home):
    store_secret(home, "db", VALUE)
    cells = ["%load_ext jupyter_secrets", "dbutils.secrets.get('prod', 'db')"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    env = os.environ | {"JUPYTER_SECRETS_URL": "http://127.0.0.1:9/", "JUPYTER_SECRETS_CODE": "x"}

    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute(env=env)

    assert "The server at http://127.0.0.1:9 does not answer" in str(notebook.cells[1].outputs)


def test_terminal_ipython_redacts_what_python_code_prints(home):
    store_secret(home, "db", VALUE)
    script = "\n".join(
        [
            "%load_ext jupyter_secrets",
            "v = dbutils.secrets.get('prod', 'db')",
            "print('printed', v)",
            "v",
            "import os; os.environ['DSN'] = v",
            "!echo from the shell $DSN",
            "1 / len(v[:0])",
            "print('length', len(v))",
        ]
    )

    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--colors=NoColor"],
        input=script, capture_output=True, text=True, cwd=home, check=False,
    )  # fmt: skip

    assert "printed [REDACTED]" in done.stdout
    assert "'[REDACTED]'" in done.stdout
    assert "from the shell [REDACTED]" in done.stdout
    assert f"length {len(VALUE)}" in done.stdout
    assert VALUE not in done.stdout + done.stderr


def test_a_thread_that_prints_while_terminal_ipython_asks_shows_no_value(home):
    store_secret(home, "db", VALUE)
    terminal = pexpect.spawn(sys.executable, ["-m", "IPython"], encoding="utf-8", timeout=60)
    shown = terminal.logfile_read = io.StringIO()

    def run(line: str) -> None:
        terminal.expect(r"In \[")
        time.sleep(0.5)  # it asks the terminal for the cursor's place first
        terminal.send(f"{line}\r")

    run("%load_ext jupyter_secrets")
    run("v = dbutils.secrets.get('prod', 'db')")
    run("import threading; threading.Timer(1, lambda: print('la' + 'te', v)).start()")
    terminal.expect("late .*")
    terminal.close(force=True)

    assert "late [REDACTED]" in shown.getvalue()
    assert VALUE not in shown.getvalue()


def test_redacting_without_the_extension_says_what_to_load():
    import jupyter_secrets

    with pytest.raises(RuntimeError, match="%load_ext jupyter_secrets"):
        jupyter_secrets.redact("x")
