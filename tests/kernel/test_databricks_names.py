"""What code written for Databricks imports, and what the official SDK finds by itself."""

from __future__ import annotations

import pytest

from tests.jupyter import store_secret
from tests.kernel.test_autoload import execute

VALUE = "databricks-value-Abc-123456"
RUNTIME = """
from databricks.sdk.runtime import dbutils
v = dbutils.secrets.get('prod', 'db')
print(len(v), v)
"""
CLIENT = """
from databricks.sdk import WorkspaceClient
v = WorkspaceClient().dbutils.secrets.get('prod', 'db')
print(len(v), v)
"""
SHOWN = f"{len(VALUE)} [REDACTED]\n"
DEFAULT = """
from databricks.sdk.core import Config
try:
    print(Config().host)
except ValueError as error:
    print('not configured')
"""


@pytest.fixture
def stored(home, monkeypatch):
    """A store that kernels without a server open."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    store_secret(home, "db", VALUE)
    return home


@pytest.fixture
def workspace(server) -> str:
    """The address of another server, which stands for a workspace: the SDK asks it who it is."""
    return server.url.rstrip("/")


@pytest.fixture(scope="module")
def own_server(start_server):
    """A server below a path that a configuration file might take for something else."""
    server = start_server(base_url="/user/a%40b/")
    server.store_secret("db", VALUE)
    return server


def test_under_a_server_the_sdk_finds_it_by_itself(own_server):
    with own_server.kernel() as kernel:
        client, runtime = (kernel.execute(code).stream() for code in (CLIENT, RUNTIME))

    assert (client, runtime) == (SHOWN, SHOWN)


def test_the_sdk_shows_nobody_the_kernels_token(server):
    with server.kernel() as kernel:
        shown = kernel.execute(
            "from databricks.sdk.core import Config; print('it is', Config().token)"
        )

    assert shown.stream() == "it is [REDACTED]\n"


def test_a_kernel_starts_without_the_sdk_and_without_a_token_in_its_environment(server):
    code = """
import sys
from pathlib import Path
print([name for name in ('databricks', 'pyspark', 'dbruntime') if name in sys.modules])
print(b'DATABRICKS' in Path('/proc/self/environ').read_bytes())
"""
    with server.kernel() as kernel:
        assert kernel.execute(code).stream() == "[]\nFalse\n"


@pytest.mark.parametrize("way", ["variable", "file"])
def test_a_configured_workspace_is_left_alone(start_server, workspace, way):
    host = workspace
    environment = {"DATABRICKS_HOST": host, "DATABRICKS_TOKEN": "x"} if way == "variable" else {}
    server = start_server(environment=environment)
    if way == "file":
        (server.home / ".databrickscfg").write_text(f"[DEFAULT]\nhost = {host}\ntoken = x\n")

    with server.kernel() as kernel:
        shown = kernel.execute(DEFAULT).stream()
        kind = kernel.execute(
            "from databricks.sdk.runtime import dbutils; print(type(dbutils).__name__)"
        ).stream()

    assert (shown, kind) == (f"{host}\n", "RemoteDbUtils\n")


def test_a_workspace_that_code_names_gets_no_token_of_the_kernel(own_server, workspace):
    host = workspace
    code = f"""
import os
from databricks.sdk.core import Config
named = Config(host={host!r}, username='a', password='b')
os.environ |= {{'DATABRICKS_HOST': {host!r}, 'DATABRICKS_TOKEN': 'theirs'}}
print(named.host, named.token, Config().host, Config().token)
"""
    with own_server.kernel() as kernel:
        assert kernel.execute(code).stream() == f"{host} None {host} theirs\n"


def test_it_can_be_turned_off(start_server):
    server = start_server(config="c.JupyterSecrets.databricks_env = False")
    with server.kernel() as kernel:
        assert kernel.execute(DEFAULT).stream() == "not configured\n"


def test_without_a_server_the_sdks_runtime_has_the_notebooks_dbutils(stored):
    same, shown, client = execute(
        "from databricks.sdk import runtime\n"
        "print(runtime.dbutils is dbutils, runtime.is_local_implementation)",
        RUNTIME,
        DEFAULT,
    )

    assert (same, shown, client) == ("True True\n", SHOWN, "not configured\n")


def test_the_whole_of_the_sdks_runtime_can_be_imported(stored):
    code = "from databricks.sdk.runtime import *; displayHTML('<b>bold</b>'); print(spark, sql)"

    (shown,) = execute(code)

    assert "None None" in shown
    assert "<b>bold</b>" in shown


def test_a_workspace_that_code_names_keeps_its_own_dbutils_without_a_server(stored, workspace):
    code = f"""
