"""The commands for tokens and service principals, and what two people do to one secret."""

from __future__ import annotations

import json
import re

from tests.cli.answers import rows


def test_the_token_alone_is_on_standard_output_and_shown_once(run, scope):
    status, output, errors = run("token", "create", "ci", "--scope", scope, "--permission", "READ")

    assert status == 0
    assert re.fullmatch(r"jst_[A-Za-z0-9]{43}\n", output)
    assert "only time that the token is shown" in errors
    assert output.strip() not in errors
    (listed,) = rows(run("token", "list", "-o", "json"), "tokens")
    assert (listed["name"], listed["scopes"], listed["permission"]) == ("ci", "prod", "READ")
    assert output.strip() not in run("token", "list")[1]
    assert f"token revoke {listed['id']}" in errors


def test_a_token_is_revoked_by_its_id(run, scope):
    made = json.loads(run("token", "create", "ci", "--expires", "30d", "-o", "json")[1])

    assert run("token", "revoke", made["token_info"]["id"])[0] == 0

    (listed,) = rows(run("token", "list", "-o", "json"), "tokens")
    assert listed["revoked_timestamp"]
    days = (listed["expires_timestamp"] - listed["created_timestamp"]) / 86_400_000
    assert 29.9 < days < 30.1


def test_a_token_is_made_for_a_service_principal_that_exists(run, scope):
    assert "no service principal" in run("token", "create", "ci", "--owner", "service:etl")[2]

    assert run("principal", "create", "etl", "--comment", "every night")[0] == 0
    assert run("token", "create", "ci", "--owner", "etl")[0] == 0
    acl = json.loads(run("put-acl", scope, "etl", "READ", "-o", "json")[1])

    assert acl == {"principal": "etl", "permission": "READ", "kind": "service"}
    (listed,) = rows(run("principal", "list", "-o", "json"), "principals")
    assert (listed["name"], listed["comment"]) == ("etl", "every night")
    assert run("principal", "delete", "etl")[0] == 0
    assert rows(run("token", "list", "-o", "json"), "tokens") == []


def test_what_is_no_token_says_so(run, scope):
    for arguments, message in (
        (("token", "revoke", "nothing"), "There is no token with this ID"),
        (("token", "create", "ci", "--expires", "2000d"), "at most 365 days"),
        (("token", "create", "ci", "--expires", "2001-01-01"), "more than 0 seconds"),
        (("token", "create", "ci", "--scope", "nope"), "Scope nope does not exist!"),
        (("principal", "delete", "nobody"), "no service principal of this name"),
    ):
        status, output, errors = run(*arguments)
        assert (status, output) == (1, "")
        assert message in errors


def test_a_put_for_an_older_version_stores_nothing(run, scope):
    put = ("put-secret", scope, "db", "--string-value", "third-Value-1234", "--if-version")

    status, _, errors = run(*put, "1")

    assert status == 1
    assert "RESOURCE_CONFLICT: prod/db has version 2" in errors
    assert run(*put, "2")[0] == 0
    assert run("get-secret", scope, "db")[1] == "third-Value-1234"


def test_an_expired_secret_is_given_with_a_warning_or_refused(run, scope):
    run("update-secret", scope, "db", "--expires", "2001-01-01")

    status, _, errors = run("get-secret", scope, "db")
    assert status == 0
    assert "Warning: prod/db expired at 2001-01-01 00:00 UTC" in errors
