"""Logs people in at JupyterHub, for the service's own page: OAuth 2 with PKCE (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from jupyter_secrets.errors import PermissionDeniedError, UnauthenticatedError
from jupyter_secrets.hub import HubApi
from jupyter_secrets.model import Caller
from jupyter_secrets.service.hub_users import HubUsers
from jupyter_secrets.service.tickets import Tickets

# So long somebody may take to log in, and so long they are then: the Hub knows them for longer.
LOGIN_SECONDS = 600.0
SESSION_SECONDS = 8 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """This service as the Hub's OAuth client, and where the Hub sends browsers."""

    client_id: str
    authorize_url: str
    callback_url: str


class HubLogin:
    """People who logged in; their tokens of the Hub's stay in this process.

    A session ends after some hours, when its token is revoked, and when this process ends; people
    who are logged in at the Hub get another one without being asked.
    """

    def __init__(
        self,
        hub: HubApi,
        users: HubUsers,
        client: OAuthClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hub = hub
        self._users = users
        self._client = client
        self._begun = Tickets[str](LOGIN_SECONDS, clock)
        self._sessions = Tickets[str](SESSION_SECONDS, clock)

    def begin(self) -> tuple[str, str]:
        """Return a state, which the same browser has to show again, and where to send it."""
        verifier = secrets.token_urlsafe(32)
        state = self._begun.issue(verifier)
        query = {
            "client_id": self._client.client_id,
            "redirect_uri": self._client.callback_url,
            "response_type": "code",
            "state": state,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return state, f"{self._client.authorize_url}?{urlencode(query)}"

    async def finish(self, state: str, code: str) -> str:
        """Return a new session for the code that the Hub gave; a state and a code count once.

        Raises `UnauthenticatedError` for a login that nobody began, or too long ago, and for a
        code that the Hub refuses.
        """
        verifier = self._begun.take(state)
        if verifier is None:
            raise UnauthenticatedError("This login was finished already, or begun too long ago.")
        fields = {
            "client_id": self._client.client_id,
            "client_secret": self._hub.token,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.callback_url,
            "code_verifier": verifier,
        }
        token = await self._hub.token_for_code(fields)
        if token is None:
            raise UnauthenticatedError("JupyterHub does not accept this login.")
        await self._caller(token)
        return self._sessions.issue(token)

    async def identify(self, session: str) -> Caller | None:
        """Return who has a session, with the groups of this moment; None if it is over."""
        token = self._sessions.get(session)
        if token is None:
            return None
        try:
            return await self._caller(token)
        except UnauthenticatedError:
            self.end(session)
            return None

    async def _caller(self, token: str) -> Caller:
        identity = await self._users.identify(token)
        if identity.is_server:
            raise PermissionDeniedError("This takes a person's login, and not a server's.")
        return identity.caller

    def end(self, session: str) -> None:
        """Log somebody out here."""
        self._sessions.take(session)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
