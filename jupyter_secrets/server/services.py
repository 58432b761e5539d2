"""The server extension's parts, as its handlers and filters share them."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_secrets.scopes import Scopes
from jupyter_secrets.server.identity import Identities
from jupyter_secrets.server.known import KnownValues
from jupyter_secrets.server.notices import Notices
from jupyter_secrets.server.tokens import KernelTokens
from jupyter_secrets.settings import JupyterSecrets


@dataclass(frozen=True, slots=True)
class Services:
    """One of each."""

    settings: JupyterSecrets
    scopes: Scopes
    identities: Identities
    tokens: KernelTokens
    known: KnownValues
    notices: Notices
    version: str
