"""What REST has beyond Databricks': versions, expiry, the log, and the lock."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from jupyter_secrets.client import Endpoint, RemoteClient
from jupyter_secrets.errors import PermissionDeniedError, SecretNotFoundError, StoreLockedError
from jupyter_secrets.model import AuditFilter, SecretUpdate
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import StorePaths
from tests.callers import ADMIN
from tests.jupyter import HttpError, command_line

# A kernel's own way to its server.
FIND_CLIENT = """
import gc
from jupyter_secrets.client import RemoteClient
dbutils.secrets.listScopes()
client = next(o for o in gc.get_objects() if type(o) is RemoteClient)
"""


@pytest.fixture(scope="module")
def own(start_server):
    """A server of one's own, for its store is locked here."""
    return start_server()


@pytest.fixture
def client(own):
    return RemoteClient(Endpoint(own.url, own.token))


@pytest.fixture(scope="module")
def scope(own):
    client = RemoteClient(Endpoint(own.url, own.token))
    client.create_scope("prod")
    client.put("prod", "db", b"first-Canary-1234")
    client.put("prod", "db", b"second-Canary-1234")
    return "prod"


def test_versions_details_and_updates(client, scope):
    client.update(scope, "db", SecretUpdate("the main one", 1893456000000))

    assert [one.version for one in client.versions(scope, "db")] == [1, 2]
    (found,) = client.describe_secrets(scope)
    assert (found.comment, found.expires_at, found.version) == ("the main one", 1893456000000, 2)


@pytest.mark.parametrize(
    ("value", "weakness"),
    [
        ("abc", "has fewer than 4 characters and is never redacted"),
        ("admin123", None),
        ("localhost", "is a common word"),
    ],
)
def test_a_put_of_its_own_answers_why_a_value_is_weak(own, client, scope, value, weakness):
    body = {"scope": scope, "key": "weak", "string_value": value}

    answer = own.request("POST", "jupyter-secrets/put", body)

    assert (answer["weakness"] or "").startswith(weakness or "")
    assert (answer["weakness"] is None) == (weakness is None)
    assert client.get(scope, "weak").value == value.encode()
    client.delete(scope, "weak")
    client.purge(scope, "weak")


def test_a_deleted_secret_is_restored_and_purged(client, scope):
    client.put(scope, "gone", b"x")
    client.delete(scope, "gone")
    assert [one.key for one in client.describe_secrets(scope, deleted=True)] == ["gone"]
    client.restore(scope, "gone")
    client.delete(scope, "gone")

    assert client.purge(scope, "gone") == 1
    with pytest.raises(SecretNotFoundError):
        client.restore(scope, "gone")


def test_the_log_is_filtered(client, scope):
    records = client.audit_tail(AuditFilter(scope=scope, action="put", key="db"), limit=2)

    assert [record["version"] for record in records] == [1, 2]


def test_the_log_says_with_what_and_from_where(own, scope):
    def put_as(program: str) -> dict[str, object]:
        request = urllib.request.Request(
            f"{own.url}api/2.0/secrets/put",
            b'{"scope": "prod", "key": "seen", "string_value": "a-Canary-1234"}',
            {"Authorization": f"Bearer {own.token}", "User-Agent": program},
        )
        urllib.request.urlopen(request).close()
        (record,) = own.request("GET", "jupyter-secrets/audit?key=seen&limit=1")["records"]
        return record

    record = put_as("databricks-sdk-py/0.50.0 python/3.12 a b")
    assert (record["client"], record["address"]) == ("databricks-sdk-py/0.50.0", "127.0.0.1")
    assert "client" not in put_as("(no product)")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("update", {"scope": "prod", "key": "db", "comment": 5}),
        ("update", {"scope": "prod", "key": "db", "expires_at": True}),
        ("restore", {"scope": "prod", "key": "db", "version": "1"}),
        ("purge", {"scope": "prod", "key": 1}),
        ("unlock", {"passphrase": ["x"]}),
        ("purge", {}),
    ],
)
def test_bad_requests_are_refused(own, scope, path, body):
    with pytest.raises(HttpError) as caught:
        own.respond("POST", f"jupyter-secrets/{path}", body)

    assert (caught.value.status, caught.value.answer["error_code"]) == (
        400, "INVALID_PARAMETER_VALUE",
    )  # fmt: skip


@pytest.mark.parametrize("query", ["limit=x", "limit=100000", "since=-1"])
def test_bad_queries_are_refused(own, query):
    with pytest.raises(HttpError) as caught:
        own.respond("GET", f"jupyter-secrets/audit?{query}")

    assert caught.value.status == 400


