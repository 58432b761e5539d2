"""The server extension's parts, as its handlers and filters share them."""

from __future__ import annotations

from dataclasses import dataclass

from tornado.web import RequestHandler

from jupyter_secrets.client import ServiceScopes
from jupyter_secrets.redaction import Redactor
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.server.events.notices import Notices
from jupyter_secrets.server.identity import Identities
from jupyter_secrets.server.kernel_tokens import KernelTokens
from jupyter_secrets.server.redactors import RedactorRegistry
from jupyter_secrets.server.sessions import NotebookKernels
from jupyter_secrets.server.starting_kernels import KernelStarts
from jupyter_secrets.settings import JupyterSecrets


@dataclass(frozen=True, slots=True)
class AppContext:
    """One of each."""

    settings: JupyterSecrets
    scopes: Scopes | ServiceScopes
    identities: Identities
    tokens: KernelTokens
    redactors: RedactorRegistry
    notices: Notices
    notebooks: NotebookKernels
    starts: KernelStarts
    version: str

    def tell_missing(self, kernel_id: str, reason: str) -> None:
        """Tell the user of a kernel's notebook that it has no `dbutils`, and why."""
        grant = self.tokens.grant(kernel_id)
        if grant is None:  # the user it would act for is unknown
            return
        notebook = self.notebooks.path(kernel_id) or "A kernel"
        message = f"{notebook} has no dbutils for this server's secrets. {reason}"
        self.notices.warning(
            self.redactors.redact(None, grant.caller, message), kernel_id=kernel_id
        )

    def notebook_redactor(self, handler: RequestHandler | None, path: str) -> Redactor:
        """Return what redacts a notebook that is read or saved in a request.

        It hides the values that whoever makes the request may read, and what their kernels were
        given; weak values of the notebook's own kernels only. Where nobody is known, as when an
        extension saves by itself, they are the owner's. The first time this waits for the store.
        """
        caller = self.identities.of(handler) or self.identities.owner()
        return self.redactors.notebook_redactor(caller, self.notebooks.kernel_ids(path))
