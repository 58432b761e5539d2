"""What cannot be done now leads to what makes it work, or says why, wherever it is offered."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import expect

from tests.jupyter import HttpError
from tests.ui.lab import OWNER_TOKEN, seed

VALUE = "a value that is long enough"


def from_toolbar(lab):
    lab.sidebar.button("Add secret").click()


def from_menu(lab):
    lab.sidebar.choose("Add Secret…")


def from_palette(lab):
    lab.command("apputils:activate-command-palette")
    lab.page.keyboard.type("Add Secret")
    lab.page.locator(".lm-CommandPalette-item", has_text="Add Secret").first.click()


EVERYWHERE = pytest.mark.parametrize(
    "ask", [from_toolbar, from_menu, from_palette], ids=["toolbar", "menu", "palette"]
)


def heading(lab, name):
    return lab.sidebar.node.get_by_role("heading", name=name)


@EVERYWHERE
def test_the_first_secret_begins_with_the_first_scope(lab, value_of, ask):
    lab.open()
    lab.sidebar.open()
    expect(lab.sidebar.button("Create a scope")).to_be_visible()

    ask(lab)
    expect(lab.dialog).to_contain_text("Create the first one")
    lab.picture("first-scope")
    lab.dialog.get_by_label("Name").fill("prod")
    lab.sidebar.press("Create")
    lab.dialog.get_by_label("Key").fill("db")
    lab.dialog.get_by_label("Value").fill(VALUE)
    lab.sidebar.accept("Add")

    expect(lab.sidebar.row("db")).to_be_focused()
    assert value_of("db") == VALUE


@EVERYWHERE
def test_in_a_locked_store_it_leads_to_the_unlocking(passphrase_server, open_lab, ask):
    with suppress(HttpError):  # it may be locked already
        passphrase_server.request("POST", "jupyter-secrets/lock", {})
    lab = open_lab(passphrase_server)
    lab.open()
    lab.sidebar.open()
    expect(heading(lab, "The store is locked")).to_be_visible()

    ask(lab)

    expect(lab.sidebar.node.get_by_label("Passphrase", exact=True)).to_be_focused()
    note = lab.sidebar.node.get_by_text("Unlock the store first.")
    expect(note).to_be_visible()
    expect(note).to_have_css("border-inline-start-width", "0px")  # nothing is wrong yet
    lab.picture("unlock-first")
    expect(lab.dialog).to_have_count(0)


@pytest.mark.parametrize("command", ["add-secret", "create-scope"])
def test_with_the_sidebar_closed_it_opens_where_to_unlock(passphrase_server, open_lab, command):
    with suppress(HttpError):
        passphrase_server.request("POST", "jupyter-secrets/lock", {})
    lab = open_lab(passphrase_server)
    lab.open()

    lab.command(f"jupyter-secrets:{command}")

    expect(lab.sidebar.node.get_by_label("Passphrase", exact=True)).to_be_focused()
    expect(lab.dialog).to_have_count(0)


def test_whoever_cannot_unlock_is_told_why_it_is_off(team_server, open_lab):
    team_server.request("POST", "jupyter-secrets/lock", {}, token=OWNER_TOKEN)
    lab = open_lab(team_server)
    lab.open()
    lab.sidebar.open()
    expect(lab.sidebar.node.get_by_text("administrator")).to_be_visible()

    try:
        expect_off(lab, "the store is locked")
        lab.picture("off-locked")
    finally:
        team_server.request("POST", "jupyter-secrets/unlock", {}, token=OWNER_TOKEN)
    lab.page.keyboard.press("Escape")
    expect(lab.sidebar.button("Add secret")).to_be_enabled()


def test_without_a_connection_it_is_off_until_there_is_one(lab):
    seed(lab.server, {"prod": []})
    lab.open()
    lab.sidebar.open()
    expect(lab.sidebar.row("prod")).to_be_visible()
    lab.page.context.set_offline(True)
    lab.command("jupyter-secrets:refresh-list")
    expect(heading(lab, "No connection")).to_be_visible()

    expect_off(lab, "no connection")

    lab.page.keyboard.press("Escape")
    lab.page.context.set_offline(False)
    lab.sidebar.button("Retry").click()
    expect(lab.sidebar.row("prod")).to_be_visible()
    expect(lab.sidebar.button("Add secret")).to_be_enabled()


def test_code_is_not_inserted_where_there_is_no_cell_and_the_menu_says_so(lab):
    seed(lab.server, {"prod": ["db"]})
    lab.open()
    lab.sidebar.open()
    lab.sidebar.row("prod").click()

    lab.sidebar.row("db").click(button="right")

    item = lab.page.get_by_role("menuitem", name="select a code cell first")
    expect(item).to_be_disabled()


def expect_off(lab, reason):
    """Expect both buttons and both items to be off, with the reason; the menu stays open."""
    for name in ("Add secret", "Create scope"):
        expect(lab.sidebar.button(name)).to_be_disabled()
    expect(lab.sidebar.node.get_by_title(f"({reason})")).to_have_count(2)
    lab.sidebar.node.get_by_title("More", exact=True).click()
    for name in ("Add Secret…", "Create Scope…"):
        item = lab.page.get_by_role("menuitem", name=f"{name} ({reason})")
        expect(item).to_be_disabled()
