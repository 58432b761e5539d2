"""The REST API's handlers as a Jupyter server's: its users, its authorizer, its XSRF check."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from http import HTTPStatus

from jupyter_server.auth.authorizer import AllowAllAuthorizer, Authorizer
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from jupyter_secrets.client import ServiceScopes
from jupyter_secrets.errors import PermissionDeniedError, UnauthenticatedError
from jupyter_secrets.model import Caller, Marks, Principal, SecretVersion
from jupyter_secrets.rest import BackendSession, SecretsHandler, with_client
from jupyter_secrets.scopes import is_admin
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.identity import (
    TokenIdentityProvider,
    bearer_token,
    is_authorized,
    token_caller,
)
from jupyter_secrets.server.kernel_tokens import KERNEL_TOKEN_PREFIX

_SETTING = "jupyter_secrets"


class ServerBackend:
    """The extension's parts, as the handlers call them."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self.version = context.version

    def session(self, caller: Caller) -> BackendSession:
        return self._context.scopes.session(caller)

    def status(self, caller: Caller) -> dict[str, object]:
        scopes = self._context.scopes
        if isinstance(scopes, ServiceScopes):
            return scopes.status_of(caller)
        status = asdict(scopes.status())
        return {
            **status,
            "principal": caller.title,
            "admin": is_admin(caller),
            "revision": scopes.revision(),
        }

    def disclose(self, caller: Caller, version: SecretVersion) -> None:
        self._context.redactors.disclose(caller, version)

    def refresh(self) -> None:
        self._context.redactors.refresh()

    def marks(self, caller: Caller) -> Marks:
        return self._context.redactors.marks(caller)

    async def known_as(self, name: str, caller: Caller) -> frozenset[Principal]:
        if isinstance(self._context.scopes, ServiceScopes):
            return frozenset()  # the service looks itself
        return await self._context.identities.known_as(name, caller)


class ServerHandler(SecretsHandler, APIHandler):
    """Knows who makes a request as the server does, and by tokens of kernels and of the store."""

    @property
    def context(self) -> AppContext:
        """The extension's parts."""
        context: AppContext = self.settings[_SETTING]
        return context

    @property
    def backend(self) -> ServerBackend:
        return ServerBackend(self.context)

    @property
    def identity_provider(self) -> IdentityProvider:
        """The server's, or, for a request with a token of ours, one that knows those only."""
        if bearer_token(self) is None:
            return super().identity_provider
        return TokenIdentityProvider(self._authenticate, parent=self.serverapp)

    async def _authenticate(self, token: str) -> Caller | None:
        """Return whom a token of a kernel, or of the store, speaks for."""
        if token.startswith(KERNEL_TOKEN_PREFIX):
            grant = await self.context.tokens.resolve(token)
            return None if grant is None else grant.caller
        scopes = self.context.scopes
        if isinstance(scopes, ServiceScopes):
            raise UnauthenticatedError(f"Show this token to the service itself: {scopes.url}")
        return await self.run(scopes.authenticate, token, with_client(Caller(""), self.request))

    @property
    def authorizer(self) -> Authorizer:
        """The server's; a token of ours carries its own rights."""
        if bearer_token(self) is None:
            return super().authorizer
        return AllowAllAuthorizer(parent=self.serverapp, identity_provider=self.identity_provider)

    def check_xsrf_cookie(self) -> None:
        """Check it, unless a token of ours makes the request: then cookies say nothing.

        The server's own check does not do for those: JupyterHub replaces it by one that takes no
        account of this handler's identity provider.
        """
        if bearer_token(self) is None:
            super().check_xsrf_cookie()

    def update_api_activity(self) -> None:
        """Do not fail over a query that Jupyter cannot read: it is the end of every answer."""
        with suppress(HTTPError):
            super().update_api_activity()

    @property
    def is_anonymous(self) -> bool:
        # Before `prepare`, it is not known yet whether somebody makes the request.
        return not getattr(self, "_jupyter_current_user", None)

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse a request of nobody: jupyter_server leaves that to each handler."""
        await super().prepare()
        method = getattr(self, (self.request.method or "").lower())
        is_open = getattr(method, "__allow_unauthenticated", False)
        if not (self.current_user or is_open or self._finished):
            raise HTTPError(HTTPStatus.UNAUTHORIZED)

    async def caller(self) -> Caller:
        """Return who asks; raise `PermissionDeniedError` if the server forbids it secrets."""
        speaking = token_caller(self)
        caller = speaking or self.context.identities.of(self)
        if caller is None or not (speaking or await is_authorized(self, self.action)):
            raise PermissionDeniedError("You may not use the secrets of this server.")
        caller = await self.context.identities.look_up(caller)
        if not self.context.redactors.has_read(caller):
            # The audit log's redaction is ready before the first record.
            await self.run(self.context.redactors.redactor, caller)
        return with_client(caller, self.request)


def served(handler: type[SecretsHandler]) -> type[ServerHandler]:
    """Return a handler of the REST API as one of a Jupyter server."""
    return type(handler.__name__, (ServerHandler, handler), {"__doc__": handler.__doc__})
