"""``jupyter secrets serve``: a process that answers, says how it is, and stops when told to."""

from __future__ import annotations

import base64
import concurrent.futures
import logging
import socket
import ssl
import time
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, PermissionDenied, Unauthenticated

from jupyter_secrets._version import VERSION
from jupyter_secrets.client import Endpoint, RemoteClient, ServiceClient
from jupyter_secrets.errors import (
    BackendUnavailableError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from jupyter_secrets.model import AuditFilter, Permission
from jupyter_secrets.service.logs import JsonFormatter
from tests.jupyter import HttpError, command_line
from tests.service.service import OWNER, Service, wait_until

VALUE = "service-value-Rq61-canary-Tz"


@pytest.fixture(scope="module")
def client(service: Service) -> ServiceClient:
    client = service.client()
    client.create_scope("prod")
    client.put("prod", "db", VALUE.encode())
    return client


def test_it_says_where_it_listens(service):
    assert service.greeting == f"The service listens on http://127.0.0.1:{service.port}\n"


def test_a_token_opens_what_its_user_may_and_every_use_is_recorded(service, client):
    client.put_acl("prod", "alice", Permission.READ)
    alice = service.client("alice")

    assert alice.get("prod", "db").value == VALUE.encode()
    with pytest.raises(PermissionDeniedError, match="alice does not have WRITE permission"):
        alice.put("prod", "db", b"other")

    last = service.owner().audit_tail(AuditFilter(principal="alice", action="get"), limit=1)[0]
    assert (last["outcome"], last["client"], last["address"]) == (
        "allow", f"jupyter_secrets/{VERSION}", "127.0.0.1",
    )  # fmt: skip
    assert last["token"]


def test_a_token_that_was_revoked_opens_nothing_on_the_next_call(service, client):
    token = service.token("bob")
    bob = RemoteClient(Endpoint(service.url, token))
    bob.list_scopes()
    (listed,) = [each for each in service.owner().tokens.list() if each.owner == "bob"]

    service.owner().tokens.revoke(listed.token_id)

    with pytest.raises(UnauthenticatedError):
        bob.list_scopes()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer jst_made-up"},
        {"Authorization": "Bearer made-up"},
        {"Authorization": "Basic Og=="},
        {"X-Forwarded-User": OWNER},
        {"Cookie": "jupyterhub-services=made-up"},
    ],
    ids=["nothing", "an unknown token", "another's token", "a password", "a header", "a cookie"],
)
def test_nobody_is_told_to_log_in(service, client, headers):
    with pytest.raises(HttpError) as caught:
        service.respond("api/2.0/secrets/get?scope=prod&key=db", headers)

    assert caught.value.status == 401
    assert caught.value.answer["error_code"] == "UNAUTHENTICATED"


def test_the_official_sdk_works_with_the_services_address_and_a_token(service, client, monkeypatch):
    monkeypatch.setenv("DATABRICKS_HOST", service.url)
    monkeypatch.setenv("DATABRICKS_TOKEN", service.token())
    workspace = WorkspaceClient()

    workspace.secrets.create_scope("sdk")
    workspace.secrets.put_secret("sdk", "db", string_value=VALUE)
    listed = [scope.name for scope in workspace.secrets.list_scopes()]

    assert "sdk" in listed
    assert base64.b64decode(workspace.secrets.get_secret("sdk", "db").value) == VALUE.encode()
    assert workspace.dbutils.secrets.get("sdk", "db") == VALUE
    with pytest.raises(NotFound, match="Scope nope does not exist!"):
        workspace.secrets.get_secret("nope", "x")
    workspace.secrets.delete_scope("sdk")


