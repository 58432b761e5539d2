"""The service's own settings: ``c.JupyterSecretsService.…``, beside those of its store."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from traitlets import Bool, List, Set, Unicode, default
from traitlets.config import Configurable

from jupyter_secrets.settings import Count, Seconds

DEFAULT_PORT = 8790
MAX_PORT = 65_535
PROXY_SECRET_VARIABLE = "JUPYTER_SECRETS_PROXY_SECRET"  # noqa: S105 - a variable's name


class JupyterSecretsService(Configurable):
    """What can be set of ``jupyter secrets serve``; nothing has to be."""

    ip = Unicode(help="The address to listen on. Default: 127.0.0.1, or what JupyterHub says.").tag(
        config=True
    )
    port = Count(
        max=MAX_PORT, help=f"The port. Default: {DEFAULT_PORT}, or what JupyterHub says."
    ).tag(config=True)
    certfile = Unicode(help="A file with the certificate and its chain, for TLS.").tag(config=True)
    keyfile = Unicode(help="The file with the certificate's private key.").tag(config=True)
    admins = Set(
        Unicode(),
        help=(
            "Users who may manage every scope. Default: the owner of the store; under JupyterHub "
            "nobody but the Hub's admins."
        ),
    ).tag(config=True)
    hub_max_age = Seconds(
        10.0,
        help=(
            "For how many seconds an answer of JupyterHub counts: whom a token belongs to, and "
            "which groups they are in."
        ),
    ).tag(config=True)
    proxy_header = Unicode(
        help=(
            "The header in which a proxy in front of the service names the user that it has "
            "authenticated, such as X-Forwarded-User. Default: none; no header is believed."
        )
    ).tag(config=True)
    proxy_groups_header = Unicode(
        help="The header in which that proxy names the user's groups, parted by commas."
    ).tag(config=True)
    proxy_addresses = List(
        Unicode(),
        ["127.0.0.1", "::1"],
        help="The addresses from which that proxy connects; those of the sockets, no header's.",
    ).tag(config=True)
    proxy_secret = Unicode(
        help=(
            "What that proxy shows in the header X-Jupyter-Secrets-Proxy, 32 characters or more; "
            f"better in the environment, as {PROXY_SECRET_VARIABLE}."
        )
    ).tag(config=True)
    redact_unread = Bool(
        True,
        help=(
            "Let users' Jupyter servers fetch the values that their user may READ, to redact them "
            "before anybody has read them."
        ),
    ).tag(config=True)
    redact_unread_except = Set(
        Unicode(), help="Scopes whose values no server fetches for that, by name."
    ).tag(config=True)
    redact_unread_with_tokens = Bool(
        False,
        help=(
            "Let servers that have a token of the service (jst_…) fetch those values as well, as "
            "on laptops; whoever has such a token then has all values at once."
        ),
    ).tag(config=True)
    redact_unread_per_minute = Count(
        120, help="How often a user's servers fetch those values in a minute, at most."
    ).tag(config=True)
    failure_seconds = Seconds(
        5.0,
        help=(
            "For how many seconds the answer to a failed authentication waits, at most; to the "
            "first ones of an address it waits for less."
        ),
    ).tag(config=True)
    grace_seconds = Seconds(
        30.0, help="For how long the service waits for calls under way when it is told to stop."
    ).tag(config=True)

    @default("ip")
    def _default_ip(self) -> str:
        return urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL", "")).hostname or "127.0.0.1"

    @default("port")
    def _default_port(self) -> int:
        return urlsplit(os.environ.get("JUPYTERHUB_SERVICE_URL", "")).port or DEFAULT_PORT

    @default("proxy_secret")
    def _default_proxy_secret(self) -> str:
        # Nothing that this process starts needs it.
        return os.environ.pop(PROXY_SECRET_VARIABLE, "")
