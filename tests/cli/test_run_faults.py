"""What is wrong with a command line of ``jupyter secrets run`` is told before anything runs."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "-- COMMAND [ARGUMENT ...]"),
        (("--",), "-- COMMAND [ARGUMENT ...]"),
        (("ls", "-l"), "write -- before the program"),
        (("--env", "PW=x", "env", "-u", "PW", "true"), "write -- before the program"),
        (("--env", "NOT_SET", "--", "touch", "ran"), "names NOT_SET, which is not set"),
        (("--env", "first-Value-1234", "--", "touch", "ran"), "--env takes NAME=TEXT"),
        (("--env", "=text", "--", "touch", "ran"), "--env takes NAME=TEXT"),
        (("--env", "PW={{secrets/nope/db}}", "--", "touch", "ran"), "Scope nope does not exist"),
        (("--env", "PW={{secrets/prod}}", "--", "touch", "ran"), "write {{secrets/<scope>/<key>}}"),
        (("--env", "PATH={{secrets/prod/db}}", "--", "touch", "ran"), "PATH refers to"),
        (("--env-file", "none.env", "--", "touch", "ran"), "none.env cannot be read: No such file"),
        (("--env-file", "folder", "--", "touch", "ran"), "folder cannot be read: Is a directory"),
        (("--env-file", "latin", "--", "touch", "ran"), "latin cannot be read: it is not UTF-8"),
        (("--env-file", "bad.env", "--", "touch", "ran"), "bad.env: Line 2 is not NAME=value"),
    ],
)
def test_bad_input_is_named_and_nothing_runs(run, scope, home, monkeypatch, arguments, told):
    monkeypatch.chdir(home)
    (home / "folder").mkdir()
    (home / "latin").write_bytes(b"A=\xe4")
    (home / "bad.env").write_text("A=1\nfirst-Value-1234\n")

    status, output, errors = run("run", *arguments)

    assert told in errors
    assert "first-Value" not in errors
    assert (output, status) == ("", 1)
    assert not (home / "ran").exists()
