"""Who a request, or a kernel, acts for."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.identity import (
    IdentityProvider,
    PasswordIdentityProvider,
    User,
)
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import ensure_async
from tornado.web import RequestHandler

from jupyter_secrets.model import ADMINS, Caller
from jupyter_secrets.server.tokens import TOKEN_PREFIX, KernelGrant, KernelTokens
from jupyter_secrets.settings import JupyterSecrets

# These two name a random anonymous user anew for each request with a token.
_NAMELESS_PROVIDERS = (IdentityProvider, PasswordIdentityProvider)


class Identities:
    """Turns what Jupyter knows of a request into a caller."""

    def __init__(self, settings: JupyterSecrets, provider: IdentityProvider) -> None:
        self._owner = settings.owner
        self._named = type(provider) not in _NAMELESS_PROVIDERS

    def owner(self) -> Caller:
        """Return the owner of this server."""
        return Caller(self._owner, frozenset({ADMINS}))

    def of(self, handler: RequestHandler | None) -> Caller | None:
        """Return who makes a request, or None if nobody is known.

        On a single-user server that is its owner; elsewhere the user's real name and groups.
        Without a request (a kernel that an extension starts) a single-user server acts for its
        owner, and another one for nobody.
        """
        if not self._named:
            return self.owner()
        user = getattr(handler, "current_user", None)
        if not isinstance(user, User):
            return None
        groups = _hub_groups(user)
        return Caller(user.username, groups | ({ADMINS} if user.username == self._owner else set()))


def _hub_groups(user: User) -> frozenset[str]:
    """Return the groups that JupyterHub says a user is in; Jupyter's own user has none."""
    hub_user: Any = getattr(user, "hub_user", None) or {}
    return frozenset(str(group) for group in hub_user.get("groups", ())) - {ADMINS}


def bearer_token(handler: RequestHandler) -> str | None:
    """Return the kernel token that a request shows, if it shows one."""
    scheme, _, token = handler.request.headers.get("Authorization", "").partition(" ")
    is_ours = scheme.lower() in ("bearer", "token") and token.startswith(TOKEN_PREFIX)
    return token if is_ours else None


class KernelIdentityProvider(IdentityProvider):
    """Knows kernels by their tokens, and nobody else.

    Only this package's handlers use it, so that a kernel's token opens nothing but scopes.
    """

    def __init__(self, tokens: KernelTokens, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._tokens = tokens

    async def _get_user(self, handler: RequestHandler) -> User | None:
        grant = await self._tokens.resolve(bearer_token(handler) or "")
        if grant is None:
            return None
        handler.kernel_grant = grant  # type: ignore[attr-defined]
        return User(grant.caller.name)

    def is_token_authenticated(self, handler: RequestHandler) -> bool:
        return True

    def should_check_origin(self, handler: RequestHandler) -> bool:
        return False


async def is_authorized(handler: JupyterHandler, action: str) -> bool:
    """Ask the server's own authorizer whether its user may use secrets at all."""
    user = handler.current_user
    authorized = handler.authorizer.is_authorized(handler, user, action, "secrets")
    return bool(await ensure_async(authorized))


def kernel_grant(handler: RequestHandler) -> KernelGrant | None:
    """Return the grant of the kernel that makes a request, if a kernel makes it."""
    grant = getattr(handler, "kernel_grant", None)
    return grant if isinstance(grant, KernelGrant) else None
