"""JupyterHub's API, as far as it says who somebody is and who is in which group."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from jupyter_secrets.errors import BackendUnavailableError
from jupyter_secrets.model import GROUP, USER, Principal

TIMEOUT_SECONDS = 5.0
_UNANSWERED = (401, 403, 404)


class HubUnavailableError(BackendUnavailableError):
    """The Hub does not answer."""


@dataclass(frozen=True, slots=True)
class HubApi:
    """Where the Hub's API is, the token to show it, and files for a Hub with internal TLS."""

    url: str
    token: str = field(repr=False)
    authority: str | None = None
    certificate: str | None = None
    key: str | None = None

    async def ask(self, path: str, token: str = "") -> dict[str, Any] | None:
        """Return the Hub's answer, or None to what it does not have or does not let us see.

        Another token than our own asks for whoever it is of. Raises `HubUnavailableError`.
        """
        request = HTTPRequest(
            f"{self.url.rstrip('/')}/{path}",
            headers={"Authorization": f"token {token or self.token}"},
            connect_timeout=TIMEOUT_SECONDS,
            request_timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            ca_certs=self.authority,
            client_cert=self.certificate,
            client_key=self.key,
        )
        try:
            response = await AsyncHTTPClient().fetch(request)
            model = json.loads(response.body)
        except HTTPClientError as error:
            if error.code in _UNANSWERED:
                return None
            raise HubUnavailableError("JupyterHub does not answer.") from None
        except (OSError, ValueError, RecursionError):
            raise HubUnavailableError("JupyterHub does not answer.") from None
        return model if isinstance(model, dict) else None

    async def user(self, name: str) -> dict[str, Any] | None:
        """Return a user, as far as our own token may read it."""
        return await self.ask(f"users/{quote(name, safe='')}")

    async def known_as(self, name: str) -> frozenset[Principal]:
        """Return the group and the user with a name, as far as our own token may read them."""
        path = quote(name, safe="")
        group, user = await asyncio.gather(self.ask(f"groups/{path}"), self.user(name))
        models = {Principal(GROUP, name): group, Principal(USER, name): user}
        return frozenset(principal for principal, model in models.items() if model is not None)
