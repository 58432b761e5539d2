"""Which handler answers at which path, below the base URL."""

from __future__ import annotations

from jupyter_secrets.rest import databricks, native, tokens
from jupyter_secrets.rest.base import SecretsHandler, UnknownEndpointHandler

WELL_KNOWN = databricks.WELL_KNOWN
ROUTES: dict[str, type[SecretsHandler]] = databricks.ROUTES | native.ROUTES | tokens.ROUTES
# Tried when no other one matches.
UNKNOWN_ROUTES: dict[str, type[SecretsHandler]] = {
    r"api/2\.0(?:/.*)?": UnknownEndpointHandler,
    "jupyter-secrets(?:/.*)?": UnknownEndpointHandler,
}
