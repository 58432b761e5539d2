"""Redactors that hide what others hide, and values of their own."""

from __future__ import annotations

import gc
import threading
import weakref

from jupyter_secrets.redaction import Redactor, SecretValue

OLD, NEW, OWN = "tk-9fA7xQ2LmZ8vKp4W", "Zq9-another-Value-1", "Ow8-its-own-Value-2"
HIDDEN = "[REDACTED]"


def test_a_redactor_hides_what_its_parents_hide_now_and_later():
    base = Redactor([OLD])
    middle = Redactor(parents=[base])
    redactor = Redactor([OWN], parents=[middle])
    assert redactor.redact(f"{OLD} {NEW} {OWN}") == f"{HIDDEN} {NEW} {HIDDEN}"

    base.add(NEW)

    assert redactor.redact(f"{OLD} {NEW} {OWN}") == f"{HIDDEN} {HIDDEN} {HIDDEN}"
    assert base.redact(OWN) == middle.redact(OWN) == OWN

    base.replace([NEW])

    assert redactor.redact(f"{OLD} {NEW} {OWN}") == f"{OLD} {HIDDEN} {HIDDEN}"


def test_what_one_parent_drops_stays_hidden_while_another_or_the_redactor_knows_it():
    one, other = Redactor([OLD, NEW]), Redactor([OLD])
    redactor, own = Redactor(parents=[one, other]), Redactor([OLD], parents=[one])

    one.replace([])

    assert redactor.redact(f"{OLD} {NEW}") == f"{HIDDEN} {NEW}"
    assert own.redact(f"{OLD} {NEW}") == f"{HIDDEN} {NEW}"
    assert one.redact(OLD) == OLD

    own.replace([])

    assert own.redact(OLD) == OLD


def test_without_words_a_redactor_leaves_alone_what_is_hidden_as_a_whole_word_only():
    values = [SecretValue("2024"), SecretValue('{"password": "4711", "token": "tk-9fA7xQ2LmZ8"}')]

    redactor = Redactor(values, words=False)

    assert redactor.redact("2024 4711 tk-9fA7xQ2LmZ8") == f"2024 4711 {HIDDEN}"
    assert Redactor(values, parents=[redactor]).redact("2024") == HIDDEN


def test_an_empty_redactor_is_not_empty_with_a_parent_that_knows_a_value():
    base = Redactor()
    redactor = Redactor(parents=[base])
    assert redactor.is_empty

    base.add(OLD)

    assert not redactor.is_empty


def test_a_value_is_compiled_once_for_redactors_of_one_family():
    base = Redactor()
    one, other = Redactor([OWN], parents=[base]), Redactor([OWN], parents=[base])
    without_words = Redactor([OWN], parents=[base], words=False)

    redactors = (one, other, without_words)
    compiled = {id(each.scanner.indexes[0].compiled[0]) for each in redactors}

    assert len(compiled) == 1
    assert one.scanner.indexes[0] is other.scanner.indexes[0]


def test_a_redactor_that_nobody_has_any_more_is_not_kept_by_its_parents():
    base = Redactor([OLD])
    redactor = weakref.ref(Redactor([OWN], parents=[base]))

    gc.collect()

    assert redactor() is None
    base.add(NEW)


def test_parents_and_children_that_learn_at_the_same_time_do_not_wait_for_each_other():
    base = Redactor()
    sides = [Redactor(parents=[base]) for _ in range(4)]
    ends = [Redactor(parents=sides) for _ in range(4)]
    values = [f"tk-{number:04}-9fA7xQ2LmZ" for number in range(12)]
    threads = [
        threading.Thread(target=redactor.add, args=(value,), daemon=True)
        for value in values
        for redactor in (base, *sides, *ends)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert not any(thread.is_alive() for thread in threads)
    assert all(end.redact(value) == HIDDEN for end in ends for value in values)