def test_the_official_sdk_is_refused_at_once_and_does_not_try_for_minutes(service, client):
    carol = WorkspaceClient(host=service.url, token=service.token("carol"), auth_type="pat")
    nobody = WorkspaceClient(host=service.url, token="jst_made-up", auth_type="pat")

    with pytest.raises(PermissionDenied, match="carol does not have READ permission"):
        carol.secrets.get_secret("prod", "db")
    with pytest.raises(Unauthenticated):
        nobody.secrets.get_secret("prod", "db")


def test_its_page_says_where_tokens_are_made_if_nobody_can_log_in(service):
    with pytest.raises(HttpError) as caught:
        service.respond("", {"Authorization": f"Bearer {service.token()}"})

    assert caught.value.status == 401
    assert "jupyter secrets token create NAME" in caught.value.body


def test_it_says_that_it_is_alive_and_ready(service):
    assert service.respond("healthz")[1] == b"ok\n"
    assert service.respond("readyz")[1] == b"ready\n"


def test_its_metrics_name_no_secret_and_nobody(service, client):
    client.get("prod", "db")

    text = service.respond("metrics")[1].decode()

    assert 'endpoint="api/2.0/secrets/get",method="GET",status="200"' in text
    assert "jupyter_secrets_request_seconds_bucket" in text
    for word in ("prod", '"db"', OWNER, VALUE):
        assert word not in text


def test_its_log_has_a_line_of_json_for_each_call_and_no_name_of_a_secret(service, client):
    client.get("prod", "db")

    def logged() -> bool:
        entry = service.logged()[-1]
        return entry.get("endpoint") == "api/2.0/secrets/get" and (
            (entry["status"], entry["principal"], entry["level"]) == (200, OWNER, "info")
        )

    wait_until(logged)
    assert VALUE not in service.log.read_text()
    assert "scope=" not in service.log.read_text()


