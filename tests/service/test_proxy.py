"""A trusted proxy's header: believed from that proxy, and from nobody who only writes it."""

from __future__ import annotations

import http.client
import json
import re

import httpx
import pytest

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.service import JupyterSecretsService
from jupyter_secrets.service.proxy import ProxyAuthenticator
from tests.service.service import Service
from tests.team import FORM_KEY

SECRET = "the secret of the proxy, with 32 letters and more"
NAMED = ("X-User", "alice")
SHOWN = ("X-Jupyter-Secrets-Proxy", SECRET)
CONFIG = """
c.JupyterSecretsService.proxy_header = "X-User"
c.JupyterSecretsService.proxy_groups_header = "X-Groups"
c.JupyterSecretsService.admins = {"root"}
c.JupyterSecretsService.failure_seconds = 0
"""


@pytest.fixture(scope="module")
def service(start_service) -> Service:
    return start_service(config=CONFIG, environment={"JUPYTER_SECRETS_PROXY_SECRET": SECRET})


def ask(
    service: Service, *headers: tuple[str, str | bytes], path: str = "status"
) -> tuple[int, dict]:
    """Send a request with headers, which may be repeated; return status and answer."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    try:
        connection.putrequest("GET", f"/jupyter-secrets/{path}")
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_the_proxys_user_is_known_by_name(service):
    status, answer = ask(service, NAMED, SHOWN)

    assert (status, answer.get("principal"), answer.get("admin")) == (200, "alice", False), answer


def test_names_are_utf_8_and_refused_in_another_encoding(service):
    answers = [
        ask(service, ("X-User", "zoë".encode(encoding)), SHOWN) for encoding in ("utf-8", "latin-1")
    ]

    assert [status for status, _ in answers] == [200, 401]
    assert answers[0][1]["principal"] == "zoë"


def test_a_name_that_ends_with_a_blank_of_its_own_is_nobody_elses(service):
    status, answer = ask(service, ("X-User", "root\N{NO-BREAK SPACE}".encode()), SHOWN)

    assert (status, answer["principal"], answer["admin"]) == (
        200,
        "root\N{NO-BREAK SPACE}",
        False,
    )


def test_its_groups_count_but_for_the_built_in_ones(service):
    status, answer = ask(service, NAMED, SHOWN, ("X-Groups", "data, admins"))

    assert (status, answer["admin"]) == (200, False)


def test_who_is_named_an_administrator_is_one(service):
    assert ask(service, ("X-User", "root"), SHOWN)[1]["admin"] is True


@pytest.mark.parametrize(
    "headers",
    [
        [NAMED],
        [NAMED, ("X-Jupyter-Secrets-Proxy", "a wrong secret")],
        [NAMED, ("X-Forwarded-For", "10.0.0.1"), ("X-Real-IP", "10.0.0.1")],
        [NAMED, NAMED, SHOWN],
        [NAMED, ("X-User", "root"), SHOWN],
        [NAMED, SHOWN, SHOWN],
        [NAMED, ("X-Jupyter-Secrets-Proxy", "wrong"), SHOWN],
        [NAMED, SHOWN, ("X-Groups", "a"), ("X-Groups", "b")],
        [("X-User", ""), SHOWN],
        [("X-User", "  "), SHOWN],
        [SHOWN],
        [NAMED, SHOWN, ("Origin", "https://evil.example")],
        [NAMED, SHOWN, ("Sec-Fetch-Site", "cross-site")],
        [NAMED, SHOWN, ("Authorization", "Bearer jst_made-up")],
    ],
    ids=[
        "from loopback without the secret", "with a wrong secret", "with an address it says itself",
        "named twice", "with two names", "a repeated secret", "a second secret", "repeated groups",
        "nobody", "blanks", "no name", "from another site", "by another site's script",
        "with a token that is wrong",
    ],
)  # fmt: skip
def test_a_forged_header_is_refused(service, headers):
    status, answer = ask(service, *headers)

    assert (status, answer["error_code"]) == (401, "UNAUTHENTICATED")
    assert SECRET not in json.dumps(answer)


def test_an_address_that_is_not_the_proxys_is_refused(start_service):
    elsewhere = start_service(
        config=f"{CONFIG}c.JupyterSecretsService.proxy_addresses = ['10.0.0.1']\n",
        environment={"JUPYTER_SECRETS_PROXY_SECRET": SECRET},
    )

    headers = (NAMED, SHOWN, ("X-Forwarded-For", "10.0.0.1"))
    assert ask(elsewhere, *headers)[0] == 401
    elsewhere.stop()


def visit(service: Service, *headers: tuple[str, str], **form: str) -> httpx.Response:
    """Open the service's page as the proxy passes a browser's request on, or send its form."""
    if not form:
        return httpx.get(f"{service.url}/", headers=list(headers))
    return httpx.post(f"{service.url}/page/create-token", headers=list(headers), data=form)


def test_who_comes_by_the_proxy_makes_tokens_on_the_page(service):
    came_from_a_link = ("Sec-Fetch-Site", "cross-site")
    page = visit(service, NAMED, SHOWN, came_from_a_link)
    form = {"form_key": FORM_KEY.search(page.text)[1], "name": "x", "days": "1"}

    made = visit(service, NAMED, SHOWN, **form, permission="READ")
    forged = visit(service, NAMED, SHOWN, came_from_a_link, **form, permission="READ")
    other = visit(service, ("X-User", "bob"), SHOWN, **form, permission="READ")

    assert "<strong>alice</strong>" in page.text
    token = re.search("jst_[A-Za-z0-9]{43}", made.text)[0]
    assert ask(service, ("Authorization", f"Bearer {token}"))[1]["principal"] == "alice"
    assert (forged.status_code, other.status_code) == (403, 403)


@pytest.mark.parametrize(
    "headers",
    [[NAMED], [NAMED, NAMED, SHOWN], [NAMED, ("X-Jupyter-Secrets-Proxy", "a wrong secret")], []],
    ids=["without the secret", "named twice", "a wrong secret", "nobody"],
)
def test_nobody_logs_in_to_the_page_by_a_forged_header(service, headers):
    answer = visit(service, *headers)

    assert answer.status_code == 401
    assert not FORM_KEY.search(answer.text)
    assert SECRET not in answer.text


def test_without_a_secret_there_is_no_trusted_proxy():
    settings = JupyterSecretsService(proxy_header="X-User", proxy_secret="short")

    with pytest.raises(InvalidParameterError, match="32 characters or more"):
        ProxyAuthenticator(settings, str)
