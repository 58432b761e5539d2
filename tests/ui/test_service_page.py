"""The service's own page in a browser, behind a Hub."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from jupyter_secrets.client import Endpoint, RemoteClient
from tests.hub import ADMIN, PASSWORD
from tests.team import FORM_KEY

# What a script in a notebook's output could try: it has the page's origin.
FETCH = "path => fetch(path).then(answer => answer.text())"
FRAME = """path => new Promise(resolve => {
  const frame = document.createElement('iframe');
  frame.onload = () => {
    try { resolve(frame.contentDocument.body.innerHTML) } catch (error) { resolve('closed') }
  };
  frame.src = path;
  document.body.append(frame);
})"""
WINDOW = """path => new Promise(resolve => {
  const opened = window.open(path);
  setTimeout(() => {
    try { resolve(opened.document.body.innerHTML) } catch (error) { resolve('closed') }
  }, 1500);
})"""


def log_in(page: Page, team, user: str) -> None:
    page.goto(team.page)
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    if "oauth2/authorize" in page.url:
        page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("heading", name="Tokens for secrets")).to_be_visible()


@pytest.fixture(scope="module")
def page(team, browser: Browser) -> Iterator[Page]:
    """The page of one of the Hub's admins, who has logged in."""
    for user, scope in (("alice", "analysis"), (ADMIN, "warehouse")):
        team.client(user).create_scope(scope)
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    log_in(page, team, ADMIN)
    yield page
    context.close()
    for user, scope in (("alice", "analysis"), (ADMIN, "warehouse")):
        team.client(user).delete_scope(scope)


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder, f"{name}.png"), full_page=True)


def make(page: Page, name: str, *scopes: str, owner: str = "") -> str:
    """Make a token by the form, and copy it by the button."""
    page.get_by_label("Name", exact=True).fill(name)
    if owner:
        page.get_by_label("Speaks for").select_option(owner)
    for scope in scopes:
        page.get_by_label(scope, exact=True).check()
    page.get_by_role("button", name="Make token").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    return page.evaluate("navigator.clipboard.readText()")


def test_a_token_is_made_copied_used_and_revoked(team, page):
    token = make(page, "laptop-in-browser", "warehouse")
    client = RemoteClient(Endpoint(team.service_url, token))
    assert [scope.name for scope in client.list_scopes()] == ["warehouse"]
    picture(page, "page-made")

    page.reload()
    expect(page.get_by_role("row", name="laptop-in-browser")).to_have_count(1)
    assert token not in page.content()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke laptop-in-browser").click()

    expect(page.get_by_role("status")).to_contain_text("was revoked")
    expect(page.get_by_role("button", name="Revoke laptop-in-browser")).to_have_count(0)


def test_a_service_principal_is_made_and_given_a_token(page):
    page.get_by_label("Name of the service principal").fill("etl-page")
    page.get_by_role("button", name="Make service principal").click()

    make(page, "nightly", owner="service:etl-page")

    expect(page.get_by_role("row", name="nightly").first).to_contain_text("service:etl-page")
    picture(page, "page-principals")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 360])
def test_the_page_is_accessible(team, page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(team.page)
    picture(page, f"page-{scheme}-{width}")

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("script", [FETCH, FRAME, WINDOW], ids=["fetch", "frame", "window"])
def test_a_notebooks_script_does_not_reach_into_the_page(team, page, script):
    other = page.context.new_page()
    other.goto(f"{team.url}hub/home")

    read = other.evaluate(script, "/services/secrets/")

    assert not FORM_KEY.search(read)
    for opened in page.context.pages:
        if opened is not page:
            opened.close()
