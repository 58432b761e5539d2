"""The oldest records leave the store: nothing is lost, and nobody else can cut the log short."""

from __future__ import annotations

import json
import resource
import shutil
import sqlite3
from contextlib import closing

import pytest

from jupyter_secrets.errors import (
    IntegrityError,
    InvalidParameterError,
    PermissionDeniedError,
    StoreError,
)
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store.maintenance import prune as pruning
from tests.callers import ADMIN, BOB, KERNEL
from tests.store.dying import killed_at_every_step

ALL = 2**53
# By the log's own chain, or first by the anchor, whose record is gone.
FOUND = "The audit log was changed at record|older than the store was"


@pytest.fixture
def scopes(new_scopes, monkeypatch):
    """A store with some records, of which the anchor covers all: batches of three."""
    monkeypatch.setattr(pruning, "BATCH", 3)
    session = new_scopes.session(ADMIN)
    session.create_scope("prod")
    for number in range(8):
        session.put("prod", "db", f"value-{number}".encode())
    return new_scopes


@pytest.fixture
def archive(tmp_path):
    return tmp_path / "archive.jsonl"


def seqs_in(path) -> list[int]:
    return [json.loads(line)["seq"] for line in path.read_text().splitlines()]


def seqs_of(scopes) -> list[int]:
    return [int(str(record["seq"])) for record in scopes.session(ADMIN).admin.audit_export()]


def edit(paths, statement: str) -> None:
    with closing(sqlite3.connect(paths.database)) as connection, connection:
        connection.execute(statement)


def test_old_records_move_to_the_archive_and_both_verify(scopes, session, archive):
    assert session.admin.audit_prune(before=ALL, archive=archive) == 10

    assert seqs_in(archive) == list(range(1, 11))
    assert archive.stat().st_mode & 0o777 == 0o600
    assert seqs_of(scopes) == [10, 11, 12]
    assert session.admin.audit_verify() == 4
    (checked,) = session.admin.audit_verify_copies([archive])
    assert (checked.first, checked.last) == (1, 10)
    assert session.admin.check() == []


def test_the_log_begins_with_what_was_pruned_when_and_by_whom(session, archive):
    session.admin.audit_prune(before=ALL, archive=archive)

    checkpoint = next(session.admin.audit_export())
    last = json.loads(archive.read_text().splitlines()[-1])
    assert (checkpoint["action"], checkpoint["principal"], checkpoint["seq"]) == (
        "pruned",
        "root",
        10,
    )
    assert checkpoint["until"] == last["time"]
    assert session.audit_tail(limit=100)[0]["action"] == "pruned"


def test_only_what_is_old_enough_goes(scopes, session, archive, monkeypatch):
    later = scopes.store().now + 1000
    monkeypatch.setattr(scopes.store(), "_clock", lambda: later / 1000)
    session.put("prod", "db", b"newer")

    assert session.admin.audit_prune(before=later, archive=archive) == 10
    assert seqs_of(scopes)[:2] == [10, 11]


def test_where_nothing_is_old_nothing_is_written(scopes, session, archive):
    assert session.admin.audit_prune(before=1, archive=archive) == 0
    assert not archive.exists()
    assert seqs_of(scopes)[0] == 1


