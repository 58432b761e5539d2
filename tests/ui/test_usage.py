"""What one does with a secret: insert, copy or drag the call, look at the value or copy it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

CANARY = "hunter2-SeCrEt-canary"
CALL = 'dbutils.secrets.get(scope="prod", key="db")'
# Whatever a page keeps, as text; of a database of the browser, its names.
KEPT = """() => JSON.stringify([
  document.documentElement.outerHTML, {...localStorage}, {...sessionStorage}, document.cookie
])"""


@pytest.fixture
def secret(lab):
    """A notebook with the cursor after `value = `, and prod/db open in the sidebar."""
    lab.server.secrets("POST", "scopes/create", scope="prod")
    lab.server.store_secret("db", CANARY)
    lab.console = []
    lab.page.on("console", lambda message: lab.console.append(message.text))
    lab.open_notebook("value = ")
    lab.page.locator(".jp-CodeCell .cm-content").click()
    lab.page.keyboard.press("End")
    lab.sidebar.open()
    lab.sidebar.row("prod").click()
    expect(lab.sidebar.row("db")).to_be_visible()
    return lab


def clipboard(page):
    return page.evaluate("navigator.clipboard.readText()")


def test_a_click_selects_and_copies_nothing(secret):
    lab = secret
    lab.page.evaluate("navigator.clipboard.writeText('as before')")

    lab.sidebar.row("db").click()

    expect(lab.sidebar.row("db")).to_have_attribute("aria-selected", "true")
    assert clipboard(lab.page) == "as before"


@pytest.mark.parametrize(
    ("item", "told", "copied"),
    [
        ("Copy Call", "Call copied", CALL),
        ("Copy Reference", "Reference copied", "{{secrets/prod/db}}"),
        ("Copy Value", "Value copied for 30 s", CANARY),
    ],
)
def test_what_was_copied_is_told_in_the_row(secret, item, told, copied):
    lab = secret

    lab.sidebar.choose_for("db", item)

    expect(lab.sidebar.row("db")).to_contain_text(told)
    lab.picture(f"told-{item}")
    assert clipboard(lab.page) == copied


def test_a_copied_value_leaves_the_clipboard_and_what_came_after_stays(secret):
    lab = secret
    lab.page.clock.install()
    lab.sidebar.choose_for("db", "Copy Value")
    lab.page.clock.run_for(1_000)
    expect(lab.sidebar.row("db")).to_contain_text("Value copied")

    lab.page.clock.run_for(30_000)

    lab.page.wait_for_function("navigator.clipboard.readText().then(text => text === '')")


def test_the_call_is_inserted_at_the_cursor_or_dragged_into_a_cell(secret):
    lab = secret
    cell = lab.page.locator(".jp-CodeCell .cm-content")

    lab.sidebar.act("db", "Insert the call that gets db")
    expect(cell).to_have_text(f"value = {CALL}")
    lab.page.keyboard.press("ControlOrMeta+z")
    expect(cell).to_have_text("value = ")
    lab.sidebar.row("db").drag_to(cell)

    expect(cell).to_contain_text(CALL)


def test_a_value_is_shown_on_purpose_and_is_nowhere_afterwards(secret):
    lab = secret
    reads = "jupyter-secrets/audit?action=get&scope=prod&key=db"
    before = lab.server.request("GET", reads)["records"]
    lab.sidebar.choose_for("db", "Show Value")
    value = lab.sidebar.node.get_by_label("The value of db")
    expect(value).to_have_text(CANARY)
    lab.picture("revealed")
    lab.sidebar.row("db").focus()

    lab.page.keyboard.press("Escape")
    expect(value).to_have_count(0)
    lab.save()

    assert CANARY not in lab.page.evaluate(KEPT)
    assert CANARY not in json.dumps(lab.console)
    assert lab.server.files_with(CANARY) == []
    assert len(lab.server.request("GET", reads)["records"]) == len(before) + 1
