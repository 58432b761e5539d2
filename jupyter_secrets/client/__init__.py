"""How code that is not the server reaches the scopes over REST, and what all clients can do."""

from jupyter_secrets.client.discovery import OwnServer, own_servers
from jupyter_secrets.client.http import Endpoint
from jupyter_secrets.client.protocol import SecretsClient
from jupyter_secrets.client.remote import RemoteClient, redaction_of
from jupyter_secrets.client.service import ServiceClient, ServiceScopes

__all__ = [
    "Endpoint",
    "OwnServer",
    "RemoteClient",
    "SecretsClient",
    "ServiceClient",
    "ServiceScopes",
    "own_servers",
    "redaction_of",
]
