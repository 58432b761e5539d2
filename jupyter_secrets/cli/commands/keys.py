"""The commands for the keys that open the store, and for locking it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_secrets.cli.local_store import NO_RECOVERY_KEY, own
from jupyter_secrets.cli.output import show, tell
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.cli.prompts import choose_passphrase, read_passphrase
from jupyter_secrets.client import SecretsClient
from jupyter_secrets.errors import InvalidParameterError, SecretsError
from jupyter_secrets.model import ADDED_KEYS, RECOVERY

if TYPE_CHECKING:
    from jupyter_secrets.scopes import Session


def _list(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    keys = session.admin.list_keys()
    rows = [
        {"kind": key.kind, "id": key.slot_id, "created_timestamp": key.created_at} for key in keys
    ]
    show(arguments, "keys", rows)
    if all(key.kind != RECOVERY for key in keys):
        print(NO_RECOVERY_KEY, file=sys.stderr)


def _add(client: SecretsClient, arguments: Arguments) -> None:
    session, kind = own(client), arguments.kind
    passphrase = None
    if kind == "passphrase":
        passphrase = choose_passphrase(arguments.new_passphrase_fd)
    path = Path(arguments.file) if arguments.file else None
    session.admin.add_key(kind, passphrase=passphrase, path=path)
    _list(client, arguments)


def _generate(client: SecretsClient, arguments: Arguments) -> None:
    from jupyter_secrets.app import generate_key_file

    own(client)
    generate_key_file(Path(arguments.file))
    tell(
        arguments,
        f"{arguments.file} is a key for a store that does not exist yet. Keep a copy of it, mount "
        "it where the store will be, and name it there in JUPYTER_SECRETS_KEY_FILE.",
        {"file": arguments.file},
    )


def _remove(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    _warn(session.admin.remove_key(arguments.name))
    print(
        "Whoever has the removed key and an older copy of the store can still read that copy, and "
        "has the keys of its scopes: change the credentials themselves. For what is stored from "
        'now on, run "jupyter secrets key rotate", and with --of-scope for each scope.',
        file=sys.stderr,
    )


def _rotate(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    is_root = arguments.of_scope is None and arguments.what == "root"
    if arguments.drop and not is_root:
        raise InvalidParameterError("--drop is for the root key: leave it out.")
    if arguments.of_scope is not None:
        count = session.rotate_scope_key(arguments.of_scope)
        tell(arguments, f"Re-encrypted {count} values.", {"encrypted": count})
    elif is_root:
        _rotate_root(session, arguments)
    else:
        arguments.kind = arguments.what
        _add(client, arguments)


def _rotate_root(session: Session, arguments: Arguments) -> None:
    passphrase = None
    if session.admin.rotation_takes_passphrase(drop=arguments.drop):
        passphrase = read_passphrase(
            arguments.new_passphrase_fd, "The store's passphrase", option="--new-passphrase-fd"
        )
    _warn(session.admin.rotate_root_key(passphrase=passphrase, drop=arguments.drop))
    print(
        "The root key was rotated. Whoever had the old one may have read the values: change "
        "the credentials themselves too.",
        file=sys.stderr,
    )


def _warn(faults: Iterable[str]) -> None:
    for fault in faults:
        print(f"Warning: {fault}", file=sys.stderr)


def _recovery(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    if not sys.stdout.isatty():
        raise InvalidParameterError(
            "A recovery key is shown on a terminal only: in a file or a notebook it would stay."
        )
    text = session.admin.make_recovery_key()
    print(f"\n    {text}\n\nWrite it down now and keep it away from this machine. It opens the "
          "store where the other keys are lost, and it is shown this once.")  # fmt: skip


def _lock(client: SecretsClient, arguments: Arguments) -> int:
    if arguments.host:
        client.lock()
        return 0
    own(client)  # a service is not locked from here
    return _in_own_servers(arguments, "locked", lambda server: server.lock())


def _unlock(client: SecretsClient, arguments: Arguments) -> int:
    passphrase = None
    if not arguments.without_passphrase:
        passphrase = _read_passphrase(arguments)
    if arguments.host:
        client.unlock(passphrase)
        return 0
    own(client).unlock(passphrase)  # says here what is wrong with it
    return _in_own_servers(arguments, "unlocked", lambda server: server.unlock(passphrase))


def _read_passphrase(arguments: Arguments) -> str:
    try:
        return read_passphrase(arguments.passphrase_fd, "Passphrase or recovery key")
    except InvalidParameterError as error:
        if arguments.passphrase_fd is not None:
            raise
        raise InvalidParameterError(
            f"{error} Where a key file or the keyring opens the store, give --without-passphrase."
        ) from None


def _in_own_servers(
    arguments: Arguments, done: str, action: Callable[[SecretsClient], None]
) -> int:
    """Do something in each of one's servers; return 1 if one of them could not."""
    from jupyter_secrets.client import own_servers

    told = []
    for server in own_servers():
        try:
            action(server.client)
            told.append({"url": server.url, "state": done})
        except SecretsError as error:
            told.append({"url": server.url, "error": f"{error.error_code}: {error}"})
            print(f"Error: {server.url}: {error.error_code}: {error}", file=sys.stderr)
    lines = [f"{row['url']}: {done}" for row in told if "state" in row]
    if not told:
        lines = ["None of your Jupyter servers is running; every command opens the store itself."]
    if lines or arguments.output == "json":
        tell(arguments, "\n".join(lines), {"servers": told})
    return int(any("error" in row for row in told))


# Options


def _new_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--new-passphrase-fd",
        type=int,
        metavar="N",
        help="read the passphrase to set from file descriptor N; for root, the one that is set, "
        "unless --passphrase-fd unlocked the store with it",
    )


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=ADDED_KEYS, metavar="KIND", help=", ".join(ADDED_KEYS))
    parser.add_argument("--file", metavar="FILE", help="where an environment key's file goes")
    _new_passphrase(parser)


def _generate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the new file")
    parser.set_defaults(opens_itself=True)


def _remove_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="KIND|ID", help="a kind of key, or the id of one")


def _rotate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", default="root", choices=("root", *ADDED_KEYS), metavar="WHAT",
        help=f"root (default), or a kind of key: {', '.join(ADDED_KEYS)}",
    )  # fmt: skip
    parser.add_argument(
        "--of-scope", metavar="SCOPE", help="re-encrypt this scope's values with a new key"
    )
    parser.add_argument(
        "--drop", action="append", default=[], metavar="KIND|ID", help="a key that is not "
        "available, and is removed; may be repeated",
    )  # fmt: skip
    parser.add_argument("--file", metavar="FILE", help="where an environment key's file goes")
    _new_passphrase(parser)


def _unlock_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--without-passphrase",
        action="store_true",
        help="with the key file or the keyring, after a lock",
    )
    parser.set_defaults(opens_itself=True)


COMMANDS = (
    Command("key list", "List the keys that open the store.", _list),
    Command("key add", "Add a key that opens the store.", _add, (), (), _add_options),
    Command(
        "key generate", "Make a key file for a store that does not exist yet.", _generate, (), (),
        _generate_options,
    ),
    Command("key remove", "Remove a key.", _remove, (), (), _remove_options),
    Command(
        "key rotate", "Renew the root key, another key, or a scope's.", _rotate, (), (),
        _rotate_options,
    ),
    Command("key recovery", "Make a recovery key and show it once.", _recovery),
    Command("lock", "Have your Jupyter servers forget the store's keys.", _lock),
    Command(
        "unlock", "Unlock the store in your Jupyter servers.", _unlock, (), (), _unlock_options
    ),
)  # fmt: skip
