"""Tokens that are a kernel's own."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_secrets.errors import UnauthenticatedError
from jupyter_secrets.model import Caller
from jupyter_secrets.server.kernel_tokens import CodeReusedError, KernelGrant, KernelTokens


async def alive() -> bool:
    return True


@pytest.mark.parametrize("other", ["one exported", "one", ""])
def test_only_its_own_end_ends_an_exported_token(other):
    """A client may choose the id of the kernel that it asks for."""
    tokens = KernelTokens()
    grant = KernelGrant("one", Caller("alice"), alive)
    token = tokens.mint_exported(grant)

    tokens.mint(KernelGrant(other, Caller("bob"), alive))
    if other != "one":
        tokens.revoke(other)

    assert asyncio.run(tokens.resolve(token)) is grant


def test_a_revoked_code_is_worth_nothing_and_the_grant_stays():
    tokens = KernelTokens()
    grant = KernelGrant("one", Caller("alice"), alive)
    code = tokens.mint(grant)

    tokens.revoke_code("one")

    with pytest.raises(UnauthenticatedError, match="not valid"):
        tokens.exchange(code)
    assert tokens.grant("one") is grant
    assert not tokens.is_exchanged("one")


def test_a_code_that_was_used_is_not_revoked_alone():
    tokens = KernelTokens()
    grant = KernelGrant("one", Caller("alice"), alive)
    token, _ = tokens.exchange(tokens.mint(grant))

    tokens.revoke_code("one")

    assert asyncio.run(tokens.resolve(token)) is grant


def test_a_code_that_is_renewed_can_be_used_once_more_and_ends_the_token_before():
    tokens = KernelTokens()
    grant = KernelGrant("one", Caller("alice"), alive)
    code = tokens.mint(grant)
    before, _ = tokens.exchange(code)

    tokens.renew_code("one")
    after, _ = tokens.exchange(code)

    assert asyncio.run(tokens.resolve(before)) is None
    assert asyncio.run(tokens.resolve(after)) is grant
    with pytest.raises(CodeReusedError):
        tokens.exchange(code)


def test_a_revoked_code_cannot_be_renewed():
    tokens = KernelTokens()
    code = tokens.mint(KernelGrant("one", Caller("alice"), alive))
    tokens.revoke_code("one")

    tokens.renew_code("one")

    with pytest.raises(UnauthenticatedError, match="not valid"):
        tokens.exchange(code)


def test_what_was_minted_before_the_kernels_id_was_known_is_the_kernels():
    tokens = KernelTokens()
    code = tokens.mint(KernelGrant("for now", Caller("alice"), alive))
    exported = tokens.mint_exported(KernelGrant("for now", Caller("alice"), alive))
    grant = KernelGrant("one", Caller("alice", kernel_id="one"), alive)

    tokens.replace_grant("for now", grant)

    assert tokens.exchange(code)[1] is grant
    assert asyncio.run(tokens.resolve(exported)) is grant
    assert tokens.grant("for now") is None
    tokens.revoke("one")
    assert asyncio.run(tokens.resolve(exported)) is None
