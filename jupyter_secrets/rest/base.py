"""What all handlers share: who asks, bodies, errors; values in bodies only."""

from __future__ import annotations

import asyncio
import json
import re
import traceback
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from types import TracebackType
from typing import Any, TypeVar

from tornado.httputil import HTTPServerRequest
from tornado.log import app_log
from tornado.web import HTTPError, RequestHandler

from jupyter_secrets.errors import (
    InvalidParameterError,
    MalformedRequestError,
    SecretsError,
    rest_error,
)
from jupyter_secrets.model import Caller
from jupyter_secrets.rest.backend import Backend, BackendSession

T = TypeVar("T")

# The first product of a User-Agent, as in "databricks-sdk-py/0.50.0 python/3.12 …" (RFC 9110).
_PRODUCT = re.compile(r"[A-Za-z][\w.+-]{0,39}(?:/[\w.+-]{1,24})?")

_OWN_CLIENT = re.compile(r"jupyter_secrets/([\w.+-]{1,24})")
# What a client of another version may be told because of that.
_OF_VERSIONS = ("ENDPOINT_NOT_FOUND", "INVALID_PARAMETER_VALUE", "MALFORMED_REQUEST")

_HTTP_CODES = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
    HTTPStatus.NOT_FOUND: "ENDPOINT_NOT_FOUND",
}


def with_client(caller: Caller, request: HTTPServerRequest) -> Caller:
    """Return a caller with the program that makes a request, and where it comes from."""
    product = _PRODUCT.match(request.headers.get("User-Agent", ""))
    return replace(caller, client=product[0] if product else None, address=request.remote_ip)


class SecretsHandler(RequestHandler):
    """What all of our handlers share: who asks, bodies, errors; values in bodies only.

    Whoever serves them mixes in a class before it, which says what `backend` is, and by `caller`
    who asks.
    """

    action = "read"

    @property
    def backend(self) -> Backend:
        """What answers the calls."""
        raise NotImplementedError

    async def caller(self) -> Caller:
        """Return who asks; raise `SecretsError` if nobody does, or if they may not."""
        raise NotImplementedError

    @property
    def is_anonymous(self) -> bool:
        """Whether it is not known, as far as it was asked, who makes the request."""
        return True

    def set_default_headers(self) -> None:
        """Keep values out of every cache."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def compute_etag(self) -> None:
        """Return none: it is a hash of the answer, by which values could be guessed."""

    async def session(self) -> BackendSession:
        """Return what whoever asks can do with scopes."""
        return self.backend.session(await self.caller())

    async def run(self, function: Callable[..., T], *args: object, **options: object) -> T:
        """Call what blocks, as it waits for a disk, in a thread."""
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
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(fields))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer every failure as ``{"error_code", "message"}``."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, SecretsError):
            code, status = rest_error(error)
            message = error.message
        else:
            status = self._status(status_code)
            code, message = self._describe(status, error)
        self.set_status(status)
        self.answer(error_code=code, message=message + self._versions(code))

    def _versions(self, code: str) -> str:
        """Return both versions, where the client has another one than the server."""
        client = _OWN_CLIENT.match(self.request.headers.get("User-Agent", ""))
        if client is None or client[1] == self.backend.version or code not in _OF_VERSIONS:
            return ""
        return (
            f" This server has jupyter_secrets {self.backend.version}, and the client has "
            f"{client[1]}: if that is why, update the older one."
        )

    def _status(self, status_code: int) -> int:
        # Tornado says 403 to a POST and redirects a GET where nobody is logged in.
        anonymous = status_code == HTTPStatus.FORBIDDEN and self.is_anonymous
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
            app_log.debug("jupyter_secrets: answered %s", type(value).__name__)
            return
        stack = "".join(traceback.format_tb(tb))
        app_log.error("jupyter_secrets: %s in a request\n%s", typ and typ.__name__, stack)


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
