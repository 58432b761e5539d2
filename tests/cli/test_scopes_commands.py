from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_secrets.cli import COMMANDS
from tests.jupyter import command_line, home_environment


@pytest.fixture
def run(home):
    """Run a command that has to work; return what it printed."""

    def run(*arguments: str, stdin: str | None = None) -> str:
        done = command_line(*arguments, home=home, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def fail(home):
    """Run a command that has to fail; return its message."""

    def fail(*arguments: str, stdin: str | None = None) -> str:
        done = command_line(*arguments, home=home, stdin=stdin)
        assert (done.returncode, done.stdout) == (1, "")
        assert "Traceback" not in done.stderr
        return done.stderr

    return fail


GRAMMARS = {
    "new": {
        "create": ["create-scope", "prod"],
        "put": ["put-secret", "prod", "db"],
        "list": ["list-secrets", "prod"],
        "grant": ["put-acl", "prod", "bob", "READ"],
        "delete": ["delete-secret", "prod", "db"],
        "drop": ["delete-scope", "prod"],
    },
    "legacy": {
        "create": ["create-scope", "--scope", "prod"],
        "put": ["put", "--scope", "prod", "--key", "db"],
        "list": ["list", "--scope", "prod"],
        "grant": ["put-acl", "--scope", "prod", "--principal", "bob", "--permission", "READ"],
        "delete": ["delete", "--scope", "prod", "--key", "db"],
        "drop": ["delete-scope", "--scope", "prod"],
    },
}


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
def test_both_grammars_do_the_same(run, grammar):
    run(*grammar["create"])
    run(*grammar["put"], stdin="piped value\n")
    run(*grammar["grant"])

    assert run("get-secret", "prod", "db") == "piped value\n"
    assert json.loads(run(*grammar["list"], "-o", "json"))["secrets"][0]["key"] == "db"
    assert json.loads(run("get-acl", "prod", "bob", "-o", "json")) == {
        "principal": "bob",
        "permission": "READ",
        "kind": "user",
    }
    run("delete-acl", "prod", "bob")
    run(*grammar["delete"])
    assert json.loads(run(*grammar["list"], "-o", "json")) == {"secrets": []}
    run(*grammar["drop"])
    assert json.loads(run("list-scopes", "-o", "json")) == {"scopes": []}


def test_tables_have_titles(run):
    run("create-scope", "prod")

    assert run("list-scopes").splitlines() == ["Name  Backend type", "prod  DATABRICKS"]
    assert run("list-acls", "prod").splitlines()[0].split() == ["Principal", "Permission", "Kind"]


def test_a_permission_says_of_which_kind_its_principal_is(run, fail):
    run("create-scope", "prod")

    granted = run("put-acl", "prod", "group:bob", "READ")
    run("put-acl", "prod", "user:bob", "WRITE")
    error = fail("delete-acl", "prod", "bob")
    run("delete-acl", "prod", "user:bob")

    assert granted.split() == ["Principal", "Permission", "Kind", "bob", "READ", "group"]
    assert error == (
        "Error: INVALID_PARAMETER_VALUE: bob is ambiguous: write group:bob or user:bob.\n"
    )
    assert json.loads(run("get-acl", "prod", "bob", "-o", "json"))["kind"] == "group"


def test_json_shows_a_value_in_base64(run):
    run("create-scope", "prod")
    run("put-secret", "prod", "db", stdin="hi")

    assert json.loads(run("get-secret", "prod", "db", "-o", "json")) == {
        "key": "db",
        "value": "aGk=",
    }


@pytest.mark.parametrize(
    ("options", "value"),
    [(["--string-value", "v1"], "v1"), (["--bytes-value", "djI="], "v2")],
    ids=["string", "bytes"],
)
def test_a_value_on_the_command_line_works_with_a_warning(home, run, options, value):
    run("create-scope", "prod")

    done = command_line("put-secret", "prod", "db", *options, home=home)

    assert (done.returncode, run("get-secret", "prod", "db")) == (0, value)
    assert "stays in your shell's history" in done.stderr
    assert value not in done.stderr


def test_a_value_comes_from_a_file_byte_for_byte(home, run):
    (home / "key.pem").write_bytes(b"-----BEGIN\n\n")
    run("create-scope", "prod")
    run("put", "--scope", "prod", "--key", "db", "--binary-file", str(home / "key.pem"))

    assert run("get-secret", "prod", "db") == "-----BEGIN\n\n"


@pytest.fixture
def type_value(home):
    """Put the secret prod/db on a terminal, typing these bytes; return status and what it shows."""

    def type_it(typed: bytes) -> tuple[int, bytes]:
        return _put_on_terminal(home, typed)

    return type_it


def _put_on_terminal(home: Path, typed: bytes) -> tuple[int, bytes]:
    master, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "jupyter_secrets.cli", "put-secret", "prod", "db"],
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        env=os.environ | home_environment(home), preexec_fn=_control_terminal,
    ) as process:  # fmt: skip
        os.close(terminal)
        shown = _read_until(master, b": ")
        os.write(master, typed)
        status = process.wait(30)
    return status, shown + _rest(master)


