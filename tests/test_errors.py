from __future__ import annotations

import inspect

import pytest

from jupyter_secrets import errors


def all_errors() -> list[type[errors.SecretsError]]:
    return [
        value
        for _, value in inspect.getmembers(errors, inspect.isclass)
        if issubclass(value, errors.SecretsError)
    ]


def test_every_class_is_drawn_in_the_tree():
    missing = [cls.__name__ for cls in all_errors() if cls.__name__ not in errors.__doc__]

    assert not missing


def test_no_status_makes_a_databricks_client_retry():
    statuses = {errors.rest_error(cls("x")).status for cls in all_errors()}

    assert not statuses & {429, 503}


@pytest.mark.parametrize(
    "error",
    [
        errors.ScopeNotFoundError.of("prod"),
        errors.SecretNotFoundError.of("prod", "db"),
        errors.PermissionDeniedError("no"),
        errors.StoreLockedError("locked"),
        errors.SecretTooLargeError("big"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_survives_the_way_over_rest(error):
    assert type(errors.from_rest(error.error_code, str(error))) is type(error)


def test_a_missing_secret_is_a_lookup_error():
    with pytest.raises(LookupError, match="Secret does not exist with scope: prod and key: db"):
        raise errors.SecretNotFoundError.of("prod", "db")


@pytest.mark.parametrize(
    ("message", "fix"),
    [
        ("Log in, or send a valid token.", "JUPYTER_SECRETS_TOKEN"),
        ("This kernel's code is not valid: restart the kernel.", '"unset JUPYTER_SECRETS_URL"'),
    ],
)
def test_who_is_not_known_to_a_server_is_told_which_variable_says_it(message, fix):
    assert fix in str(errors.from_rest("UNAUTHENTICATED", message))


def test_an_unknown_code_keeps_its_message():
    assert str(errors.from_rest("TEAPOT", "short")) == "TEAPOT: short"
