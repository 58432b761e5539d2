"""The REST API: Databricks' secrets API, and beside it what that has no words for."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import traceback
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, TypeVar

from jupyter_server.auth.authorizer import AllowAllAuthorizer, Authorizer
from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from jupyter_secrets.errors import (
    InvalidParameterError,
    MalformedRequestError,
    PermissionDeniedError,
    SecretsError,
    StoreError,
    StoreLockedError,
    UnauthenticatedError,
    rest_error,
)
from jupyter_secrets.model import Caller, Permission
from jupyter_secrets.server.identity import (
    KernelIdentityProvider,
    bearer_token,
    is_authorized,
    kernel_grant,
)
from jupyter_secrets.server.services import Services
from jupyter_secrets.server.tokens import CodeReusedError

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
    def services(self) -> Services:
        """The extension's parts."""
        services: Services = self.settings[_SETTING]
        return services

    @property
    def identity_provider(self) -> IdentityProvider:
        """The server's, or, for a request with a kernel's token, one that knows those only."""
        if bearer_token(self) is None:
            return super().identity_provider
        return KernelIdentityProvider(self.services.tokens, parent=self.serverapp)

    @property
    def authorizer(self) -> Authorizer:
        """The server's; a kernel's token carries its own rights."""
        if bearer_token(self) is None:
            return super().authorizer
        return AllowAllAuthorizer(parent=self.serverapp, identity_provider=self.identity_provider)

    def set_default_headers(self) -> None:
        """Keep values out of every cache."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    async def prepare(self) -> None:  # type: ignore[override]
        """Refuse a request of nobody: jupyter_server leaves that to each handler."""
        await super().prepare()
        method = getattr(self, (self.request.method or "").lower())
        is_open = getattr(method, "__allow_unauthenticated", False)
        if not (self.current_user or is_open or self._finished):
            raise HTTPError(HTTPStatus.UNAUTHORIZED)

    async def caller(self) -> Caller:
        """Return who asks; raise `PermissionDeniedError` if the server forbids it secrets."""
        grant = kernel_grant(self)
        if grant is not None:
            return grant.caller
        caller = self.services.identities.of(self)
        if caller is None or not await is_authorized(self, self.action):
            raise PermissionDeniedError("You may not use the secrets of this server.")
        return caller

    async def run(self, function: Callable[..., T], *args: object, **options: object) -> T:
        """Call the service in a thread: it waits for a disk."""
        return await asyncio.to_thread(function, *args, **options)

    def body(self) -> dict[str, Any]:
        """Return the JSON body, whatever its content type; it is never logged."""
        try:
            body = json.loads(self.request.body or b"{}")
        except ValueError:
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
            raise InvalidParameterError(f'"{name}" is required and has to be a text.')
        return value

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
        anonymous = status_code == HTTPStatus.FORBIDDEN and not self.current_user
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
        place = "".join(traceback.format_tb(tb))
        self.log.error("jupyter_secrets: %s in a request\n%s", typ and typ.__name__, place)


class WritingHandler(SecretsHandler):
    """A handler whose POST changes something."""

    action = "write"


class CreateScopeHandler(WritingHandler):
    async def post(self) -> None:
        body, scope = self.body(), self.field("scope")
        backend = body.get("scope_backend_type") or "DATABRICKS"
        if str(backend).upper() != "DATABRICKS":
            raise InvalidParameterError("Only scopes with scope_backend_type DATABRICKS are kept.")
        await self.run(
            self.services.scopes.create_scope,
            await self.caller(),
            scope,
            initial_manage_principal=body.get("initial_manage_principal"),
        )
        self.answer()


class DeleteScopeHandler(WritingHandler):
    async def post(self) -> None:
        scope = self.field("scope")
        await self.run(self.services.scopes.delete_scope, await self.caller(), scope)
        self.answer()


class ListScopesHandler(SecretsHandler):
    async def get(self) -> None:
        scopes = await self.run(self.services.scopes.list_scopes, await self.caller())
        self.answer(
            scopes=[{"name": item.name, "backend_type": item.backend_type} for item in scopes]
        )


class PutSecretHandler(WritingHandler):
    async def post(self) -> None:
        value = _value(self.body())
        scope, key = self.field("scope"), self.field("key")
        await self.run(self.services.scopes.put, await self.caller(), scope, key, value)
        await self.run(self.services.known.refresh)
        self.answer()


class DeleteSecretHandler(WritingHandler):
    async def post(self) -> None:
        scope, key = self.field("scope"), self.field("key")
        await self.run(self.services.scopes.delete, await self.caller(), scope, key)
        self.answer()


class ListSecretsHandler(SecretsHandler):
    async def get(self) -> None:
        scope = self.field("scope")
        secrets = await self.run(self.services.scopes.list_secrets, await self.caller(), scope)
        self.answer(
            secrets=[
                {"key": item.key, "last_updated_timestamp": item.last_updated_timestamp}
                for item in secrets
            ]
        )


class GetSecretHandler(SecretsHandler):
    async def get(self) -> None:
        scope, key, caller = self.field("scope"), self.field("key"), await self.caller()
        version = await self.run(self.services.scopes.get, caller, scope, key)
        # The filters know the value before anyone has it.
        await self.run(self.services.known.give, caller, version)
        extra = {} if version.sensitive else {"sensitive": False}
        value = base64.b64encode(version.value).decode()
        self.answer(key=version.key, value=value, **extra)


class PutAclHandler(WritingHandler):
    async def post(self) -> None:
        scope, principal = self.field("scope"), self.field("principal")
        permission = Permission.parse(self.field("permission"))
        await self.run(
            self.services.scopes.put_acl, await self.caller(), scope, principal, permission
        )
        self.answer()


class DeleteAclHandler(WritingHandler):
    async def post(self) -> None:
        scope, principal = self.field("scope"), self.field("principal")
        await self.run(self.services.scopes.delete_acl, await self.caller(), scope, principal)
        self.answer()


class ListAclsHandler(SecretsHandler):
    async def get(self) -> None:
        scope = self.field("scope")
        acls = await self.run(self.services.scopes.list_acls, await self.caller(), scope)
        self.answer(
            items=[
                {"principal": item.principal, "permission": item.permission.name} for item in acls
            ]
        )


class GetAclHandler(SecretsHandler):
    async def get(self) -> None:
        scope, principal = self.field("scope"), self.field("principal")
        item = await self.run(self.services.scopes.get_acl, await self.caller(), scope, principal)
        self.answer(principal=item.principal, permission=item.permission.name)


class WellKnownHandler(SecretsHandler):
    """Databricks' SDK asks for this before its first call."""

    @allow_unauthenticated
    def get(self) -> None:
        self.answer()