from databricks.sdk.runtime import dbutils
from databricks.sdk import WorkspaceClient
client = WorkspaceClient(host={workspace!r}, token='x')
print(type(client.dbutils).__name__)
"""

    assert execute(code) == ["RemoteDbUtils\n"]


def test_without_a_server_it_can_be_turned_off(stored):
    config = stored / "config/jupyter_server_config.py"
    config.write_text("c.JupyterSecrets.databricks_env = 'off'")

    (shown,) = execute("from databricks.sdk.runtime import dbutils")

    assert "cannot configure default credentials" in shown


PYSPARK = """
from pyspark.dbutils import DBUtils
dbu = DBUtils(None)
print(isinstance(dbu, DBUtils), len(dbu.secrets.get('prod', 'db')), dbu.secrets.get('prod', 'db'))
"""


def test_pyspark_has_dbutils_where_it_is_not_installed_and_stays_missing(stored):
    shown, missing = execute(PYSPARK, "import pyspark")

    assert shown == f"True {SHOWN}"
    assert "No module named 'pyspark'" in missing


def test_pyspark_has_dbutils_until_the_extension_is_unloaded(stored):
    _, missing = execute("%unload_ext jupyter_secrets", PYSPARK)

    assert "No module named 'pyspark'" in missing


def test_a_dbutils_of_pysparks_own_is_left_alone(stored, monkeypatch):
    package = stored / "packages/pyspark"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    # That of databricks-connect takes itself for one in a workspace's notebook by this name.
    (package / "dbutils.py").write_text(
        "from IPython import get_ipython\n"
        "class DBUtils:\n"
        "    def __init__(self, spark=None):\n"
        "        self.seen = spark, get_ipython().user_ns.get('dbutils')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(package.parent))

    shown, there, own = execute(
        "from pyspark.dbutils import DBUtils; print(DBUtils.__module__, DBUtils('x').seen)",
        "print(dbutils)",
        "dbutils = 'another'; print(DBUtils(spark='x').seen)",
    )

    assert shown == "pyspark.dbutils ('x', None)\n"
    assert there == "<dbutils of jupyter_secrets: secrets>\n"
    assert own == "('x', 'another')\n"


OTHERS = """
import copy, pickle
names = 'credentials data fs jobs library meta notebook preview widgets entry_point'.split()
for owner, missing in ((dbutils, names), (dbutils.secrets, ['put'])):
    for name in missing:
        try:
            getattr(owner, name)
        except AttributeError as error:
            print(error)
for owner in (dbutils, dbutils.secrets):
    for use in (pickle.dumps, copy.deepcopy):
        try:
            use(owner)
        except TypeError as error:
            print(error)
"""


def test_what_dbutils_cannot_do_is_said_with_what_is_there_instead(kernel):
    *missing, put, first, second, third, fourth = kernel.execute(OTHERS).stream().splitlines()

    assert len(missing) == 10
    assert all(
        "jupyter_secrets has dbutils.secrets. See dbutils.help()" in text for text in missing
    )
    assert "has no notebook here" in missing[6]
    assert "dbutils.secrets has no put" in put
    assert "use %secret or the command jupyter secrets" in put
    assert {first, second, third, fourth} == {first}
    assert "read the secret here, and give the other process or worker its value" in first
