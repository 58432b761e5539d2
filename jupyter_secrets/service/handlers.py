"""The REST API's handlers as the service's, and those that only the service has."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import unquote

from tornado.web import HTTPError, RequestHandler

from jupyter_secrets.environment import KERNEL_HEADER, LIMIT_HEADER, NOTEBOOK_HEADER
from jupyter_secrets.errors import (
    InvalidParameterError,
    PermissionDeniedError,
    SecretsError,
    UnauthenticatedError,
)
from jupyter_secrets.model import Caller, Permission
from jupyter_secrets.rest import (
    SecretsHandler,
    UnknownEndpointHandler,
    WellKnownHandler,
    fields_of_value,
    with_client,
)
from jupyter_secrets.service.context import ServiceContext, StoreBackend
from jupyter_secrets.service.identity import Identity

SETTING = "jupyter_secrets_service"
MOST_WAITED_SECONDS = 20.0
_MOST_VALUES = 100_000
# Marks, in the audit log, what a server says of its kernels: nobody else vouches for it.
_REPORTED = "reported:"
_MOST_REPORTED = 512
_REPORTED_ACTIONS = frozenset({"reuse-kernel-code"})


class ServiceHandler(SecretsHandler):
    """Knows who makes a request by what it shows; there are no cookies, and so no forged ones."""

    _identity: Identity | None = None
    _is_abandoned = False

    def initialize(self) -> None:
        """Count the call, from before it is known who makes it."""
        self.context.calls.count += 1
        self.context.metrics.under_way.inc()

    def on_finish(self) -> None:
        self.context.calls.count -= 1
        self.context.metrics.under_way.dec()

    @property
    def context(self) -> ServiceContext:
        """The service's parts."""
        context: ServiceContext = self.settings[SETTING]
        return context

    @property
    def backend(self) -> StoreBackend:
        return self.context.backend

    @property
    def is_anonymous(self) -> bool:
        return self._identity is None

    def check_xsrf_cookie(self) -> None:
        """Do nothing: a request has to show more than a browser sends by itself."""

    def on_connection_close(self) -> None:
        self._is_abandoned = True

    async def prepare(self) -> None:
        """Find out who makes the request; a failure is answered later each time.

        A write whose client has gone is refused, so that it does not follow what its client did
        after it gave up.
        """
        try:
            self._identity = await self.context.authentication.authenticate(self.request)
        except UnauthenticatedError:
            self.context.metrics.failed_authentications.inc()
            await asyncio.sleep(self.context.delays.next(str(self.request.remote_ip)))
            raise
        if self._is_abandoned and self.action == "write":
            raise HTTPError(HTTPStatus.REQUEST_TIMEOUT)

    @property
    def identity(self) -> Identity:
        """Who makes the request."""
        if self._identity is None:
            raise UnauthenticatedError("Log in, or send a valid token.")
        return self._identity

    @property
    def principal(self) -> str | None:
        """The name of whoever makes the request, as far as it is known."""
        return self._identity.caller.title if self._identity else None

    async def caller(self) -> Caller:
        return with_client(self._as_reported(self.identity.caller), self.request)

    def _as_reported(self, caller: Caller) -> Caller:
        """Return a caller as a kernel, if a server says that one asks; that only takes rights."""
        limit = self.request.headers.get(LIMIT_HEADER)
        if limit is not None:
            caller = replace(caller, limit=min(caller.limit, Permission.parse(limit)))
        kernel_id = self._reported(KERNEL_HEADER)
        if kernel_id is None:
            return caller
        notebook = self._reported(NOTEBOOK_HEADER)
        return replace(caller, via="kernel", kernel_id=kernel_id, notebook=notebook)

    def _reported(self, header: str) -> str | None:
        text = self.request.headers.get(header)
        if text is None:
            return None
        decoded = unquote(text)[:_MOST_REPORTED]
        if not decoded.isprintable():
            raise InvalidParameterError(f"The header {header} must be printable.")
        return _REPORTED + decoded

    async def own_server(self) -> Caller:
        """Return who asks; raise `PermissionDeniedError` unless it is a user's own server."""
        if not self.identity.is_server or KERNEL_HEADER in self.request.headers:
            raise PermissionDeniedError(
                "All values that a user may READ are given to a Jupyter server of that user, to "
                "redact them, and neither to kernels nor to other tokens."
            )
        return await self.caller()


