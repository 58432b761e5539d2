"""What the sidebar shows when there is no list to show, and how it gets out of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from jupyter_secrets.scopes import Scopes
from tests.callers import ADMIN
from tests.ui.lab import put_key_back, seed, store_paths, take_key_away

NOTICE = "https://jupyter-secrets.readthedocs.io/events/notice/v1.yaml"


def test_an_empty_store_says_what_a_scope_is_and_offers_one(lab):
    lab.open()
    lab.sidebar.open()

    expect(lab.sidebar.node.get_by_role("heading", name="No secrets yet")).to_be_visible()
    lab.picture("empty")
    lab.sidebar.button("Create a scope").click()

    expect(lab.dialog.get_by_label("Name")).to_be_focused()
    lab.picture("create-scope")


def test_a_server_without_the_extension_is_told_how_to_enable_it(start_lab_server, open_lab):
    disabled = "c.ServerApp.jpserver_extensions = {'jupyter_secrets': False}"
    lab = open_lab(start_lab_server(config=disabled))
    lab.open()

    lab.sidebar.open()

    expect(lab.sidebar.node.get_by_role("alert")).to_contain_text(
        "jupyter server extension enable jupyter_secrets"
    )
    lab.picture("extension-missing")


def test_a_locked_store_opens_by_itself_when_its_key_is_back(start_lab_server, open_lab):
    lab = open_lab(start_lab_server(take_key_away))
    lab.open()
    lab.sidebar.open()

    expect(lab.sidebar.node.get_by_role("heading", name="The store is locked")).to_be_visible()
    lab.picture("locked")
    put_key_back(lab.server.home)

    expect(lab.sidebar.row("prod")).to_be_visible()


def test_the_reminder_of_the_recovery_key_is_dismissed_for_good(lab):
    seed(lab.server, {"prod": []})
    lab.open()
    lab.sidebar.open()
    expect(reminder(lab)).to_contain_text("jupyter secrets key recovery")
    lab.picture("reminder")

    with lab.page.expect_response(is_setting):
        lab.sidebar.action("Do not remind me again").click()
    expect(reminder(lab)).to_have_count(0)
    lab.open()
    with lab.page.expect_response("**/jupyter-secrets/overview*"):
        lab.sidebar.open()

    expect(lab.sidebar.row("prod")).to_be_visible()
    expect(reminder(lab)).to_have_count(0)


def test_the_reminder_goes_when_there_is_a_recovery_key(start_lab_server, open_lab):
    lab = open_lab(start_lab_server())
    seed(lab.server, {"prod": []})
    lab.open()
    lab.sidebar.open()
    expect(reminder(lab)).to_be_visible()

    make_recovery_key(lab.server.home)

    expect(reminder(lab)).to_have_count(0)
    expect(lab.sidebar.row("prod")).to_be_visible()


def test_a_lost_connection_is_told_and_found_again(lab):
    seed(lab.server, {"prod": []})
    lab.open()
    lab.sidebar.open()
    expect(lab.sidebar.row("prod")).to_be_visible()

    lab.page.context.set_offline(True)
    lab.command("jupyter-secrets:refresh-list")
    expect(lab.sidebar.node.get_by_role("heading", name="No connection")).to_be_visible()
    lab.picture("no-connection")
    lab.page.context.set_offline(False)
    lab.sidebar.button("Retry").click()

    expect(lab.sidebar.row("prod")).to_be_visible()


def test_a_failure_in_a_dialog_is_told_there(lab):
    seed(lab.server, {"prod": []})
    lab.open()
    lab.sidebar.open()

    lab.sidebar.button("Create scope").click()
    lab.dialog.get_by_label("Name").fill("PROD")
    lab.sidebar.press("Create")

    expect(lab.dialog.get_by_role("alert")).to_contain_text("already exists!")
    lab.picture("scope-taken")


@pytest.mark.parametrize("level", ["info", "warning", "error"])
def test_what_the_server_has_to_say_is_shown(lab, level):
    lab.open()
    subscribed = "jupyterapp.serviceManager.events._socket?.readyState === 1"
    lab.page.wait_for_function(subscribed)

    emit(lab.server, level, "The kernel's token was used twice.")

    toast = lab.page.locator(".Toastify__toast")
    expect(toast).to_contain_text("The kernel's token was used twice.")
    lab.picture(f"notice-{level}")


def test_a_long_notice_can_be_read_to_its_end(lab):
    lab.open()
    lab.page.wait_for_function("jupyterapp.serviceManager.events._socket?.readyState === 1")

    emit(lab.server, "error", "A long story. " * 20 + "The end.")
    lab.page.locator(".Toastify__toast").get_by_role("button", name="Show all").click()

    expect(lab.dialog).to_contain_text("The end.")


def reminder(lab):
    return lab.sidebar.node.get_by_role("note")


def is_setting(response):
    return response.request.method == "PUT" and "jupyter-secrets" in response.url


def make_recovery_key(home):
    scopes = Scopes(store_paths(home))
    scopes.session(ADMIN).admin.make_recovery_key()
    scopes.close()


def emit(server, level, message):
    data = {"level": level, "message": message, "kernel_id": ""}
    server.respond("POST", "api/events", {"schema_id": NOTICE, "version": "1", "data": data})
