"""A JupyterHub whose users share one store of secrets: to be added to a jupyterhub_config.py."""

import os
import sys

c = get_config()  # noqa: F821

# Where the service listens, and where users' servers reach it.
SERVICE_URL = os.environ.get("SECRETS_SERVICE_URL", "http://127.0.0.1:8790")
# Its store, its key and its settings: readable by the account that runs it, and by no user.
SERVICE_FOLDER = os.environ.get("SECRETS_FOLDER", "/srv/jupyter-secrets")

# A token that the service has as JUPYTERHUB_API_TOKEN, if you start it yourself.
SERVICE_TOKEN = os.environ.get("SECRETS_API_TOKEN", "")

service = {"name": "secrets", "url": SERVICE_URL}
if SERVICE_TOKEN:
    service["api_token"] = SERVICE_TOKEN
else:
    # The Hub starts the service, and tells it the Hub's address, a token and where to listen.
    service["command"] = [sys.executable, "-m", "jupyter_secrets.cli", "serve"]
    service["environment"] = {
        "HOME": SERVICE_FOLDER,
        "JUPYTER_CONFIG_DIR": f"{SERVICE_FOLDER}/config",
        "JUPYTER_DATA_DIR": f"{SERVICE_FOLDER}/data",
    }
c.JupyterHub.services.append(service)

USE_SECRETS = "access:services!service=secrets"
c.JupyterHub.load_roles.extend(
    [
        # Whom a plain name means in an ACL, and which groups the owner of a token is in.
        {
            "name": "secrets",
            "services": ["secrets"],
            "scopes": ["read:users:name", "read:users:groups", "read:groups:name"],
        },
        # A server's token has no more than its user has.
        {"name": "user", "scopes": ["self", USE_SECRETS]},
        {"name": "server", "scopes": ["users:activity!user", "access:servers!server", USE_SECRETS]},
    ]
)

# Servers, their kernels and terminals use the service, with the token that the Hub gives servers.
c.Spawner.environment.update({"JUPYTER_SECRETS_SERVICE_URL": SERVICE_URL})
