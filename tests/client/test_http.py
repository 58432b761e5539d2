from __future__ import annotations

import pytest

from jupyter_secrets.client import Endpoint
from jupyter_secrets.errors import InvalidParameterError


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "http://[::1",
        "http://host:port",
        "http://host:99999",
        "http://ho st:9",
        "http://127.0.0.1:9/a b",
        "http://127.0.0.1:9/é",
        f"http://{'a' * 70}.example:9",
    ],
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(InvalidParameterError, match="must look like https://host:8888/base/url"):
        Endpoint(url).request("GET", "x")


@pytest.mark.parametrize("token", ["first-canary\nsecond", "first-canary-é", "first-canary\x7f"])
def test_a_token_that_is_none_is_refused_and_not_repeated(token):
    with pytest.raises(
        InvalidParameterError, match="token contains an invalid character"
    ) as caught:
        Endpoint("http://127.0.0.1:9", token).request("GET", "x")

    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None