class StatusHandler(SecretsHandler):
    """Whether the store can be used, for the sidebar."""

    async def get(self) -> None:
        caller = await self.caller()
        state, message = await self.run(self._state)
        self.answer(
            state=state, message=message, principal=caller.name, version=self.services.version
        )

    def _state(self) -> tuple[str, str]:
        try:
            if self.services.scopes.created:
                self.services.scopes.store()
        except StoreLockedError as error:
            return "locked", str(error)
        except StoreError as error:
            return "failed", str(error)
        return "ready", ""


class KernelTokenHandler(SecretsHandler):
    """Where a kernel exchanges the code in its environment for its token."""

    def check_xsrf_cookie(self) -> None:
        """Do nothing: the code is proof enough, and no cookie is looked at."""

    @allow_unauthenticated
    async def post(self) -> None:
        try:
            token, grant = self.services.tokens.exchange(self.field("code"))
        except CodeReusedError as error:
            self.log.warning("jupyter_secrets: %s", error)
            await self.run(
                self.services.scopes.record,
                error.grant.caller,
                "reuse-kernel-code",
                outcome="deny",
            )
            raise
        except UnauthenticatedError as error:
            self.log.warning("jupyter_secrets: %s", error)
            raise
        given = [
            {"label": version.label, "value": base64.b64encode(version.value).decode()}
            for version in grant.environment
        ]
        self.answer(token=token, given=given, redaction=self.services.settings.redaction_options())


def _value(body: dict[str, Any]) -> bytes:
    """Return the value in a put's body, which has it in exactly one of two fields."""
    given = [name for name in ("string_value", "bytes_value") if body.get(name) is not None]
    if len(given) != 1 or not isinstance(body[given[0]], str):
        raise InvalidParameterError("Give exactly one of string_value and bytes_value.")
    if given[0] == "string_value":
        return str(body["string_value"]).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body["bytes_value"], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParameterError("bytes_value has to be base64.") from None


_API = "api/2.0/secrets"
ROUTES: dict[str, type[SecretsHandler]] = {
    f"{_API}/scopes/create": CreateScopeHandler,
    f"{_API}/scopes/delete": DeleteScopeHandler,
    f"{_API}/scopes/list": ListScopesHandler,
    f"{_API}/put": PutSecretHandler,
    f"{_API}/delete": DeleteSecretHandler,
    f"{_API}/list": ListSecretsHandler,
    f"{_API}/get": GetSecretHandler,
    f"{_API}/acls/put": PutAclHandler,
    f"{_API}/acls/delete": DeleteAclHandler,
    f"{_API}/acls/list": ListAclsHandler,
    f"{_API}/acls/get": GetAclHandler,
    ".well-known/databricks-config": WellKnownHandler,
    "jupyter-secrets/status": StatusHandler,
    "jupyter-secrets/kernel-token": KernelTokenHandler,
}
