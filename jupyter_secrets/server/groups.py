"""Which groups people are in: asked of whoever knows, at each call, and kept for seconds.

A kernel's token carries a name and no groups, so who leaves a group loses what it gave in running
kernels too. An answer counts for as long as the settings say, from when it was asked for; after
that, where there is no newer one, nobody is in any group.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.utils import ensure_async
from tornado.web import RequestHandler

from jupyter_secrets.errors import BackendUnavailableError
from jupyter_secrets.hub import TIMEOUT_SECONDS, HubApi, HubUnavailableError
from jupyter_secrets.model import ADMINS, GROUP, USERS, Principal

# Until a source answers, calls wait for it no longer than for PATIENCE_SECONDS from then on, and it
# is asked again every RETRY_SECONDS at most.
PATIENCE_SECONDS = 0.3
RETRY_SECONDS = 1.0

Groups = frozenset[str]
_NONE: Groups = frozenset()


class GroupsUnknownError(BackendUnavailableError):
    """Nobody can say, now, which groups somebody is in, or who a name belongs to."""


class GroupSource(Protocol):
    """Something that knows who is in which group; it raises `GroupsUnknownError` if it cannot."""

    def note(self, user: User, handler: RequestHandler) -> None:
        """Learn what a user's request tells about groups."""

    async def groups_of(self, user: str) -> Groups:
        """Return a user's groups as they are now."""

    async def known_as(self, name: str) -> frozenset[Principal]:
        """Return the principals with a name, as far as the source tells."""


class GroupDirectory(Protocol):
    """A source as it is asked at each call."""

    def note(self, user: User, handler: RequestHandler) -> None:
        """Learn what a user's request tells about groups."""

    async def groups_of(self, user: str) -> Groups:
        """Return a user's groups; raise `GroupsUnknownError` if they cannot be had."""

    def remembered(self, user: str, max_age: float) -> Groups | None:
        """Return the last answer if it is younger than `max_age` seconds; asks nobody."""

    async def known_as(self, name: str) -> frozenset[Principal]:
        """Return the principals with a name, as far as the source tells."""


class HubGroups:
    """JupyterHub's groups, over its API.

    A server's own token reads the groups of the server's user. Those of a visitor are read with
    the token of the visitor's last request, or with the server's, if the Hub grants it
    ``read:users:groups``; with ``read:groups:name`` the Hub tells which groups there are.
    """

    def __init__(self, hub_auth: Any) -> None:
        self._hub = hub_auth
        self._own_name: str | None = None
        self._tokens: dict[str, str] = {}

    def note(self, user: User, handler: RequestHandler) -> None:
        """Remember the token of a user's request, in memory."""
        token = self._hub.get_token(handler)
        if token:
            self._tokens[user.username] = token

    async def groups_of(self, user: str) -> Groups:
        """Return a user's groups as the Hub says now."""
        model = (
            await self._own_model(user)
            or await self._visitors_model(user)
            or await self._ask(f"users/{quote(user, safe='')}")
        )
        if model is None or model.get("name") != user or "groups" not in model:
            raise GroupsUnknownError(
                f"The groups of {user} are unknown, for JupyterHub does not let this server read "
                "them: its token needs the scope read:users:groups."
            )
        return _as_groups(model["groups"])

    async def _own_model(self, user: str) -> dict[str, Any] | None:
        if self._own_name not in (None, user):
            return None
        model = await self._ask("user")
        if model is not None:
            self._own_name = str(model["name"]) if model.get("kind") == "user" else ""
        return model if self._own_name == user else None

    async def _visitors_model(self, user: str) -> dict[str, Any] | None:
        token = self._tokens.get(user)
        model = await self._ask("user", token) if token else None
        is_theirs = model is not None and (model.get("kind"), model.get("name")) == ("user", user)
        return model if is_theirs else None

    async def known_as(self, name: str) -> frozenset[Principal]:
        """Return the group and the user with a name, as far as this server may read them."""
        try:
            return await self._api.known_as(name)
        except HubUnavailableError:
            raise _silent("JupyterHub does not answer") from None

    async def _ask(self, path: str, token: str = "") -> dict[str, Any] | None:
        try:
            return await self._api.ask(path, token)
        except HubUnavailableError:
            raise _silent("JupyterHub does not answer") from None

    @property
    def _api(self) -> HubApi:
        hub = self._hub
        return HubApi(
            hub.api_url,
            hub.api_token,
            hub.client_ca or None,
            hub.certfile or None,
            hub.keyfile or None,
        )


class ProviderGroups:
    """What an identity provider's ``get_user_groups(username)`` says.

    It may be a coroutine, and so may ``group_exists(name)``, which a provider can offer as well.
    """

    def __init__(self, provider: IdentityProvider) -> None:
        self._provider: Any = provider

    def note(self, user: User, handler: RequestHandler) -> None:
        """Do nothing: the provider is asked by name."""

    async def groups_of(self, user: str) -> Groups:
        """Return a user's groups as the provider says now."""
        return _as_groups(await self._ask(self._provider.get_user_groups, user))

    async def known_as(self, name: str) -> frozenset[Principal]:
        """Return the group with a name, if the provider knows it."""
        exists = getattr(self._provider, "group_exists", None)
        is_group = exists is not None and await self._ask(exists, name)
        return frozenset({Principal(GROUP, name)} if is_group else ())

    async def _ask(self, hook: Callable[[str], Any], name: str) -> Any:
        try:
            if inspect.iscoroutinefunction(hook):
                return await asyncio.wait_for(hook(name), TIMEOUT_SECONDS)
            answer = await asyncio.wait_for(asyncio.to_thread(hook, name), TIMEOUT_SECONDS)
            return await asyncio.wait_for(ensure_async(answer), TIMEOUT_SECONDS)
        except Exception as error:  # whatever a provider raises: it did not answer
            source, reason = type(self._provider).__name__, type(error).__name__
            raise _silent(f"{source} does not answer ({reason})") from None


