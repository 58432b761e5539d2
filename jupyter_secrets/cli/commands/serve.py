"""``jupyter secrets serve``: this machine's store for other machines."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, cast

from jupyter_secrets.cli.local_store import own
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.client import SecretsClient

_WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104

if TYPE_CHECKING:
    from jupyter_secrets.scopes import Scopes


def _serve(client: SecretsClient, arguments: Arguments) -> None:
    # Imported where it is needed: it takes long.
    from jupyter_secrets.service import JupyterSecretsService, serve
    from jupyter_secrets.settings import load_configurable, load_settings

    chosen = {name: getattr(arguments, name) for name in ("ip", "port", "certfile", "keyfile")}
    options = {name: value for name, value in chosen.items() if value is not None}
    service = load_configurable(JupyterSecretsService, **options)
    settings = load_settings()

    def is_listening(address: str) -> None:
        print(
            f"The service listens on {address}\n"
            "Make a token, in another terminal:  jupyter secrets token create NAME\n"
            f"Use it:  export JUPYTER_SECRETS_SERVICE_URL={address} "
            "JUPYTER_SECRETS_SERVICE_TOKEN=jst_…\n"
            f"{_reach(service.ip, address)}"
            f"The store is {settings.store_path}. Ctrl-C stops the service.",
            flush=True,
        )

    serve(cast("Scopes", own(client).shared), settings, service, is_listening)
    print("The service has stopped.", file=sys.stderr)


def _reach(ip: str, address: str) -> str:
    """Return what to know of an address before others use it, as a line."""
    if ip in ("127.0.0.1", "::1", "localhost"):
        return "Only this machine reaches it; for others take --ip, --certfile and --keyfile.\n"
    unencrypted = "" if address.startswith("https:") else (
        "Values pass unencrypted: take --certfile and --keyfile, or a proxy with TLS in front.\n"
    )  # fmt: skip
    wildcard = "Other machines use this one's name in its place.\n" if ip in _WILDCARDS else ""
    return wildcard + unencrypted


def _options(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(on_own_store=True)
    parser.add_argument("--ip", help="the address to listen on; default: 127.0.0.1")
    parser.add_argument("--port", type=int, help="the port; 0 takes a free one; default: 8790")
    parser.add_argument("--certfile", metavar="FILE", help="the certificate, for TLS")
    parser.add_argument("--keyfile", metavar="FILE", help="the certificate's private key")


COMMANDS = (
    Command(
        "serve", "Serve your own store to other machines, until Ctrl-C or SIGTERM.", _serve,
        (), (), _options,
    ),
)  # fmt: skip
