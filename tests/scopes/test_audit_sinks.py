"""Copies of the audit log: they get every record, each once, and hold nobody up."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from jupyter_secrets.scopes import AuditSinks, FileSink, RecordSink, Scopes
from tests.callers import ADMIN
from tests.jupyter import Server, command_line, home_environment


@pytest.fixture
def file(tmp_path):
    return tmp_path / "logs/audit.jsonl"


@pytest.fixture
def feed(scopes):
    """Start to feed a copy, as a process of its own would; returns how to stop it."""
    started: list[AuditSinks] = []

    def start(copy) -> Callable[[], None]:
        copies = AuditSinks(scopes, [copy], interval=0.01)
        copies.start()
        started.append(copies)
        return copies.stop

    yield start
    for copies in started:
        copies.stop()


def eventually(expected: object, look: Callable[[], object], timeout: float = 10.0) -> None:
    deadline = time.monotonic() + timeout
    while (found := look()) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found == expected


def seqs_in(path) -> list[int]:
    return [json.loads(line)["seq"] for line in path.read_text().splitlines()]


def get(scopes, times: int = 1) -> None:
    for _ in range(times):
        scopes.session(ADMIN).get("prod", "db")


def test_the_file_gets_what_was_there_and_what_comes(scopes, session, feed, file):
    stop = feed(FileSink(file))
    get(scopes, 5)
    stop()

    assert seqs_in(file) == list(range(1, 9))
    last = json.loads(file.read_text().splitlines()[-1])
    assert (last["action"], last["scope"], last["key"]) == ("get", "prod", "db")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "first-canary-value" not in file.read_text()
    (checked,) = session.admin.audit_verify_copies([file])
    assert checked.last == 8


def test_records_of_other_processes_are_copied_too(scopes, paths, feed, file):
    feed(FileSink(file))
    other = Scopes(paths)
    get(other, 3)
    other.close()

    eventually(list(range(1, 7)), lambda: seqs_in(file) if file.exists() else [])


def test_several_processes_on_one_file_write_each_record_once(scopes, paths, feed, file):
    others = [Scopes(paths) for _ in range(3)]
    copies = [AuditSinks(other, [FileSink(file)], interval=0.005) for other in others]
    for other, copy in zip(others, copies, strict=True):
        get(other)
        copy.start()
    for _ in range(20):
        for other in others:
            get(other)
    for copy in copies:
        copy.stop(timeout=10)
    for other in others:
        other.close()

    assert seqs_in(file) == list(range(1, 3 + 63 + 1))


def test_a_file_that_is_rotated_goes_on_in_a_new_one(scopes, session, feed, file):
    feed(FileSink(file))()
    rotated = file.with_suffix(".1")
    file.rename(rotated)
    get(scopes, 2)
    feed(FileSink(file))()

    assert seqs_in(rotated) == [1, 2, 3]
    assert seqs_in(file) == [4, 5]
    checked = session.admin.audit_verify_copies([file, rotated])
    assert [(one.first, one.last) for one in checked] == [(1, 3), (4, 5)]


def test_what_a_crash_left_of_a_line_is_written_anew(scopes, feed, file):
    feed(FileSink(file))()
    whole = file.read_text()
    get(scopes)
    file.write_text(f'{whole}{{"action": "ge')
    feed(FileSink(file))()

    assert file.read_text().startswith(whole)
    assert seqs_in(file) == [1, 2, 3, 4]


def test_a_crash_between_file_and_bookmark_repeats_nothing(scopes, feed, file):
    feed(FileSink(file))()
    bookmark = file.with_name("audit.jsonl.position")
    before = bookmark.read_bytes()
    get(scopes)
    feed(FileSink(file))()
    bookmark.write_bytes(before)
    get(scopes)
    feed(FileSink(file))()

    assert seqs_in(file) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("content", ["my notes", "my notes\n", '{"seq": 1}\n'])
def test_a_file_with_something_else_in_it_is_left_alone(
    scopes, session, feed, file, caplog, content
):
    file.parent.mkdir()
    file.write_text(content)
    stop = feed(FileSink(file))
    get(scopes, 3)
    stop()

    assert file.read_text() == content
    (message,) = [record.getMessage() for record in caplog.records]
    assert "holds something that is no copy of the audit log" in message
    assert "the records are in the store" in message
    assert session.admin.audit_verify() == 7


def test_a_copy_that_fails_is_named_once_and_catches_up(scopes, feed, file, caplog):
    file.mkdir(parents=True)  # a folder is in the way
    copy = FileSink(file)
    stop = feed(copy)
    get(scopes, 3)
    time.sleep(0.2)
    file.rmdir()
    stop()

    assert seqs_in(file) == list(range(1, 7))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_copy_that_hangs_holds_no_call_up_and_gets_everything_later(scopes, feed, tmp_path):
    hanging, taken = threading.Event(), []

    def take(records) -> None:
        hanging.wait(20)
        taken.extend(record["seq"] for record in records)

    stop = feed(RecordSink("a test", tmp_path / "test.position", take))
    eventually(True, (tmp_path / "test.position").exists)
    began = time.monotonic()
    get(scopes, 50)
    assert time.monotonic() - began < 10
    assert taken == []
    hanging.set()
    stop()

    assert taken == list(range(4, 54))


def test_what_a_copy_did_not_take_is_offered_again(scopes, feed, tmp_path, caplog):
    faults, taken = [OSError("a"), RuntimeError("first-canary-value")], []

    def take(records) -> None:
        if faults:
            raise faults.pop()
        taken.extend(record["seq"] for record in records)

    stop = feed(RecordSink("a test", tmp_path / "test.position", take))
    eventually(True, (tmp_path / "test.position").exists)
    get(scopes, 3)
    eventually([], lambda: faults)
    stop()

    assert taken == [4, 5, 6]
    assert "first-canary-value" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_a_copy_opens_no_store(paths, tmp_path):
    closed = Scopes(paths)
    copies = AuditSinks(closed, [FileSink(tmp_path / "audit.jsonl")], interval=0.01)
    copies.start()
    time.sleep(0.1)
    copies.stop()

    assert not paths.database.exists()
    assert not (tmp_path / "audit.jsonl").exists()


def test_a_command_has_copied_its_record_when_it_ends(tmp_path):
    file = tmp_path / "audit.jsonl"
    (tmp_path / "config").mkdir()
    (tmp_path / "config/jupyter_server_config.py").write_text(
        f"c.JupyterSecrets.audit_file = {str(file)!r}"
    )

    assert command_line("create-scope", "prod", home=tmp_path).returncode == 0
    assert command_line("list-scopes", home=tmp_path).returncode == 0

    actions = [json.loads(line)["action"] for line in file.read_text().splitlines()]
    assert actions == ["create-store", "create-scope", "list-scopes"]


def test_a_command_does_not_wait_for_a_copy_that_hangs(tmp_path):
    file = tmp_path / "audit.jsonl"
    os.mkfifo(file)  # nobody reads it: opening it for writing blocks
    (tmp_path / "config").mkdir()
    (tmp_path / "config/jupyter_server_config.py").write_text(
        f"c.JupyterSecrets.audit_file = {str(file)!r}"
    )

    done = subprocess.run(
        [sys.executable, "-m", "jupyter_secrets.cli", "create-scope", "prod"],
        env=os.environ | home_environment(tmp_path), timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0


def test_a_server_emits_each_record_once_also_those_from_while_it_was_down(tmp_path):
    events = tmp_path / "events.jsonl"
    config = (
        "import logging\n"
        "c.JupyterSecrets.audit_events = True\n"
        f"c.EventLogger.handlers = [logging.FileHandler({str(events)!r})]\n"
    )

    def seen() -> list[tuple[str, str]]:
        lines = events.read_text().splitlines() if events.exists() else []
        found = [json.loads(line) for line in lines if "/audit/" in line]
        return [(one["action"], one["outcome"]) for one in found if one["via"] != "internal"]

    def run(*arguments: str) -> None:
        command_line(*arguments, home=tmp_path, stdin="first-canary-value")

    run("create-scope", "before")
    bookmark = tmp_path / "data/jupyter_secrets/audit-events.position"
    for number in (1, 2):
        server = Server(tmp_path, config)
        server.start()
        try:
            eventually(True, bookmark.exists)
            server.request("POST", "api/2.0/secrets/scopes/create", {"scope": f"s{number}"})
            run("put-secret", f"s{number}", "db")
            expected = [("create-scope", "allow"), ("put", "allow")]
            down = [("list-scopes", "allow")] if number == 2 else []
            eventually([*expected, *down, *expected][: len(expected) * number + len(down)], seen)
        finally:
            server.stop()
        run("list-scopes")

    record = next(json.loads(one) for one in events.read_text().splitlines() if "/audit/" in one)
    assert record["__schema__"].endswith("events/audit/v1.yaml")
    assert record["principal"]
    assert "first-canary-value" not in events.read_text()
