"""The service's own tokens, ``jst_…``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tornado.httputil import HTTPServerRequest

from jupyter_secrets.model import Caller
from jupyter_secrets.names import TOKEN_PREFIX
from jupyter_secrets.rest import with_client
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.service.identity import Identity, bearer_token


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
    ) -> None:
        self._scopes = scopes
        self._look_up = look_up
        self._may_redact = may_redact

    async def authenticate(self, request: HTTPServerRequest) -> Identity | None:
        token = bearer_token(request)
        if token is None or not token.startswith(TOKEN_PREFIX):
            return None
        asking = with_client(Caller(""), request)
        caller = await asyncio.to_thread(self._scopes.authenticate, token, asking)
        return Identity(await self._look_up(caller), is_server=self._may_redact)
