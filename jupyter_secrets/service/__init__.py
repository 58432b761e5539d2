"""``jupyter secrets serve``: one store for many people and machines, over the REST API."""

from jupyter_secrets.service.process import serve
from jupyter_secrets.service.settings import JupyterSecretsService

__all__ = ["JupyterSecretsService", "serve"]
