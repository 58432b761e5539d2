"""Tokens of the store at a real server: what they open, and that they show up nowhere."""

from __future__ import annotations

import base64
import time
import uuid
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied, Unauthenticated

from tests.jupyter import HttpError
from tests.server.test_identity import PROVIDER, VALUE

ALICE, BOB, CAROL = "token-of-alice", "token-of-bob", "token-of-carol"


@pytest.fixture(scope="module")
def team(start_server):
    """A server of alice, its administrator, with prod/db, which the analysts may read."""
    server = start_server(config=PROVIDER, token=ALICE)
    server.store_secret("db", VALUE)
    grant(server, "group:analysts")
    return server


@pytest.fixture
def principal(team) -> str:
    """A new service principal."""
    name = f"job-{uuid.uuid4().hex[:8]}"
    team.request("POST", "jupyter-secrets/principals/create", {"name": name})
    return name


def grant(server, principal: str, permission: str = "READ") -> dict[str, str]:
    entry = {"scope": "prod", "principal": principal, "permission": permission}
    return server.request("POST", "api/2.0/secrets/acls/put", entry)


def make(server, by: str = ALICE, **options: object) -> tuple[str, str]:
    """Make a token, as the user of a login; return its id and the token."""
    body = {"name": "ci", **options}
    answer = server.request("POST", "jupyter-secrets/tokens/create", body, token=by)
    return answer["token_info"]["token_id"], answer["token_value"]


def get(server, token: str) -> str:
    path = "api/2.0/secrets/get?scope=prod&key=db"
    return base64.b64decode(server.request("GET", path, token=token)["value"]).decode()


def status_of(server, token: str, path: str, body: object = None) -> int:
    try:
        server.request("GET" if body is None else "POST", path, body, token=token)
    except HttpError as error:
        return error.status
    return 200


def test_a_token_reads_what_its_owner_may_by_a_group_of_this_moment(team):
    _, token = make(team, BOB)
    groups = Path(team.home) / "groups-of-bob"

    assert get(team, token) == VALUE
    groups.write_text("nobody")
    try:
        deadline = time.monotonic() + 20
        while status_of(team, token, "api/2.0/secrets/get?scope=prod&key=db") == 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        groups.unlink()

    with pytest.raises(HttpError, match="carol does not have READ"):
        get(team, make(team, CAROL)[1])


@pytest.mark.parametrize("path", ["api/contents", "api/kernels", "api/me", "api/config/notebook"])
def test_a_token_opens_nothing_of_jupyters_own(team, path):
    _, token = make(team)

    assert status_of(team, token, path) in (302, 401, 403)
    assert get(team, token) == VALUE


def test_a_token_in_a_url_opens_nothing_and_is_not_logged(team):
    _, token = make(team)

    assert status_of(team, "", f"api/2.0/secrets/get?scope=prod&key=db&token={token}") == 401

    assert token not in team.log.read_text()


