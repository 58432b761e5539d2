"""Whatever is sent to the REST API, by whomever, is answered in its own words."""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from tornado.web import RequestHandler

from jupyter_secrets.rest import UNKNOWN_ROUTES
from jupyter_secrets.server.api import SERVER_ROUTES
from tests.jupyter import Server

# A failure names it; HOSTILE_SEED is no secret, and another one finds other faults.
HOSTILE_SEED = 20261126
REQUESTS = 600
# What a server may say of itself with a status of 500 and more.
EXCUSED = {"INTEGRITY_ERROR", "BACKEND_UNAVAILABLE"}
VALUE = "hostile-value-8Kq2-Zx71"

DEEP = b"[" * 50_000 + b"]" * 50_000
DEEP_OBJECT = b'{"scope":' * 50_000 + b"1" + b"}" * 50_000
# What locks the store or deletes the scope would leave nothing for other requests to find.
STATEFUL = {"jupyter-secrets/lock", "api/2.0/secrets/scopes/delete"}
ENDPOINTS = {
    path: "POST" if handler.get is RequestHandler.get else "GET"
    for path, handler in SERVER_ROUTES.items()
    if path not in UNKNOWN_ROUTES
}
UNKNOWN = [
    "api/2.0/secrets", "api/2.0/secrets/", "api/2.0/secrets/nope", "api/2.0/secrets/get/",
    "api/2.0/secrets/%ff", "api/2.0/clusters/list", "jupyter-secrets", "jupyter-secrets/%00",
]  # fmt: skip
FIELDS = [
    "scope", "key", "string_value", "bytes_value", "principal", "permission", "version", "comment",
    "expires_at", "sensitive", "verdicts", "passphrase", "code", "scope_backend_type",
    "initial_manage_principal", "limit", "since", "until", "deleted", "action", "outcome",
    "token", "_xsrf", "no_track_activity",
]  # fmt: skip
VALID = {"scope": "fuzz", "key": "k", "principal": "bob", "permission": "READ"}
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.5, -0.0, 1e308,
    float("nan"), float("inf"), "", " ", "0", "-1", "\x00", "\ud800", "x\udcff", "\U0010ffff",
    "é", "a/b", "..", "../../etc/passwd", "%s%n{0}{}", "'; DROP TABLE secret; --", "\r\nX: y",
    "{{secrets/fuzz/k}}", "x" * 10_000, "9" * 5_000, "MANAGE", "users", "true", "YQ==", "YQ=", "=",
    [], {}, [[]], ["fuzz"], {"scope": "fuzz"}, [None] * 1_000,
]  # fmt: skip
NESTED = [json.loads("[" * depth + "]" * depth) for depth in (100, 300, 900)]
BODIES = [
    b"", b"null", b"[]", b"1", b'"x"', b"NaN", b"{", b'{"scope"', b'{"scope":"fuzz"}}', b"{}{}",
    b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"\x00", b"\xff", b"\xed\xa0\x80", b'{"\xff":1}',
    b'{"code":"\\ud800"}', b'{"scope":"a","scope":"b"}', b'{"version":1' + b"0" * 5_000 + b"}",
    b"--x\r\n\r\n--x--", b"scope=fuzz&key=%ff", DEEP, DEEP_OBJECT, b"x" * 1_000_000,
]  # fmt: skip
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO", "post"]
TYPES = [
    "application/json", "text/json", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=x", "text/plain; charset=bogus", "\xff", "",
]  # fmt: skip
HEADERS: list[dict[str, str]] = [
    {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Basic Og=="},
    {"Authorization": "Bearer jskt_\xff"}, {"Authorization": "token \xff"}, {"Origin": "null"},
    {"Origin": "http://evil.example"}, {"Host": "evil.example"}, {"Host": ""},
    {"Cookie": "\xff=;;"}, {"Cookie": "_xsrf=\xff"}, {"X-XSRFToken": "\xff"},
    {"User-Agent": "\xff" * 3_000}, {"If-None-Match": "*"}, {"If-Modified-Since": "x"},
    {"Range": "bytes=x"}, {"Accept": "\xff"},
    {"X-Forwarded-For": "\xff"}, {"X-HTTP-Method-Override": "FOO"}, {"Content-Encoding": "gzip"},
    {"Access-Control-Request-Headers": "authorization"}, {"Referer": "\xff"},
]  # fmt: skip


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path[:200]} {self.headers} {(self.body or b'')[:200]!r}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def error_code(self) -> str:
        return json.loads(self.body)["error_code"]


@pytest.fixture(scope="module")
def server(start_server) -> Server:
    server = start_server()
    server.store_secret("k", VALUE, scope="fuzz")
    return server


def send(server: Server, request: Request) -> Answer:
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    try:
        connection.request(
            request.method,
            f"/{request.path}",
            request.body,
            {"Connection": "close"} | request.headers,
        )
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read())
    finally:
        connection.close()


def authorized(server: Server, method: str, path: str, body: bytes | None = None) -> Request:
    return Request(method, path, body, {"Authorization": f"token {server.token}"})


