"""The server extension's parts, as its handlers and filters share them."""

from __future__ import annotations

from dataclasses import dataclass

from tornado.web import RequestHandler

from jupyter_secrets.redaction import Redactor
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.server.events.notices import Notices
from jupyter_secrets.server.identity import Identities
from jupyter_secrets.server.redactors import RedactorRegistry
from jupyter_secrets.server.tokens import KernelTokens
from jupyter_secrets.settings import JupyterSecrets


@dataclass(frozen=True, slots=True)
class AppContext:
    """One of each."""

    settings: JupyterSecrets
    scopes: Scopes
    identities: Identities
    tokens: KernelTokens
    redactors: RedactorRegistry
    notices: Notices
    version: str

    def redactor_for(self, handler: RequestHandler | None) -> Redactor:
        """Return what hides the values that whoever makes a request may read.

        Where nobody is known, as when an extension saves by itself, they are the owner's. The
        first time this waits for the store.
        """
        return self.redactors.redactor(self.identities.of(handler) or self.identities.owner())
