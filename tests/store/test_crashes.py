"""Full disks, failing writes and kill -9: what was acknowledged stays, and nothing else happens."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from jupyter_secrets.errors import (
    SecretsError,
    StoreError,
)
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store.integrity import anchor
from tests.callers import ADMIN

# A run by hand takes more of them.
KILLS = int(os.environ.get("KILLS", "6"))


def test_B2_a_full_disk_at_the_audit_record_yields_no_value(scopes, session):
    store = scopes.store()
    with store.begin() as transaction:
        pages = transaction.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with store.database._outside() as connection:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(StoreError, match="is full"):
        for _ in range(200):
            session.get("prod", "db")


@pytest.mark.parametrize("size", range(0, 60_000, 4096))
def test_F2_a_disk_that_takes_no_more_leaves_the_store_as_it_was(scopes, paths, size):
    """SQLite itself meets the error, in the journal or in the database."""
    scopes.close()
    child = os.fork()
    if child == 0:
        service = Scopes(paths)
        service.store()
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        with suppress(SecretsError):
            service.session(ADMIN).put("prod", "db", b"x" * 100_000)
            os._exit(1)
        os._exit(0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    service = Scopes(paths)
    assert service.session(ADMIN).get("prod", "db").value == b"first-canary-value"
    assert service.session(ADMIN).admin.check() == []
    service.close()


def test_F2_an_anchor_that_cannot_be_written_is_said_and_the_change_stands(session, monkeypatch):
    def full(*_arguments):
        raise StoreError("The file anchor.json cannot be written: No space left on device.")

    monkeypatch.setattr(anchor, "replace_file", full)
    with pytest.raises(StoreError, match="The change was stored, but the anchor was not"):
        session.put("prod", "db", b"newer")

    assert session.get("prod", "db").value == b"newer"


WRITER = """
import sys
from pathlib import Path
from jupyter_secrets.model import ADMINS, Caller, Permission
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import StorePaths

database, key, name = sys.argv[1:]
scopes = Scopes(StorePaths(Path(database), Path(key)))
session = scopes.session(Caller("root", frozenset({ADMINS})))
number = 0
while True:
    number += 1
    session.put("prod", name, b"%d" % number)
    print(number, flush=True)
    session.put_acl("prod", f"user-{name}", Permission(number % 3 + 1))
    if number % 4 == 0:
        session.admin.rotate_root_key()
    if number % 5 == 0:
        session.rotate_scope_key("prod")
"""


def start_writer(paths, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(paths.database), str(paths.key), name],
        stdout=subprocess.PIPE,
    )


def acknowledged(writer: subprocess.Popen[bytes]) -> int:
    """Kill a writer; return the last of its writes that it said was stored."""
    writer.kill()
    lines = writer.stdout.read().splitlines()
    writer.stdout.close()
    writer.wait()
    return int(lines[-1]) if lines else 0


def test_F2_an_acknowledged_write_survives_kill_9_with_others_writing(scopes, paths):
    """C5, C6 and F3 too: no false alarm, no value lost, the log in step, three processes."""
    scopes.close()
    other, moments = start_writer(paths, "other"), random.Random(7)
    for number in range(KILLS):
        name = f"victim{number % 50}"
        victim = start_writer(paths, name)
        victim.stdout.readline()  # it writes
        time.sleep(moments.random() * 0.4)
        last = max(acknowledged(victim), 1)

        assert _stored(paths, name) >= last
        assert other.poll() is None
    last = acknowledged(other)

    service = Scopes(paths)
    assert _stored(paths, "other") >= last
    assert service.session(ADMIN).admin.check() == []
    for name in [
        detail.key
        for detail in service.session(ADMIN).describe_secrets("prod")
        if detail.key != "db"
    ]:
        puts = [
            record
            for record in service.session(ADMIN).admin.audit_export()
            if (record["action"], record.get("key"), record["outcome"]) == ("put", name, "allow")
        ]
        (version,) = (
            d.version for d in service.session(ADMIN).describe_secrets("prod") if d.key == name
        )
        assert [record["version"] for record in puts] == list(range(1, version + 1))
    service.close()


def _stored(paths, name: str) -> int:
    service = Scopes(paths)
    try:
        return int(service.session(ADMIN).get("prod", name).value)
    except LookupError:
        return 0
    finally:
        service.close()