def test_a_revoked_token_is_told_so(team):
    token_id, token = make(team)
    assert get(team, token) == VALUE

    team.request("POST", "jupyter-secrets/tokens/revoke", {"token_id": token_id})

    with pytest.raises(HttpError, match="was revoked") as caught:
        get(team, token)
    assert (caught.value.status, caught.value.answer["error_code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("token", ["jst_", "jst_" + 43 * "x", "jst_ä", "jst_" + 9_000 * "x"])
def test_what_is_no_token_is_refused(team, token):
    assert status_of(team, token, "api/2.0/secrets/scopes/list") == 401


def test_neither_a_token_nor_a_kernel_makes_tokens_and_service_principals(team):
    _, token = make(team)
    paths = ["jupyter-secrets/tokens/create", "jupyter-secrets/principals/create"]
    calls = "".join(
        f"\ntry:\n    print(endpoint.request('POST', '{path}', {{'name': 'x'}}))\n"
        "except Exception as error:\n    print(type(error).__name__)"
        for path in [*paths, "api/2.0/token/create"]
    )

    assert [status_of(team, token, path, {"name": "x"}) for path in paths] == [403, 403]
    assert status_of(team, token, "api/2.0/token/create", {"comment": "x"}) == 403
    with team.kernel() as kernel:
        reply = kernel.execute(
            "endpoint = get_ipython()._jupyter_secrets.connection.client._endpoint" + calls
        )
    assert reply.stream().split() == 3 * ["PermissionDeniedError"]


def test_a_token_in_an_output_is_hidden(team):
    with team.kernel() as kernel:
        reply = kernel.execute("print('it is', 'jst_' + 43 * 'x', '!')")

    assert "it is [REDACTED] !" in reply.stream()
    assert 43 * "x" not in reply.text


def test_a_notebook_is_warned_of_an_expired_secret(team):
    team.store_secret("old", "expired-Value-1234", scope="prod")
    team.request(
        "POST", "jupyter-secrets/update", {"scope": "prod", "key": "old", "expires_at": 1000}
    )

    with team.kernel() as kernel:
        reply = kernel.execute("dbutils.secrets.get('prod', 'old')")

    assert "prod/old expired at 1970-01-01" in reply.stream("stderr")


def test_a_service_principal_has_its_own_permissions_and_no_groups(team, principal):
    _, token = make(team, owner=principal)
    with pytest.raises(HttpError, match=f"service:{principal} does not have READ"):
        get(team, token)

    assert grant(team, principal)["kind"] == "service"

    assert get(team, token) == VALUE
    record = team.request("GET", "jupyter-secrets/audit?action=get&limit=1")["records"][0]
    assert record["principal"] == f"service:{principal}"
    assert record["token"]


@pytest.mark.parametrize("name", ["bob", "staff", "alice", "users"])
def test_a_name_of_a_user_or_a_group_is_no_service_principals(team, name):
    grant(team, "user:bob")

    with pytest.raises(HttpError) as caught:
        team.request("POST", "jupyter-secrets/principals/create", {"name": name})

    assert caught.value.status == 400


def test_people_list_and_revoke_their_own_tokens_only(team):
    of_bob, _ = make(team, BOB, name="of bob")
    of_carol, _ = make(team, CAROL, name="of carol")

    listed = team.request("GET", "jupyter-secrets/tokens/list", token=CAROL)["tokens"]

    assert {info["owner"] for info in listed} == {"carol"}
    assert of_carol in [info["token_id"] for info in listed]
    with pytest.raises(HttpError) as caught:
        team.request("POST", "jupyter-secrets/tokens/revoke", {"token_id": of_bob}, token=CAROL)
    assert caught.value.status == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": 5},
        {"name": "ci", "lifetime_seconds": "1"},
        {"name": "ci", "lifetime_seconds": True},
        {"name": "ci", "lifetime_seconds": 10**30},
        {"name": "ci", "scopes": "prod"},
        {"name": "ci", "scopes": [1]},
        {"name": "ci", "scopes": ["\ud800"]},
        {"name": "ci", "permission": "ALL"},
        {"name": "ci", "owner": ["x"]},
    ],
)
def test_a_malformed_request_makes_no_token(team, body):
    with pytest.raises(HttpError) as caught:
        team.request("POST", "jupyter-secrets/tokens/create", body)

    assert caught.value.status == 400


def test_the_sdk_works_with_a_token_and_makes_lists_and_deletes_them_after_a_login(team):
    login = WorkspaceClient(host=team.url.rstrip("/"), token=ALICE, auth_type="pat")
    made = login.tokens.create(comment="made by the SDK", lifetime_seconds=600)

    program = WorkspaceClient(host=team.url.rstrip("/"), token=made.token_value, auth_type="pat")

    assert program.dbutils.secrets.get("prod", "db") == VALUE
    listed = {info.token_id: info for info in login.tokens.list()}
    assert listed[made.token_info.token_id].comment == "made by the SDK"
    with pytest.raises(PermissionDenied, match="takes a login"):
        program.tokens.create(comment="another")
    login.tokens.delete(made.token_info.token_id)
    with pytest.raises(Unauthenticated, match="was revoked"):
        program.secrets.get_secret("prod", "db")
    assert made.token_info.token_id not in [info.token_id for info in login.tokens.list()]