def test_on_a_terminal_the_value_is_asked_for_and_not_shown(run, type_value):
    run("create-scope", "prod")

    status, shown = type_value(b"typed by hand\n")

    assert status == 0
    assert b"Value of prod/db: " in shown
    assert b"typed by hand" not in shown
    assert run("get-secret", "prod", "db") == "typed by hand"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (b"\n", b"What was typed is empty, so nothing was stored"),
        (b"caf\xe9 value\n", b"not valid in this terminal"),
    ],
    ids=["nothing", "Latin-1"],
)
def test_what_is_no_value_is_not_stored_when_it_is_typed(run, type_value, typed, told):
    run("create-scope", "prod")

    status, shown = type_value(typed)

    assert status == 1
    assert told in b" ".join(shown.split())
    assert b"Traceback" not in shown
    assert json.loads(run("list-secrets", "prod", "-o", "json")) == {"secrets": []}


def _control_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _read_until(descriptor: int, end: bytes) -> bytes:
    shown = b""
    while end not in shown:  # followed by what tells the terminal to mark pastes
        shown += os.read(descriptor, 1024)
    return shown


def _rest(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1024)
    except OSError:  # the other end is closed
        return b""
    finally:
        os.close(descriptor)


def test_a_value_too_short_to_redact_is_noted_by_name(home, run):
    run("create-scope", "prod")

    done = command_line("put-secret", "prod", "db", home=home, stdin="abc")

    assert done.stderr.startswith("Note: prod/db ")
    assert "abc" not in done.stderr


@pytest.mark.parametrize(("value", "told"), [("v1-value\n", True), ("v1-value", False)])
def test_a_line_break_at_the_end_of_a_piped_value_is_told(home, run, value, told):
    run("create-scope", "prod")

    done = command_line("put-secret", "prod", "db", home=home, stdin=value)

    assert run("get-secret", "prod", "db") == value
    assert ("line break at its end is part of the value of prod/db" in done.stderr) is told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["audit", "tail", "-n", "-1"], "--lines is 0 or more"),
        (["list-secrets", "nope"], "RESOURCE_DOES_NOT_EXIST: Scope nope does not exist!"),
        (["get-secret", "nope", "x"], "RESOURCE_DOES_NOT_EXIST: Scope nope does not exist!"),
        (["create-scope", "a/b"], "INVALID_PARAMETER_VALUE: Invalid scope name"),
        (["list-secrets"], "SCOPE is missing"),
        (["list-secrets", "a", "--scope", "b"], "SCOPE is given twice"),
        (["lst"], 'did you mean "list"?'),
        (["put-acl", "prod", "bob", "OWN"], "one of READ, WRITE and MANAGE"),
        (["put-secret", "prod", "db", "typed-value"], "Unexpected argument for put-secret"),
        (["list-scopes", "--host", "nonsense"], "look like https://host:8888/base/url"),
        (["list-scopes", "--host", "http://127.0.0.1:9"], "127.0.0.1:9 does not answer"),
    ],
)
def test_what_was_wrong_is_said(fail, arguments, message):
    shown = fail(*arguments)

    assert shown.startswith("Error: ")
    assert message in shown
    assert "typed-value" not in shown


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help(run, command):
    assert command.name in run(*command.name.split(), "--help")


def test_a_locked_store_and_open_permissions_say_what_to_do(home, run, fail):
    run("create-scope", "prod")
    key = home / "config/jupyter_secrets/master.key"
    key.chmod(0o644)
    assert f"chmod 600 {key}" in fail("list-scopes")

    key.unlink()

    assert "STORE_LOCKED: The store is locked" in fail("list-scopes")


def test_a_server_is_reached_with_host_and_token(server, monkeypatch, run, fail):
    address = ["--host", server.url.rstrip("/")]
    monkeypatch.setenv("JUPYTER_SECRETS_TOKEN", server.token)
    run("create-scope", "remote", *address)
    run("put-secret", "remote", "db", *address, stdin="over rest")

    assert run("get-secret", "remote", "db", *address) == "over rest"
    assert json.loads(run("list-acls", "remote", "-o", "json", *address))["items"]
    assert "UNAUTHENTICATED" in fail("list-scopes", *address, "--token", "wrong")
    assert "Scope nope does not exist!" in fail("list", "nope", *address)


def test_a_server_that_the_environment_names_is_used_as_scripts_use_it(
    server, monkeypatch, run, fail
):
    server.store_secret("db", "over rest", scope="named")
    monkeypatch.setenv("JUPYTER_SECRETS_URL", server.url)
    without_token = fail("list-scopes")
    monkeypatch.setenv("JUPYTER_SECRETS_TOKEN", server.token)

    assert "JUPYTER_SECRETS_URL names a server, but there is no token for it: set" in without_token
    assert run("get-secret", "named", "db") == "over rest"
    assert "on your own store only: leave --host out, and JUPYTER_SECRETS_URL" in fail(
        "key", "list"
    )


def test_a_kernels_own_way_to_its_server_is_none_of_the_command_lines(monkeypatch, run):
    monkeypatch.setenv("JUPYTER_SECRETS_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("JUPYTER_SECRETS_CODE", "code-of-a-kernel")

    run("create-scope", "prod")

    assert "prod" in run("list-scopes")


def test_a_server_without_the_extension_is_told_apart(start_server, fail):
    server = start_server(
        arguments=("--ServerApp.jpserver_extensions={'jupyter_secrets': False}",),
    )

    shown = fail("list-scopes", "--host", server.url, "--token", server.token)

    assert "is jupyter_secrets installed and enabled there" in shown
