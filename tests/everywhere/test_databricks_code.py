"""Libraries of the Databricks world, which read secrets through the notebook's `dbutils`."""

from __future__ import annotations

import pytest

from tests.everywhere.conftest import VALUE
from tests.everywhere.programs import PROGRAMS, environment_of, plain
from tests.everywhere.test_programs import write_notebook
from tests.jupyter import command_line

pytestmark = [pytest.mark.matrix, pytest.mark.timeout(900)]


@pytest.fixture
def run(environments, stored, tmp_path):
    """A function that runs cells with nbclient where MLflow and pyspark are installed."""
    python = environments.python("databricks")

    def run(*sources: str, **environment: str) -> str:
        write_notebook(tmp_path, *sources)
        variables = environment_of(stored, python) | environment
        return plain(PROGRAMS["nbclient"].run(python, tmp_path, variables))

    return run


MLFLOW = """
from mlflow.utils.databricks_utils import (
    get_databricks_host_creds, get_workspace_info_from_databricks_secrets
)
found = get_databricks_host_creds('databricks://prod:lab')
print('found', found.host, len(found.token), found.token)
print('in', *map(len, get_workspace_info_from_databricks_secrets('databricks://prod:lab')))
"""


def test_mlflow_finds_the_workspace_of_a_tracking_uri(run, stored, server):
    host, workspace = server.url.rstrip("/"), "1234567890123"
    for key, value in {"host": host, "token": VALUE, "workspace-id": workspace}.items():
        command_line("put-secret", "prod", f"lab-{key}", home=stored, stdin=value)

    shown = run(MLFLOW)

    assert f"found [REDACTED] {len(VALUE)} [REDACTED]" in shown
    assert f"in {len(host)} {len(workspace)}" in shown
    assert VALUE not in shown