def test_the_next_archive_begins_where_the_last_one_ended(session, archive, tmp_path):
    session.admin.audit_prune(before=ALL, archive=archive)
    session.put("prod", "db", b"later")
    second = tmp_path / "second.jsonl"

    assert session.admin.audit_prune(before=ALL, archive=second) == 2

    assert seqs_in(second) == [10, 11, 12]
    checked = session.admin.audit_verify_copies([second, archive])
    assert [(one.first, one.last) for one in checked] == [(1, 10), (10, 12)]
    with pytest.raises(StoreError, match="cannot be created"):
        session.admin.audit_prune(before=ALL, archive=second)
    third = tmp_path / "third.jsonl"
    session.admin.audit_prune(before=ALL, archive=third)
    assert session.admin.audit_prune(before=1, archive=tmp_path / "fourth.jsonl") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET record = replace(record, 'root', 'eve') WHERE seq = 10",
        "UPDATE audit SET record = replace(record, '\"until\":1', '\"until\":2') WHERE seq = 10",
        'UPDATE audit SET record = \'{"checkpoint":"00"}\' WHERE seq = 10',
        "UPDATE audit SET record = '{\"checkpoint\":0}' WHERE seq = 10",
        "UPDATE audit SET record = '[]' WHERE seq = 10",
        "UPDATE audit SET mac = zeroblob(32) WHERE seq = 10",
        "UPDATE audit SET seq = 9 WHERE seq = 10",
        "UPDATE audit SET seq = 1 WHERE seq = 10",
        "DELETE FROM audit WHERE seq = 10",
        "DELETE FROM audit WHERE seq = 11",
        "DELETE FROM audit WHERE seq IN (10, 11)",
        "INSERT INTO audit SELECT 9, record, mac FROM audit WHERE seq = 10",
    ],
)
def test_L2_a_seal_that_is_changed_moved_or_missing_is_found(session, paths, archive, statement):
    session.admin.audit_prune(before=ALL, archive=archive)
    session.get("prod", "db")
    edit(paths, statement)

    with pytest.raises(IntegrityError, match=FOUND):
        session.admin.audit_verify()
    with pytest.raises(IntegrityError, match=FOUND):
        session.audit_tail(limit=100)


def test_L2_an_older_seal_covers_no_more_than_it_did(session, paths, archive, tmp_path):
    session.admin.audit_prune(before=ALL, archive=archive)
    old = tmp_path / "old.db"
    shutil.copy(paths.database, old)
    session.put("prod", "db", b"later")
    session.admin.audit_prune(before=ALL, archive=tmp_path / "second.jsonl")
    edit(paths, "DELETE FROM audit WHERE record LIKE '%pruned%'")
    with closing(sqlite3.connect(paths.database)) as connection, connection:
        connection.execute("ATTACH ? AS old", (str(old),))
        connection.execute("INSERT INTO audit SELECT * FROM old.audit WHERE record LIKE '%pruned%'")

    with pytest.raises(IntegrityError, match=FOUND):
        session.admin.audit_verify()


def test_L2_a_changed_or_shortened_archive_is_found_and_named(session, archive):
    session.admin.audit_prune(before=ALL, archive=archive)
    lines = archive.read_text().splitlines(keepends=True)
    for changed, fault in (
        ([lines[0], lines[1].replace("root", "eve"), *lines[2:]], "line 2: record 2 was changed"),
        ([lines[0], *lines[2:]], "line 2: record 3 was changed, or does not follow"),
    ):
        archive.write_text("".join(changed))
        with pytest.raises(IntegrityError, match=fault):
            session.admin.audit_verify_copies([archive])
    archive.write_text("".join(lines[4:]))
    with pytest.raises(InvalidParameterError, match="begins with record 5, which cannot"):
        session.admin.audit_verify_copies([archive])
    for content, fault in (
        ("", "has no records"),
        ("{}\n", "line 1: this is not an audit record"),
        ("[]\n", "line 1: this is not an audit record"),
        ('{"seq": "1"}\n', "line 1: this is not an audit record"),
    ):
        archive.write_text(content)
        with pytest.raises(InvalidParameterError, match=fault):
            session.admin.audit_verify_copies([archive])


def test_L2_a_copy_knows_of_a_log_that_was_rewound(scopes, session, paths, archive):
    old = paths.database.read_bytes()
    session.get("prod", "db")
    archive.write_text("".join(f"{json.dumps(one)}\n" for one in session.admin.audit_export()))
    scopes.close()
    paths.database.write_bytes(old)
    session.admin.reanchor()

    with pytest.raises(IntegrityError, match="rolled back to an older state"):
        session.admin.audit_verify_copies([archive])


def test_an_archive_that_is_there_is_not_overwritten(scopes, session, archive):
    archive.write_text("precious")

    with pytest.raises(StoreError, match="cannot be created"):
        session.admin.audit_prune(before=ALL, archive=archive)

    assert archive.read_text() == "precious"
    assert seqs_of(scopes)[0] == 1


