"""The sidebar, from the first scope to the last."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.lab import seed

CANARY = "hunter2-SeCrEt-canary"
KEY_FILE = "-----BEGIN KEY-----\nMIIEow-canary\n-----END KEY-----\n"


def test_a_secret_added_in_the_sidebar_is_used_in_a_notebook_and_never_shown(lab):
    path = lab.open_notebook('value = dbutils.secrets.get(scope="prod", key="db")', "value")
    sidebar = lab.sidebar

    sidebar.open()
    sidebar.button("Create a scope").click()
    lab.dialog.get_by_label("Name").fill("prod")
    sidebar.accept("Create")
    expect(sidebar.node.get_by_text("No secrets in it yet.")).to_be_visible()
    sidebar.add_secret("prod", "db", CANARY)
    expect(sidebar.row("db")).to_be_focused()
    lab.command("notebook:run-all-cells")

    expect(lab.outputs(1)).to_have_text("'[REDACTED]'")
    lab.picture("secrets-used")
    lab.save()
    assert CANARY not in lab.page.content()
    assert "[REDACTED]" in path.read_text()
    assert lab.server.files_with(CANARY) == []


def test_the_tab_in_the_sidebar_opens_and_closes_the_panel(lab):
    lab.open()
    tab = lab.page.get_by_role("tab", name="Secrets")

    tab.click()
    expect(lab.sidebar.node).to_be_visible()
    tab.click()

    expect(lab.sidebar.node).to_be_hidden()


def test_a_panel_that_was_open_is_open_and_filled_after_a_reload(lab):
    seed(lab.server, {"prod": []})
    lab.open()

    with lab.page.expect_response(is_layout_with_the_panel):
        lab.sidebar.open()
    lab.page.reload()

    expect(lab.sidebar.row("prod")).to_be_visible(timeout=60_000)


def test_a_value_that_is_replaced_is_what_notebooks_get(lab, value_of):
    seed(lab.server, {"prod": ["db"]})
    lab.open()
    lab.sidebar.open()
    lab.sidebar.row("prod").click()

    lab.sidebar.choose_for("db", "Replace Value…")
    lab.picture("replace")
    lab.dialog.get_by_label("New value").fill(CANARY)
    lab.sidebar.accept("Replace")

    assert value_of("db") == CANARY


def test_a_deleted_secret_comes_back_by_undo_and_later_from_the_scope(lab, value_of):
    seed(lab.server, {"prod": ["db", "token"]})
    before = value_of("db")
    lab.open()
    lab.sidebar.open()
    lab.sidebar.row("prod").click()

    lab.sidebar.choose_for("db", "Delete Secret")
    expect(lab.sidebar.row("db")).to_have_count(0)
    expect(lab.sidebar.row("token")).to_be_focused()
    toast = lab.page.locator(".Toastify__toast")
    expect(toast).to_contain_text("Deleted prod/db.")
    lab.picture("deleted")
    toast.get_by_role("button", name="Undo").click()
    expect(lab.sidebar.row("db")).to_be_focused()
    expect(toast).to_have_count(0)
    assert value_of("db") == before

    lab.page.keyboard.press("Delete")
    expect(lab.sidebar.row("db")).to_have_count(0)
    lab.sidebar.choose_for("prod", "Restore Deleted…")
    lab.picture("restore-deleted")
    lab.dialog.get_by_role("button", name="Restore db").press("Enter")
    expect(lab.sidebar.row("db")).to_be_focused()
    assert value_of("db") == before


def test_an_older_version_is_gone_back_to(lab, value_of):
    seed(lab.server, {"prod": ["db"]})
    before = value_of("db")
    lab.server.store_secret("db", CANARY)
    lab.open()
    lab.sidebar.open()
    lab.sidebar.row("prod").click()

    lab.sidebar.choose_for("db", "Versions…")
    expect(lab.dialog).to_contain_text("Version 2, the newest")
    lab.picture("versions")
    lab.dialog.get_by_role("button", name="Go back to version 1").click()

    expect(lab.sidebar.row("db")).to_contain_text("Version 1 is back")
    assert value_of("db") == before


def test_deleting_a_scope_takes_its_secrets_and_leaves_the_others(lab):
    seed(lab.server, {"prod": ["db"], "test": []})
    lab.open()
    lab.sidebar.open()

    lab.sidebar.choose_for("prod", "Delete Scope…")
    expect(lab.dialog).to_contain_text("with the secret in it?")
    expect(lab.dialog).to_contain_text("This is final")
    lab.sidebar.accept("Delete")

    expect(lab.sidebar.row("prod")).to_have_count(0)
    expect(lab.sidebar.row("test")).to_be_focused()


def test_a_value_that_somebody_else_changed_meanwhile_is_not_replaced(lab, value_of):
    seed(lab.server, {"prod": ["db"]})
    lab.open()
    lab.sidebar.open()
    lab.sidebar.row("prod").click()
    lab.sidebar.choose_for("db", "Replace Value…")
    lab.server.store_secret("db", "stored-by-a-colleague")
    lab.dialog.get_by_label("New value").fill(CANARY)

    lab.sidebar.press("Replace")

    expect(lab.dialog.get_by_role("alert")).to_contain_text("has version 2 since")
    assert value_of("db") == "stored-by-a-colleague"
    lab.sidebar.press("Cancel")
    lab.sidebar.choose_for("db", "Replace Value…")
    lab.dialog.get_by_label("New value").fill(CANARY)
    lab.sidebar.accept("Replace")
    assert value_of("db") == CANARY


def test_a_key_that_is_taken_is_told_and_nothing_typed_is_lost(lab, value_of):
    seed(lab.server, {"prod": ["db"]})
    before = value_of("db")
    lab.open()
    lab.sidebar.open()

    lab.sidebar.act("prod", "Add a secret to prod")
    lab.dialog.get_by_label("Key").fill("DB")
    lab.dialog.get_by_label("Value").fill(CANARY)
    lab.sidebar.press("Add")

    expect(lab.dialog.get_by_role("alert")).to_contain_text("already has a key DB")
    lab.picture("key-taken")
    expect(lab.dialog.get_by_label("Value")).to_have_value(CANARY)
    assert CANARY not in lab.page.content()
    assert value_of("db") == before


def test_a_name_that_no_scope_can_have_is_not_sent(lab):
    lab.open()
    lab.sidebar.open()

    lab.sidebar.button("Create scope").click()
    lab.dialog.get_by_label("Name").fill("a/b")
    lab.sidebar.press("Create")

    expect(lab.dialog.get_by_label("Name")).to_be_focused()
    expect(lab.dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    lab.picture("name-invalid")


def test_a_pasted_key_file_keeps_its_lines(lab, value_of):
    seed(lab.server, {"prod": []})
    lab.open()
    lab.page.evaluate("text => navigator.clipboard.writeText(text)", KEY_FILE)
    lab.sidebar.open()

    lab.sidebar.act("prod", "Add a secret to prod")
    lab.dialog.get_by_label("Key").fill("key.pem")
    lab.dialog.get_by_label("Value").press("ControlOrMeta+v")

    expect(lab.dialog.get_by_label("Several lines")).to_be_checked()
    expect(lab.dialog.get_by_label("Several lines")).to_be_disabled()
    expect(lab.dialog.get_by_label("Value")).to_have_css("-webkit-text-security", "disc")
    lab.picture("several-lines")
    lab.dialog.get_by_label("Value").press("Enter")
    lab.dialog.get_by_label("Value").press("Backspace")
    lab.sidebar.accept("Add")
    expect(lab.sidebar.row("key.pem")).to_be_visible()
    assert value_of("key.pem") == KEY_FILE


def test_a_closed_dialog_forgets_what_was_typed(lab):
    seed(lab.server, {"prod": []})
    lab.open()
    lab.sidebar.open()

    lab.sidebar.act("prod", "Add a secret to prod")
    field = lab.dialog.get_by_label("Value").element_handle()
    field.fill(CANARY)
    lab.page.keyboard.press("Escape")

    expect(lab.dialog).to_have_count(0)
    assert field.input_value() == ""
    lab.sidebar.act("prod", "Add a secret to prod")
    expect(lab.dialog.get_by_label("Value")).to_have_value("")


def test_the_filter_finds_keys_in_scopes_that_are_closed(lab):
    seed(lab.server, {"prod": ["db", "token"], "test": ["db"]})
    lab.open()
    lab.sidebar.open()
    field = lab.sidebar.node.locator("input[type=search]")

    field.fill("tok")
    expect(lab.sidebar.row("token")).to_be_visible()
    expect(lab.sidebar.row("test")).to_have_count(0)
    lab.picture("filter")
    field.fill("nothing like it")

    expect(lab.sidebar.node.get_by_text("Nothing matches.")).to_be_visible()


def test_what_is_changed_elsewhere_appears_by_itself(lab):
    seed(lab.server, {"prod": []})
    lab.open()
    lab.sidebar.open()
    lab.sidebar.row("prod").click()
    expect(lab.sidebar.node.get_by_text("No secrets in it yet.")).to_be_visible()

    lab.server.store_secret("db", CANARY)

    expect(lab.sidebar.row("db")).to_be_visible(timeout=4_000)


@pytest.mark.parametrize("width", [200, 250, 600])
def test_long_names_are_cut_off_and_nothing_sticks_out(lab, width):
    seed(lab.server, {"a-scope-with-a-long-name-" * 4 + "x": ["a.key.with.a.long.name." * 5]})
    lab.open()
    lab.allow_narrow_sidebars()
    lab.sidebar.open()
    lab.resize_sidebar(width)
    rows = lab.sidebar.node.get_by_role("treeitem")
    rows.click()
    expect(rows).to_have_count(2)

    body = lab.sidebar.node.locator(".jp-Secrets-content")
    assert body.evaluate("node => node.scrollWidth <= node.clientWidth")
    rows.nth(1).hover()
    lab.picture(f"long-names-{width}")


def is_layout_with_the_panel(response):
    """Tell whether this is the answer to the workspace being saved with the panel open."""
    request = response.request
    return request.method == "PUT" and '"current":"jupyter-secrets"' in (request.post_data or "")


@pytest.mark.parametrize("size", [13, 17])
def test_the_toolbar_is_one_line_however_large_the_letters_are(lab, size):
    lab.open()
    lab.sidebar.open()
    rule = f":root {{ --jp-ui-font-size1: {size}px !important }}"
    lab.page.add_style_tag(content=rule)
    lab.picture(f"toolbar-{size}")

    add, create = (
        lab.sidebar.button(name).bounding_box() for name in ("Add secret", "Create scope")
    )
    menu = lab.sidebar.node.get_by_title("More", exact=True).bounding_box()
    panel = lab.sidebar.node.bounding_box()
    assert add["y"] == create["y"] == pytest.approx(menu["y"], abs=4)
    assert add["x"] + add["width"] <= create["x"] + 1
    assert create["x"] + create["width"] <= menu["x"] + 1
    assert menu["x"] + menu["width"] <= panel["x"] + panel["width"]
