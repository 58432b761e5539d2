"""What JupyterHub, or whoever starts a service of a Hub, says in the environment."""

from __future__ import annotations

import os

from jupyter_secrets.hub import HubApi
from jupyter_secrets.service.hub_login import OAuthClient


def service_name() -> str:
    """Return what the Hub calls this service; empty where it is none of a Hub's."""
    return os.environ.get("JUPYTERHUB_SERVICE_NAME", "")


def service_path() -> str:
    """Return the path of the page: below the Hub's proxy, where this is a service of a Hub."""
    default = f"{_base()}services/{service_name()}" if service_name() else ""
    return _path(os.environ.get("JUPYTERHUB_SERVICE_PREFIX", default))


def hub_api() -> HubApi | None:
    """Return the Hub's API, if this is a service of a Hub."""
    url = os.environ.get("JUPYTERHUB_API_URL", "")
    token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
    if not (url and token and service_name()):
        return None
    return HubApi(
        url,
        token,
        os.environ.get("JUPYTERHUB_SSL_CLIENT_CA") or None,
        os.environ.get("JUPYTERHUB_SSL_CERTFILE") or None,
        os.environ.get("JUPYTERHUB_SSL_KEYFILE") or None,
    )


def oauth_client() -> OAuthClient:
    """Return this service as the Hub's OAuth client, and where the Hub sends browsers."""
    host = os.environ.get("JUPYTERHUB_HOST", "").rstrip("/")
    hub = os.environ.get("JUPYTERHUB_PUBLIC_HUB_URL") or f"{host}{_base()}hub"
    return OAuthClient(
        os.environ.get("JUPYTERHUB_CLIENT_ID") or f"service-{service_name()}",
        f"{hub.rstrip('/')}/api/oauth2/authorize",
        os.environ.get("JUPYTERHUB_OAUTH_CALLBACK_URL") or f"{service_path()}oauth_callback",
    )


def _base() -> str:
    return _path(os.environ.get("JUPYTERHUB_BASE_URL", "/"))


def _path(text: str) -> str:
    """Return a path that begins and ends with a slash."""
    return f"/{text.strip('/')}/" if text.strip("/") else "/"
