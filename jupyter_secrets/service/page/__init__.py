"""The service's own page, where people log in and make tokens: plain HTML, and forms."""

from jupyter_secrets.service.page.actions import ACTIONS
from jupyter_secrets.service.page.login import CallbackHandler, LogOutHandler
from jupyter_secrets.service.page.visit import SETTING, OverviewHandler, PageLogin

ROUTES = {
    "": OverviewHandler,
    "oauth_callback": CallbackHandler,
    "page/log-out": LogOutHandler,
    **ACTIONS,
}

__all__ = ["ROUTES", "SETTING", "PageLogin"]
