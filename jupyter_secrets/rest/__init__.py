"""The REST API as tornado handlers, whoever serves it: a Jupyter server or the service."""

from __future__ import annotations

from jupyter_secrets.rest.backend import Backend, BackendSession
from jupyter_secrets.rest.base import (
    SecretsHandler,
    UnknownEndpointHandler,
    require_unicode,
    with_client,
)
from jupyter_secrets.rest.databricks import WellKnownHandler, fields_of_value
from jupyter_secrets.rest.routes import ROUTES, UNKNOWN_ROUTES, WELL_KNOWN

__all__ = [
    "ROUTES",
    "UNKNOWN_ROUTES",
    "WELL_KNOWN",
    "Backend",
    "BackendSession",
    "SecretsHandler",
    "UnknownEndpointHandler",
    "WellKnownHandler",
    "fields_of_value",
    "require_unicode",
    "with_client",
]
