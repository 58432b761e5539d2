"""For the commands that work on the store of this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jupyter_secrets.cli.parser import Arguments
from jupyter_secrets.cli.prompts import read_passphrase
from jupyter_secrets.client import SecretsClient, ServiceClient
from jupyter_secrets.errors import InvalidParameterError, PermissionDeniedError
from jupyter_secrets.model import RECOVERY

if TYPE_CHECKING:
    from jupyter_secrets.scopes import Session

NO_RECOVERY_KEY = (
    "There is no recovery key: if the other keys are lost, so are the secrets. Make one with "
    '"jupyter secrets key recovery".'
)


def own(client: SecretsClient) -> Session:
    """Return the session on one's own store, or refuse: some things need its files."""
    from jupyter_secrets.scopes import Session

    if isinstance(client, ServiceClient):
        raise InvalidParameterError(
            "This works on the machine of a store only, and c.JupyterSecrets.service_url names a "
            "service."
        )
    if not isinstance(client, Session):
        raise InvalidParameterError(
            "This works on your own store only: leave --host out, and JUPYTER_SECRETS_URL unset."
        )
    return client


def unlock_if_needed(client: SecretsClient, arguments: Arguments) -> None:
    """Unlock one's own store for this command, where it takes a passphrase and one can be had."""
    from jupyter_secrets.scopes import Session

    if not isinstance(client, Session) or getattr(arguments, "opens_itself", False):
        return
    if arguments.passphrase_fd is None and not client.takes_passphrase():
        return
    try:
        passphrase = read_passphrase(arguments.passphrase_fd, "Passphrase or recovery key")
    except InvalidParameterError:
        if arguments.passphrase_fd is not None:
            raise
        return  # the command itself says that the store is locked, and what to do
    try:
        client.unlock(passphrase)
    except PermissionDeniedError as error:
        if not hasattr(arguments, "new_passphrase_fd"):
            raise
        raise PermissionDeniedError(
            f"{error} --passphrase-fd opens the store; a passphrase to set comes from "
            "--new-passphrase-fd."
        ) from None


def remind_of_recovery_key(client: SecretsClient) -> None:
    """Say on a terminal that one's own store has no recovery key, as long as it has none."""
    from jupyter_secrets.scopes import Session

    if not isinstance(client, Session) or not sys.stderr.isatty():
        return
    status = client.status()
    if status.state == "ready" and RECOVERY not in status.keys:
        print(NO_RECOVERY_KEY, file=sys.stderr)
