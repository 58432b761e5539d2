"""``jupyter secrets``: scopes, secrets and permissions in a terminal."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb

from jupyter_secrets.cli.commands import (
    audit,
    backup,
    kernels,
    keys,
    run,
    scan,
    scopes,
    secrets,
    serve,
    tokens,
)
from jupyter_secrets.cli.local_store import unlock_if_needed
from jupyter_secrets.cli.output import open_closed_streams, use_backslashreplace
from jupyter_secrets.cli.parser import Arguments, failure_status, parse
from jupyter_secrets.client import SecretsClient
from jupyter_secrets.environment import TOKEN_VARIABLE, URL_VARIABLE, names_server
from jupyter_secrets.errors import SecretsError, UnauthenticatedError

COMMANDS = (
    *scopes.COMMANDS,
    *secrets.COMMANDS,
    *tokens.COMMANDS,
    *keys.COMMANDS,
    *audit.COMMANDS,
    *backup.COMMANDS,
    *scan.COMMANDS,
    *kernels.COMMANDS,
    *run.COMMANDS,
    *serve.COMMANDS,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``jupyter secrets`` with these arguments, or the process's; return the exit status."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    open_closed_streams()
    use_backslashreplace()
    failed = failure_status(argv, COMMANDS)
    try:
        parsed = parse(argv, COMMANDS)
        with _no_garbage():
            client = _client(parsed)
        unlock_if_needed(client, parsed)
        return parsed.run(client, parsed) or 0
    except SecretsError as error:
        print(f"Error: {error.error_code}: {error}", file=sys.stderr)
        return failed
    except BrokenPipeError:  # as in: jupyter secrets list-scopes | head -1
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return failed
    except (KeyboardInterrupt, EOFError):
        print("\nNothing was done.", file=sys.stderr)
        return failed
    except Exception as error:  # its text may hold a value
        print(
            f"Error: INTERNAL_ERROR: {type(error).__name__} in {_location(error)}. That is a fault "
            "of jupyter_secrets: please report it with this line.",
            file=sys.stderr,
        )
        return failed


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Import without a search for garbage among what is imported, now and at the end.

    It stays until the process ends; to search it takes a third of a short command's time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def _location(error: Exception) -> str:
    """Return the file and the line of this package where something went wrong."""
    package = Path(__file__).parents[1]
    locations = [
        f"{Path(frame.f_code.co_filename).relative_to(package)}:{line}"
        for frame, line in walk_tb(error.__traceback__)
        if Path(frame.f_code.co_filename).is_relative_to(package)
    ]
    return locations[-1]


def _client(arguments: Arguments) -> SecretsClient:
    on_own_store = getattr(arguments, "on_own_store", False)
    token = arguments.token or os.environ.get(TOKEN_VARIABLE, "")
    if not (arguments.host or on_own_store) and names_server(os.environ):
        if not token:
            raise UnauthenticatedError.without_token(URL_VARIABLE, TOKEN_VARIABLE)
        arguments.host = os.environ[URL_VARIABLE]
    if arguments.host:
        from jupyter_secrets.client import Endpoint, RemoteClient

        return RemoteClient(Endpoint(arguments.host, token))
    from jupyter_secrets.app import local_session, own_session
    from jupyter_secrets.settings import load_settings

    if on_own_store:
        return local_session(load_settings(), "cli")
    return own_session(load_settings(), "cli")