class LoginGroups:
    """The groups that a provider's users bring with them, in an attribute ``groups``.

    Their kernels bring none: for them those of the last login count, for `max_age` seconds.
    A user who was logged in earlier, by a cookie say, brings ``groups_time`` as well, in seconds
    since the epoch.
    """

    def __init__(self, max_age: float) -> None:
        self._max_age = max_age
        self._logins: dict[str, tuple[float, Groups]] = {}

    def note(self, user: User, handler: RequestHandler) -> None:
        """Remember what a user brings."""
        groups = getattr(user, "groups", None)
        if groups is None:
            return
        now = time.time()
        moment = min(float(getattr(user, "groups_time", None) or now), now)
        if moment >= self._logins.get(user.username, (0.0, _NONE))[0]:
            self._logins[user.username] = (moment, _as_groups(groups))

    async def groups_of(self, user: str) -> Groups:
        """Return what the user brought last, if that is not too long ago."""
        groups = self._at_last_login(user)
        if groups is None:
            raise GroupsUnknownError(
                f"The groups of {user} are unknown, for the last login was too long ago: log in "
                "again."
            )
        return groups

    def remembered(self, user: str, max_age: float) -> Groups | None:
        """Return what counts of the last login, whatever `max_age` says: there is nobody to ask."""
        return self._at_last_login(user)

    def _at_last_login(self, user: str) -> Groups | None:
        """Return the groups of the last login, none without one, None if it was too long ago."""
        moment, groups = self._logins.get(user, (None, _NONE))
        is_over = moment is not None and time.time() - moment > self._max_age
        return None if is_over else groups

    async def known_as(self, name: str) -> frozenset[Principal]:
        """Return the group with a name, if anybody was in it at a login."""
        is_group = any(name in groups for _, groups in self._logins.values())
        return frozenset({Principal(GROUP, name)} if is_group else ())


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a source says about a user: groups, or why they are unknown, and why before that."""

    asked_at: float
    task: asyncio.Task[Groups | str]
    unknown_before: str | None

    @property
    def result(self) -> Groups | str | None:
        """The answer, or None where there is none yet."""
        has_one = self.task.done() and not self.task.cancelled() and not self.task.exception()
        return self.task.result() if has_one else None

    @property
    def unknown(self) -> str | None:
        """Why the groups are unknown as far as can be told now; None where they are not."""
        if not self.task.done():
            return self.unknown_before
        return self.result if isinstance(self.result, str) else None


class CachedGroups:
    """What a source says, kept for `max_age` seconds; calls that wait together ask once."""

    def __init__(
        self, source: GroupSource, max_age: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = source
        self._max_age = max_age
        self._clock = clock
        self._answers: dict[str, _Answer] = {}

    def note(self, user: User, handler: RequestHandler) -> None:
        """Learn what a user's request tells about groups."""
        self._source.note(user, handler)

    async def groups_of(self, user: str) -> Groups:
        """Return a user's groups; raise `GroupsUnknownError` if they cannot be had."""
        answer = self._answers.get(user)
        if answer is None or not self._counts(answer):
            task = asyncio.create_task(self._ask(user))
            answer = _Answer(self._clock(), task, answer.unknown if answer else None)
            self._answers[user] = answer
        if answer.unknown_before is not None:
            await asyncio.wait({answer.task}, timeout=PATIENCE_SECONDS)
        if answer.unknown is not None:
            raise GroupsUnknownError(answer.unknown)
        groups = await asyncio.shield(answer.task)
        if isinstance(groups, str):
            raise GroupsUnknownError(groups)
        return groups

    async def _ask(self, user: str) -> Groups | str:
        try:
            return await self._source.groups_of(user)
        except GroupsUnknownError as error:
            return str(error)

    def _counts(self, answer: _Answer) -> bool:
        is_short = answer.task.done() and not isinstance(answer.result, frozenset)
        max_age = min(self._max_age, RETRY_SECONDS) if is_short else self._max_age
        return self._clock() - answer.asked_at < max_age

    def remembered(self, user: str, max_age: float) -> Groups | None:
        """Return the last answer if it is younger than `max_age` seconds; asks nobody."""
        answer = self._answers.get(user)
        if answer is None or self._clock() - answer.asked_at >= max_age:
            return None
        return answer.result if isinstance(answer.result, frozenset) else None

    async def known_as(self, name: str) -> frozenset[Principal]:
        """Return the principals with a name, as far as the source tells."""
        return await self._source.known_as(name)


def _as_groups(names: Iterable[object]) -> Groups:
    """Return groups by name; the built-in ones are nobody's to give."""
    return frozenset(str(name) for name in names) - {ADMINS, USERS}


def _silent(reason: str) -> GroupsUnknownError:
    return GroupsUnknownError(f"Groups are unknown at the moment, for {reason}.")
