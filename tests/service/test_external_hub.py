"""A service that the Hub knows and does not start: a process and a folder of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_secrets.client import Endpoint, RemoteClient
from jupyter_secrets.errors import PermissionDeniedError
from jupyter_secrets.model import Permission
from tests.accounts import reads
from tests.service.service import wait_until
from tests.team import ExternalTeam, answers

VALUE = "external-value-Bd94-canary-Sj"


@pytest.fixture(scope="module")
def external(tmp_path_factory) -> Iterator[ExternalTeam]:
    # pytest's own folders are closed to all other accounts, and would prove nothing.
    service_folder = Path(tempfile.mkdtemp(prefix="jupyter-secrets-"))
    service_folder.chmod(0o755)
    team = ExternalTeam(tmp_path_factory.mktemp("external"), service_folder)
    team.start()
    try:
        wait_until(lambda: answers(team))
        alice = team.client("alice")
        alice.create_scope("shared")
        alice.put("shared", "db", VALUE.encode())
        alice.put_acl("shared", "analysts", Permission.READ)
        yield team
    finally:
        team.stop()
        shutil.rmtree(service_folder)


def test_it_knows_the_hubs_users_and_groups(external):
    assert external.client("bob").get("shared", "db").value == VALUE.encode()
    with pytest.raises(PermissionDeniedError, match="carol does not have READ"):
        external.client("carol").get("shared", "db")


def test_a_users_kernel_uses_it(external):
    with external.server("bob").kernel() as kernel:
        shown = kernel.execute("print(len(dbutils.secrets.get('shared', 'db')))")

    assert shown.stream() == f"{len(VALUE)}\n"


def test_people_log_in_to_its_page(external):
    made = external.send(
        external.visit("alice"), "create-token", name="laptop", days="1", permission="READ"
    )

    token = made.text.partition('id="token">')[2].partition("<")[0]
    client = RemoteClient(Endpoint(external.service_url, token))
    assert client.get("shared", "db").value == VALUE.encode()


def test_another_account_reads_neither_the_store_nor_its_key(external):
    folder = external.service_folder
    made = [path for path in folder.rglob("*") if path.is_file()]
    opened = [path for path in made if reads(path)]

    assert {"store.db", "master.key"} <= {path.name for path in made}
    # That account does come so far.
    assert opened == [folder / "config/jupyter_config.py"]


def test_no_store_and_no_key_is_in_a_users_folder(external):
    external.server("bob")

    made = {path.name for path in Path(external.folder, "bob").rglob("*")}
    assert made
    assert made.isdisjoint({"store.db", "master.key", "anchor.json"})