class OpenWellKnownHandler(ServiceHandler, WellKnownHandler):
    async def prepare(self) -> None:
        """Let everybody ask."""


class OpenUnknownHandler(ServiceHandler, UnknownEndpointHandler):
    async def prepare(self) -> None:
        """Tell everybody that nothing is here: clients look for ways to log in before they do."""


class ReadableHandler(ServiceHandler):
    """What the caller may READ, for the caller's own server to redact it; recorded by name.

    ``values`` is null if there are more than ``at_most``.
    """

    async def get(self) -> None:
        caller = await self.own_server()
        settings = self.context.settings
        if not settings.redact_unread:
            raise PermissionDeniedError(
                "The service gives no values to servers before they are read "
                "(c.JupyterSecretsService.redact_unread)."
            )
        self.context.bulk_limit.use(caller.title)
        state = _state_for(await self.context.changes.state(), caller)
        versions = await self.run(
            self.context.scopes.session(caller).hand_over,
            at_most=self._at_most(),
            leave_out=settings.redact_unread_except,
        )
        values = [
            {"scope": version.scope, "key": version.key, "version": version.version}
            | fields_of_value(version)
            for version in versions or ()
        ]
        self.answer(state=state, values=None if versions is None else values)

    def _at_most(self) -> int:
        text = self.field("at_most")
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise InvalidParameterError('"at_most" must be a whole number.')
        return min(int(text), _MOST_VALUES)


class ReportHandler(ServiceHandler):
    """Takes ``{"action"}``: what a server's kernel did that the audit log should have."""

    async def post(self) -> None:
        action = self.field("action")
        if action not in _REPORTED_ACTIONS:
            raise InvalidParameterError("Unknown event: a server reports none of this kind.")
        session = self.context.scopes.session(await self.caller())
        await self.run(session.record, action, outcome="deny")
        self.answer()


class ChangesHandler(ServiceHandler):
    """Answers when what `ReadableHandler` answers has changed since ``state``, or after a while."""

    async def get(self) -> None:
        caller = await self.own_server()
        known_state = self.get_query_argument("state", "")
        with self.context.metrics.waiting.track_inprogress():
            state = await self.context.changes.wait(
                lambda state: _state_for(state, caller) != known_state, MOST_WAITED_SECONDS
            )
        self.answer(state=_state_for(state, caller))


def _state_for(state: str, caller: Caller) -> str:
    """Return a state of the store, and of what decides about a caller's permissions in it."""
    rights = "\0".join([caller.title, caller.limit.name, *sorted(caller.groups)])
    return f"{state}-{hashlib.sha256(rights.encode('utf-8', 'replace')).hexdigest()[:16]}"


class HealthHandler(RequestHandler):
    """Says that the process answers."""

    def get(self) -> None:
        self.finish("ok\n")


class ReadyHandler(RequestHandler):
    """Says whether the store is open; 503 takes the service out of a load balancer."""

    async def get(self) -> None:
        context: ServiceContext = self.settings[SETTING]
        try:
            await asyncio.to_thread(context.scopes.store)
        except SecretsError as error:
            self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
            self.finish(f"{error.error_code}\n")
            return
        self.finish("ready\n")


class MetricsHandler(RequestHandler):
    """Answers Prometheus."""

    def get(self) -> None:
        context: ServiceContext = self.settings[SETTING]
        self.set_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.finish(context.metrics.text())


def served(handler: type[SecretsHandler]) -> type[ServiceHandler]:
    """Return a handler of the REST API as one of the service."""
    return type(handler.__name__, (ServiceHandler, handler), {"__doc__": handler.__doc__})
