"""The service's own page, behind a Hub: who logs in there, and what only that can do."""

from __future__ import annotations

import asyncio
import re
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from jupyter_secrets.client import Endpoint, RemoteClient
from jupyter_secrets.errors import PermissionDeniedError, UnauthenticatedError
from jupyter_secrets.hub import HubApi
from jupyter_secrets.service.hub_login import LOGIN_SECONDS, HubLogin, OAuthClient
from jupyter_secrets.service.hub_users import HubUsers
from tests.hub import ADMIN
from tests.team import AUTHORIZE, FORM_KEY, MAX_AGE, Team

TOKEN = re.compile(r"jst_[A-Za-z0-9]{43}")
FORM = {"name": "laptop", "days": "30", "permission": "READ"}


@pytest.fixture(scope="module")
def alice(team):
    """Alice's browser, in which she has logged in, and a scope of hers."""
    client = team.client("alice")
    client.create_scope("hers")
    client.put("hers", "db", b"page-canary-Wm52")
    yield team.visit("alice")
    client.delete_scope("hers")


@pytest.fixture(scope="module")
def admin(team):
    """The browser of one of the Hub's admins."""
    return team.visit(ADMIN)


def made(answer) -> str:
    """Return the token that a page shows."""
    assert answer.status_code == 200, answer.text
    return TOKEN.search(answer.text)[0]


def revoke(team: Team, browser, token: str) -> None:
    """Revoke a token, whose id is that of the newest one in the table."""
    newest = re.search('name="token_id" value="([0-9a-f]+)"', browser.get(team.page).text)[1]
    assert team.send(browser, "revoke-token", token_id=newest).status_code == 200
    with pytest.raises(UnauthenticatedError):
        RemoteClient(Endpoint(team.service_url, token)).list_scopes()


def test_who_logs_in_at_the_hub_makes_a_token_that_opens_what_they_may(team, alice):
    token = made(team.send(alice, "create-token", **FORM, scope="hers"))
    client = RemoteClient(Endpoint(team.service_url, token))

    assert client.get("hers", "db").value == b"page-canary-Wm52"
    with pytest.raises(PermissionDeniedError, match="limited to READ"):
        client.put("hers", "db", b"other")
    revoke(team, alice, token)


def test_a_token_is_shown_once_and_never_again(team, alice):
    token = made(team.send(alice, "create-token", **FORM))

    assert token not in alice.get(team.page).text
    assert token not in team.log.read_text()
    revoke(team, alice, token)


def test_the_page_says_who_one_is_and_lists_ones_own_tokens_alone(team, alice):
    token = made(team.send(alice, "create-token", **FORM | {"name": "of-alice"}))
    seen = alice.get(team.page).text
    bobs = team.visit("bob").get(team.page).text

    assert "<strong>alice</strong>" in seen
    assert "analysts" in seen
    assert "of-alice" in seen
    assert "of-alice" not in bobs
    assert "Service principals" not in seen
    revoke(team, alice, token)


def test_an_administrator_makes_service_principals_and_their_tokens(team, admin):
    shown = team.send(admin, "create-principal", name="etl-nightly", comment="loads it")
    assert "etl-nightly" in shown.text
    token = made(team.send(admin, "create-token", **FORM, owner="service:etl-nightly"))
    RemoteClient(Endpoint(team.service_url, token)).list_scopes()

    team.send(admin, "delete-principal", name="etl-nightly")

    with pytest.raises(UnauthenticatedError):
        RemoteClient(Endpoint(team.service_url, token)).list_scopes()


