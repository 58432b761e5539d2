"""JupyterHub's users: by their tokens, and which groups they are in at this moment."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from tornado.httputil import HTTPServerRequest

from jupyter_secrets.errors import BackendUnavailableError, UnauthenticatedError
from jupyter_secrets.hub import HubApi
from jupyter_secrets.model import ADMINS, USER, USERS, Caller, Principal
from jupyter_secrets.service.identity import Identity, bearer_token

_Model = dict[str, Any] | None
# Nobody has so many tokens in use within seconds; what is older is forgotten first.
_MOST_ANSWERS = 10_000


@dataclass(frozen=True, slots=True)
class _Answer:
    asked_at: float
    task: asyncio.Task[_Model]


class HubUsers:
    """What the Hub says of people; an answer counts for `max_age` seconds from when it was asked.

    Where there is no newer one after that, nothing is known: the Hub's silence keeps nobody in.
    """

    def __init__(
        self,
        hub: HubApi,
        service_name: str,
        *,
        max_age: float,
        normalize: Callable[[str], str] = str,
    ) -> None:
        self._hub = hub
        self._access = {"access:services", f"access:services!service={service_name}"}
        self._max_age = max_age
        self._normalize = normalize
        self._answers: dict[str, _Answer] = {}

    async def authenticate(self, request: HTTPServerRequest) -> Identity | None:
        """Return whom the token of the Hub's that a request shows belongs to."""
        token = bearer_token(request)
        return None if token is None else await self.identify(token)

    async def identify(self, token: str) -> Identity:
        """Return whom a token of the Hub's belongs to.

        Raises `UnauthenticatedError` if it may not be used here.
        """
        digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        model = await self._cached(f"token {digest}", lambda: self._hub.ask("user", token))
        if model is None or model.get("kind") != "user":
            raise UnauthenticatedError(
                "The token is not the service's, and of no user of JupyterHub."
            )
        scopes = set(model.get("scopes") or ())
        if scopes.isdisjoint(self._access):
            raise UnauthenticatedError(
                "JupyterHub does not let this token use the service: it needs the scope "
                f"{max(self._access, key=len)}."
            )
        is_server = _is_servers(scopes, str(model["name"]))
        return Identity(self._caller(model, is_admin=not is_server), is_server=is_server)

    def _caller(self, model: dict[str, Any], *, is_admin: bool) -> Caller:
        name = self._normalize(str(model["name"]))
        return Caller(name, self._groups(model, is_admin=is_admin), via="hub")

    def _groups(self, model: dict[str, Any], *, is_admin: bool) -> frozenset[str]:
        """Return somebody's groups; the built-in ones are no group's of the Hub to give."""
        named = {self._normalize(str(name)) for name in model.get("groups") or ()}
        admins = {ADMINS} if is_admin and model.get("admin") is True else set()
        return frozenset(named - {ADMINS, USERS} | admins)

    async def look_up(self, caller: Caller) -> Caller:
        """Return a user with the groups of this moment; without them if they are not known."""
        if caller.kind != USER:
            return caller
        try:
            model = await self._cached(f"user {caller.name}", lambda: self._hub.user(caller.name))
        except BackendUnavailableError as error:
            return replace(caller, groups_unknown=f"Groups are unknown at the moment: {error}")
        if model is None or "groups" not in model:
            return replace(
                caller, groups_unknown="JupyterHub does not tell the service their groups."
            )
        return replace(caller, groups=caller.groups | self._groups(model, is_admin=True))

    async def known_as(self, name: str) -> frozenset[Principal]:
        """Return the principals that a plain name may mean."""
        names = await self._hub.known_as(name)
        return frozenset(Principal(kind, self._normalize(each)) for kind, each in names)

    async def _cached(self, key: str, ask: Callable[[], Awaitable[_Model]]) -> _Model:
        answer = self._answers.pop(key, None)
        if answer is None or not self._counts(answer):
            answer = _Answer(time.monotonic(), asyncio.ensure_future(_run(ask)))
        self._answers[key] = answer  # the last one in the order
        while len(self._answers) > _MOST_ANSWERS:
            del self._answers[next(iter(self._answers))]
        return await asyncio.shield(answer.task)

    def _counts(self, answer: _Answer) -> bool:
        task = answer.task
        if task.done() and (task.cancelled() or task.exception() is not None):
            return False
        return time.monotonic() - answer.asked_at < self._max_age


async def _run(ask: Callable[[], Awaitable[_Model]]) -> _Model:
    return await ask()


def _is_servers(scopes: set[str], name: str) -> bool:
    """Tell a server's token from others of its user by what it may do at the Hub.

    It reaches the server itself, and makes no tokens.
    """
    own = f"access:servers!server={name}/"
    return any(scope.startswith(own) for scope in scopes) and f"tokens!user={name}" not in scopes
