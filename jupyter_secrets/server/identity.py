"""Who a request, or a kernel, acts for."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

from jupyter_server.auth.identity import (
    IdentityProvider,
    PasswordIdentityProvider,
    User,
)
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import ensure_async
from tornado.web import RequestHandler

from jupyter_secrets.errors import BackendUnavailableError, InvalidParameterError
from jupyter_secrets.model import ADMINS, USER, USERS, Caller, Principal
from jupyter_secrets.names import TOKEN_PREFIX
from jupyter_secrets.scopes import has_kind, is_built_in
from jupyter_secrets.server.groups import (
    CachedGroups,
    GroupDirectory,
    GroupsUnknownError,
    HubGroups,
    LoginGroups,
    ProviderGroups,
)
from jupyter_secrets.server.kernel_tokens import KERNEL_TOKEN_PREFIX
from jupyter_secrets.settings import JupyterSecrets

# These two name a random anonymous user anew for each request with a token.
_NAMELESS_PROVIDERS = (IdentityProvider, PasswordIdentityProvider)
# What is redacted follows a change of groups that late, for it gives no access.
REDACTION_GROUPS_SECONDS = 60.0


class Identities:
    """Turns what Jupyter knows of a request into a caller.

    Whoever is found has no groups at first: `look_up` adds those of this moment.
    """

    def __init__(self, settings: JupyterSecrets, provider: IdentityProvider) -> None:
        self._normalize = settings.principal_name
        self._owner = self._normalize(settings.owner)
        # What the source calls whom we call otherwise.
        self._source_names = {self._owner: settings.owner}
        self._named = type(provider) not in _NAMELESS_PROVIDERS
        self._groups = _directory(settings, provider)
        self._refreshed: dict[str, float] = {}
        self._refreshing: set[asyncio.Task[Caller]] = set()

    def owner(self) -> Caller:
        """Return the owner of this server."""
        return Caller(self._owner, frozenset({ADMINS}))

    def of(self, handler: RequestHandler | None) -> Caller | None:
        """Return who makes a request, or None if nobody is known.

        On a single-user server that is its owner; elsewhere it has the user's real name.
        Without a request (a kernel that an extension starts) a single-user server acts for its
        owner, and another one for nobody.
        """
        if not self._named:
            return Caller(self._owner)
        user = getattr(handler, "current_user", None)
        if handler is None or not isinstance(user, User):
            return None
        self._groups.note(user, handler)
        name = self._normalize(user.username)
        self._source_names[name] = user.username
        return Caller(name)

    def _source_name(self, name: str) -> str:
        return self._source_names.get(name, name)

    async def look_up(self, caller: Caller) -> Caller:
        """Return a caller with the groups of this moment.

        Where nobody can say which those are, it is without them. A service principal is in none.
        """
        if caller.kind != USER:
            return caller
        try:
            groups = await self._groups.groups_of(self._source_name(caller.name))
        except GroupsUnknownError as error:
            return self._with_groups(caller, unknown=str(error))
        return self._with_groups(caller, groups)

    def remembered(self, principal: Principal) -> Caller:
        """Return a user with the groups that were looked up last, if that is not long ago."""
        kind, name = principal
        if kind != USER:
            return Caller(name, kind=kind)
        groups = self._remembered(name, 2 * REDACTION_GROUPS_SECONDS)
        if groups is None:
            return self._with_groups(Caller(name), unknown="They were not looked up.")
        return self._with_groups(Caller(name), groups)

    def _remembered(self, name: str, max_age: float) -> frozenset[str] | None:
        return self._groups.remembered(self._source_name(name), max_age)

    def _with_groups(
        self, caller: Caller, groups: Iterable[str] = (), *, unknown: str | None = None
    ) -> Caller:
        # On a single-user server all that is done is done by its owner, whom nobody has to ask.
        admins = {ADMINS} if caller.name == self._owner else set()
        try:
            # Whatever the source calls them, the built-in ones are nobody's to give.
            normalized = frozenset(map(self._normalize, groups)) - {ADMINS, USERS}
        except InvalidParameterError as error:
            normalized, unknown = frozenset(), str(error)
        return replace(caller, groups=normalized | admins, groups_unknown=unknown)

    def refresh(self, names: Iterable[str]) -> None:
        """Begin to look up the groups of users who were not looked up within the last minute."""
        now = time.monotonic()
        for name in names:
            was_tried = now < self._refreshed.get(name, -math.inf) + REDACTION_GROUPS_SECONDS
            if not was_tried and self._remembered(name, REDACTION_GROUPS_SECONDS) is None:
                self._refreshed[name] = now
                task = asyncio.create_task(self.look_up(Caller(name)))
                self._refreshing.add(task)
                task.add_done_callback(self._refreshing.discard)

    async def known_as(self, name: str, caller: Caller) -> frozenset[Principal]:
        """Return the principals that a plain name may mean, as far as is known.

        Raises `BackendUnavailableError` if that cannot be looked up.
        """
        if has_kind(name) or is_built_in(name):
            return frozenset()
        normalized = self._normalize(name)
        owner = {Principal(USER, normalized)} if normalized == self._owner else set()
        try:
            if caller.groups_unknown is not None:
                raise GroupsUnknownError(caller.groups_unknown)
            group_name = await self._groups.known_as(name)
            return frozenset(Principal(kind, normalized) for kind, _ in group_name) | owner
        except GroupsUnknownError as error:
            raise BackendUnavailableError(str(error)) from None


def _directory(settings: JupyterSecrets, provider: IdentityProvider) -> GroupDirectory:
    """Return whoever knows about groups: the provider itself, JupyterHub, or a user's login."""
    if hasattr(provider, "get_user_groups"):
        return CachedGroups(ProviderGroups(provider), settings.groups_max_age)
    hub_auth = getattr(provider, "hub_auth", None)
    if hub_auth is not None:
        return CachedGroups(HubGroups(hub_auth), settings.groups_max_age)
    return LoginGroups(settings.login_groups_max_age)


def bearer_token(handler: RequestHandler) -> str | None:
    """Return the token of a kernel or of the store that a request shows, if it shows one."""
    scheme, _, token = handler.request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    is_ours = token.startswith((KERNEL_TOKEN_PREFIX, TOKEN_PREFIX))
    return token if is_ours and scheme.lower() in ("bearer", "token") else None


class TokenIdentityProvider(IdentityProvider):
    """Knows callers by the tokens of kernels and of the store, and nobody else.

    Only this package's handlers use it, so that such a token opens nothing but scopes.
    """

    def __init__(
        self, authenticate: Callable[[str], Awaitable[Caller | None]], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._authenticate = authenticate

    async def _get_user(self, handler: RequestHandler) -> User | None:
        caller = await self._authenticate(bearer_token(handler) or "")
        if caller is None:
            return None
        handler.token_caller = caller  # type: ignore[attr-defined]
        return User(caller.title)

    def is_token_authenticated(self, handler: RequestHandler) -> bool:
        return True

    def should_check_origin(self, handler: RequestHandler) -> bool:
        return False


async def is_authorized(handler: JupyterHandler, action: str) -> bool:
    """Ask the server's own authorizer whether its user may use secrets at all."""
    user = handler.current_user
    authorized = handler.authorizer.is_authorized(handler, user, action, "secrets")
    return bool(await ensure_async(authorized))


def token_caller(handler: RequestHandler) -> Caller | None:
    """Return whom the token of a request speaks for, if the request shows one of ours."""
    caller = getattr(handler, "token_caller", None)
    return caller if isinstance(caller, Caller) else None
