from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from jupyter_secrets.errors import StoreError
from jupyter_secrets.model import ADMINS, Caller, Permission, RedactionOptions
from jupyter_secrets.scopes import Session
from jupyter_secrets.server.redactors import RedactorRegistry
from tests.callers import ALICE, BOB

OPTIONS = RedactionOptions(labelled=False, fragments=True, projections=True)
VALUE = "known-value-Abc-123456"


@pytest.fixture
def scopes(new_scopes):
    alice = new_scopes.session(ALICE)
    alice.create_scope("prod")
    alice.put("prod", "db", VALUE.encode())
    return new_scopes


@pytest.fixture
def known(scopes):
    log = logging.getLogger("test")
    return RedactorRegistry(scopes, at_most=3, options=OPTIONS, log=log)


def test_each_user_has_a_redactor_of_what_that_user_may_read(known):
    assert known.redactor(ALICE).redact(VALUE) == "[REDACTED]"
    assert known.redactor(BOB).redact(VALUE) == VALUE
    assert known.redactor(Caller("alice", limit=Permission.READ)) is known.redactor(ALICE)


def test_a_change_is_known_after_a_refresh(known, alice):
    redactor = known.redactor(ALICE)
    alice.put("prod", "new", b"another-value-Abc-99")
    alice.put_acl("prod", "bob", Permission.READ)

    known.refresh()

    assert redactor.redact("another-value-Abc-99") == "[REDACTED]"
    assert known.redactor(BOB).redact(VALUE) == "[REDACTED]"


def test_a_value_that_was_given_stays_known_while_its_kernel_lives(known, scopes, alice):
    kernel = Caller("alice", kernel_id="k1")
    known.disclose(kernel, scopes.session(kernel).get("prod", "db"))
    alice.put("prod", "db", b"Zq9-something-Else")
    known.refresh()
    assert known.redactor(kernel).redact(VALUE) == "[REDACTED]"
    assert known.redactor(ALICE).redact(VALUE) == "[REDACTED]"

    known.forget_kernel("k1")

    assert known.redactor(ALICE).redact(VALUE) == VALUE


def test_values_follow_the_groups_of_a_user(scopes, alice):
    bob = [Caller("bob", frozenset({"team"}))]
    log = logging.getLogger("test")
    known = RedactorRegistry(scopes, at_most=3, options=OPTIONS, log=log, user=lambda name: bob[0])
    alice.put("prod", "given", b"Gg-was-given-to-a-kernel-1")
    alice.put_acl("prod", "group:team", Permission.READ)
    redactor = known.redactor(BOB)
    known.disclose(replace(BOB, kernel_id="k1"), scopes.session(bob[0]).get("prod", "given"))
    assert redactor.redact(VALUE) == "[REDACTED]"

    bob[0] = Caller("bob")
    known.refresh()

    assert known.redactor(BOB) is redactor
    assert redactor.redact(VALUE) == VALUE
    assert redactor.redact("Gg-was-given-to-a-kernel-1") == "[REDACTED]"


def test_while_groups_are_unknown_what_they_gave_stays_hidden(scopes, alice):
    bob = [Caller("bob", frozenset({"team"}))]
    log = logging.getLogger("test")
    known = RedactorRegistry(scopes, at_most=3, options=OPTIONS, log=log, user=lambda name: bob[0])
    alice.put_acl("prod", "group:team", Permission.READ)
    scopes.session(BOB).create_scope("bobs")
    redactor = known.redactor(BOB)

    bob[0] = Caller("bob", groups_unknown="The hub does not answer.")
    alice.put("prod", "new", b"another-value-Abc-99")
    scopes.session(BOB).put("bobs", "own", b"Bobs-own-value-Xy-7")
    known.refresh()

    assert redactor.redact(VALUE) == "[REDACTED]"
    assert redactor.redact("another-value-Abc-99") == "another-value-Abc-99"
    assert redactor.redact("Bobs-own-value-Xy-7") == "[REDACTED]"


def test_a_short_value_is_redacted_once_it_was_given(known, alice):
    alice.put("prod", "short", b"hunter22")
    known.refresh()
    assert known.redactor(ALICE).redact("x hunter22 x") == "x hunter22 x"

    known.disclose(ALICE, alice.get("prod", "short"))

    assert known.redactor(ALICE).redact("x hunter22 x") == "x [REDACTED] x"


def test_beyond_the_limit_only_given_values_are_known_and_the_log_says_so(known, alice, caplog):
    for number in range(3):
        alice.put("prod", f"k{number}", b"filler-value-%d-Abc" % number)

    redactor = known.redactor(ALICE)
    known.disclose(ALICE, alice.get("prod", "k1"))

    assert redactor.redact(VALUE) == VALUE
    assert redactor.redact("filler-value-1-Abc") == "[REDACTED]"
    assert "alice may read more than 3 secrets" in caplog.text


def test_a_store_that_fails_is_said_once_and_read_again(known, scopes, caplog, monkeypatch):
    def fail(*_args, **_options):
        raise StoreError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(Session, "readable", fail)
        redactor = known.redactor(ALICE)
        known.refresh()
        known.refresh()
        assert redactor.redact(VALUE) == VALUE

    known.refresh()

    assert redactor.redact(VALUE) == "[REDACTED]"
    assert caplog.text.count("the disk is gone") == 1


def test_a_locked_store_leaves_only_what_kernels_were_given(known, scopes, alice):
    alice.put("prod", "given", b"Gg-was-given-to-a-kernel-1")
    known.disclose(ALICE, alice.get("prod", "given"))
    assert known.redactor(ALICE).redact(VALUE) == "[REDACTED]"

    scopes.session(Caller("alice", frozenset({ADMINS}))).lock()
    known.refresh()

    assert known.redactor(ALICE).redact(VALUE) == VALUE
    assert known.redactor(ALICE).redact("Gg-was-given-to-a-kernel-1") == "[REDACTED]"


def test_a_store_that_cannot_be_opened_is_tried_less_and_less_often(
    known, scopes, session, monkeypatch
):
    now, tries = [0.0], []
    session.lock()
    monkeypatch.setattr("jupyter_secrets.server.redactors.time.monotonic", lambda: now[0])
    ask = scopes.epoch
    monkeypatch.setattr(scopes, "epoch", lambda: tries.append(now[0]) or ask())

    while now[0] < 20:
        known.poll()
        now[0] += 0.5

    assert tries[:5] == [0.0, 0.5, 1.5, 3.5, 7.5]
    assert tries[5:] == [12.5, 17.5]


def test_a_store_that_was_unlocked_is_read_at_once(known, session):
    redactor = known.redactor(ALICE)
    session.lock()
    for _ in range(3):
        known.poll()
    assert redactor.redact(VALUE) == VALUE

    session.unlock()
    known.poll()

    assert redactor.redact(VALUE) == "[REDACTED]"
