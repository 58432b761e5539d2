"""``{{secrets/scope/key}}`` where no server resolves it."""

from __future__ import annotations

import json
import subprocess
import sys

import nbformat
import pytest

from tests.everywhere.conftest import VALUE
from tests.everywhere.programs import (
    PROGRAMS,
    environment_of,
    plain,
    run_job,
    through_notebooks,
)
from tests.everywhere.test_programs import write_notebook

URL, REFERENCE = "pg://app:{{secrets/prod/db}}@host", "{{secrets/prod/db}}"
SHOW = "import os; print('it is', os.environ.get('URL'), len(os.environ.get('URL', '')))"
SHOWN = f"it is pg://app:[REDACTED]@host {len(URL) - len(REFERENCE) + len(VALUE)}"


@pytest.fixture
def run(stored, tmp_path):
    """A function that runs cells with nbclient, and returns what each showed."""

    def run(*sources: str, **environment: str) -> list[str]:
        write_notebook(tmp_path, *sources)
        program = PROGRAMS["nbclient"]
        program.run(sys.executable, tmp_path, environment_of(stored) | environment)
        cells = nbformat.read(tmp_path / "out.ipynb", 4).cells
        return [plain(json.dumps(cell.outputs)) for cell in cells]

    return run


def write_kernelspec(home, **environment):
    folder = home / "data/kernels/python3"
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "3", "language": "python", "env": environment}
    (folder / "kernel.json").write_text(json.dumps(spec))


@pytest.mark.parametrize("named", ["OTHER, URL", "OTHER URL"])
def test_a_variable_that_is_named_is_resolved_before_the_first_cell(run, named):
    (shown,) = run(SHOW, URL=URL, JUPYTER_SECRETS_RESOLVE=named)

    assert SHOWN in shown
    assert VALUE not in shown


def test_a_kernelspecs_own_variables_are_resolved_and_no_strangers_text_in_them(run, stored):
    write_kernelspec(stored, URL=URL, BRANCH_URL="https://host/${BRANCH}")

    first, second = run(
        SHOW, "print(os.environ['BRANCH_URL'])", BRANCH=REFERENCE, JUPYTER_PREFER_ENV_PATH="0"
    )

    assert SHOWN in first
    assert f"https://host/{REFERENCE}" in second


def test_the_configuration_sets_variables_in_kernels_without_a_server(run, stored):
    config = stored / "config/jupyter_server_config.py"
    config.write_text(f"c.JupyterSecrets.kernel_env = {{'URL': {URL!r}}}")

    assert SHOWN in run(SHOW)[0]


def test_a_reference_that_nobody_named_stays_and_is_warned_of(run):
    (shown,) = run(SHOW, URL=URL)

    assert f"it is {URL}" in shown
    assert "URL holds a reference" in shown
    assert "JUPYTER_SECRETS_RESOLVE" in shown


def test_templates_of_others_in_variables_that_nobody_named_are_no_references(run):
    (shown,) = run(SHOW, URL="{{ secrets.TOKEN }}", TOKEN="${{ secrets.TOKEN }}")

    assert "it is {{ secrets.TOKEN }}" in shown
    assert "reference" not in shown


@pytest.mark.parametrize(
    ("name", "reason"),
    [("PYTHONX_TOKEN", "decides what code is loaded"), ("KERNEL_TOKEN", "names a user, a kernel")],
)
def test_nobody_is_advised_to_name_a_variable_that_takes_no_reference(run, name, reason):
    (shown,) = run(SHOW, **{name: URL})

    assert f"{name} holds a reference to a secret that is left as it is. " in shown
    assert reason in shown
    assert "JUPYTER_SECRETS_RESOLVE" not in shown


@pytest.mark.parametrize(
    ("name", "reference", "reason"),
    [
        ("URL", "{{secrets/prod/nope}}", "Secret does not exist with scope: prod and key: nope"),
        ("URL", "{{secrets/nope/db}}", "Scope nope does not exist!"),
        ("URL", "{{ secrets/prod/db }}", "A reference is malformed"),
        ("URL", "{{ secrets / prod / db }}", "A reference is malformed"),
        ("URL", "{{secret/prod/db}}", "A reference is malformed"),
        ("URL", "{{ secrets.prod.db }}", "A reference is malformed"),
        ("LD_PRELOAD_X_PATH", REFERENCE, "decides what code is loaded"),
    ],
    ids=["key", "scope", "malformed", "spaces", "singular", "dots", "loader"],
)
def test_what_cannot_be_resolved_is_the_error_of_the_first_cell(run, name, reference, reason):
    first, second = run(
        "print('ran')",
        f"import os; print('is set:', {name!r} in os.environ)",
        **{name: reference, "JUPYTER_SECRETS_RESOLVE": name},
    )

    assert name in first
    assert reason in first
    assert '"ran' not in first
    assert "is set: False" in second


@pytest.fixture
def startup(stored):
    """A file that the user's profile has each kernel run first."""
    folder = stored / "ipython/profile_default/startup"
    folder.mkdir(parents=True)
    (folder / "first.py").write_text("import os; seen = 'at startup', len(os.environ['URL'])")


