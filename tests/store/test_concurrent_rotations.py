"""Keys that several processes renew, rotate or remove at once."""

from __future__ import annotations

import os
from contextlib import closing, suppress

import pytest

from jupyter_secrets.errors import (
    InvalidParameterError,
)
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store.maintenance import rotation
from tests.callers import ADMIN
from tests.store.conftest import value


def forked(count: int, action) -> list[int]:
    """Run something in so many processes at once; return their exit statuses."""
    children = []
    for number in range(count):
        child = os.fork()
        if child == 0:
            status = 1
            with suppress(BaseException):
                action(number)
                status = 0
            os._exit(status)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def test_C6_key_files_made_at_once_leave_one_that_opens_the_store(scopes, paths):
    scopes.close()
    for _ in range(5):
        statuses = forked(3, lambda _number: Scopes(paths).session(ADMIN).admin.add_key("file"))
        assert statuses == [0, 0, 0]
        with closing(Scopes(paths)) as service:
            assert value(service) == b"first-canary-value"
            assert [slot.kind for slot in service.session(ADMIN).admin.list_keys()] == ["file"]
            assert service.session(ADMIN).admin.check() == []


def test_C6_rotations_of_one_scope_at_once_all_succeed(scopes, session, paths, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 1)
    for number in range(6):
        session.put("prod", f"key{number}", b"v")
    scopes.close()

    statuses = forked(3, lambda _number: Scopes(paths).session(ADMIN).rotate_scope_key("prod"))

    assert statuses == [0, 0, 0]
    with closing(Scopes(paths)) as service:
        assert service.session(ADMIN).admin.check() == []
        assert len(service.session(ADMIN).export_scope("prod")) == 7


def test_the_last_key_is_removed_by_nobody(scopes):
    with pytest.raises(InvalidParameterError, match="last key"), scopes.store().begin() as one:
        one.set_slots([])
