from __future__ import annotations

import pytest

from jupyter_secrets.errors import InvalidParameterError, UnresolvedReferenceError
from jupyter_secrets.names import Reference, check_key, check_scope, find_references, resolve


@pytest.mark.parametrize("name", ["a", "Prod-1_x@corp.example", "a" * 128])
def test_a_scope_may_have_letters_digits_and_some_signs(name):
    assert check_scope(name) == name


@pytest.mark.parametrize(
    "name", ["", "a/b", "a b", "é", "a" * 129, "a\n", None, 3],
    ids=["empty", "slash", "space", "accent", "long", "newline", "none", "number"],
)  # fmt: skip
def test_other_scope_names_are_refused_with_the_rule(name):
    with pytest.raises(InvalidParameterError, match="a scope name has 1 to 128 ASCII letters"):
        check_scope(name)


def test_a_key_takes_no_at_sign():
    with pytest.raises(InvalidParameterError, match="a key name has"):
        check_key("user@host")


def test_a_long_bad_name_is_not_repeated_since_it_may_be_a_value():
    value = "not/a/name/but/a/value/0123456789abcdef"

    with pytest.raises(InvalidParameterError) as caught:
        check_key(value)

    assert value not in str(caught.value)


def test_references_are_found_inside_longer_texts():
    text = "a={{secrets/prod/db}}&b={{secrets/prod/api.key}}"

    assert list(find_references(text)) == [Reference("prod", "db"), Reference("prod", "api.key")]


@pytest.mark.parametrize(
    "text",
    [
        "{{ secrets/prod/db }}",
        "{{ secrets / prod / db }}",
        r"{{secrets\prod\db}}",
        r"{{secrets\/prod\/db}}",
        "{{secrets/prod}}",
        "{{secrets/prod/db/x}}",
        "{{secrets/prod/db",
        "{{secrets//db}}",
        "{{Secrets/prod/db}}",
        "{{secrets/prod/d b}}",
    ],
)
def test_a_malformed_reference_is_an_error_and_never_passed_on(text):
    with pytest.raises(UnresolvedReferenceError, match="without spaces"):
        resolve(text, lambda reference: "value")


def test_other_braces_are_left_alone():
    text = "{{user}} {{ x }} ${HOME} {{secret/a/b}} ${{ secrets.TOKEN }}"

    assert resolve(text, lambda _: "v") == text


def test_a_value_that_looks_like_a_reference_is_not_resolved_again():
    assert resolve("{{secrets/a/b}}", lambda _: "{{secrets/c/d}}") == "{{secrets/c/d}}"