def test_a_profiles_startup_files_see_values_and_what_nobody_named_is_still_warned_of(run, startup):
    (shown,) = run("print(*seen, os.environ['URL'])", URL=URL, B=URL, JUPYTER_SECRETS_RESOLVE="URL")

    length = len(URL) - len(REFERENCE) + len(VALUE)
    assert f"at startup {length} pg://app:[REDACTED]@host" in shown
    assert "variable B holds a reference" in shown
    assert "variable URL" not in shown


def test_nor_do_they_run_where_a_reference_cannot_be_resolved(run, startup):
    missing = "{{secrets/prod/nope}}"

    first, second = run(
        "1", "print('seen' in globals())", URL=missing, JUPYTER_SECRETS_RESOLVE="URL"
    )

    assert f"URL refers to {missing}" in first
    assert "False" in second


@pytest.mark.parametrize("arguments", [["script.py"], ["-m", "script"]], ids=["file", "module"])
@pytest.mark.parametrize("key", ["db", "nope"])
def test_a_script_that_ipython_runs_sees_values_or_does_not_run(stored, tmp_path, arguments, key):
    (tmp_path / "script.py").write_text("import os; print('it is', os.environ['URL'])")
    variables = {"URL": f"pg://{{{{secrets/prod/{key}}}}}", "JUPYTER_SECRETS_RESOLVE": "URL"}

    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--colors=NoColor", *arguments], cwd=tmp_path,
        env=environment_of(stored) | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == (key == "nope"), done
    assert ("it is pg://[REDACTED]" in done.stdout) == (key == "db")
    assert ("URL refers to {{secrets/prod/nope}}" in done.stdout + done.stderr) == (key == "nope")
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("engine", [[], ["--engine", "embedded"]], ids=["nbclient", "embedded"])
def test_papermills_parameters_reach_the_code_as_values_and_stay_references(
    engine, stored, tmp_path
):

    write_notebook(tmp_path, "print('it is', url, len(url))")
    papermill = through_notebooks(
        "-m", "papermill", *engine, "-p", "url", URL, "in.ipynb", "out.ipynb"
    )

    shown = papermill(sys.executable, tmp_path, environment_of(stored))

    notebook = nbformat.read(tmp_path / "out.ipynb", 4)
    assert SHOWN in shown
    assert VALUE not in shown
    assert notebook.metadata.papermill.parameters == {"url": URL}
    assert URL in notebook.cells[0].source


@pytest.mark.matrix
@pytest.mark.timeout(900)
def test_a_job_of_jupyter_scheduler_has_values_for_its_parameters_and_its_servers_variables(
    environments, stored, tmp_path
):
    python = environments.python("programs")
    write_notebook(tmp_path, "print('it is', url, len(url))", SHOW.replace("it is", "it has"))

    shown = run_job(python, tmp_path, environment_of(stored, python) | {"URL": URL}, url=repr(URL))

    assert SHOWN in shown
    # What the server's environment refers to, its kernels have too.
    assert SHOWN.replace("it is", "it has") in shown
    assert VALUE not in shown
    assert f"url = '{URL}'" in shown


@pytest.mark.parametrize(
    ("reference", "reasons"),
    [
        (
            "{{secrets/prod/nope}}",
            [
                "The parameter path refers to {{secrets/prod/nope}}",
                "Secret does not exist with scope: prod and key: nope",
            ],
        ),
        (
            "{{secrets/prod}}",
            ["The parameter path is wrong.", "write {{secrets/<scope>/<key>}}"],
        ),
    ],
    ids=["missing", "malformed"],
)
def test_a_parameter_that_cannot_be_resolved_fails_the_job_and_is_named(
    stored, tmp_path, reference, reasons
):
    write_notebook(tmp_path, "print('ran')")
    command = ("-p", "path", reference, "in.ipynb", "out.ipynb")

    shown = through_notebooks("-m", "papermill", *command)(
        sys.executable, tmp_path, environment_of(stored)
    )

    assert all(reason in plain(shown) for reason in reasons)
    assert "ran\\n" not in shown


@pytest.mark.parametrize("engine", [[], ["--engine", "embedded"]], ids=["nbclient", "embedded"])
def test_a_parameter_that_holds_a_value_is_warned_of_in_the_notebook_and_the_jobs_log(
    engine, stored, tmp_path
):
    write_notebook(tmp_path, "print('it ran')")
    papermill = through_notebooks(
        "-m", "papermill", *engine, "-p", "url", f"pg://app:{VALUE}@host", "-p", "plain", "prod",
        "in.ipynb", "out.ipynb",
    )  # fmt: skip

    shown = papermill(sys.executable, tmp_path, environment_of(stored))

    warning = (
        "the parameter url holds the value of prod/db, which is saved in the notebook: "
        "pass {{secrets/prod/db}} in its place."
    )
    notebook = nbformat.read(tmp_path / "out.ipynb", 4)
    log = shown.removeprefix((tmp_path / "out.ipynb").read_text())
    assert warning in str(notebook.cells[0].outputs)
    assert warning in log
    assert "the parameter plain" not in log
    assert VALUE not in str([cell.outputs for cell in notebook.cells])
    assert "it ran" in str(notebook.cells[1].outputs)
