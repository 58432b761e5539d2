"""The REST API, in a Jupyter server."""

from jupyter_secrets.server.api.routes import SERVER_ROUTES

__all__ = ["SERVER_ROUTES"]
