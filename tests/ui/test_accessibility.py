"""What axe has to say about the sidebar, in both themes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.jupyter import HttpError
from tests.ui.lab import OWNER_TOKEN, seed, take_key_away

AXE = Axe()
# JupyterLab's own toolbar buttons have an attribute that their role does not allow.
OPTIONS = {"rules": {"aria-allowed-attr": {"enabled": False}}}
# JupyterLab's own filter box has a hidden button without a name.
FILTER_CLEAR_BUTTON = {"fromShadowDom": [".jp-FilterBox", ".clear-button"]}

pytestmark = pytest.mark.parametrize(
    "theme", ["JupyterLab Light", "JupyterLab Dark"], ids=["light", "dark"]
)


@pytest.fixture(scope="module")
def keyless_server(start_lab_server):
    """A server over a store whose only key is away."""
    return start_lab_server(take_key_away)


def test_the_list_is_accessible(lab, theme):
    seed(lab.server, {"prod": ["db", "token"], "test": []})
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    lab.sidebar.row("prod").click()
    expect(lab.sidebar.row("db")).to_be_visible()
    lab.sidebar.row("db").hover()

    lab.picture(f"list-{shade(theme)}")
    assert problems(lab, "#jupyter-secrets") == []


def test_what_is_said_about_secrets_is_accessible(lab, theme):
    seed(lab.server, {"prod": ["db", "token", "user"]})
    for change in (
        {"key": "db", "comment": "Reads the reports", "expires_at": 4_102_358_400_000},
        {"key": "token", "expires_at": 86_400_000},
        {"key": "user", "sensitive": False, "comment": "Whoever asks"},
    ):
        lab.server.request("POST", "jupyter-secrets/update", {"scope": "prod", **change})
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    lab.sidebar.row("prod").click()
    lab.sidebar.row("token").hover()
    expect(lab.sidebar.node.get_by_text("Expired on")).to_be_visible()

    lab.picture(f"details-{shade(theme)}")
    assert problems(lab, "#jupyter-secrets") == []


def test_the_form_for_details_is_accessible(lab, theme):
    seed(lab.server, {"prod": ["db"]})
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    lab.sidebar.row("prod").click()
    lab.sidebar.choose_for("db", "Edit Details…")
    lab.dialog.get_by_label("Comment").fill("Reads the reports")

    lab.picture(f"edit-details-{shade(theme)}")
    assert problems(lab, "dialog.jp-Secrets-dialog") == []


def test_the_empty_state_is_accessible(lab, theme):
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    expect(lab.sidebar.button("Create a scope")).to_be_visible()

    lab.picture(f"empty-{shade(theme)}")
    assert problems(lab, "#jupyter-secrets") == []


def test_a_failure_is_accessible(lab, theme):
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    expect(lab.sidebar.button("Create a scope")).to_be_visible()
    lab.page.context.set_offline(True)
    lab.command("jupyter-secrets:refresh-list")
    expect(lab.sidebar.button("Retry")).to_be_visible()

    lab.picture(f"no-connection-{shade(theme)}")
    assert problems(lab, "#jupyter-secrets") == []


def test_the_lock_is_accessible(passphrase_server, open_lab, theme):
    with suppress(HttpError):  # it may be locked already
        passphrase_server.request("POST", "jupyter-secrets/lock", {})
    lab = open_lab(passphrase_server)
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    expect(lab.sidebar.node.get_by_label("Passphrase")).to_be_visible()
    lab.picture(f"locked-{shade(theme)}")

    lab.sidebar.node.get_by_label("Passphrase").fill("made up")
    lab.sidebar.button("Unlock").click()
    expect(lab.sidebar.node.get_by_text("That is neither the passphrase")).to_be_visible()

    lab.picture(f"locked-wrong-{shade(theme)}")
    assert problems(lab, "#jupyter-secrets") == []


def test_the_lock_without_a_passphrase_is_accessible(lab, theme):
    seed(lab.server, {"prod": []})
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    expect(lab.sidebar.row("prod")).to_be_visible()
    lab.command("jupyter-secrets:lock-store")
    expect(lab.sidebar.button("Unlock")).to_be_visible()

    lab.picture(f"locked-by-hand-{shade(theme)}")
    found = problems(lab, "#jupyter-secrets")
    lab.sidebar.button("Unlock").click()
    expect(lab.sidebar.row("prod")).to_be_visible()
    assert found == []


def test_a_missing_key_file_is_accessible(keyless_server, open_lab, theme):
    lab = open_lab(keyless_server)
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    expect(lab.sidebar.button("Try again")).to_be_visible()
    lab.picture(f"key-missing-{shade(theme)}")
    lab.sidebar.button("Try again").click()
    expect(lab.sidebar.node.get_by_text("It is still locked.")).to_be_visible()

    lab.picture(f"key-still-missing-{shade(theme)}")
    assert problems(lab, "#jupyter-secrets") == []


def test_the_lock_is_accessible_to_those_who_cannot_open_it(team_server, open_lab, theme):
    with suppress(HttpError):
        team_server.request("POST", "jupyter-secrets/lock", {}, token=OWNER_TOKEN)
    lab = open_lab(team_server)
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    expect(lab.sidebar.node.get_by_text("administrator")).to_be_visible()

    lab.picture(f"locked-to-others-{shade(theme)}")
    found = problems(lab, "#jupyter-secrets")
    team_server.request("POST", "jupyter-secrets/unlock", {}, token=OWNER_TOKEN)
    assert found == []


def test_the_form_is_accessible(lab, theme):
    seed(lab.server, {"prod": ["db"]})
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    lab.sidebar.act("prod", "Add a secret to prod")
    lab.dialog.get_by_label("Key").fill("db")
    lab.dialog.get_by_label("Value").fill("made up")
    lab.sidebar.press("Add")
    expect(lab.dialog.get_by_role("alert")).to_contain_text("already has a key")

    lab.picture(f"form-{shade(theme)}")
    assert problems(lab, "dialog.jp-Secrets-dialog") == []


def test_the_dialogs_about_a_scope_and_the_store_are_accessible(lab, theme):
    seed(lab.server, {"prod": ["db"]})
    lab.server.secrets("GET", "get", scope="prod", key="db")
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()

    for item, text in (("Permissions…", "MANAGE"), ("Activity…", "in 14 days")):
        lab.sidebar.choose_for("prod", item)
        expect(lab.dialog).to_contain_text(text)
        lab.picture(f"{item[:-1].lower()}-{shade(theme)}")
        assert problems(lab, "dialog.jp-Secrets-dialog") == []
        lab.sidebar.accept("Close")
    lab.sidebar.choose("About the Store…")
    expect(lab.dialog).to_contain_text("jupyter secrets key recovery")
    lab.picture(f"store-{shade(theme)}")
    assert problems(lab, "dialog.jp-Secrets-dialog") == []


def test_a_question_is_accessible(lab, theme):
    seed(lab.server, {"prod": ["db"]})
    lab.open()
    lab.use_theme(theme)
    lab.sidebar.open()
    lab.sidebar.choose_for("prod", "Delete Scope…")
    expect(lab.dialog).to_be_visible()

    lab.picture(f"question-{shade(theme)}")
    assert problems(lab, "dialog.jp-Secrets-dialog") == []


def problems(lab, part):
    """Return what axe found in a part of the page, a line for each element."""
    context = {"include": [part], "exclude": [FILTER_CLEAR_BUTTON]}
    violations = AXE.run(lab.page, context=context, options=OPTIONS).response["violations"]
    return [
        f"{violation['id']}: {node['html']}: {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]


def shade(theme):
    return theme.rpartition(" ")[2].lower()