def test_F2_a_disk_too_full_for_the_archive_keeps_the_records(scopes, session, archive):
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    session.get("prod", "db")
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, unlimited[1]))
    try:
        with pytest.raises(StoreError):
            pruning.prune_audit_log(scopes.store(), before=ALL, archive=archive, record={})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)

    assert not archive.exists()
    assert seqs_of(scopes)[0] == 1


def test_F2_killed_at_every_step_every_record_is_in_the_log_or_in_an_archive(
    scopes, paths, tmp_path
):
    scopes.close()
    number = [0]

    def prune() -> None:
        service = Scopes(paths)
        path = tmp_path / f"archive-{len(list(tmp_path.glob('archive-*')))}.jsonl"
        pruning.prune_audit_log(
            service.store(), before=ALL, archive=path, record={"action": "pruned"}
        )

    def check() -> None:
        service = Scopes(paths)
        assert service.session(ADMIN).admin.check() == []
        begins = seqs_of(service)[0]
        archived = {
            seq for path in tmp_path.glob("archive-*") for seq in whole_lines(path.read_text())
        }
        assert set(range(1, begins)) <= archived
        service.close()
        number[0] += 1

    def whole_lines(text: str) -> list[int]:
        return [json.loads(line)["seq"] for line in text.split("\n")[:-1]]

    killed_at_every_step(prune, check)
    assert number[0] > 10


def test_two_at_once_leave_one_seal(session, paths, archive, tmp_path, monkeypatch):
    write, second = pruning._archive, tmp_path / "second.jsonl"

    def overtaken(path, entries):
        ends = write(path, entries)
        monkeypatch.setattr(pruning, "_archive", write)
        with closing(Scopes(paths)) as other:
            assert other.session(ADMIN).admin.audit_prune(before=ALL, archive=second) > 0
        return ends

    monkeypatch.setattr(pruning, "_archive", overtaken)

    assert session.admin.audit_prune(before=ALL, archive=archive) == 0
    assert session.admin.check() == []
    assert len(session.admin.audit_verify_copies([archive, second])) == 2


@pytest.mark.parametrize("pruned_past_the_backup", [True, False])
def test_the_log_goes_on_over_the_restore_of_a_backup_from_before(
    scopes, session, tmp_path, archive, pruned_past_the_backup
):
    if not pruned_past_the_backup:
        session.admin.audit_prune(before=ALL, archive=archive)
    backup = tmp_path / "backup.db"
    session.admin.back_up(backup)
    session.put("prod", "db", b"later")
    if pruned_past_the_backup:
        session.admin.audit_prune(before=ALL, archive=archive)
    before = seqs_of(scopes)

    session.admin.restore_backup(backup)

    assert seqs_of(scopes)[: len(before)] == before
    assert session.admin.check() == []
    assert session.get("prod", "db").value == b"value-7"


def test_an_anchor_from_before_the_pruning_is_no_false_alarm(scopes, session, paths, archive):
    old = paths.anchor.read_bytes()
    session.put("prod", "db", b"later")
    session.admin.audit_prune(before=ALL, archive=archive)
    scopes.close()
    paths.anchor.write_bytes(old)

    assert session.get("prod", "db").value == b"later"


@pytest.mark.parametrize("caller", [BOB, KERNEL])
def test_only_an_admin_prunes_and_verifies_copies(scopes, session, archive, caller):
    with pytest.raises(PermissionDeniedError):
        scopes.session(caller).admin.audit_prune(before=ALL, archive=archive)
    with pytest.raises(PermissionDeniedError):
        scopes.session(caller).admin.audit_verify_copies([archive])

    assert not archive.exists()
    assert session.audit_tail(limit=2)[0]["outcome"] == "deny"


def test_reads_that_were_pruned_are_not_called_never(scopes, session, archive):
    session.put("prod", "read", b"x")
    session.get("prod", "read")
    session.put("prod", "unread", b"x")
    scopes.close()
    session.admin.audit_prune(before=ALL, archive=archive)
    session.put("prod", "new", b"x")

    found = {one.details.key: one.reasons for one in session.stale()}

    pruned = ("not read since the log was pruned",)
    assert found == {"db": pruned, "read": pruned, "unread": pruned, "new": ("never read",)}
