"""JupyterHub's API, as far as it says who somebody is and who is in which group."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from jupyter_secrets.errors import BackendUnavailableError
from jupyter_secrets.model import GROUP, USER, Principal

TIMEOUT_SECONDS = 5.0
_UNANSWERED = (401, 403, 404)
_SILENT = "JupyterHub does not answer. Try again; if that does not help, tell whoever runs the Hub."
# What OAuth says of a code that does not count (RFC 6749, 5.2).
_BAD_CODE = 400


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
        return await self._fetch(path, {"Authorization": f"token {token or self.token}"})

    async def token_for_code(self, fields: Mapping[str, str]) -> str | None:
        """Return the token for the code of an OAuth login, or None if the Hub refuses it.

        Raises `HubUnavailableError`.
        """
        model = await self._fetch("oauth2/token", {}, urlencode(fields))
        token = (model or {}).get("access_token")
        return token if isinstance(token, str) and token else None

    async def _fetch(
        self, path: str, headers: dict[str, str], form: str | None = None
    ) -> dict[str, Any] | None:
        request = HTTPRequest(
            f"{self.url.rstrip('/')}/{path}",
            method="GET" if form is None else "POST",
            headers=headers,
            body=form,
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
            if error.code in _UNANSWERED or (form is not None and error.code == _BAD_CODE):
                return None
            raise HubUnavailableError(_SILENT) from None
        except (OSError, ValueError, RecursionError):
            raise HubUnavailableError(_SILENT) from None
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
