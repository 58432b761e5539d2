"""Locking the store in the sidebar, and unlocking it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import expect

from tests.jupyter import HttpError
from tests.ui.lab import OWNER_TOKEN, PASSPHRASE, put_key_back, seed, store_paths, take_key_away

WRONG = "incorrect-horse-canary"


@pytest.fixture
def locked(passphrase_server, open_lab):
    """JupyterLab with the sidebar open and the store locked."""
    with suppress(HttpError):  # it may be already
        passphrase_server.request("POST", "jupyter-secrets/lock", {})
    lab = open_lab(passphrase_server)
    lab.open()
    lab.sidebar.open()
    expect(lab.sidebar.node.get_by_role("heading", name="The store is locked")).to_be_visible()
    return lab


def passphrase_field(lab):
    return lab.sidebar.node.get_by_label("Passphrase", exact=True)


def test_a_passphrase_unlocks_the_store_and_leaves_no_trace(locked):
    lab, seen = locked, []
    lab.page.on("console", lambda message: seen.append(message.text))
    lab.page.on("request", lambda request: seen.append(request.url))

    lab.picture("unlock")
    passphrase_field(lab).fill(PASSPHRASE)
    assert PASSPHRASE not in lab.page.content()
    passphrase_field(lab).press("Enter")

    expect(lab.sidebar.row("prod")).to_be_focused()
    assert passphrase_field(lab).count() == 0
    assert PASSPHRASE not in lab.page.content()
    assert [text for text in seen if "horse" in text] == []
    assert lab.server.files_with("battery") == []


def test_a_wrong_passphrase_is_told_and_the_field_is_empty_for_another(locked):
    lab = locked

    passphrase_field(lab).fill(WRONG)
    lab.sidebar.button("Unlock").click()

    told = lab.sidebar.node.get_by_text("That is neither the passphrase nor the recovery key")
    expect(told).to_be_visible()
    expect(passphrase_field(lab)).to_have_value("")
    expect(passphrase_field(lab)).to_be_focused()
    lab.picture("unlock-wrong")
    assert WRONG not in lab.page.content()
    passphrase_field(lab).fill(PASSPHRASE)
    lab.sidebar.button("Unlock").click()
    expect(lab.sidebar.row("prod")).to_be_visible()


def test_what_the_menu_locks_is_unlocked_by_the_key_file_alone(locked):
    lab = locked
    lab.sidebar.button("Unlock").click()
    expect(lab.sidebar.row("prod")).to_be_visible()

    lab.sidebar.choose("Lock Secrets", picture="menu")

    expect(passphrase_field(lab)).to_be_visible()
    with pytest.raises(HttpError, match="STORE_LOCKED"):
        lab.server.secrets("GET", "scopes/list")
    lab.sidebar.button("Unlock").click()
    expect(lab.sidebar.row("prod")).to_be_visible()


def test_locking_from_elsewhere_shows_the_sidebar(locked):
    lab = locked
    lab.sidebar.button("Unlock").click()
    expect(lab.sidebar.row("prod")).to_be_visible()
    lab.page.get_by_role("tab", name="Secrets").click()
    expect(lab.sidebar.node).to_be_hidden()

    lab.command("jupyter-secrets:lock-store")

    expect(passphrase_field(lab)).to_be_visible()


def test_a_store_that_another_unlocks_opens_by_itself(locked):
    lab = locked
    passphrase_field(lab).fill("half typed")

    lab.server.request("POST", "jupyter-secrets/unlock", {})

    expect(lab.sidebar.row("prod")).to_be_visible()


def test_without_a_passphrase_one_click_unlocks_what_somebody_locked(lab):
    seed(lab.server, {"prod": []})
    lab.open()
    lab.sidebar.open()
    expect(lab.sidebar.row("prod")).to_be_visible()

    lab.sidebar.choose("Lock Secrets")

    expect(lab.sidebar.button("Unlock")).to_be_visible()
    assert lab.sidebar.node.locator("input[type=password]").count() == 0
    lab.picture("unlock-by-key-file")
    lab.sidebar.button("Unlock").click()
    expect(lab.sidebar.row("prod")).to_be_focused()


def test_without_its_only_key_a_store_says_what_to_put_back(start_lab_server, open_lab):
    lab = open_lab(start_lab_server(take_key_away))
    key = store_paths(lab.server.home).key
    lab.open()
    lab.sidebar.open()

    lab.sidebar.button("Try again").click()
    expect(lab.sidebar.node.get_by_text("It is still locked.")).to_be_visible()
    expect(lab.sidebar.node).to_contain_text(f"Its key file {key} is missing")
    assert lab.sidebar.node.locator("input[type=password]").count() == 0
    put_key_back(lab.server.home)
    lab.sidebar.button("Try again").click()

    expect(lab.sidebar.row("prod")).to_be_focused()


def test_a_key_file_that_went_meanwhile_is_told_by_the_click(start_lab_server, open_lab):
    lab = open_lab(start_lab_server())
    seed(lab.server, {"prod": []})
    lab.server.request("POST", "jupyter-secrets/lock", {})
    store_paths(lab.server.home).key.unlink()
    lab.open()
    lab.sidebar.open()

    lab.sidebar.button("Unlock").click()

    expect(lab.sidebar.node.get_by_text("put it back from your backup")).to_be_visible()
    expect(lab.sidebar.button("Try again")).to_be_visible()


def test_only_admins_are_offered_the_lock_and_reminded(team_server, open_lab):
    lab = open_lab(team_server)
    lab.open()
    with lab.page.expect_response("**/jupyter-secrets/status*"):
        lab.sidebar.open()
    expect(lab.sidebar.row("prod")).to_be_visible()
    expect(lab.sidebar.node.get_by_role("note")).to_have_count(0)

    lab.sidebar.node.get_by_title("More", exact=True).click()
    expect(lab.page.get_by_role("menuitem", name="Refresh Secrets")).to_be_visible()
    expect(lab.page.get_by_role("menuitem", name="Lock Secrets")).to_have_count(0)
    lab.picture("menu-of-others")
    lab.page.keyboard.press("Escape")
    lab.command("apputils:activate-command-palette")
    lab.page.keyboard.type("secrets")

    offered = lab.page.locator(".lm-CommandPalette-itemLabel")
    expect(offered.get_by_text("Refresh Secrets")).to_be_visible()
    expect(offered.get_by_text("Lock Secrets")).to_have_count(0)


def test_others_are_sent_to_an_administrator_until_one_unlocks(team_server, open_lab):
    lab = open_lab(team_server)
    team_server.request("POST", "jupyter-secrets/lock", {}, token=OWNER_TOKEN)
    lab.open()
    lab.sidebar.open()

    expect(lab.sidebar.node.get_by_text("administrator")).to_be_visible()
    expect(lab.sidebar.button("Unlock")).to_have_count(0)
    lab.picture("locked-to-others")
    team_server.request("POST", "jupyter-secrets/unlock", {}, token=OWNER_TOKEN)

    expect(lab.sidebar.row("prod")).to_be_visible()