def test_A4_no_answer_is_cached_and_a_browser_needs_the_xsrf_token(own, scope):
    headers, _ = own.respond("GET", f"jupyter-secrets/versions?scope={scope}&key=db")
    assert headers["Cache-Control"] == "no-store"
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.open(f"{own.url}api/status?token={own.token}").close()
    for path in ("lock", "unlock", "purge", "put", "restore", "update"):
        request = urllib.request.Request(
            f"{own.url}jupyter-secrets/{path}", b'{"scope": "prod", "key": "db"}', method="POST"
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            opener.open(request)
        assert json.loads(caught.value.read())["error_code"] == "PERMISSION_DENIED"


def test_without_a_token_there_is_nothing(own):
    for method, path in (("GET", "store"), ("GET", "audit"), ("POST", "lock"), ("POST", "unlock")):
        body = {} if method == "POST" else None
        with pytest.raises(HttpError) as caught:
            own.respond(method, f"jupyter-secrets/{path}", body, token="wrong")
        assert caught.value.status == 401


def test_a_kernel_neither_locks_nor_reads_the_whole_log(own, scope):
    with own.kernel() as kernel:
        assert kernel.execute(FIND_CLIENT).reply["status"] == "ok"
        replies = [
            kernel.execute(f"client.{call}").reply
            for call in (
                "lock()",
                "unlock()",
                "audit_tail(__import__('jupyter_secrets.model').model.AuditFilter(), limit=1)",
            )
        ]

    assert [reply.get("ename") for reply in replies] == ["PermissionDeniedError"] * 3
    assert own.request("GET", "jupyter-secrets/status")["state"] == "ready"


def test_only_admins_are_told_that_they_are(own, scope):
    with own.kernel() as kernel:
        told_to_kernel = kernel.execute(f"{FIND_CLIENT}print(client._ask('status'))").stream()

    assert own.request("GET", "jupyter-secrets/status")["admin"] is True
    assert "'admin': False" in told_to_kernel


def test_a_locked_store_answers_423_everywhere_until_it_is_unlocked(own, client, scope):
    assert own.request("GET", "jupyter-secrets/status")["state"] == "ready"
    client.lock()

    with pytest.raises(StoreLockedError, match="jupyter secrets unlock"):
        client.get(scope, "db")
    for path in ("versions?scope=prod&key=db", "describe-secrets?scope=prod", "audit"):
        with pytest.raises(HttpError) as caught:
            own.respond("GET", f"jupyter-secrets/{path}")
        assert (caught.value.status, caught.value.answer["error_code"]) == (423, "STORE_LOCKED")
    store = own.request("GET", "jupyter-secrets/status")
    assert (store["state"], store["keys"], store["on_purpose"]) == ("locked", ["file"], True)
    with pytest.raises(PermissionDeniedError):
        client.unlock("no passphrase of this store")
    client.unlock()

    assert client.get(scope, "db").value == b"second-Canary-1234"


def test_a_store_without_its_key_file_tells_what_else_opens_it(start_server):
    server = start_server()
    server.store_secret("db", "second-Canary-1234")
    key = server.home / "config/jupyter_secrets/master.key"
    scopes = Scopes(StorePaths(server.home / "data/jupyter_secrets/store.db", key))
    scopes.session(ADMIN).admin.add_key("passphrase", passphrase="correct horse battery staple")
    scopes.close()
    server.request("POST", "jupyter-secrets/lock", {})
    key.unlink()
    with pytest.raises(HttpError, match="is missing"):
        server.request("POST", "jupyter-secrets/unlock", {})

    store = server.request("GET", "jupyter-secrets/status")

    assert (store["state"], store["on_purpose"]) == ("locked", False)
    assert store["keys"] == ["file", "passphrase"]
    assert "is missing" in store["message"]


def test_the_command_line_locks_and_unlocks_the_running_server(own, scope):
    locked = command_line("lock", home=own.home)
    assert "locked" in locked.stdout
    assert own.request("GET", "jupyter-secrets/status")["state"] == "locked"

    unlocked = command_line("unlock", "--without-passphrase", home=own.home)

    assert "unlocked" in unlocked.stdout
    assert own.request("GET", "jupyter-secrets/status")["state"] == "ready"


def test_no_value_and_no_passphrase_is_in_the_servers_log(own, client, scope):
    with pytest.raises(PermissionDeniedError):
        client.unlock("canary passphrase words")

    text = own.log.read_text()
    assert "canary passphrase" not in text
    assert "Canary-1234" not in text
