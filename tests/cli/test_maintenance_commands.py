"""The commands for the log, for backups and for checking a store, as they are typed."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from tests.cli.answers import rows


def test_the_log_is_shown_verified_and_exported(run, scope):
    run("get-secret", scope, "nope")

    (row,) = rows(
        run("audit", "tail", "--of-key", "nope", "--outcome", "error", "-o", "json"), "records"
    )
    assert (row["action"], row["scope"]) == ("get", "prod")
    assert run("audit", "verify")[1].endswith("from the first to the last.\n")
    lines = run("audit", "export", "--action", "put")[1].splitlines()
    assert [json.loads(line)["version"] for line in lines] == [1, 2]
    assert "put" in run("audit", "tail", "--since", "1h")[1]


def test_old_records_move_into_an_archive_that_verifies(run, scope, tmp_path):
    archive, everything = str(tmp_path / "archive.jsonl"), tmp_path / "all.jsonl"
    everything.write_text(run("audit", "export")[1])

    nothing = run("audit", "prune", "--before", "2001-01-01", "--archive", archive)
    assert nothing == (0, "There are no records that old: nothing was moved.\n", "")
    moved = run("audit", "prune", "--before", "2100-01-01", "--archive", archive)[1]
    assert re.match(r"\d+ records are in .*archive.jsonl now, and no longer in the store", moved)

    assert run("audit", "verify")[1].endswith("from the first to the last.\n")
    assert "pruned" in run("audit", "tail")[1]
    answer = run("audit", "verify", archive, str(everything))
    assert answer[0] == 0, answer
    assert answer[1].count(": records 1 to ") == 2
    everything.write_text(everything.read_text().replace("create-scope", "create-spoce"))
    status, _, errors = run("audit", "verify", str(everything))
    assert status == 1
    assert "all.jsonl, line 2: record 2 was changed" in errors


def test_fsck_has_an_exit_status_and_json(run, scope):
    assert run("fsck")[:2] == (0, "The store is sound.\n")
    Path(os.environ["JUPYTER_DATA_DIR"], "jupyter_secrets/store.db").chmod(0o644)

    status, output, _ = run("fsck", "--json")

    assert status == 1
    assert json.loads(output)["sound"] is False
    assert "chmod 600" in json.loads(output)["faults"][0]["message"]


def test_a_backup_is_written_and_restored(run, scope, home):
    backup = home / "backup.db"
    assert run("backup", str(backup))[0] == 0
    run("put-secret", scope, "db", "--string-value", "third-Value-1234")

    assert run("restore", str(backup))[0] == 1  # nobody to ask
    assert run("restore", str(backup), "--yes")[0] == 0

    assert run("get-secret", scope, "db")[0] == 0
    assert len(rows(run("list-versions", scope, "db", "-o", "json"), "versions")) == 2
    assert run("reanchor", "--yes")[0] == 0


def test_the_anchor_lies_where_the_settings_say(run, home, tmp_path):
    anchor = tmp_path / "elsewhere/far.json"
    (home / "config").mkdir(exist_ok=True)
    config = home / "config/jupyter_server_config.py"
    config.write_text(f"c.JupyterSecrets.anchor_path = {str(anchor)!r}")

    assert run("create-scope", "prod")[0] == 0

    assert json.loads(anchor.read_text())["epoch"] == 1
    assert not (home / "config/jupyter_secrets/anchor.json").exists()
    anchor.unlink()
    status, _, errors = run("list-scopes")
    assert status == 1
    assert str(anchor) in errors
