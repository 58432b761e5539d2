"""Locking the store in the sidebar, and unlocking it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import expect

from jupyter_secrets.scopes import Scopes
from tests.jupyter import HttpError
from tests.ui.lab import ADMIN, store_paths

PASSPHRASE = "correct horse battery staple"
WRONG = "incorrect-horse-canary"


@pytest.fixture(scope="module")
def passphrase_server(start_lab_server):
    """A server over a store that a key file and a passphrase open, with prod/db in it."""

    def prepare(home):
        scopes = Scopes(store_paths(home))
        scopes.create_scope(ADMIN, "prod")
        scopes.put(ADMIN, "prod", "db", b"made up")
        scopes.add_key(ADMIN, "passphrase", passphrase=PASSPHRASE)
        scopes.close()

    return start_lab_server(prepare)


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
    return lab.sidebar.node.get_by_label("Passphrase or recovery key")


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

    told = lab.sidebar.node.get_by_text("That is no passphrase and no recovery key")
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
