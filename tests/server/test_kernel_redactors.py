"""What each kernel's outputs are searched for: its own values, and its user's strong ones."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from jupyter_secrets.model import (
    Permission,
    RedactionOptions,
    SecretUpdate,
    SecretVersion,
)
from jupyter_secrets.redaction import Redactor
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.server.redactors import RedactorRegistry
from tests.callers import ALICE, BOB

A, B = replace(ALICE, kernel_id="a"), replace(ALICE, kernel_id="b")
OPTIONS = RedactionOptions(labelled=False, fragments=True, projections=True)
TOKEN = "tk-9fA7xQ2LmZ8vKp4W"


def version(key: str, value: str, *, sensitive: bool = True) -> SecretVersion:
    return SecretVersion("prod", key, 1, value.encode(), sensitive)


@pytest.fixture
def scopes(new_scopes):
    new_scopes.session(ALICE).create_scope("prod")
    return new_scopes


@pytest.fixture
def known(scopes):
    log = logging.getLogger("test")
    return RedactorRegistry(scopes, at_most=2000, options=OPTIONS, log=log)


@pytest.mark.parametrize("weak", ["2024", "admin", "hunter7"])
def test_a_weak_value_is_hidden_in_the_kernel_that_was_given_it_and_in_no_other(known, weak):
    other = known.redactor(B)

    known.disclose(A, version("year", weak))

    assert known.redactor(A).redact(f"{weak}-05-01") == "[REDACTED]-05-01"
    assert other.redact(f"{weak}-05-01") == f"{weak}-05-01"
    assert known.redactor(ALICE).redact(weak) == weak
    assert known.redactor(replace(BOB, kernel_id="a")).redact(weak) == weak


def test_a_strong_value_that_another_kernel_was_given_is_not_hidden_in_this_one(known):
    known.disclose(A, version("phrase", "correct horse battery"))

    assert known.redactor(A).redact("correct horse battery") == "[REDACTED]"
    assert known.redactor(B).redact("correct horse battery") == "correct horse battery"


def test_a_notebook_is_saved_without_weak_values_of_its_own_kernel_and_strong_ones_of_all(known):
    known.disclose(A, version("year", "2024"))
    known.disclose(A, version("phrase", "correct horse battery"))
    known.disclose(B, version("pin", "4711"))
    text = "2024 4711 correct horse battery"

    assert known.notebook_redactor(ALICE, ["a"]).redact(text) == "[REDACTED] 4711 [REDACTED]"
    assert known.notebook_redactor(ALICE, ["b"]).redact(text) == "2024 [REDACTED] [REDACTED]"
    assert known.notebook_redactor(ALICE, []).redact(text) == "2024 4711 [REDACTED]"
    assert known.notebook_redactor(ALICE, ["a", "b"]).redact(text) == " ".join(["[REDACTED]"] * 3)
    assert known.notebook_redactor(BOB, ["a"]).redact(text) == text


def test_a_weak_part_of_a_strong_value_stays_in_its_own_kernel_too(known):
    known.disclose(A, version("db", '{"host": "db.internal", "password": "2024"}'))

    assert known.redactor(A).redact("2024-05-01") == "[REDACTED]-05-01"
    assert known.redactor(B).redact("2024-05-01") == "2024-05-01"
    assert known.notebook_redactor(ALICE, ["b"]).redact("2024-05-01") == "2024-05-01"


def test_a_restarted_kernel_forgets_its_weak_values_and_one_that_ended_all_of_them(known):
    known.disclose(A, version("year", "2024"))
    known.disclose(A, version("phrase", "correct horse battery"))
    redactor = known.redactor(A)

    known.forget_weak("a")

    assert redactor is known.redactor(A)
    assert redactor.redact("2024 correct horse battery") == "2024 [REDACTED]"
    assert known.notebook_redactor(ALICE, ["a"]).redact("2024") == "2024"

    known.forget_kernel("a")

    assert known.redactor(A).redact("correct horse battery") == "correct horse battery"
    assert known.redactor(ALICE).redact("correct horse battery") == "correct horse battery"


def test_what_a_user_may_read_follows_the_store_in_every_kernel(known, scopes):
    redactors = [known.redactor(caller) for caller in (A, B)]
    notebook = known.notebook_redactor(ALICE, ["a"])

    scopes.session(ALICE).put("prod", "token", TOKEN.encode())
    known.refresh()

    assert [each.redact(TOKEN) for each in (*redactors, notebook)] == ["[REDACTED]"] * 3

    scopes.session(ALICE).delete("prod", "token")
    known.refresh()

    assert [each.redact(TOKEN) for each in (*redactors, notebook)] == [TOKEN] * 3


def test_a_stream_that_is_under_way_hides_what_its_user_stores_meanwhile(known, scopes):
    stream = known.redactor(A).stream()
    assert stream.feed("first\n") == "first\n"

    scopes.session(ALICE).put("prod", "token", TOKEN.encode())
    known.refresh()

    assert stream.feed(f"{TOKEN}\n") == "[REDACTED]\n"


def compiled(redactor: Redactor) -> list[int]:
    """Return the identities of all values that a redactor looks for, compiled."""
    return [id(value) for index in redactor.scanner.indexes for value in index.compiled]


def test_a_hundred_kernels_share_what_is_compiled_of_their_users_thousand_values(known, scopes):
    values = {f"k{number}": b"tk-%04d-9fA7xQ2LmZ" % number for number in range(1000)}
    scopes.session(ALICE).import_scope("prod", values)
    callers = [replace(ALICE, kernel_id=f"k{number}") for number in range(100)]
    own = version("own", "tk-0007-9fA7xQ2LmZ")

    redactors = [known.redactor(caller) for caller in callers]
    for caller in callers:
        known.disclose(caller, own)

    (shared,) = [id(index) for index in known.redactor(A).scanner.indexes]
    assert all(shared in map(id, each.scanner.indexes) for each in redactors)
    # One more of each kernel's: the same for all, and in each in an index of its own.
    assert {len(compiled(each)) for each in redactors} == {1001}
    assert len({value for each in redactors for value in compiled(each)}) == 1001


@pytest.mark.parametrize("value", ["2024", TOKEN])
def test_what_is_marked_as_not_sensitive_is_hidden_nowhere_until_that_is_undone(
    known, scopes, value
):
    scopes.session(ALICE).put("prod", "region", value.encode())
    known.disclose(A, scopes.session(A).get("prod", "region"))
    redactors = [known.redactor(A), known.notebook_redactor(ALICE, ["a"])]
    assert [each.redact(value) for each in redactors] == ["[REDACTED]"] * 2
    assert known.marks(A).not_sensitive == set()

    mark(scopes, sensitive=False)
    known.refresh()

    assert [each.redact(value) for each in redactors] == [value] * 2
    assert known.marks(A).not_sensitive == {"prod/region"}

    mark(scopes, sensitive=True)
    known.refresh()

    assert [each.redact(value) for each in redactors] == ["[REDACTED]"] * 2
    assert known.marks(A).not_sensitive == set()


def mark(scopes: Scopes, *, sensitive: bool) -> None:
    scopes.session(ALICE).update("prod", "region", SecretUpdate(sensitive=sensitive))


def test_a_value_that_was_not_sensitive_when_it_was_given_is_hidden_once_it_is(known, scopes):
    scopes.session(ALICE).put("prod", "region", b"2024")
    mark(scopes, sensitive=False)
    known.disclose(A, scopes.session(A).get("prod", "region"))
    assert known.redactor(A).redact("2024") == "2024"

    mark(scopes, sensitive=True)
    known.refresh()

    assert known.redactor(A).redact("2024") == "[REDACTED]"


def test_beyond_the_limit_of_known_values_marks_count_too(scopes):
    log = logging.getLogger("test")
    known = RedactorRegistry(scopes, at_most=1, options=OPTIONS, log=log)
    scopes.session(ALICE).put("prod", "region", b"2024")
    scopes.session(ALICE).put("prod", "other", b"another")
    known.disclose(A, scopes.session(A).get("prod", "region"))

    mark(scopes, sensitive=False)
    known.refresh()

    assert known.redactor(A).redact("2024") == "2024"


def test_a_value_under_two_names_stays_hidden_while_one_of_them_is_sensitive(known, scopes):
    for key in ("region", "copy"):
        scopes.session(ALICE).put("prod", key, TOKEN.encode())
        known.disclose(A, scopes.session(A).get("prod", key))

    mark(scopes, sensitive=False)
    known.refresh()

    assert known.redactor(A).redact(TOKEN) == "[REDACTED]"


def test_a_mark_of_a_scope_that_one_may_not_read_says_nothing(known, scopes):
    scopes.session(ALICE).put_acl("prod", "bob", Permission.READ)
    scopes.session(ALICE).put("prod", "region", b"2024")
    bobs = replace(BOB, kernel_id="c")
    known.disclose(bobs, scopes.session(bobs).get("prod", "region"))
    scopes.session(ALICE).delete_acl("prod", "bob")

    mark(scopes, sensitive=False)
    known.refresh()

    assert known.redactor(bobs).redact("2024") == "[REDACTED]"


URL = f"postgresql://reporting:{TOKEN}@q7x2k9m4w8z3.db.acme.test/shop"
PARTS = "reporting q7x2k9m4w8z3.db.acme.test"


def judge(scopes: Scopes, **verdicts: str) -> None:
    scopes.session(ALICE).update("prod", "db", SecretUpdate(verdicts=verdicts))


@pytest.mark.parametrize("at_most", [2000, 0], ids=["all known", "only what was given"])
def test_what_the_owner_decides_about_components_counts_for_what_was_given_before(scopes, at_most):
    known = RedactorRegistry(
        scopes, at_most=at_most, options=OPTIONS, log=logging.getLogger("test")
    )
    scopes.session(ALICE).put("prod", "db", URL.encode())
    known.disclose(A, scopes.session(A).get("prod", "db"))
    redactors = [known.redactor(A), known.notebook_redactor(ALICE, ["a"])]
    assert [each.redact(PARTS) for each in redactors] == [PARTS] * 2

    judge(scopes, user="secret", host="secret")
    known.refresh()
    assert [each.redact(PARTS) for each in redactors] == ["[REDACTED] [REDACTED]"] * 2
    assert dict(known.marks(A).verdicts["prod/db"]) == {"user": "secret", "host": "secret"}

    judge(scopes, user="default", host="public")
    known.refresh()
    assert [each.redact(PARTS) for each in redactors] == [PARTS] * 2
    assert [each.redact(TOKEN) for each in redactors] == ["[REDACTED]"] * 2


def test_what_a_kernel_was_given_counts_as_its_version_says(known, scopes):
    scopes.session(ALICE).put("prod", "db", URL.encode())
    judge(scopes, user="secret", password="public")

    known.disclose(A, scopes.session(A).get("prod", "db"))

    assert known.redactor(A).redact(f"reporting {TOKEN}") == f"[REDACTED] {TOKEN}"


def test_a_component_of_what_one_may_no_longer_read_stays_secret_and_is_public_no_more(
    known, scopes
):
    scopes.session(ALICE).put_acl("prod", "bob", Permission.READ)
    scopes.session(ALICE).put("prod", "db", URL.encode())
    judge(scopes, user="secret", password="public")
    bobs = replace(BOB, kernel_id="c")
    known.disclose(bobs, scopes.session(bobs).get("prod", "db"))

    scopes.session(ALICE).delete_acl("prod", "bob")
    known.refresh()

    assert known.redactor(bobs).redact(f"reporting {TOKEN}") == "[REDACTED] [REDACTED]"
