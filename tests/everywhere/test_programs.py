"""A notebook that runs in JupyterLab runs unchanged, and redacted, in every other program."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest

from tests.everywhere.conftest import OTHER, VALUE
from tests.everywhere.programs import PROGRAMS, environment_of, parameters, plain, table

CELLS = (
    "v = dbutils.secrets.get('prod', 'db')",
    "print('printed', v)",
    "[v, 'shown']",
    "!echo from the shell {v}",
    f"print('read elsewhere', {OTHER[::-1]!r}[::-1])",
    "import os; print('from the environment', os.environ['URL'], len(os.environ['URL']))",
    "print('length', len(v))",
)
URL = "pg://app:{{secrets/prod/db}}@host"


def write_notebook(folder: Path, *sources: str) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "3", "language": "python"}
    nbformat.write(notebook, folder / "in.ipynb")


@pytest.fixture(params=parameters())
def run(request, stored, tmp_path):
    """A function that runs cells in a program."""
    program = PROGRAMS[request.param]
    python = sys.executable
    if program.environment:
        python = request.getfixturevalue("environments").python(program.environment)

    def run(*sources: str, **environment: str) -> str:
        write_notebook(tmp_path, *sources)
        return plain(program.run(python, tmp_path, environment_of(stored, python) | environment))

    return run


@pytest.mark.timeout(900)
def test_an_unchanged_notebook_runs_and_is_redacted(run):
    shown = run(*CELLS, URL=URL, JUPYTER_SECRETS_RESOLVE="URL")

    assert "printed [REDACTED]" in shown
    assert "from the shell [REDACTED]" in shown
    assert "read elsewhere [REDACTED]" in shown
    length = len("pg://app:@host") + len(VALUE)
    assert f"from the environment pg://app:[REDACTED]@host {length}" in shown
    assert f"length {len(VALUE)}" in shown
    assert VALUE not in shown
    assert OTHER not in shown


@pytest.mark.timeout(900)
def test_no_cell_runs_where_a_reference_cannot_be_resolved_and_it_is_named(run, request):
    reference = "{{secrets/prod/nope}}"

    shown = run("print('the cell', 'ran')", URL=reference, JUPYTER_SECRETS_RESOLVE="URL")

    assert "the cell ran" not in shown
    if PROGRAMS[request.node.callspec.params["run"]].names_errors:
        assert f"URL refers to {reference}" in shown
        assert "Secret does not exist with scope: prod and key: nope" in shown


def test_the_documentation_has_the_table_of_the_programs_that_are_tested():
    documentation = Path(__file__).parents[2] / "docs/everywhere.md"

    assert table() in documentation.read_text()
