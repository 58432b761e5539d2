"""The commands for versions and all that belongs to a secret, as they are typed."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from contextlib import closing

import pytest

from jupyter_secrets.store.db import connection
from tests.cli.answers import rows


def test_versions_are_listed_and_restored(run, scope):
    listed = rows(run("list-versions", scope, "db", "-o", "json"), "versions")
    assert [row["version"] for row in listed] == [1, 2]

    run("restore-secret", scope, "db", "--to-version", "1")

    assert run("get-secret", scope, "db", "-o", "json")[1].count("Zmlyc3QtVmFsdWUtMTIzNA==")


def test_a_deleted_secret_is_shown_restored_and_purged(run, scope):
    run("delete-secret", scope, "db")
    (row,) = rows(run("describe-secrets", scope, "--deleted", "-o", "json"), "secrets")
    assert row["key"] == "db"

    assert run("restore-secret", scope, "db")[0] == 0
    run("delete-secret", scope, "db")
    assert run("purge-secrets", scope)[2].endswith("give --yes to go on.\n")
    assert run("purge-secrets", scope, "db", "--yes")[1] == "1 deleted secrets were erased.\n"


def test_what_of_a_value_is_hidden_is_explained_and_what_is_not_is_said_when_it_is_put(run, scope):
    value = '{"host": "db.acme.test", "password": "hunt3r2"}'

    _, _, told = run("put-secret", scope, "app", "--string-value", value)
    found = rows(run("explain", scope, "app", "-o", "json"), "components")

    assert "app has a secret part (password) that is short" in told
    assert {row["name"]: row["redacted"] for row in found} == {
        "whole value": True, "host": False, "password": True,
    }  # fmt: skip
    assert "hunt3r2" not in run("explain", scope, "app")[1]
    assert run("explain", scope, "missing")[0] == 1


PARTS = "postgresql://reporting:first-Canary-12@db.acme.test/shop"


def components(run, *options: str) -> dict[str, tuple[bool, str]]:
    shown = run("explain", "prod", "app", *options, "-o", "json")
    return {row["name"]: (row["redacted"], row["why"]) for row in rows(shown, "components")}


def test_components_are_decided_about_and_that_is_taken_back(run, scope):
    run("put-secret", scope, "app", "--string-value", PARTS)

    decided = components(run, "--public", "host", "--secret", "user", "--public", "password")
    assert decided["host"] == (False, "set by its owner")
    assert decided["user"][0]
    assert decided["user"][1].startswith("set by its owner; redacted in every encoding")
    assert decided["password"] == (False, "set by its owner")
    assert components(run) == decided

    taken_back = components(run, "--default", "Password", "--default=user")
    assert taken_back["password"] == (True, components(run)["password"][1])
    assert "set by its owner" not in taken_back["user"][1] + taken_back["password"][1]
    assert taken_back["host"] == decided["host"]
    assert "first-Canary-12" not in run("audit", "tail", "-o", "json")[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--public", "server"), "those with a name are host, password and user."),
        (("--public", "first-Canary-12"), "those with a name are host, password and user."),
        (("--public", "component 1"), "those with a name are host, password and user."),
        (("--public", "whole value"), "is always redacted"),
        (("--public", "host", "--secret", "Host"), "Name each component once"),
    ],
    ids=["no such name", "a value", "a number", "the whole", "twice"],
)
def test_what_cannot_be_decided_says_what_can(run, scope, options, message):
    run("put-secret", scope, "app", "--string-value", PARTS)

    status, shown, errors = run("explain", scope, "app", *options)

    assert (status, shown) == (1, "")
    assert message in errors
    assert "Canary" not in errors
    assert "owner" not in run("explain", scope, "app")[1]


def test_comment_expiry_and_redaction_are_set(run, scope):
    changes = ("--comment", "the main one", "--expires", "2030-01-01", "--not-sensitive")
    assert run("update-secret", scope, "db", *changes)[0] == 0

    (row,) = rows(run("describe-secrets", scope, "-o", "json"), "secrets")
    assert (row["comment"], row["expires_timestamp"]) == ("the main one", 1893456000000)
    assert row["sensitive"] is False
    assert "2030-01-01 00:00:00 UTC" in run("describe-secrets", scope)[1]
    assert run("update-secret", scope, "db")[0] == 1


@pytest.mark.parametrize("expires", ["999999w", "9999-12-31T23:59:59-01:00"])
def test_an_expiry_is_in_the_calendar(run, scope, expires):
    status, _, errors = run("update-secret", scope, "db", "--expires", expires)

    assert (status, "in the year 9999 at the latest" in errors) == (1, True)
    assert run("update-secret", scope, "db", "--expires", "9999-12-31")[0] == 0
    assert "9999-12-31 00:00:00 UTC" in run("describe-secrets", scope)[1]


def test_an_expiry_beyond_the_calendar_is_shown_as_it_is(run, scope, monkeypatch):
    monkeypatch.setattr("jupyter_secrets.scopes.secrets.MAX_TIME", 2**53)
    monkeypatch.setattr("jupyter_secrets.cli.times.MAX_TIME", 2**53)
    run("update-secret", scope, "db", "--expires", "999999w")

    assert re.search(r" 60\d{13} ", run("describe-secrets", scope)[1])


@pytest.mark.parametrize(("answer", "left"), [("n", 1), ("", 1), ("y", 0)])
def test_on_a_terminal_a_scope_with_secrets_is_deleted_after_a_question(
    run, scope, terminal, answer, left
):
    terminal(answer)

    status, _, errors = run("delete-scope", scope)

    assert status == left
    assert "Delete prod and its 1 secrets? They cannot be restored. [y/N]" in errors
    assert len(rows(run("list-scopes", "-o", "json"), "scopes")) == left


def test_no_question_is_asked_of_scripts_nor_of_an_empty_scope_nor_with_yes(run, scope, terminal):
    assert run("delete-scope", scope) == (0, "", "")
    terminal("n", "n")
    run("create-scope", "empty")
    assert run("delete-scope", "empty") == (0, "", "")
    run("create-scope", "full")
    run("put-secret", "full", "db", "--string-value", "v")
    assert run("delete-scope", "full", "--yes") == (0, "", "")


def test_everything_that_is_told_can_be_told_in_json(run, scope, tmp_path):
    def told(*arguments: str) -> dict[str, object]:
        status, output, _ = run(*arguments, "-o", "json")
        assert status == 0
        return json.loads(output)

    archive, values = str(tmp_path / "archive.jsonl"), tmp_path / "values.json"
    values.write_text('{"db": "third-Value-1234"}')
    run("put-secret", scope, "gone", "--string-value", "x")
    run("delete-secret", scope, "gone")

    assert told("purge-secrets", scope, "--yes") == {"purged": 1}
    assert told("import", scope, str(values), "--yes") == {"imported": 1}
    assert told("key", "rotate", "--of-scope", scope) == {"encrypted": 3}
    assert told("audit", "verify")["verified"] > 5
    before = ("audit", "prune", "--archive", archive, "--before")
    assert told(*before, "2001-01-01") == {"pruned": 0, "archive": None}
    pruned = told(*before, "2100-01-01")
    assert pruned["archive"] == archive
    assert told("audit", "verify", archive) == {
        "copies": [{"file": archive, "first": 1, "last": pruned["pruned"]}]
    }
    assert told("key", "generate", str(tmp_path / "k")) == {"file": str(tmp_path / "k")}
    assert told("lock") == told("unlock", "--without-passphrase") == {"servers": []}


def test_a_missing_version_names_the_command_that_lists_them(run, scope):
    errors = run("restore-secret", scope, "db", "--to-version", "9")[2]

    assert "see jupyter secrets list-versions." in errors


def test_stale_secrets_are_listed(run, scope):
    run("update-secret", scope, "db", "--expires", "2020-01-01")

    (row,) = rows(run("stale", "-o", "json"), "secrets")
    assert (row["key"], row["why"]) == ("db", "expired, never read")


@pytest.mark.parametrize("form", ["json", "env"])
def test_a_scope_is_exported_and_imported(run, scope, home, form):
    assert run("export", scope)[0] == 1  # nobody to ask
    status, output, _ = run("export", scope, "--yes", "--format", form)
    assert status == 0
    file = home / "values"
    file.write_text(output)
    run("create-scope", "copy")

    assert run("import", "copy", str(file), "--yes")[0] == 0

    assert run("export", "copy", "--yes", "--format", form)[1] == output


@pytest.mark.parametrize(("form", "kept"), [("json", True), ("env", False)])
def test_an_export_as_json_holds_what_was_decided_about_components(run, scope, home, form, kept):
    run("put-secret", scope, "app", "--string-value", PARTS)
    run("explain", scope, "app", "--public", "password")
    file = home / "values"
    file.write_text(run("export", scope, "--yes", "--format", form)[1])
    run("delete-secret", scope, "app")

    assert run("import", scope, str(file), "--yes")[0] == 0

    assert (components(run)["password"] == (False, "set by its owner")) is kept


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 1), ("", 1)])
def test_a_terminal_is_asked(run, scope, terminal, answer, status):
    terminal(answer)

    found, output, errors = run("export", scope)

    assert found == status
    assert "in plain text? [y/N]" in errors
    assert ("second-Value-1234" in output) is (status == 0)


# Imports


@pytest.mark.parametrize("text", ['{"a": "x", "A": "y"}', "a=x\nA=y\n"], ids=["json", "env"])
def test_names_that_are_one_key_are_refused(run, scope, tmp_path, text):
    (tmp_path / "values").write_text(text)

    status, _, errors = run("import", scope, str(tmp_path / "values"), "--yes")

    assert (status, '"a" and "A" are one key' in errors) == (1, True)
    assert len(rows(run("list-secrets", scope, "-o", "json"), "secrets")) == 1


@pytest.mark.parametrize("text", ['{"a": "x"}', "a=x\r\n"], ids=["json", "env"])
def test_a_file_may_begin_with_a_byte_order_mark(run, scope, tmp_path, text):
    (tmp_path / "values").write_bytes(b"\xef\xbb\xbf" + text.encode())

    assert run("import", scope, str(tmp_path / "values"), "--yes")[0] == 0
    assert run("get-secret", scope, "a")[1] == "x"


@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
@pytest.mark.parametrize(
    "command", [("get-secret", "prod", "db"), ("put-secret", "prod", "db", "--string-value", "x")],
    ids=["get", "put"],
)  # fmt: skip
def test_a_command_waits_once_for_another_process_that_hangs(
    run, scope, home, monkeypatch, command, lock
):
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_MS", 1000)
    monkeypatch.setitem(connection.PRAGMAS, "busy_timeout", 1000)
    (path,) = home.rglob("store.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as hung:
        hung.execute(f"BEGIN {lock}")
        began = time.monotonic()

        status, _, errors = run(*command)

        assert (status, "is busy: another process" in errors) == (1, True)
        assert time.monotonic() - began < 1.9
