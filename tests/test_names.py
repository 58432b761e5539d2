from __future__ import annotations

import pytest

from jupyter_secrets.errors import InvalidParameterError, UnresolvedReferenceError
from jupyter_secrets.names import (
    Reference,
    check_key,
    check_scope,
    find_meant_references,
    find_references,
    has_reference,
    resembles_reference,
    resolve,
)


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
        "{{secret/prod/db}}",
        r"{{ Secret\prod\db }}",
        "pg://app:{secrets/prod/db}@host",
    ],
)
def test_a_malformed_reference_is_an_error_and_never_passed_on(text):
    with pytest.raises(UnresolvedReferenceError, match="without spaces"):
        resolve(text, lambda reference: "value")


def test_other_braces_are_left_alone():
    text = (
        "{{user}} {{ x }} ${HOME} ${{ secrets.TOKEN }} {{ .Values.secret.db }} {{secretary/a/b}} "
        "{secrets} /{secret}/b {secrets/a,secrets/b} {{#secrets}}"
    )

    assert resolve(text, lambda _: "v") == text
    assert not has_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{secrets.prod.db}}", "{{ secrets.prod.db }}", "${{ secrets.DB }}", "{{secrets:prod/db}}",
        '{{ dbutils.secrets.get("prod", "db") }}', "{{secrets prod db", "{{secret/prod/db}}",
        "{{secrets/prod/db}} {{ Secrets.prod.db }}",
    ],
)  # fmt: skip
def test_in_a_text_that_is_to_be_resolved_what_resembles_a_reference_is_malformed(text):
    assert resembles_reference(text)
    with pytest.raises(UnresolvedReferenceError, match="without spaces"):
        find_meant_references(text)


def test_in_such_a_text_other_braces_are_left_alone_too():
    text = "{{user}} PWD={{{secrets/prod/db}}} {{secretary}} {secret} a secret"

    assert find_meant_references(text) == (Reference("prod", "db"),)
    assert not resembles_reference("{{user}} {{secretary}} {secret} a secret")


def test_a_value_that_looks_like_a_reference_is_not_resolved_again():
    assert resolve("{{secrets/a/b}}", lambda _: "{{secrets/c/d}}") == "{{secrets/c/d}}"
