"""A visit to the page: who is at the browser, what is shown, and what a form has to prove."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.template import Loader

from jupyter_secrets.errors import (
    PermissionDeniedError,
    SecretsError,
    UnauthenticatedError,
    rest_error,
)
from jupyter_secrets.model import ADMINS, Caller, TokenInfo, utc
from jupyter_secrets.rest import BackendSession, with_client
from jupyter_secrets.scopes import is_admin
from jupyter_secrets.service.handlers import ServiceHandler
from jupyter_secrets.service.hub_login import HubLogin
from jupyter_secrets.service.identity import Identity
from jupyter_secrets.service.proxy import ProxyAuthenticator

SETTING = "jupyter_secrets_page"
SESSION_COOKIE = "jupyter-secrets-session"
# What audit records say of calls that somebody made here.
VIA = "page"
_FOLDER = Path(__file__).parent
_TEMPLATES = Loader(str(_FOLDER))
_STYLE = (_FOLDER / "page.css").read_text()
_SCRIPT = (_FOLDER / "page.js").read_text()


@dataclass(frozen=True, slots=True)
class PageLogin:
    """How people log in to the page, where it is, and who of them is an administrator by name."""

    path: str
    hub: HubLogin | None
    proxy: ProxyAuthenticator | None
    admins: frozenset[str] = frozenset()
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    async def identify(self, session: str, request: HTTPServerRequest) -> Caller | None:
        """Return who is at the browser, or None if nobody has logged in; no token counts here.

        Raises `UnauthenticatedError` for a proxy's header that is not the proxy's.
        """
        caller = await self.hub.identify(session) if self.hub and session else None
        if caller is None and self.proxy is not None:
            identity = await self.proxy.identify(request)
            caller = identity.caller if identity else None
        if caller is None:
            return None
        admins = {ADMINS} if caller.name in self.admins else set()
        return replace(caller, groups=caller.groups | admins, via=VIA)

    def form_key(self, session: str, caller: Caller) -> str:
        """Return what only the page's own forms can show, for this person and session."""
        text = f"{session}\0{caller.title}".encode("utf-8", "replace")
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()


class PageHandler(ServiceHandler):
    """Answers with a page, to a browser that shows one, and to nothing that a script fetches."""

    @property
    def login(self) -> PageLogin:
        """How people log in."""
        login: PageLogin = self.settings[SETTING]
        return login

    @property
    def session_ticket(self) -> str:
        """The session that the browser shows, or an empty text."""
        return self.get_cookie(SESSION_COOKIE) or ""

    async def prepare(self) -> None:
        """Find out who is at the browser; a failure is answered later each time."""
        self._check_navigation()
        try:
            caller = await self.login.identify(self.session_ticket, self.request)
        except UnauthenticatedError:
            self.context.metrics.failed_authentications.inc()
            await asyncio.sleep(self.context.delays.next(str(self.request.remote_ip)))
            raise
        self._identity = None if caller is None else Identity(caller)

    def _check_navigation(self) -> None:
        """Refuse what a script or a frame asks for.

        Behind the Hub's proxy the scripts of notebooks have the page's own origin. Browsers say
        what a request is for, over TLS and on the machine itself, and let no script say otherwise.
        """
        headers = self.request.headers
        mode = headers.get("Sec-Fetch-Mode", "navigate")
        target = headers.get("Sec-Fetch-Dest", "document")
        if (mode, target) != ("navigate", "document"):
            raise PermissionDeniedError("This page opens in a browser's window, and nowhere else.")

    def check_form(self) -> None:
        """Raise `SecretsError` unless a form of the page was sent, by whom it was shown to."""
        site = self.request.headers.get("Sec-Fetch-Site", "same-origin")
        shown = self.get_body_argument("form_key", "").encode("utf-8", "replace")
        expected = self.login.form_key(self.session_ticket, self.identity.caller).encode()
        if site != "same-origin" or not hmac.compare_digest(shown, expected):
            raise PermissionDeniedError("The form is too old, or not of this page: try again.")

    async def caller(self) -> Caller:
        return with_client(self.identity.caller, self.request)

    def show(self, template: str, **names: object) -> None:
        """Send a page."""
        nonce = secrets.token_urlsafe(16)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        )
        self.set_header("X-Frame-Options", "DENY")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        # No page that opens this one reaches into it, be it of the same origin.
        self.set_header("Cross-Origin-Opener-Policy", "noopener-allow-popups")
        page = {"nonce": nonce, "style": _STYLE, "script": _SCRIPT, "path": self.login.path}
        self.finish(_TEMPLATES.load(template).generate(**page, **names))

    def show_message(self, title: str, message: str, *, can_go_back: bool = True) -> None:
        """Send a page that says no more than this."""
        self.show("message.html", title=title, message=message, can_go_back=can_go_back)

    async def show_overview(self, **news: object) -> None:
        """Send the page with the visitor's tokens, and what there is to say."""
        caller = await self.caller()
        session = self.backend.session(caller)
        overview = await self.run(_overview, session, caller)
        form_key = self.login.form_key(self.session_ticket, caller)
        names = {"alert": "", "notice": "", "token": None, **overview, **news}
        self.show(
            "overview.html",
            caller=caller,
            groups=sorted(caller.groups - {ADMINS}),
            form_key=form_key,
            can_log_out=bool(self.session_ticket),
            max_days=self.context.scopes.limits.token_days,
            now=time.time() * 1000,
            day=_day,
            **names,
        )

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send a page with the message of an error, and the way back."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        status, message = status_code, HTTPStatus(status_code).phrase
        if isinstance(error, SecretsError):
            status, message = rest_error(error).status, error.message
        self.set_status(status)
        self.show_message("That did not work", message)


class OverviewHandler(PageHandler):
    """The page; whoever is not logged in is sent to do that."""

    async def get(self) -> None:
        if not self.request.path.startswith(self.login.path):
            self.redirect(self.login.path)
        elif not self.is_anonymous:
            await self.show_overview()
        elif self.login.hub is not None:
            self._send_to_log_in(self.login.hub)
        else:
            self.set_status(HTTPStatus.UNAUTHORIZED)
            self.show_message("Nobody can log in here", _NO_LOGIN, can_go_back=False)

    def _send_to_log_in(self, hub: HubLogin) -> None:
        state, url = hub.begin()
        set_private_cookie(self, STATE_COOKIE, state)
        self.redirect(url)


STATE_COOKIE = "jupyter-secrets-login"
_NO_LOGIN = (
    "This service is run without JupyterHub, and without a proxy that people log in at. Tokens are "
    "made on its machine: jupyter secrets token create NAME"
)


def set_private_cookie(handler: PageHandler, name: str, value: str) -> None:
    """Set a cookie that no script reads, that no other site's form brings, for the page alone."""
    forwarded = handler.request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip()
    handler.set_cookie(
        name,
        value,
        path=handler.login.path,
        httponly=True,
        samesite="Lax",
        secure="https" in (handler.request.protocol, forwarded),
    )


def _day(milliseconds: int | None) -> str:
    return "never" if milliseconds is None else utc(milliseconds).partition(" ")[0]


def _overview(session: BackendSession, caller: Caller) -> dict[str, object]:
    tokens: list[TokenInfo] = session.tokens.list()
    is_manager = is_admin(caller)
    return {
        "tokens": list(reversed(tokens)),
        "scopes": [scope.name for scope in session.list_scopes()],
        "is_admin": is_manager,
        "principals": session.service_principals.list() if is_manager else [],
    }
