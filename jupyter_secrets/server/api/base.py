"""What all handlers share: who asks, bodies, errors; values in bodies only."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from types import TracebackType
from typing import Any, TypeVar

from jupyter_server.auth.authorizer import AllowAllAuthorizer, Authorizer
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from jupyter_secrets.errors import (
    InvalidParameterError,
    MalformedRequestError,
    PermissionDeniedError,
    SecretsError,
    rest_error,
)
from jupyter_secrets.model import Caller
from jupyter_secrets.scopes import Session
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.identity import (
    TokenIdentityProvider,
    asked_from,
    bearer_token,
    is_authorized,
    token_caller,
)

T = TypeVar("T")

_SETTING = "jupyter_secrets"
_HTTP_CODES = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
    HTTPStatus.NOT_FOUND: "ENDPOINT_NOT_FOUND",
}


class SecretsHandler(APIHandler):
    """What all of our handlers share: who asks, bodies, errors; values in bodies only."""

    action = "read"

    @property
    def context(self) -> AppContext:
        """The extension's parts."""
        context: AppContext = self.settings[_SETTING]
        return context

    @property
    def identity_provider(self) -> IdentityProvider:
        """The server's, or, for a request with a token of ours, one that knows those only."""
        if bearer_token(self) is None:
            return super().identity_provider
        context = self.context
        return TokenIdentityProvider(context.tokens, context.scopes, parent=self.serverapp)

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

    def set_default_headers(self) -> None:
        """Keep values out of every cache."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def compute_etag(self) -> None:
        """Return none: it is a hash of the answer, by which values could be guessed."""

    def update_api_activity(self) -> None:
        """Do not fail over a query that Jupyter cannot read: it is the end of every answer."""
        with suppress(HTTPError):
            super().update_api_activity()

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
        return asked_from(caller, self)

    async def session(self) -> Session:
        """Return what whoever asks can do with scopes."""
        return self.context.scopes.session(await self.caller())

    async def run(self, function: Callable[..., T], *args: object, **options: object) -> T:
        """Call the service in a thread: it waits for a disk."""
        return await asyncio.to_thread(function, *args, **options)

    def body(self) -> dict[str, Any]:
        """Return the JSON body, whatever its content type; it is never logged."""
        try:
            body = json.loads(self.request.body or b"{}")
        except (RecursionError, ValueError):
            raise MalformedRequestError("The request's body is not JSON.") from None
        if not isinstance(body, dict):
            raise MalformedRequestError("The request's body is not a JSON object.")
        return body

    def field(self, name: str) -> str:
        """Return a required text from the body, or from the query of a GET request."""
        if self.request.method == "GET":
            value: object = self.get_query_argument(name, None)
        else:
            value = self.body().get(name)
        if not isinstance(value, str) or not value:
            raise InvalidParameterError(f'"{name}" is required and must be a string.')
        return require_unicode(value, name)

    def answer(self, **fields: object) -> None:
        """Send a JSON object; without fields it is empty, but there."""
        self.finish(json.dumps(fields))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer every failure as ``{"error_code", "message"}``."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, SecretsError):
            code, status = rest_error(error)
            message = str(error)
        else:
            status = self._status(status_code)
            code, message = self._describe(status, error)
        self.set_status(status)
        self.answer(error_code=code, message=message)

    def _status(self, status_code: int) -> int:
        # Tornado says 403 to a POST and redirects a GET where nobody is logged in.
        # Before `prepare`, it is not known yet whether somebody is.
        user = getattr(self, "_jupyter_current_user", None)
        anonymous = status_code == HTTPStatus.FORBIDDEN and not user
        return HTTPStatus.UNAUTHORIZED if anonymous else status_code

    def _describe(self, status: int, error: BaseException | None) -> tuple[str, str]:
        if status == HTTPStatus.UNAUTHORIZED:
            return "UNAUTHENTICATED", "Log in, or send a valid token."
        internal = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        code = "INTERNAL_ERROR" if internal else _HTTP_CODES.get(HTTPStatus(status), "BAD_REQUEST")
        told = isinstance(error, HTTPError) and not internal and error.log_message
        return code, str(told or HTTPStatus(status).phrase)

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log where an unforeseen error came from, without its text: that may hold a value."""
        if isinstance(value, (SecretsError, HTTPError)):
            self.log.debug("jupyter_secrets: answered %s", type(value).__name__)
            return
        stack = "".join(traceback.format_tb(tb))
        self.log.error("jupyter_secrets: %s in a request\n%s", typ and typ.__name__, stack)


class WritingHandler(SecretsHandler):
    """A handler whose POST changes something."""

    action = "write"


class UnknownEndpointHandler(SecretsHandler):
    """Answers where there is nothing, in JSON: Databricks' clients read no other 404."""

    def get(self) -> None:
        raise HTTPError(HTTPStatus.NOT_FOUND, "No API was found for this path.")

    head = post = put = patch = delete = get


def optional(value: object, kind: type[T], name: str) -> T | None:
    """Return a field of a request's body if it is there; raise for one of another type."""
    if value is None:
        return None
    if type(value) is not kind:  # isinstance would take true for a number
        raise InvalidParameterError(f'"{name}" must be of type {kind.__name__}.')
    if isinstance(value, str):
        require_unicode(value, name)
    return value


def require_unicode(text: str, name: str) -> str:
    """Return a string of a request; raise `InvalidParameterError` for lone surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidParameterError(f'"{name}" must not contain lone surrogates.') from None
    return text
