"""Tokens in steady use: the store is asked about one seldom, and nobody waits meanwhile."""

from __future__ import annotations

import asyncio
import threading

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine

from jupyter_secrets.errors import UnauthenticatedError
from jupyter_secrets.model import Caller
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.service.tokens import TokenAuthenticator
from tests.callers import ALICE


class SlowScopes:
    """Scopes whose answers about tokens are counted, and can be held up."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self.asked = 0
        self.may_answer = threading.Event()
        self.may_answer.set()

    def authenticate(self, token: str, asking: Caller) -> Caller:
        self.asked += 1
        assert self.may_answer.wait(30)
        return self._scopes.authenticate(token, asking)


@pytest.fixture
def slow(scopes) -> SlowScopes:
    return SlowScopes(scopes)


@pytest.fixture
def token(scopes) -> str:
    return scopes.session(ALICE).tokens.create("tests")[1]


async def unchanged(caller: Caller) -> Caller:
    return caller


def request(token: str) -> HTTPServerRequest:
    headers = HTTPHeaders({"Authorization": f"Bearer {token}", "Host": "x"})
    return HTTPServerRequest(start_line=RequestStartLine("GET", "/", "HTTP/1.1"), headers=headers)


def test_calls_that_come_together_ask_once(slow, token):
    async def main() -> None:
        ways = TokenAuthenticator(slow, unchanged)
        found = await asyncio.gather(*(ways.authenticate(request(token)) for _ in range(50)))
        assert {each.caller.name for each in found} == {ALICE.name}

    asyncio.run(main())

    assert slow.asked == 1


def test_a_token_in_use_is_looked_for_again_while_nobody_waits(slow, token):
    now = [0.0]

    async def main() -> None:
        ways = TokenAuthenticator(slow, unchanged, clock=lambda: now[0])
        await ways.authenticate(request(token))
        slow.may_answer.clear()
        now[0] = 0.6
        for _ in range(3):
            await asyncio.wait_for(ways.authenticate(request(token)), 10)
        now[0] = 1.1
        late = asyncio.create_task(ways.authenticate(request(token)))
        await asyncio.sleep(0.05)
        assert not late.done()
        slow.may_answer.set()
        await late

    asyncio.run(main())

    assert slow.asked == 2


def test_a_token_that_was_revoked_is_found_no_more_after_a_second(slow, token, scopes):
    now = [0.0]

    async def main() -> None:
        ways = TokenAuthenticator(slow, unchanged, clock=lambda: now[0])
        await ways.authenticate(request(token))
        (info,) = scopes.session(ALICE).tokens.list()
        scopes.session(ALICE).tokens.revoke(info.token_id)
        now[0] = 1.1
        with pytest.raises(UnauthenticatedError, match="revoked"):
            await ways.authenticate(request(token))

    asyncio.run(main())
