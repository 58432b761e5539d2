"""The sidebar of a server that uses a service: what its user may do there, and what is refused."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from jupyter_secrets.model import Permission
from tests.service.service import Service
from tests.ui.lab import Lab, LabServer

VALUE = "sidebar-service-canary-Rt47-x"


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Service]:
    """A service with a scope that alice may read, and one that she may not."""
    service = Service(tmp_path_factory.mktemp("service"))
    service.start()
    owner = service.owner()
    for scope in ("shared", "vault"):
        owner.create_scope(scope)
        owner.put(scope, "db", VALUE.encode())
    owner.put_acl("shared", "alice", Permission.READ)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def server(service, start_lab_server) -> LabServer:
    return start_lab_server(
        config=f"c.JupyterSecrets.service_url = {service.url!r}\n"
        "c.JupyterSecrets.service_timeout = 3.0\nc.JupyterSecrets.owner = 'alice'\n",
        environment={"JUPYTER_SECRETS_SERVICE_TOKEN": service.token("alice")},
    )


@pytest.fixture
def lab(server, open_lab) -> Lab:
    lab = open_lab(server)
    lab.open()
    lab.sidebar.open()
    return lab


def test_a_scope_and_a_secret_that_are_made_in_the_sidebar_are_the_services(lab, service):
    lab.sidebar.create_scope("mine")
    lab.sidebar.add_secret("mine", "api", VALUE[::-1])
    expect(lab.sidebar.row("api")).to_be_visible()
    lab.picture("service-made")

    assert service.client("alice").get("mine", "api").value == VALUE[::-1].encode()
    assert [str(each.principal) for each in service.owner().list_acls("mine")] == ["alice"]
    assert VALUE[::-1] not in lab.page.content()


def test_a_scope_that_may_be_read_shows_its_keys_and_takes_no_secret(lab, service):
    lab.sidebar.row("shared").click()
    expect(lab.sidebar.row("db")).to_be_visible()

    lab.sidebar.act("shared", "More for shared")
    item = lab.page.get_by_role("menuitem", name="Add Secret… (takes WRITE)")
    expect(item).to_be_disabled()
    lab.picture("service-refused")
    assert [each.key for each in service.owner().list_secrets("shared")] == ["db"]
    assert VALUE not in lab.page.content()


def test_a_scope_that_may_not_be_read_is_listed_and_says_so(lab):
    lab.sidebar.row("vault").click()

    expect(lab.sidebar.node).to_contain_text("You have no permission in it.")
    lab.picture("service-vault")


def test_the_store_of_all_is_not_offered_to_be_locked(lab):
    lab.sidebar.node.get_by_title("More", exact=True).click()
    expect(lab.page.get_by_role("menuitem", name="Refresh Secrets")).to_be_visible()
    lab.picture("service-menu")

    expect(lab.page.get_by_role("menuitem", name="Lock")).to_have_count(0)


def test_while_the_service_stalls_the_sidebar_says_so_and_then_goes_on(lab, service):
    expect(lab.sidebar.row("shared")).to_be_visible()
    service.process.send_signal(signal.SIGSTOP)
    try:
        lab.sidebar.choose("Refresh Secrets")
        expect(lab.sidebar.node).to_contain_text(service.url)
        lab.picture("service-stalls")
    finally:
        service.process.send_signal(signal.SIGCONT)

    lab.sidebar.choose("Refresh Secrets")
    expect(lab.sidebar.row("shared")).to_be_visible()


def test_no_value_is_on_the_users_machine(server: LabServer):
    assert server.files_with(VALUE) == []
    assert server.files_with(VALUE[::-1]) == []
    assert not {"store.db", "master.key"} & {path.name for path in Path(server.home).rglob("*")}
