"""No value reaches the audit log where the command line opens the store itself."""

from __future__ import annotations

import pytest

VALUE = "tk9fA7xQ-2LmZ-8vKp-4WcR-6yB1nD5gH0jS"


@pytest.mark.parametrize(
    "arguments",
    [
        ("get-secret", "prod", VALUE),
        ("get-secret", f"{VALUE}.x", "db"),
        ("delete-secret", "prod", VALUE),
        ("list-acls", VALUE),
        ("create-scope", VALUE),
        ("put-secret", "prod", VALUE, "--string-value", "another-7-Qx"),
        ("put-acl", "prod", VALUE, "READ"),
        ("get-acl", "prod", VALUE),
    ],
    ids=" ".join,
)
def test_a_value_given_for_a_name_is_in_no_record(run, home, scope, arguments):
    run("put-secret", "prod", "token", "--string-value", VALUE)

    status, _, _ = run(*arguments)
    _, shown, _ = run("audit", "tail", "-o", "json")

    assert status == 1
    assert VALUE not in shown
    assert '"(invalid)"' in shown
    files = [path for path in home.rglob("*") if path.is_file()]
    assert not [path for path in files if VALUE.encode() in path.read_bytes()]


def test_a_name_that_is_only_mistaken_is_recorded(run, scope):
    run("get-secret", "prod", "bd")

    assert '"bd"' in run("audit", "tail", "-o", "json")[1]
