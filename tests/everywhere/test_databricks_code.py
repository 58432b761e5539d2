"""Libraries of the Databricks world, which read secrets through the notebook's `dbutils`."""

from __future__ import annotations

import shutil

import pytest

from tests.everywhere.conftest import VALUE
from tests.everywhere.programs import PROGRAMS, environment_of, plain
from tests.everywhere.test_programs import write_notebook
from tests.jupyter import command_line
from tests.packages import apt_install

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


@pytest.fixture
def java():
    """What Spark needs."""
    said = [] if shutil.which("java") else apt_install("openjdk-17-jre-headless")
    assert shutil.which("java"), said


SPARK = (
    """
import psutil
from pyspark import SparkConf
from pyspark.dbutils import DBUtils
from pyspark.sql import SparkSession
builder = SparkSession.builder.master('local[1]').config('spark.ui.enabled', 'false')
spark = builder.config('spark.my.url', 'pg://app:{{secrets/prod/db}}@host').getOrCreate()
v = DBUtils(spark).secrets.get('prod', 'db')
context = spark.sparkContext.getConf()
url = f'pg://app:{v}@host'
print('builder', spark.conf.get('spark.my.url') == url == context.get('spark.my.url'))
print('arguments', spark.conf.get('spark.from.arguments') == v)
print('conf', SparkConf().set('a', '{{secrets/prod/db}}').get('a') == v)
spark.conf.set('b', '{{secrets/prod/db}}')
print('runtime', spark.conf.get('b') == v)
SparkSession.builder.config('c', '{{secrets/prod/db}}').getOrCreate()
print('later', spark.conf.get('c') == v)
processes = str([each.info['cmdline'] for each in psutil.process_iter(['cmdline'])])
print('seen by others', '{{secrets/prod/db}}@host' in processes, v in processes)
""",
    "spark.conf.set('d', '{{secrets/prod/nope}}')",
    "print('left', spark.conf.get('d', None)); spark.stop()",
)


def test_references_in_sparks_configuration_are_resolved_and_in_no_command_line(run, java):
    arguments = "--conf spark.from.arguments={{secrets/prod/db}} pyspark-shell"

    shown = run(*SPARK, PYSPARK_SUBMIT_ARGS=arguments)

    for name in ("builder", "arguments", "conf", "runtime", "later"):
        assert f"{name} True" in shown
    assert "seen by others True False" in shown
    assert "d refers to {{secrets/prod/nope}}" in shown
    assert "left None" in shown
    assert VALUE not in shown


CONNECT = (
    """
from pyspark.dbutils import DBUtils
from pyspark.sql import SparkSession
builder = SparkSession.builder.remote('local[1]')
spark = builder.config('my.url', 'pg://app:{{secrets/prod/db}}@host').getOrCreate()
v = DBUtils(spark).secrets.get('prod', 'db')
print('remote', 'connect' in type(spark).__module__)
print('builder', spark.conf.get('my.url') == f'pg://app:{v}@host')
spark.conf.set('b', '{{secrets/prod/db}}')
print('runtime', spark.conf.get('b') == v)
""",
    "spark.conf.set('d', '{{secrets/prod/nope}}')",
    "spark.conf.set('e', '{{secret/prod/db}}')",
    "print('left', spark.conf.get('d', None), spark.conf.get('e', None)); spark.stop()",
)


def test_with_spark_connect_they_are_resolved_before_the_server_is_sent_them(run, java):
    shown = run(*CONNECT)

    for name in ("remote", "builder", "runtime"):
        assert f"{name} True" in shown
    assert "d refers to {{secrets/prod/nope}}" in shown
    assert "e is wrong.\\nA reference is malformed" in shown
    assert "left None None" in shown
    assert VALUE not in shown
