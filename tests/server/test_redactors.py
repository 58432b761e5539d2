from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from jupyter_secrets.errors import StoreError
from jupyter_secrets.model import ADMINS, Caller, Permission, RedactionOptions
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.server.redactors import RedactorRegistry
from jupyter_secrets.store import StorePaths

ALICE, BOB = Caller("alice"), Caller("bob")
ADMIN = Caller("alice", frozenset({ADMINS}))
OPTIONS = RedactionOptions(labelled=False, fragments=True, views=True)
VALUE = "known-value-Abc-123456"


@pytest.fixture
def scopes(tmp_path):
    service = Scopes(StorePaths(tmp_path / "d/store.db", tmp_path / "c/master.key"))
    service.create_scope(ALICE, "prod")
    service.put(ALICE, "prod", "db", VALUE.encode())
    yield service
    service.close()


@pytest.fixture
def known(scopes):
    log = logging.getLogger("test")
    return RedactorRegistry(scopes, at_most=3, options=OPTIONS, log=log)


def test_each_user_has_a_redactor_of_what_that_user_may_read(known):
    assert known.redactor(ALICE).redact(VALUE) == "[REDACTED]"
    assert known.redactor(BOB).redact(VALUE) == VALUE
    assert known.redactor(Caller("alice", limit=Permission.READ)) is known.redactor(ALICE)


def test_a_change_is_known_after_a_refresh(known, scopes):
    redactor = known.redactor(ALICE)
    scopes.put(ALICE, "prod", "new", b"another-value-Abc-99")
    scopes.put_acl(ALICE, "prod", "bob", Permission.READ)

    known.refresh()

    assert redactor.redact("another-value-Abc-99") == "[REDACTED]"
    assert known.redactor(BOB).redact(VALUE) == "[REDACTED]"


def test_a_value_that_was_given_stays_known_while_its_kernel_lives(known, scopes):
    kernel = Caller("alice", kernel_id="k1")
    known.disclose(kernel, scopes.get(kernel, "prod", "db"))
    scopes.put(ALICE, "prod", "db", b"Zq9-something-Else")
    known.refresh()
    assert known.redactor(kernel).redact(VALUE) == "[REDACTED]"
    assert known.redactor(ALICE).redact(VALUE) == "[REDACTED]"

    known.forget_kernel("k1")

    assert known.redactor(ALICE).redact(VALUE) == VALUE


def test_values_follow_the_groups_of_a_user(scopes):
    bob = [Caller("bob", frozenset({"team"}))]
    log = logging.getLogger("test")
    known = RedactorRegistry(scopes, at_most=3, options=OPTIONS, log=log, user=lambda name: bob[0])
    scopes.put(ALICE, "prod", "given", b"Gg-was-given-to-a-kernel-1")
    scopes.put_acl(ALICE, "prod", "group:team", Permission.READ)
    redactor = known.redactor(BOB)
    known.disclose(replace(BOB, kernel_id="k1"), scopes.get(bob[0], "prod", "given"))
    assert redactor.redact(VALUE) == "[REDACTED]"

    bob[0] = Caller("bob")
    known.refresh()

    assert known.redactor(BOB) is redactor
    assert redactor.redact(VALUE) == VALUE
    assert redactor.redact("Gg-was-given-to-a-kernel-1") == "[REDACTED]"


def test_while_groups_are_unknown_what_they_gave_stays_hidden(scopes):
    bob = [Caller("bob", frozenset({"team"}))]
    log = logging.getLogger("test")
    known = RedactorRegistry(scopes, at_most=3, options=OPTIONS, log=log, user=lambda name: bob[0])
    scopes.put_acl(ALICE, "prod", "group:team", Permission.READ)
    scopes.create_scope(BOB, "bobs")
    redactor = known.redactor(BOB)

    bob[0] = Caller("bob", groups_unknown="The hub does not answer.")
    scopes.put(ALICE, "prod", "new", b"another-value-Abc-99")
    scopes.put(BOB, "bobs", "own", b"Bobs-own-value-Xy-7")
    known.refresh()

    assert redactor.redact(VALUE) == "[REDACTED]"
    assert redactor.redact("another-value-Abc-99") == "another-value-Abc-99"
    assert redactor.redact("Bobs-own-value-Xy-7") == "[REDACTED]"


def test_a_short_value_is_redacted_once_it_was_given(known, scopes):
    scopes.put(ALICE, "prod", "short", b"hunter22")
    known.refresh()
    assert known.redactor(ALICE).redact("x hunter22 x") == "x hunter22 x"

    known.disclose(ALICE, scopes.get(ALICE, "prod", "short"))

    assert known.redactor(ALICE).redact("x hunter22 x") == "x [REDACTED] x"


def test_beyond_the_limit_only_given_values_are_known_and_the_log_says_so(known, scopes, caplog):
    for number in range(3):
        scopes.put(ALICE, "prod", f"k{number}", b"filler-value-%d-Abc" % number)

    redactor = known.redactor(ALICE)
    known.disclose(ALICE, scopes.get(ALICE, "prod", "k1"))

    assert redactor.redact(VALUE) == VALUE
    assert redactor.redact("filler-value-1-Abc") == "[REDACTED]"
    assert "alice may read more than 3 secrets" in caplog.text


def test_a_store_that_fails_is_said_once_and_read_again(known, scopes, caplog, monkeypatch):
    def fail(*_args, **_options):
        raise StoreError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(scopes, "readable", fail)
        redactor = known.redactor(ALICE)
        known.refresh()
        known.refresh()
        assert redactor.redact(VALUE) == VALUE

    known.refresh()

    assert redactor.redact(VALUE) == "[REDACTED]"
    assert caplog.text.count("the disk is gone") == 1


def test_a_locked_store_leaves_only_what_kernels_were_given(known, scopes):
    scopes.put(ALICE, "prod", "given", b"Gg-was-given-to-a-kernel-1")
    known.disclose(ALICE, scopes.get(ALICE, "prod", "given"))
    assert known.redactor(ALICE).redact(VALUE) == "[REDACTED]"

    scopes.lock(Caller("alice", frozenset({ADMINS})))
    known.refresh()

    assert known.redactor(ALICE).redact(VALUE) == VALUE
    assert known.redactor(ALICE).redact("Gg-was-given-to-a-kernel-1") == "[REDACTED]"


def test_a_store_that_cannot_be_opened_is_tried_less_and_less_often(known, scopes, monkeypatch):
    now, tries = [0.0], []
    scopes.lock(ADMIN)
    monkeypatch.setattr("jupyter_secrets.server.redactors.time.monotonic", lambda: now[0])
    ask = scopes.epoch
    monkeypatch.setattr(scopes, "epoch", lambda: tries.append(now[0]) or ask())

    while now[0] < 20:
        known.poll()
        now[0] += 0.5

    assert tries[:5] == [0.0, 0.5, 1.5, 3.5, 7.5]
    assert tries[5:] == [12.5, 17.5]


def test_a_store_that_was_unlocked_is_read_at_once(known, scopes):
    redactor = known.redactor(ALICE)
    scopes.lock(ADMIN)
    for _ in range(3):
        known.poll()
    assert redactor.redact(VALUE) == VALUE

    scopes.unlock(ADMIN)
    known.poll()

    assert redactor.redact(VALUE) == "[REDACTED]"
