"""Who makes a request, by whatever way it proves that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tornado.httputil import HTTPServerRequest

from jupyter_secrets.errors import UnauthenticatedError
from jupyter_secrets.model import Caller


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks; `is_server` says that it is a user's own Jupyter server, which filters outputs."""

    caller: Caller
    is_server: bool = False


class Authenticator(Protocol):
    """One way to prove who makes a request."""

    async def authenticate(self, request: HTTPServerRequest) -> Identity | None:
        """Return who makes a request, or None if it does not try this way.

        Raises `UnauthenticatedError` if it tries and fails, `BackendUnavailableError` if nobody
        can tell now.
        """


class Authentication:
    """The ways to prove who one is, in the order in which they are tried."""

    def __init__(self, ways: Sequence[Authenticator]) -> None:
        self._ways = ways

    async def authenticate(self, request: HTTPServerRequest) -> Identity:
        """Return who makes a request; raise `UnauthenticatedError` if that is not known."""
        if len(request.headers.get_list("Authorization")) > 1:
            raise UnauthenticatedError("The request has several Authorization headers: send one.")
        for way in self._ways:
            identity = await way.authenticate(request)
            if identity is not None:
                return identity
        raise UnauthenticatedError("Send a valid token: Authorization: Bearer …")


def bearer_token(request: HTTPServerRequest) -> str | None:
    """Return the token that a request shows, if it shows one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "token") and token.strip() else None
