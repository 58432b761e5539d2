"""No value reaches the audit log, wherever a caller puts it."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest

from tests.jupyter import HttpError

# It can be the name of anything, a kernel's id too.
VALUE = "tk9fA7xQ-2LmZ-8vKp-4WcR-6yB1nD5gH0jS"


@pytest.fixture(scope="module")
def server(start_server, tmp_path_factory):
    copy = tmp_path_factory.mktemp("copy") / "audit.jsonl"
    server = start_server(config=f"c.JupyterSecrets.audit_file = {str(copy)!r}")
    server.copy = copy
    server.store_secret("db", VALUE)
    return server


def audit(server, **wanted: str) -> list[dict[str, object]]:
    """Return the audit records, after a look at all that holds them."""
    found = server.request("GET", "jupyter-secrets/audit?" + urlencode({"limit": 1000, **wanted}))
    store = server.home / "data/jupyter_secrets"
    assert not [path for path in store.iterdir() if VALUE.encode() in path.read_bytes()]
    assert VALUE not in json.dumps(found)
    return found["records"]


def call(server, method: str, path: str, **fields: str) -> None:
    """Make a call that may well be refused."""
    url = f"{server.url}{path}"
    body = None
    if method == "GET":
        url += f"?{urlencode(fields)}"
    else:
        body = json.dumps(fields).encode()
    headers = {
        "Authorization": f"Bearer {server.token}",
        "User-Agent": f"{VALUE}/1.0",
        "X-Forwarded-For": VALUE,
        "X-Real-IP": VALUE,
    }
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        urllib.request.urlopen(request).close()
    except urllib.error.HTTPError as error:
        error.close()


WHERE = {"scope": "prod", "key": "db", "principal": "users"}
CALLS = {
    "api/2.0/secrets/scopes/create": ("POST", "scope"),
    "api/2.0/secrets/scopes/delete": ("POST", "scope"),
    "api/2.0/secrets/put": ("POST", "scope key"),
    "api/2.0/secrets/delete": ("POST", "scope key"),
    "api/2.0/secrets/list": ("GET", "scope"),
    "api/2.0/secrets/get": ("GET", "scope key"),
    "api/2.0/secrets/acls/put": ("POST", "scope principal"),
    "api/2.0/secrets/acls/delete": ("POST", "scope principal"),
    "api/2.0/secrets/acls/list": ("GET", "scope"),
    "api/2.0/secrets/acls/get": ("GET", "scope principal"),
    "jupyter-secrets/describe-secrets": ("GET", "scope"),
    "jupyter-secrets/versions": ("GET", "scope key"),
    "jupyter-secrets/update": ("POST", "scope key"),
    "jupyter-secrets/restore": ("POST", "scope key"),
    "jupyter-secrets/purge": ("POST", "scope key"),
    "jupyter-secrets/audit": ("GET", "scope key principal action"),
}


@pytest.mark.parametrize(
    ("path", "field"),
    [(path, field) for path, (_, fields) in CALLS.items() for field in fields.split()],
)
def test_a_value_given_for_a_name_is_in_no_record(server, path, field):
    method, fields = CALLS[path]
    given = {name: WHERE.get(name, "get") for name in fields.split()} | {field: f"x.{VALUE}"}
    before = len(made_with_the_value(server))

    call(server, method, path, **given, permission="READ", string_value="another-7-Qx")

    records = made_with_the_value(server)
    assert len(records) == before + 1
    names = [records[-1].get(name) for name in ("scope", "key", "about")]
    assert "(invalid)" in names or path.endswith("/audit")


def made_with_the_value(server) -> list[dict[str, object]]:
    """Return the records of calls whose client called itself by the value."""
    return [record for record in audit(server) if record.get("client") == "[REDACTED]/1.0"]


def test_a_kernel_and_a_notebook_with_a_values_name_leave_no_value(server):
    """A client chooses both, and each is in the records of what the kernel asks for."""
    model = {"path": f"{VALUE}.ipynb", "type": "notebook", "name": f"{VALUE}.ipynb"}
    kernel_id = server.request("POST", "api/kernels", {"kernel_id": VALUE})["id"]
    started = server.request("POST", "api/sessions", {**model, "kernel": {"name": "python3"}})
    for kernel in (kernel_id, started["kernel"]["id"]):
        with server.connection(kernel) as connection:
            connection.execute("dbutils.secrets.get('prod', 'db')")
            connection.execute(f"dbutils.secrets.get('prod', {VALUE!r})")
        server.request("DELETE", f"api/kernels/{kernel}")

    of_kernels = [record for record in audit(server) if record.get("via") == "kernel"]
    assert kernel_id == VALUE
    assert {record["kernel_id"] for record in of_kernels} == {
        "[REDACTED]",
        started["kernel"]["id"],
    }
    assert any(str(record.get("notebook")).endswith("/[REDACTED].ipynb") for record in of_kernels)
    assert {record.get("key") for record in of_kernels} == {"db", "(invalid)"}


def test_a_name_that_holds_a_value_is_refused(server):
    for path, names in {
        "scopes/create": {"scope": VALUE},
        "put": {"scope": "prod", "key": VALUE, "string_value": "another-7-Qx"},
        "acls/put": {"scope": "prod", "principal": VALUE, "permission": "READ"},
    }.items():
        with pytest.raises(HttpError, match="holds the value of a secret") as caught:
            server.secrets("POST", path, **names)
        assert VALUE not in caught.value.body


def test_copies_of_the_log_hold_no_value(server):
    last = audit(server)[-1]["seq"]
    deadline = time.monotonic() + 30
    while f'"seq": {last}' not in server.copy.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)

    assert VALUE not in server.copy.read_text()


def test_nobody_hides_what_they_do_by_storing_names_as_values(server):
    """What the store has under a name is on record under it."""
    names = {"scope": "target-scope-77-Qx", "key": "target-key-77-Qx", "principal": "target-p-77"}
    server.store_secret(names["key"], "another-7-Qx", names["scope"])
    grant = {"scope": names["scope"], "principal": names["principal"]}
    server.secrets("POST", "acls/put", **grant, permission="READ")
    for name in names.values():
        server.store_secret(f"of-{len(name)}", name)

    server.secrets("GET", "get", scope=names["scope"], key=names["key"])
    server.secrets("GET", "acls/get", **grant)

    for action, field, name in (("get", "key", "key"), ("get-acl", "about", "principal")):
        record = audit(server, action=action)[-1]
        assert (record["scope"], record[field]) == (names["scope"], names[name])