def check(server: Server, request: Request) -> Answer:
    """Send a request and check what holds for every answer."""
    answer = send(server, request)
    assert answer.headers["Cache-Control"] == "no-store", request
    assert "Etag" not in answer.headers, request
    assert answer.headers["Content-Type"].startswith("application/json"), request
    if answer.status >= 400:
        assert set(json.loads(answer.body)) == {"error_code", "message"}, request
        assert answer.status < 500 or answer.error_code in EXCUSED, (request, answer)
    return answer


def query(fields: Mapping[str, Any]) -> str:
    parts = []
    for name, value in fields.items():
        text = value if isinstance(value, str) else json.dumps(value)
        parts.append(f"{name}={quote(text.encode('utf-8', 'surrogatepass'), safe='')}")
    return "&".join(parts)[:50_000]


def hostile(server: Server, chance: random.Random) -> Request:
    """Make a request up: mostly what an endpoint expects, with something in it that it does not."""
    path = chance.choice(sorted(ENDPOINTS.keys() - STATEFUL) * 3 + UNKNOWN)
    usual = ENDPOINTS.get(path, "POST")
    method = chance.choice([*METHODS, *[usual] * 30])
    fields = VALID | {
        name: chance.choice(VALUES + NESTED) for name in chance.sample(FIELDS, chance.randint(0, 4))
    }
    if usual == "GET" or chance.random() < 0.2:
        tail = chance.choice(["", "", "", "", "&key=%ff", "&token=%ff", "&&==", "&%"])
        path = f"{path}?{query(fields)}{tail}"
    body = None
    if usual == "POST" or chance.random() < 0.1:
        packed = json.dumps(fields).encode()
        body = chance.choice(BODIES) if chance.random() < 0.3 else packed
    headers = {"Content-Type": chance.choice(TYPES)} if body else {}
    if chance.random() < 0.9:
        headers["Authorization"] = f"token {server.token}"
    odd = chance.choice(HEADERS) if chance.random() < 0.3 else {}
    return Request(method, path, body, headers | odd)


def test_every_request_is_answered_in_json_and_none_is_a_fault_of_the_server(server):
    chance = random.Random(HOSTILE_SEED)

    answers = [check(server, hostile(server, chance)) for _ in range(REQUESTS)]

    # Most of them came as far as an endpoint, and some through it.
    statuses = {answer.status for answer in answers}
    assert {200, 400, 401, 404, 405} <= statuses
    log = server.log.read_text()
    assert "in a request" not in log
    assert "Uncaught exception" not in log
    assert VALUE not in log


@pytest.mark.parametrize("path", sorted(ENDPOINTS.keys() - {"jupyter-secrets/lock"}))
@pytest.mark.parametrize("body", [DEEP, DEEP_OBJECT], ids=["lists", "objects"])
@pytest.mark.parametrize("is_authorized", [True, False], ids=["authorized", "anonymous"])
def test_a_body_that_is_nested_too_deep_is_refused(server, path, body, is_authorized):
    request = authorized(server, "POST", path, body)
    if not is_authorized:
        request = Request("POST", path, body, {})

    answer = check(server, request)

    assert 400 <= answer.status < 500


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "jupyter-secrets/kernel-token", b'{"code": "\\ud800"}'),
        ("POST", "jupyter-secrets/unlock", b'{"passphrase": "\\ud800"}'),
        ("POST", "api/2.0/secrets/scopes/create", b'{"scope": "\\ud800"}'),
        ("POST", "api/2.0/secrets/put",
         b'{"scope": "fuzz", "key": "lone", "string_value": "lone-\\ud800-surrogate"}'),
        ("POST", "api/2.0/secrets/scopes/create",
         b'{"scope": "b", "scope_backend_type": ' + b"[" * 900 + b"]" * 900 + b"}"),
        ("GET", "jupyter-secrets/audit?limit=" + "9" * 5_000, None),
        ("GET", "jupyter-secrets/audit?since=" + "9" * 5_000, None),
        ("GET", "jupyter-secrets/audit?until=" + "9" * 5_000, None),
    ],
)  # fmt: skip
def test_a_parameter_that_cannot_be_read_is_refused(server, method, path, body):
    answer = check(server, authorized(server, method, path, body))

    assert answer.status == 400
    assert answer.error_code == "INVALID_PARAMETER_VALUE"


def test_a_query_that_jupyter_itself_cannot_read_is_answered(server):
    answer = check(
        server, authorized(server, "GET", "api/2.0/secrets/scopes/list?no_track_activity=%ff")
    )

    assert answer.status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", ["api/2.0/secrets/nope", "api/2.0/secrets", "api/2.0/secrets/get/", "jupyter-secrets/x"]
)
def test_an_unknown_path_is_answered_as_databricks_does(server, method, path):
    answer = check(server, authorized(server, method, path, b"{"))

    assert (answer.status, answer.error_code) == (404, "ENDPOINT_NOT_FOUND")
    assert check(server, Request(method, path, None, {})).status == 401
