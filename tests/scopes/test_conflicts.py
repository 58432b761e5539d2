"""Two people who change the same secret, and secrets that have expired."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from jupyter_secrets.errors import (
    ConflictError,
    InvalidParameterError,
    SecretExpiredError,
    SecretNotFoundError,
)
from jupyter_secrets.model import Permission, SecretUpdate
from jupyter_secrets.scopes import Limits, Scopes
from tests.callers import ADMIN, ALICE


def test_a_put_replaces_the_version_that_it_names(session):
    session.put("prod", "db", b"second-canary-value", if_version=1)

    assert session.get("prod", "db").value == b"second-canary-value"
    assert session.get("prod", "db").version == 2


def test_a_put_for_an_older_version_says_who_changed_it_and_when(scopes, session):
    session.put_acl("prod", "alice", Permission.WRITE)
    scopes.session(ALICE).put("prod", "db", b"value-of-alice")

    with pytest.raises(ConflictError, match=r"version 2 since 20\d\d-.* UTC, by alice: nothing"):
        session.put("prod", "db", b"value-of-root", if_version=1)

    assert session.get("prod", "db").value == b"value-of-alice"
    record = session.audit_tail(limit=2)[0]
    assert (record["outcome"], record["error_code"]) == ("error", "RESOURCE_CONFLICT")


def test_a_put_for_version_0_stores_what_is_not_there_yet(session):
    session.put("prod", "new", b"first", if_version=0)

    with pytest.raises(ConflictError, match="prod/new has version 1"):
        session.put("prod", "new", b"second", if_version=0)
    assert session.get("prod", "new").value == b"first"


def test_a_put_for_a_version_of_what_was_deleted_stores_nothing(session):
    session.delete("prod", "db")

    with pytest.raises(ConflictError, match="does not exist"):
        session.put("prod", "db", b"second", if_version=1)

    with pytest.raises(SecretNotFoundError):
        session.get("prod", "db")


def test_a_version_below_0_is_none(session):
    with pytest.raises(InvalidParameterError, match="if_version"):
        session.put("prod", "db", b"x", if_version=-1)


def test_of_many_who_replace_one_version_one_does(session, paths):
    outcomes: list[str] = []

    def replace(number: int) -> None:
        with closing(Scopes(paths)) as process:
            try:
                process.session(ADMIN).put("prod", "db", b"by %d" % number, if_version=1)
                outcomes.append("stored")
            except ConflictError:
                outcomes.append("refused")

    threads = [threading.Thread(target=replace, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["refused", "refused", "refused", "stored"]
    assert session.get("prod", "db").version == 2


def test_a_store_that_refuses_expired_secrets_says_when_that_was_and_what_to_do(session, paths):
    session.update("prod", "db", SecretUpdate(expires_at=1_000))
    assert session.get("prod", "db").expired.startswith("prod/db expired at 1970-01-01 00:00 UTC")

    with closing(Scopes(paths, Limits(refuse_expired=True))) as strict:
        with pytest.raises(SecretExpiredError, match=r"1970-01-01 .* update-secret prod db"):
            strict.session(ADMIN).get("prod", "db")
        strict.session(ADMIN).update("prod", "db", SecretUpdate(expires_at=0))

        assert strict.session(ADMIN).get("prod", "db").value == b"first-canary-value"


def test_a_secret_that_expires_later_is_given(session, paths):
    session.update("prod", "db", SecretUpdate(expires_at=253_402_300_799_999))

    with closing(Scopes(paths, Limits(refuse_expired=True))) as strict:
        version = strict.session(ADMIN).get("prod", "db")

    assert version.expired is None
