"""The service's own tokens, ``jst_…``."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable

from tornado.httputil import HTTPServerRequest

from jupyter_secrets.model import Caller
from jupyter_secrets.names import TOKEN_PREFIX
from jupyter_secrets.rest import with_client
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.service.identity import Identity, bearer_token

# For so long a token is not looked for again. It may have been revoked meanwhile: each call of a
# session looks at that in its own transaction. Before it is over one call has it looked for again,
# so that those of a token in steady use do not all wait for that.
FOUND_SECONDS = 1.0
_RENEWED_AFTER_SECONDS = 0.5
_MOST_CALLERS = 10_000


class TokenAuthenticator:
    """Knows people and service principals by tokens of the store.

    `look_up` adds a user's groups of this moment: a token has none.
    """

    def __init__(
        self,
        scopes: Scopes,
        look_up: Callable[[Caller], Awaitable[Caller]],
        *,
        may_redact: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scopes = scopes
        self._look_up = look_up
        self._may_redact = may_redact
        self._clock = clock
        self._callers: dict[bytes, tuple[float, Caller]] = {}
        self._asked: dict[bytes, asyncio.Task[Caller]] = {}

    async def authenticate(self, request: HTTPServerRequest) -> Identity | None:
        token = bearer_token(request)
        if token is None or not token.startswith(TOKEN_PREFIX):
            return None
        caller = await self._caller(token, request)
        return Identity(await self._look_up(caller), is_server=self._may_redact)

    async def _caller(self, token: str, request: HTTPServerRequest) -> Caller:
        """Return whom a token speaks for; each call of a session checks the token once more."""
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        found_at, caller = self._callers.get(digest, (0.0, None))
        age = self._clock() - found_at
        if caller is not None and age < _RENEWED_AFTER_SECONDS:
            return caller
        if digest not in self._asked:
            asking = with_client(Caller(""), request)
            task = asyncio.create_task(self._find(digest, token, asking))
            self._asked[digest] = task
            task.add_done_callback(lambda task: self._answered(digest, task))
        if caller is not None and age < FOUND_SECONDS:
            return caller
        return await asyncio.shield(self._asked[digest])

    async def _find(self, digest: bytes, token: str, asking: Caller) -> Caller:
        now = self._clock()
        caller = await asyncio.to_thread(self._scopes.authenticate, token, asking)
        if len(self._callers) >= _MOST_CALLERS:
            self._callers.clear()
        self._callers[digest] = (now, caller)
        return caller

    def _answered(self, digest: bytes, task: asyncio.Task[Caller]) -> None:
        del self._asked[digest]
        if task.cancelled() or task.exception() is not None:
            self._callers.pop(digest, None)
