"""Logging in to the page at JupyterHub, and out again."""

from __future__ import annotations

from jupyter_secrets.errors import UnauthenticatedError
from jupyter_secrets.service.page.visit import (
    SESSION_COOKIE,
    STATE_COOKIE,
    PageHandler,
    set_private_cookie,
)


class CallbackHandler(PageHandler):
    """Where the Hub sends a browser after a login, with a code."""

    async def get(self) -> None:
        hub = self.login.hub
        state = self.get_query_argument("state", "")
        code = self.get_query_argument("code", "")
        began_here = state and self.get_cookie(STATE_COOKIE) == state
        if hub is None or not code or not began_here:
            raise UnauthenticatedError("This login was not begun in this browser, or not finished.")
        self.clear_cookie(STATE_COOKIE, path=self.login.path)
        set_private_cookie(self, SESSION_COOKIE, await hub.finish(state, code))
        self.redirect(self.login.path)


class LogOutHandler(PageHandler):
    """Ends the session here; at the Hub, or at the proxy, people stay logged in."""

    async def post(self) -> None:
        self.check_form()
        if self.login.hub is not None:
            self.login.hub.end(self.session_ticket)
        self.clear_cookie(SESSION_COOKIE, path=self.login.path)
        self.show_message(
            "You are logged out of this page",
            "JupyterHub still knows you: log out there as well.",
        )