@pytest.mark.parametrize(
    ("action", "fields", "says"),
    [
        ("create-principal", {"name": "etl"}, "takes one of the admins"),
        ("create-token", FORM | {"owner": "user:bob"}, "may make no token for bob"),
        ("create-token", FORM | {"days": "1000"}, "at most 365 days"),
        ("create-token", FORM | {"days": "-1"}, "must be a whole number"),
        ("create-token", FORM | {"name": ""}, "name has 1 to 128"),
        ("create-token", FORM | {"scope": "nope"}, "Scope nope does not exist"),
        ("create-token", FORM | {"permission": "ALL"}, "one of READ, WRITE and MANAGE"),
        ("revoke-token", {"token_id": "0123456789abcdef"}, "no token with this ID"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_refused_is_said_on_the_page(team, alice, action, fields, says):
    answer = team.send(alice, action, **fields)

    assert answer.status_code in (400, 403, 404)
    assert says in answer.text
    assert not TOKEN.search(answer.text)


def test_its_cookie_is_for_the_page_alone_and_no_script_reads_it(team):
    browser, url = team.finish_by("bob")

    cookies = browser.get(url).headers.get_list("set-cookie")

    (session,) = [each for each in cookies if each.startswith("jupyter-secrets-session=")]
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/services/secrets/"):
        assert attribute in session
    assert "Secure" not in session  # the Hub of the tests has no TLS


def test_a_code_of_a_login_counts_once(team):
    browser, url = team.finish_by("bob")
    begun = dict(browser.cookies)
    assert browser.get(url).status_code == 302
    browser.cookies.update(begun)

    again = browser.get(url)

    assert again.status_code == 401
    assert "finished already, or begun too long ago" in again.text
    assert "jupyter-secrets-session" not in str(again.headers)


def test_the_hub_refuses_a_code_that_was_used_in_another_login(team):
    browser, used = team.finish_by("bob")
    browser.get(used)
    browser.cookies.delete("jupyter-secrets-session")
    state = parse_qs(urlsplit(browser.get(team.page).headers["location"]).query)["state"][0]

    code = parse_qs(urlsplit(used).query)["code"][0]
    answer = browser.get(f"{team.page}oauth_callback", params={"code": code, "state": state})

    assert answer.status_code == 401
    assert "JupyterHub does not accept this login" in answer.text


def test_a_login_that_another_browser_began_is_not_finished(team):
    _, url = team.finish_by("bob")

    answer = httpx.get(url)

    assert answer.status_code == 401
    assert "was not begun in this browser" in answer.text


def test_a_login_is_not_finished_late():
    now = [0.0]
    hub = HubApi("http://127.0.0.1:9/", "made-up")
    client = OAuthClient("service-secrets", "/hub/api/oauth2/authorize", "/oauth_callback")
    login = HubLogin(hub, HubUsers(hub, "secrets", max_age=1), client, clock=lambda: now[0])
    state, _ = login.begin()

    now[0] = LOGIN_SECONDS

    with pytest.raises(UnauthenticatedError, match="begun too long ago"):
        asyncio.run(login.finish(state, "a code"))


def test_no_token_logs_anybody_in(team):
    token = {"Authorization": f"Bearer {team.token('alice')}"}

    shown = httpx.get(team.page, headers=token)
    posted = httpx.post(f"{team.page}page/create-token", headers=token, data=FORM)

    assert AUTHORIZE in shown.headers["location"]
    assert posted.status_code == 401


@pytest.mark.parametrize("key", ["", "0" * 64, "ä", "of bob"])
def test_a_form_that_is_not_the_pages_does_nothing(team, alice, key):
    if key == "of bob":
        key = FORM_KEY.search(team.visit("bob").get(team.page).text)[1]

    answer = alice.post(f"{team.page}page/create-token", data=FORM | {"form_key": key})

    assert (answer.status_code, TOKEN.search(answer.text)) == (403, None)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ],
    ids=["a script", "a frame"],
)
def test_no_script_of_the_same_origin_reads_the_page(team, alice, headers):
    answer = alice.get(team.page, headers=headers)

    assert answer.status_code == 403
    assert not FORM_KEY.search(answer.text)


def test_who_logs_out_has_no_session_any_longer(team):
    browser = team.visit("carol")
    session = browser.cookies["jupyter-secrets-session"]

    assert "You are logged out" in team.send(browser, "log-out").text

    cookie = {"Cookie": f"jupyter-secrets-session={session}"}
    assert AUTHORIZE in httpx.get(team.page, headers=cookie).headers["location"]


def test_who_logs_out_at_the_hub_is_logged_out_here(team):
    browser = team.visit("carol")

    browser.get(f"{team.url}hub/logout")
    time.sleep(MAX_AGE)

    assert "hub/login" in str(browser.get(team.page).url)


def test_what_is_made_there_is_recorded_as_made_there(team, alice):
    token = made(team.send(alice, "create-token", **FORM))
    revoke(team, alice, token)

    assert team.records(action="create-token")[-1]["via"] == "page"
    assert team.records(action="revoke-token")[-1]["via"] == "page"
