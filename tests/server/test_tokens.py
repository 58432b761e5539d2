"""Tokens that are a kernel's own."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_secrets.model import Caller
from jupyter_secrets.server.tokens import KernelGrant, KernelTokens


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
