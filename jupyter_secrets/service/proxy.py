"""Users whom a proxy in front of the service has authenticated, and names in a header."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

from jupyter_secrets.errors import InvalidParameterError, UnauthenticatedError
from jupyter_secrets.model import ADMINS, USERS, Caller
from jupyter_secrets.service.identity import Identity
from jupyter_secrets.service.settings import PROXY_SECRET_VARIABLE, JupyterSecretsService

SECRET_HEADER = "X-Jupyter-Secrets-Proxy"  # noqa: S105 - a header's name
MIN_SECRET_LENGTH = 32
# HTTP's. Whoever is named with another blank at the end is somebody else.
_BLANKS = " \t"


class ProxyAuthenticator:
    """Believes a header if the proxy's address and its secret are right, and nothing is repeated.

    The address is the socket's: what a header says of addresses is whatever a client wrote. On one
    machine every process has that address, which is why it takes the secret as well.
    """

    def __init__(
        self,
        settings: JupyterSecretsService,
        normalize: Callable[[str], str],
        admins: Collection[str] = (),
    ) -> None:
        if len(settings.proxy_secret) < MIN_SECRET_LENGTH:
            raise InvalidParameterError(
                "c.JupyterSecretsService.proxy_header takes a secret that the proxy shows, of "
                f"{MIN_SECRET_LENGTH} characters or more: set {PROXY_SECRET_VARIABLE}."
            )
        self._header = settings.proxy_header
        self._groups_header = settings.proxy_groups_header
        self._addresses = frozenset(settings.proxy_addresses)
        self._secret = settings.proxy_secret.encode()
        self._normalize = normalize
        self._admins = admins

    async def authenticate(self, request: HTTPServerRequest) -> Identity | None:
        """Return the user that the proxy names; what another site sends is refused."""
        identity = await self.identify(request)
        if identity is not None:
            _check_origin(request)
        return identity

    async def identify(self, request: HTTPServerRequest) -> Identity | None:
        """Return the user that the proxy names, wherever the browser was sent from.

        For pages alone: a link to one is followed from anywhere.
        """
        if self._header not in request.headers or "Authorization" in request.headers:
            return None
        self._check_proxy(request)
        name = self._normalize(_single(request, self._header))
        has_groups = bool(self._groups_header) and self._groups_header in request.headers
        groups = _single(request, self._groups_header) if has_groups else ""
        stripped = [group.strip(_BLANKS) for group in groups.split(",")]
        named = {self._normalize(group) for group in stripped if group}
        admins = {ADMINS} if name in self._admins else set()
        return Identity(Caller(name, frozenset(named - {ADMINS, USERS} | admins)))

    def _check_proxy(self, request: HTTPServerRequest) -> None:
        shown = _single(request, SECRET_HEADER).encode()
        is_proxy = request.remote_ip in self._addresses
        if not (hmac.compare_digest(shown, self._secret) and is_proxy):
            raise UnauthenticatedError("The request does not come from the proxy that is trusted.")


def _single(request: HTTPServerRequest, header: str) -> str:
    values = request.headers.get_list(header)
    if len(values) != 1 or not values[0].strip(_BLANKS):
        raise UnauthenticatedError(f"The request must have one header {header}, and not empty.")
    try:
        # Tornado reads each byte as a letter; proxies write names as UTF-8.
        return values[0].strip(_BLANKS).encode("latin-1").decode()
    except UnicodeError:
        raise UnauthenticatedError(f"The header {header} must be UTF-8.") from None


def _check_origin(request: HTTPServerRequest) -> None:
    """Refuse what another site has a browser send: the proxy knows the browser by a cookie."""
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and urlsplit(origin).netloc != request.host
    if is_foreign or request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise UnauthenticatedError("The request comes from another site.")
