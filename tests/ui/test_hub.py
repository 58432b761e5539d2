"""The sidebar behind a JupyterHub's proxy, for a user who logged in there."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.hub import PASSWORD
from tests.ui.lab import KERNEL_TIMEOUT, lab_config

CANARY = "hub-sidebar-canary-Zq71-x"


def test_what_a_user_adds_in_the_sidebar_a_notebook_uses_and_never_shows(hub, open_lab):
    server = hub.restart("bob", config=lab_config(hub.folder / "bob"))
    lab = open_lab(server)
    server.token = ""  # the browser has only what logging in gave it
    lab.page.goto(f"{hub.url}hub/login?next=/user/bob/lab")
    lab.page.get_by_label("Username").fill("bob")
    lab.page.get_by_label("Password").fill(PASSWORD)
    lab.page.get_by_role("button", name="Sign in").click()
    lab.page.wait_for_function("window.jupyterapp !== undefined", timeout=KERNEL_TIMEOUT)

    path = lab.open_notebook(
        "%secret create-scope from-a-kernel", "value = dbutils.secrets.get('prod', 'db')", "value"
    )
    lab.sidebar.open()
    lab.sidebar.button("Create a scope").click()
    lab.dialog.get_by_label("Name").fill("prod")
    lab.sidebar.accept("Create")
    expect(lab.sidebar.row("prod")).to_be_visible()
    lab.sidebar.add_secret("prod", "db", CANARY)
    expect(lab.sidebar.row("db")).to_be_visible()
    lab.command("notebook:run-all-cells")

    expect(lab.outputs(2)).to_have_text("'[REDACTED]'")
    lab.save()
    lab.sidebar.choose("Refresh Secrets")
    expect(lab.sidebar.row("from-a-kernel")).to_be_visible()
    assert CANARY not in lab.page.content()
    assert "[REDACTED]" in path.read_text()
    assert CANARY not in path.read_text() + hub.log.read_text()
