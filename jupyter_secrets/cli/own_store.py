"""For the commands that work on the store of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_secrets.cli.asking import read_passphrase
from jupyter_secrets.cli.parser import Arguments
from jupyter_secrets.client.base import SecretsClient
from jupyter_secrets.errors import InvalidParameterError

if TYPE_CHECKING:
    from jupyter_secrets.client.local import LocalClient


def own(client: SecretsClient) -> LocalClient:
    """Return the client of one's own store, or refuse: some things need its files."""
    from jupyter_secrets.client.local import LocalClient

    if not isinstance(client, LocalClient):
        raise InvalidParameterError("This works on your own store only: leave --host out.")
    return client


def unlock_if_needed(client: SecretsClient, arguments: Arguments) -> None:
    """Unlock one's own store for this command, where it takes a passphrase and one can be had."""
    from jupyter_secrets.client.local import LocalClient

    if not isinstance(client, LocalClient) or getattr(arguments, "opens_itself", False):
        return
    if arguments.passphrase_fd is None:
        status = client.scopes.status()
        if status.state != "locked" or not status.takes_typing:
            return
    try:
        typed = read_passphrase(arguments.passphrase_fd, "Passphrase or recovery key")
    except InvalidParameterError:
        if arguments.passphrase_fd is not None:
            raise
        return  # the command itself says that the store is locked, and what to do
    client.unlock(typed)
