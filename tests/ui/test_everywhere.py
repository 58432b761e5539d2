"""Secrets outside of the sidebar: completion, the status bar, the toolbar of Jupyter Notebook."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.front_ends import FRONT_ENDS
from tests.ui.lab import seed

CELL = ".jp-CodeCell .cm-content"


def test_scopes_and_keys_are_completed_and_the_status_bar_counts_what_the_kernel_was_given(lab):
    seed(lab.server, {"prod": ["db", "token"], "proxy": ["user"]})
    lab.open_notebook("")
    status = lab.page.locator(".jp-Secrets-status")
    expect(status).to_have_text("Secrets")

    lab.page.locator(CELL).click()
    lab.page.keyboard.insert_text('x = dbutils.secrets.get("pr')
    lab.page.keyboard.press("Tab")
    items = lab.page.locator(".jp-Completer-item")
    expect(items.nth(0)).to_contain_text("prod")
    expect(items.nth(1)).to_contain_text("proxy")
    lab.picture("completion")
    lab.page.keyboard.press("Enter")
    lab.page.keyboard.insert_text('", "d')
    lab.page.keyboard.press("Tab")
    expect(items.first).to_contain_text("db")
    lab.page.keyboard.press("Enter")
    expect(lab.page.locator(CELL)).to_have_text('x = dbutils.secrets.get("prod", "db')
    lab.page.keyboard.insert_text('")')
    lab.command("notebook:run-all-cells")

    expect(status).to_have_text("1 secret")
    expect(status.get_by_role("button")).to_have_attribute("title", "This kernel was given prod/db")
    lab.picture("status")
    status.click()
    expect(lab.sidebar.node).to_be_visible()


@pytest.mark.matrix
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["oldest-notebook", "newest-notebook"])
def test_notebooks_toolbar_leads_to_the_sidebar(name, server_in, open_lab):
    front_end = FRONT_ENDS[name]
    lab = open_lab(server_in(front_end.environment), front_end.kind)
    lab.open_notebook("")

    lab.page.get_by_title("Show the secrets sidebar").first.click()

    expect(lab.sidebar.node).to_be_visible()
