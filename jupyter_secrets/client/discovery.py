"""The Jupyter servers of this user that run on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_secrets.client.http import Endpoint
from jupyter_secrets.client.remote import RemoteClient
from jupyter_secrets.errors import SecretsError


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A server that answers, and its scopes."""

    url: str
    client: RemoteClient


def own_servers() -> Iterator[OwnServer]:
    """Yield the servers that have these scopes and answer, as they wrote themselves down."""
    # Imported where it is needed: most commands look for no server.
    from jupyter_core.paths import jupyter_runtime_dir

    for path in sorted(Path(jupyter_runtime_dir()).glob("jpserver-*.json")):
        try:
            content = json.loads(path.read_bytes())
            endpoint = Endpoint(str(content["url"]), str(content.get("token", "")))
            endpoint.request("GET", "jupyter-secrets/status")
        except (OSError, ValueError, KeyError, TypeError, RecursionError, SecretsError):
            continue  # gone, or of somebody else
        yield OwnServer(str(content["url"]), RemoteClient(endpoint))
