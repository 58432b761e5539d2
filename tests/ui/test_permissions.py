"""Who may do what in a scope, and who did what: shown and changed in the sidebar."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.ui.lab import OWNER_TOKEN, seed


def test_permissions_are_given_changed_and_taken(lab):
    seed(lab.server, {"prod": ["db"]})
    lab.open()
    lab.sidebar.open()
    lab.sidebar.choose_for("prod", "Permissions…")
    expect(lab.dialog.get_by_role("listitem")).to_have_count(1)

    lab.dialog.get_by_label("Kind").select_option("group")
    lab.dialog.get_by_label("Give a permission to").fill("data-science")
    lab.dialog.get_by_label("Give a permission to").press("Enter")
    expect(lab.dialog.get_by_role("listitem")).to_have_count(2)
    lab.dialog.get_by_label("Permission of data-science").select_option("WRITE")
    lab.picture("permissions")
    acl = lab.server.secrets("GET", "acls/list", scope="prod")["items"]
    given = {"principal": "data-science", "permission": "WRITE", "kind": "group"}
    assert given in acl
    lab.dialog.get_by_label("Remove data-science").click()

    expect(lab.dialog.get_by_role("listitem")).to_have_count(1)
    lab.sidebar.press("Close")
    expect(lab.sidebar.row("prod")).to_be_focused()


def test_what_one_may_not_do_is_off_with_what_it_takes(team_server, open_lab):
    for scope, permission in (("shared", "READ"), ("closed", "")):
        team_server.request(
            "POST", "api/2.0/secrets/scopes/create", {"scope": scope}, token=OWNER_TOKEN
        )
        team_server.request(
            "POST",
            "api/2.0/secrets/put",
            {"scope": scope, "key": "db", "string_value": "made up"},
            token=OWNER_TOKEN,
        )
        if permission:
            entry = {"scope": scope, "principal": "user:bob", "permission": permission}
            team_server.request("POST", "api/2.0/secrets/acls/put", entry, token=OWNER_TOKEN)
    lab = open_lab(team_server)
    lab.open()
    lab.sidebar.open()

    expect(lab.sidebar.row("shared")).to_contain_text("read only · 1")
    expect(lab.sidebar.row("closed")).to_contain_text("no access")
    lab.sidebar.row("closed").click()
    expect(lab.sidebar.node.get_by_text("You have no permission in it.")).to_be_visible()
    lab.picture("read-only")
    lab.sidebar.act("shared", "More for shared")
    for item in ("Permissions… (takes MANAGE)", "Delete Scope… (takes MANAGE)"):
        expect(lab.page.get_by_role("menuitem", name=item)).to_be_disabled()
    lab.picture("takes-manage")


def test_the_activity_of_a_secret_is_shown_from_the_audit_log(lab):
    seed(lab.server, {"ledger": ["db", "token"]})  # whose records are of this test alone
    for _ in range(3):
        lab.server.secrets("GET", "get", scope="ledger", key="db")
    lab.open()
    lab.sidebar.open()
    lab.sidebar.row("ledger").click()

    lab.sidebar.choose_for("db", "Activity…")

    expect(lab.dialog).to_contain_text("Read 3 times in 14 days")
    lab.dialog.get_by_label("Show", exact=True).select_option("reads")
    expect(lab.dialog.get_by_role("listitem")).to_have_count(3)
    lab.picture("activity")
