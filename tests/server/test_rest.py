from __future__ import annotations

import base64
import json
import urllib.request

import pytest

from tests.jupyter import HttpError


@pytest.fixture(scope="module")
def scope(server):
    name = "rest"
    server.secrets("POST", "scopes/create", scope=name)
    server.secrets("POST", "put", scope=name, key="db", string_value="rest-value-12345")
    return name


def refused(server, method, path, **body):
    with pytest.raises(HttpError) as caught:
        server.secrets(method, path, **body)
    return caught.value.status, caught.value.answer


def test_a_secret_is_put_listed_fetched_and_deleted(server, scope):
    assert server.secrets("POST", "put", scope=scope, key="k", string_value="é") == {}

    (listed,) = (
        s for s in server.secrets("GET", "list", scope=scope)["secrets"] if s["key"] == "k"
    )
    assert isinstance(listed["last_updated_timestamp"], int)
    value = base64.b64encode("é".encode()).decode()
    assert server.secrets("GET", "get", scope=scope, key="k") == {"key": "k", "value": value}
    assert server.secrets("POST", "delete", scope=scope, key="k") == {}
    assert refused(server, "GET", "get", scope=scope, key="k") == (
        404,
        {
            "error_code": "RESOURCE_DOES_NOT_EXIST",
            "message": "Secret does not exist with scope: rest and key: k",
        },
    )


def test_scopes_are_listed_with_their_backend(server, scope):
    scopes = server.secrets("GET", "scopes/list")["scopes"]

    assert {"name": scope, "backend_type": "DATABRICKS"} in scopes


def test_permissions_are_put_listed_fetched_and_deleted(server, scope):
    server.secrets("POST", "acls/put", scope=scope, principal="bob", permission="READ")

    item = {"principal": "bob", "permission": "READ", "kind": "user"}
    assert item in server.secrets("GET", "acls/list", scope=scope)["items"]
    assert server.secrets("GET", "acls/get", scope=scope, principal="bob") == item
    assert server.secrets("POST", "acls/delete", scope=scope, principal="bob") == {}
    assert refused(server, "GET", "acls/get", scope=scope, principal="bob")[0] == 404


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "message"),
    [
        ("put", {"scope": "nope", "key": "k", "string_value": "v"}, 404,
         "RESOURCE_DOES_NOT_EXIST", "Scope nope does not exist!"),
        ("scopes/create", {"scope": "rest"}, 400,
         "RESOURCE_ALREADY_EXISTS", "Scope rest already exists!"),
        ("scopes/create", {"scope": "a/b"}, 400, "INVALID_PARAMETER_VALUE", "Invalid scope name"),
        ("scopes/create", {}, 400, "INVALID_PARAMETER_VALUE", '"scope" is required'),
        ("scopes/create", {"scope": "x", "scope_backend_type": "AZURE_KEYVAULT"}, 400,
         "INVALID_PARAMETER_VALUE", "DATABRICKS"),
        ("put", {"scope": "rest", "key": "k"}, 400, "INVALID_PARAMETER_VALUE", "exactly one"),
        ("put", {"scope": "rest", "key": "k", "string_value": "a", "bytes_value": "YQ=="}, 400,
         "INVALID_PARAMETER_VALUE", "exactly one"),
        ("put", {"scope": "rest", "key": "k", "bytes_value": "***"}, 400,
         "INVALID_PARAMETER_VALUE", "base64"),
        ("put", {"scope": "rest", "key": "k", "string_value": "x" * 131073}, 400,
         "MAX_SECRET_SIZE_EXCEEDED", "131,073 bytes, at most 131,072"),
        ("acls/put", {"scope": "rest", "principal": "b", "permission": "OWN"}, 400,
         "INVALID_PARAMETER_VALUE", "READ, WRITE and MANAGE"),
    ],
)  # fmt: skip
def test_bad_requests_are_told_what_is_wrong(server, scope, path, body, status, code, message):
    found, answer = refused(server, "POST", path, **body)

    assert (found, answer["error_code"]) == (status, code)
    assert message in answer["message"]


def test_a_body_that_is_no_json_is_refused_and_not_logged(server):
    with pytest.raises(HttpError) as caught:
        server.respond("POST", "api/2.0/secrets/put", b'{"string_value": "canary-body-value')

    assert caught.value.answer["error_code"] == "MALFORMED_REQUEST"
    assert "canary-body-value" not in caught.value.body + server.log.read_text()


def test_text_json_and_any_case_of_the_backend_are_accepted(server):
    request = urllib.request.Request(
        f"{server.url}api/2.0/secrets/scopes/create",
        json.dumps({"scope": "texty", "scope_backend_type": "databricks"}).encode(),
        {"Content-Type": "text/json", "Authorization": f"Bearer {server.token}"},
        method="POST",
    )

    with urllib.request.urlopen(request) as response:
        assert json.loads(response.read()) == {}


def test_answers_stay_out_of_caches(server, scope):
    headers, _ = server.respond("GET", f"api/2.0/secrets/get?scope={scope}&key=db")

    assert headers["Cache-Control"] == "no-store"
    assert "Etag" not in headers  # a hash by which the value could be guessed


def test_the_well_known_file_needs_no_login(server):
    assert server.request("GET", ".well-known/databricks-config", token="") == {}


@pytest.mark.parametrize("token", ["", "wrong", "jskt_wrong"], ids=["none", "wrong", "kernel's"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "api/2.0/secrets/scopes/list"),
        ("GET", "api/2.0/secrets/get?scope=rest&key=db"),
        ("POST", "api/2.0/secrets/put"),
        ("GET", "jupyter-secrets/status"),
    ],
)
def test_without_a_token_there_is_nothing(server, scope, method, path, token):
    body = {"scope": scope, "key": "x", "string_value": "x"} if method == "POST" else None
    with pytest.raises(HttpError) as caught:
        server.respond(method, path, body, token=token)

    assert (caught.value.status, caught.value.answer["error_code"]) == (401, "UNAUTHENTICATED")


def test_a_browser_needs_the_xsrf_token_to_write(server, scope):
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.open(f"{server.url}api/status?token={server.token}").close()
    body = json.dumps({"scope": scope, "key": "csrf", "string_value": "x"}).encode()
    request = urllib.request.Request(f"{server.url}api/2.0/secrets/put", body, method="POST")

    with pytest.raises(urllib.error.HTTPError) as caught:
        opener.open(request)

    assert caught.value.code == 403
    assert json.loads(caught.value.read())["error_code"] == "PERMISSION_DENIED"


def test_status_tells_the_principal_and_the_state(server):
    status = server.request("GET", "jupyter-secrets/status")

    assert (status["state"], status["message"]) == ("ready", "")
    assert status["principal"]


def test_no_value_is_in_the_servers_log(server, scope):
    server.secrets("POST", "put", scope=scope, key="log", string_value="canary-log-value")
    server.secrets("GET", "get", scope=scope, key="log")

    assert "canary-log-value" not in server.log.read_text()