@pytest.mark.parametrize(
    "request_head",
    [
        "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: {} x\r\n\r\n",
        "{} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
def test_its_log_quotes_nothing_of_a_request_that_it_cannot_read(service, request_head):
    lines, token = len(service.logged()), "jst_" + "x" * 43

    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        connection.sendall(request_head.format(token).encode())
        while connection.recv(4096):
            pass

    wait_until(lambda: len(service.logged()) > lines)
    assert token not in service.log.read_text()


def test_its_log_has_no_text_of_an_exception():
    error = ValueError(VALUE)
    records = [
        logging.LogRecord("a", logging.ERROR, "", 0, "Failed: %s", (error,), None),
        logging.LogRecord(
            "asyncio",
            logging.ERROR,
            "",
            0,
            f"Task exception was never retrieved\nfuture: {error!r}",
            (),
            (ValueError, error, None),
        ),
    ]

    texts = [JsonFormatter().format(record) for record in records]

    assert ["ValueError" in text for text in texts] == [True, True]
    assert [VALUE in text for text in texts] == [False, False]


def test_failed_authentication_is_answered_later_each_time_and_holds_up_nobody_else(
    start_service,
):
    service = start_service()
    client = service.client()

    def fail() -> None:
        with pytest.raises(HttpError):
            service.respond("jupyter-secrets/status", {"Authorization": "Bearer jst_made-up"})

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        failing = [pool.submit(fail) for _ in range(7)]
        client.list_scopes()
        assert not all(each.done() for each in failing)
    wait_until(lambda: len(_failures(service)) == 7)

    waited = sorted(entry["ms"] / 1000 for entry in _failures(service))
    least = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0]
    assert [seconds >= each for seconds, each in zip(waited, least, strict=True)] == [True] * 7
    service.stop()


def _failures(service: Service) -> list[dict[str, Any]]:
    return [entry for entry in service.logged() if entry.get("status") == 401]


def test_it_answers_calls_under_way_before_it_stops(start_service):
    service = start_service()
    client = service.client()
    client.create_scope("stop")
    stored: list[str] = []

    def store() -> None:
        for number in range(1_000):
            client.put("stop", f"k{number}", VALUE.encode())
            stored.append(f"k{number}")

    with concurrent.futures.ThreadPoolExecutor() as pool:
        writing = pool.submit(store)
        while len(stored) < 5:
            time.sleep(0.01)
        assert service.stop() == 0
        with pytest.raises(BackendUnavailableError):
            writing.result()

    kept = [secret.key for secret in service.owner().list_secrets("stop")]
    assert set(stored) == set(kept)


def test_it_does_not_start_with_a_store_that_it_cannot_open(start_service):
    service = start_service()
    service.client().create_scope("prod")
    service.stop()
    key = service.home / "config/jupyter_secrets/master.key"
    key.rename(key.with_suffix(".away"))

    with pytest.raises(RuntimeError, match="STORE_LOCKED"):
        service.start()

    key.with_suffix(".away").rename(key)
    service.start()
    assert service.respond("readyz")[1] == b"ready\n"
    service.stop()


def test_a_port_that_is_taken_is_named(service, tmp_path):
    taken = Service(tmp_path, port=service.port)

    with pytest.raises(RuntimeError, match=rf"port {service.port}.*--port"):
        taken.start()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--prot", "1"], "did you mean --port?"),
        (["--port", "nonsense"], "What --port was given is not valid"),
        (["--port", "70000"], "a whole number from 0 to 65535"),
        (["--keyfile", "key.pem"], "a keyfile and no certfile"),
        (["--certfile", "none.pem"], "The certfile none.pem cannot be read: No such file"),
        (["--certfile", "cert.pem", "--keyfile", "."], "The keyfile . cannot be read: Is a dir"),
        (["--certfile", "key.pem", "--keyfile", "cert.pem"], "cannot be used together"),
    ],
)
def test_an_option_that_cannot_be_is_named_before_anything_is_served(tmp_path, options, told):
    certificate, key = make_certificate(tmp_path)
    assert (certificate.name, key.name) == ("cert.pem", "key.pem")

    done = command_line("serve", *options, home=tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr


@pytest.mark.parametrize(
    ("ip", "told"),
    [
        ("127.0.0.1", "Only this machine reaches it; for others take --ip"),
        ("0.0.0.0", "Values pass unencrypted"),
    ],
)
def test_it_says_who_reaches_it_and_whether_they_do_so_in_secret(tmp_path, ip, told):
    service = Service(tmp_path, config=f"c.JupyterSecretsService.ip = {ip!r}")
    service.start()
    lines = [service.process.stdout.readline() for _ in range(4 + (ip == "0.0.0.0"))]

    assert told in "".join(lines)
    assert service.stop() == 0


def test_a_relative_path_of_the_store_is_that_of_the_folder_it_was_started_in(tmp_path):
    service = Service(tmp_path, config="c.JupyterSecrets.store_path = 'kept/store.db'")
    service.start()
    assert service.stop() == 0

    assert (tmp_path / "kept/store.db").exists()


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_cannot_be_is_refused_by_name(tmp_path, port):
    with pytest.raises(RuntimeError, match=r"c\.JupyterSecretsService\.port must be"):
        Service(tmp_path, port=port).start()


def test_it_speaks_tls(start_service, tmp_path):
    certificate, key = make_certificate(tmp_path)
    service = start_service(
        config=f"c.JupyterSecretsService.certfile = {str(certificate)!r}\n"
        f"c.JupyterSecretsService.keyfile = {str(key)!r}\n"
    )

    client = RemoteClient(Endpoint(service.url, service.token(), str(certificate)))
    client.create_scope("tls")

    assert service.url.startswith("https://")
    assert [scope.name for scope in client.list_scopes()] == ["tls"]
    with pytest.raises(BackendUnavailableError, match="SSLCertVerificationError"):
        RemoteClient(Endpoint(service.url, service.token())).list_scopes()
    assert ssl.get_server_certificate(("127.0.0.1", service.port))
    service.stop()


def make_certificate(folder):
    """Make a certificate for 127.0.0.1, signed by itself."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
