"""What the sidebar says about a secret besides its name, and how to change it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.lab import seed

DAY = 24 * 60 * 60 * 1000


@pytest.fixture
def details(lab):
    """The sidebar with prod/db in it; what `update` says about it is on the server."""
    seed(lab.server, {"prod": ["db"]})
    lab.open()
    return lab


def update(server, **change):
    server.request("POST", "jupyter-secrets/update", {"scope": "prod", "key": "db", **change})


def stored(server):
    (found,) = server.request("GET", "jupyter-secrets/describe-secrets?scope=prod")["secrets"]
    return found["comment"], found["expires_at"], found["sensitive"]


def about(lab):
    """Return the line below the only secret."""
    return lab.sidebar.node.locator(".jp-Secrets-about")


def unfold(lab):
    lab.sidebar.open()
    lab.sidebar.row("prod").click()
    expect(lab.sidebar.row("db")).to_be_visible()


def test_comment_expiry_and_redaction_are_edited_and_shown(details):
    lab = details
    unfold(lab)
    expect(about(lab)).to_have_count(0)

    lab.sidebar.choose_for("db", "Edit Details…")
    expect(lab.dialog.get_by_label("Comment")).to_be_focused()
    lab.dialog.get_by_label("Comment").fill("Reads the reports")
    lab.dialog.get_by_label("Expires").fill("2099-12-31")
    lab.dialog.get_by_label("Do not redact").check()
    lab.picture("edit-details")
    lab.sidebar.accept("Save")

    expect(about(lab)).to_contain_text("Expires on")
    expect(about(lab)).to_contain_text("2099")
    expect(about(lab)).to_contain_text("Not redacted · Reads the reports")
    assert stored(lab.server) == ("Reads the reports", 4_102_358_400_000, False)
    lab.page.mouse.move(800, 600)
    lab.picture("details")


def test_what_is_emptied_in_the_dialog_is_gone(details):
    lab = details
    update(lab.server, comment="Old", expires_at=DAY, sensitive=False)
    unfold(lab)

    lab.sidebar.row("db").click(button="right")
    lab.page.get_by_role("menuitem", name="Edit Details…").click()
    expect(lab.dialog.get_by_label("Comment")).to_have_value("Old")
    expect(lab.dialog.get_by_label("Expires")).to_have_value("1970-01-02")
    lab.dialog.get_by_label("Comment").fill("")
    lab.dialog.get_by_label("Expires").fill("")
    lab.dialog.get_by_label("Do not redact").uncheck()
    lab.sidebar.accept("Save")

    expect(about(lab)).to_have_count(0)
    assert stored(lab.server) == (None, None, True)


def test_an_expired_secret_is_marked_in_words(details):
    lab = details
    update(lab.server, expires_at=DAY)

    unfold(lab)

    expect(about(lab)).to_have_text("Expired on Jan 2, 1970")
    lab.picture("expired")


def test_a_long_comment_is_cut_off_and_told_in_full(details):
    lab = details
    comment = "Ask whoever runs the database. " * 10
    update(lab.server, comment=comment)

    unfold(lab)

    expect(about(lab)).to_have_attribute("title", comment)
    body = lab.sidebar.node.locator(".jp-Secrets-content")
    assert body.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_a_change_that_the_server_refuses_is_told_and_not_lost(details):
    lab = details
    unfold(lab)
    lab.sidebar.choose_for("db", "Edit Details…")
    lab.server.secrets("POST", "delete", scope="prod", key="db")

    lab.dialog.get_by_label("Comment").fill("Too late")
    lab.sidebar.press("Save")

    expect(lab.dialog.get_by_role("alert")).to_contain_text("does not exist")
    expect(lab.dialog.get_by_label("Comment")).to_have_value("Too late")
