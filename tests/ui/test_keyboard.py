"""The list by keyboard alone, and with 1,200 rows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from jupyter_secrets.scopes import Scopes
from tests.callers import ADMIN
from tests.ui.lab import seed, store_paths

VALUE = "a value that is long enough"
MANY = 1_000
SCOPES = 200
# How long ten presses take until the last one is painted, in milliseconds.
PRESSES = """async () => {
  const start = performance.now();
  for (let press = 0; press < 10; press++) {
    const options = { key: 'ArrowDown', bubbles: true };
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', options));
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - start;
}"""


@pytest.fixture(scope="module")
def many(start_lab_server):
    """A server with many scopes, of which the first has a thousand secrets."""

    def prepare(home):
        scopes = Scopes(store_paths(home))
        session = scopes.session(ADMIN)
        for number in range(SCOPES):
            session.create_scope(f"scope-{number:03}")
        values = {f"key-{number:03}": VALUE.encode() for number in range(MANY)}
        session.import_scope("scope-000", values)
        scopes.close()

    return start_lab_server(prepare)


def test_the_list_is_one_stop_of_tab_and_keys_go_through_it(lab):
    seed(lab.server, {"dev": [], "prod": ["db", "token"], "test": []})
    lab.open()
    lab.sidebar.open()
    press = lab.page.keyboard.press
    expect(lab.sidebar.row("dev")).to_be_focused()

    press("p")
    expect(lab.sidebar.row("prod")).to_be_focused()
    press("ArrowRight")
    expect(lab.sidebar.row("db")).to_be_visible()
    press("ArrowRight")
    expect(lab.sidebar.row("db")).to_be_focused()
    lab.picture("keyboard")
    press("End")
    expect(lab.sidebar.row("test")).to_be_focused()
    press("ArrowUp")
    expect(lab.sidebar.row("token")).to_be_focused()
    press("Tab")
    assert lab.page.evaluate("document.activeElement.closest('[role=tree]')") is None
    press("Shift+Tab")
    expect(lab.sidebar.row("token")).to_be_focused()
    press("ArrowLeft")
    press("ArrowLeft")

    expect(lab.sidebar.row("token")).to_have_count(0)
    expect(lab.sidebar.row("prod")).to_be_focused()


def test_a_secret_is_copied_replaced_and_deleted_by_keys(lab, value_of):
    seed(lab.server, {"prod": ["db"]})
    lab.open()
    lab.sidebar.open()
    press = lab.page.keyboard.press
    expect(lab.sidebar.row("prod")).to_be_focused()
    press("Enter")
    expect(lab.sidebar.row("db")).to_be_visible()
    press("ArrowDown")
    expect(lab.sidebar.row("db")).to_be_focused()

    press("Enter")
    expect(lab.page.get_by_role("menuitem", name="Copy Call")).to_be_visible()
    lab.picture("row-menu")
    press("Escape")
    expect(lab.sidebar.row("db")).to_be_focused()
    press("ControlOrMeta+c")
    expect(lab.sidebar.row("db")).to_contain_text("Call copied")
    press("F2")
    expect(lab.dialog.get_by_label("New value")).to_be_focused()
    lab.page.keyboard.type(VALUE)
    press("Enter")
    expect(lab.dialog).to_have_count(0)
    expect(lab.sidebar.row("db")).to_be_focused()
    assert value_of("db") == VALUE
    press("Delete")

    expect(lab.sidebar.row("db")).to_have_count(0)
    expect(lab.sidebar.row("prod")).to_be_focused()


def test_twelve_hundred_rows_are_gone_through_without_a_stall(many, open_lab):
    lab = open_lab(many)
    lab.open()
    lab.sidebar.open()
    expect(lab.sidebar.row("scope-000")).to_be_focused()
    lab.page.keyboard.press("ArrowRight")
    expect(lab.sidebar.row("key-000")).to_be_visible()

    took = lab.page.evaluate(PRESSES)
    expect(lab.sidebar.row("key-009")).to_be_focused()
    rows = lab.sidebar.node.get_by_role("treeitem")
    assert rows.count() < 100
    lab.page.keyboard.press("End")
    expect(lab.sidebar.row("scope-199")).to_be_focused()
    expect(lab.sidebar.row("scope-199")).to_be_in_viewport()
    lab.page.keyboard.press("Home")
    expect(lab.sidebar.row("scope-000")).to_be_focused()

    assert took < 1_000


def test_the_filter_looks_into_all_scopes_with_one_request(many, open_lab):
    lab = open_lab(many)
    lab.open()
    lab.sidebar.open()
    expect(lab.sidebar.row("scope-000")).to_be_focused()
    asked = []
    lab.page.on("request", lambda request: asked.append(request.url))

    lab.sidebar.node.locator("input[type=search]").press_sequentially("key-77", delay=50)

    expect(lab.sidebar.row("key-777")).to_be_visible()
    expect(lab.sidebar.row("scope-001")).to_have_count(0)
    lab.picture("filter-many")
    listing = [url for url in asked if "overview" in url or "describe" in url or "list" in url]
    assert len(listing) == 1
    lab.page.keyboard.press("ArrowDown")
    expect(lab.sidebar.row("scope-000")).to_be_focused()
