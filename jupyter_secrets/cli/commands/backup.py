"""The commands for backups, and for the integrity of the store."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_secrets.cli.local_store import own
from jupyter_secrets.cli.output import tell, use_utf8
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.cli.prompts import confirm, read_passphrase
from jupyter_secrets.client import SecretsClient
from jupyter_secrets.errors import InvalidParameterError, StoreLockedError
from jupyter_secrets.model import Verdicts


def _backup(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    session.admin.back_up(Path(arguments.file))
    print(
        f"{arguments.file} was written and checked. It opens with the keys of today: keep the "
        "key file or the recovery key too, and not beside it.",
        file=sys.stderr,
    )


def _restore(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    confirm(
        f"Put the store back to what {arguments.file} holds? What was stored since is lost.",
        yes=arguments.yes,
    )
    with _saying_how_to_open(arguments):
        session.admin.restore_backup(Path(arguments.file), passphrase=_passphrase(arguments))
    status = session.status()
    if status.state == "locked":
        print(f"{arguments.file} was brought back. {status.message}", file=sys.stderr)


def _reanchor(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    confirm(
        "Accept the database as it is, though it may be an older copy? Secrets that were "
        "revoked or rotated since may be in it again.",
        yes=arguments.yes,
    )
    with _saying_how_to_open(arguments):
        session.admin.reanchor(passphrase=_passphrase(arguments))


@contextmanager
def _saying_how_to_open(arguments: Arguments) -> Iterator[None]:
    try:
        yield
    except StoreLockedError as error:
        raise StoreLockedError(
            f"{error} To {arguments.path} with the passphrase or the recovery key, give "
            "--passphrase, or --passphrase-fd N."
        ) from None


def _passphrase(arguments: Arguments) -> str | None:
    if arguments.passphrase_fd is None and not arguments.passphrase:
        return None
    return read_passphrase(arguments.passphrase_fd, "Passphrase or recovery key")


def _fsck(client: SecretsClient, arguments: Arguments) -> int:
    session = own(client)
    faults = session.admin.check()
    if arguments.json or arguments.output == "json":
        rows = [{"check": f.check, "scope": f.scope, "message": f.message} for f in faults]
        print(json.dumps({"sound": not faults, "faults": rows}))
    else:
        for fault in faults:
            print(f"{fault.check}: {fault.message}")
        print(f"{len(faults)} faults." if faults else "The store is sound.")
    return 1 if faults else 0


def _export(client: SecretsClient, arguments: Arguments) -> None:
    from jupyter_secrets.cli.dotenv import encode_env
    from jupyter_secrets.cli.json_values import encode_json

    session = own(client)
    confirm(f"Print all values of {arguments.scope} in plain text?", yes=arguments.yes)
    secrets = session.export_scope(arguments.scope)
    use_utf8()
    if arguments.format == "env":
        print(encode_env({secret.key: secret.value for secret in secrets}), end="")
    else:
        print(encode_json(secrets), end="")


def _import(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    entries = _read(Path(arguments.file))
    values = {key: value for key, (value, _) in entries.items()}
    verdicts = {key: dict(decided) for key, (_, decided) in entries.items()}
    confirm(
        f"Store {len(values)} secrets in {arguments.scope}, over those of the same names?",
        yes=arguments.yes,
    )
    session.import_scope(arguments.scope, values, verdicts)
    tell(
        arguments,
        f"{len(values)} secrets were stored. {arguments.file} still holds them in plain text.",
        {"imported": len(values)},
    )


def _read(path: Path) -> dict[str, tuple[bytes, Verdicts]]:
    from jupyter_secrets.cli.dotenv import decode_env
    from jupyter_secrets.cli.json_values import decode_json

    try:
        text = path.read_text(encoding="utf-8-sig")  # editors on Windows begin with a mark
    except UnicodeDecodeError:
        raise InvalidParameterError(f"{path} is not in UTF-8.") from None
    except OSError as error:
        raise InvalidParameterError(f"{path} cannot be read: {error.strerror}.") from None
    if text.lstrip().startswith("{"):
        values = decode_json(text)
    else:
        values = {name: (value, ()) for name, value in decode_env(text).items()}
    names = {name.casefold(): name for name in values}
    for name in values:
        if names[name.casefold()] != name:
            raise InvalidParameterError(
                f'"{name}" and "{names[name.casefold()]}" are one key: names that differ in case '
                "only are the same. Rename one of them."
            )
    return values


# Options


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _opening(parser: argparse.ArgumentParser) -> None:
    _yes(parser)
    parser.add_argument(
        "--passphrase", action="store_true", help="ask for a passphrase or the recovery key"
    )
    parser.set_defaults(opens_itself=True)


def _restore_options(parser: argparse.ArgumentParser) -> None:
    _file(parser)
    _opening(parser)


def _fsck_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="the same as -o json")


def _export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("json", "env"), default="json")
    _yes(parser)


def _import_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="JSON, or lines of NAME=value")
    _yes(parser)


COMMANDS = (
    Command("backup", "Copy the store into a file, and check it.", _backup, (), (), _file),
    Command("restore", "Bring the store back from a backup.", _restore, (), (), _restore_options),
    Command("fsck", "Check everything in the store.", _fsck, (), (), _fsck_options),
    Command(
        "reanchor", "Accept the database though it is older than the store was.", _reanchor,
        (), (), _opening,
    ),
    Command("export", "Print a scope's values.", _export, ("scope",), (), _export_options),
    Command("import", "Store values from a file.", _import, ("scope",), (), _import_options),
)  # fmt: skip
