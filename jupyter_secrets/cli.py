"""``jupyter secrets``: scopes, secrets and permissions in a terminal."""

from __future__ import annotations

import argparse
import base64
import binascii
import difflib
import getpass
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, NoReturn

from jupyter_secrets.client.base import SecretsClient
from jupyter_secrets.errors import InvalidParameterError, SecretsError
from jupyter_secrets.model import Permission
from jupyter_secrets.redaction import why_weak

TOKEN_VARIABLE = "JUPYTER_SECRETS_TOKEN"  # noqa: S105 - a variable's name

Arguments = argparse.Namespace
Rows = Sequence[Mapping[str, object]]


class _Parser(argparse.ArgumentParser):
    """A parser whose errors do not repeat what was typed: that may be a value."""

    def error(self, message: str) -> NoReturn:
        raise InvalidParameterError(
            f"{self.format_usage().strip()}\nSee {self.prog} --help for what each means."
        )


class Command(NamedTuple):
    """A command, its older name if it has one, and the names that it takes."""

    name: str
    help: str
    run: Callable[[SecretsClient, Arguments], None]
    names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    options: Callable[[argparse.ArgumentParser], None] | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``jupyter secrets`` with these arguments, or the process's; return the exit status."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _suggest(argv)
        parsed = _parse(argv)
        parsed.run(_client(parsed), parsed)
    except SecretsError as error:
        print(f"Error: {error.error_code}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # as in: jupyter secrets list-scopes | head -1
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return 1
    except KeyboardInterrupt:
        print("\nNothing was done.", file=sys.stderr)
        return 1
    return 0


def _parse(argv: list[str]) -> Arguments:
    parsed = build_parser().parse_args(argv or ["--help"])
    for name in parsed.names:
        given = getattr(parsed, name)
        positional = getattr(parsed, f"{name}_positional")
        if (given is None) == (positional is None):
            fault = "is missing" if given is None else "is given twice"
            raise InvalidParameterError(
                f"{name.upper()} {fault}: see jupyter secrets {parsed.command} --help."
            )
        setattr(parsed, name, positional if given is None else given)
    return parsed


def _suggest(argv: list[str]) -> None:
    known = [name for command in COMMANDS for name in (command.name, *command.aliases)]
    if argv and not argv[0].startswith("-") and argv[0] not in known:
        near = difflib.get_close_matches(argv[0], known, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}."
        raise InvalidParameterError(f"There is no such command: {hint}")


def build_parser() -> _Parser:
    """Return the parser of the command line."""
    shared = _Parser(add_help=False)
    shared.add_argument("-o", "--output", choices=("text", "json"), default="text")
    shared.add_argument("--host", help="a server's URL with its base URL; default: your own store")
    shared.add_argument(
        "--token", help=f"the server's token; better in the environment, as {TOKEN_VARIABLE}"
    )
    parser = _Parser(
        prog="jupyter secrets",
        description="Secret scopes for Jupyter: what notebooks read with dbutils.secrets.",
        epilog="Older grammar works too: put --scope S --key K, list --scope S, delete …",
    )
    parser.add_argument("--version", action="version", version=version("jupyter-secrets"))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        added = commands.add_parser(
            command.name,
            aliases=command.aliases,
            help=command.help,
            description=command.help,
            parents=[shared],
        )
        for name in command.names:
            metavar = name.upper()
            added.add_argument(f"{name}_positional", nargs="?", metavar=metavar)
            added.add_argument(f"--{name}", metavar=metavar, help=argparse.SUPPRESS)
        if command.options is not None:
            command.options(added)
        added.set_defaults(run=command.run, names=command.names)
    return parser


def _client(arguments: Arguments) -> SecretsClient:
    if arguments.host:
        from jupyter_secrets.client.http import Endpoint
        from jupyter_secrets.client.remote import RemoteClient

        token = arguments.token or os.environ.get(TOKEN_VARIABLE, "")
        return RemoteClient(Endpoint(arguments.host, token))
    from jupyter_secrets.client.local import LocalClient, open_scopes, owner
    from jupyter_secrets.settings import load_settings

    settings = load_settings()
    return LocalClient(open_scopes(settings), owner(settings, "cli"))


# Scopes


def _create_scope(client: SecretsClient, arguments: Arguments) -> None:
    client.create_scope(
        arguments.scope, initial_manage_principal=arguments.initial_manage_principal
    )


def _delete_scope(client: SecretsClient, arguments: Arguments) -> None:
    client.delete_scope(arguments.scope)


def _list_scopes(client: SecretsClient, arguments: Arguments) -> None:
    rows = [
        {"name": scope.name, "backend_type": scope.backend_type} for scope in client.list_scopes()
    ]
    _show(arguments, "scopes", rows)


# Secrets


def _put(client: SecretsClient, arguments: Arguments) -> None:
    value = _value(arguments)
    client.put(arguments.scope, arguments.key, value)
    reason = why_weak(value)
    if reason:
        print(f"Note: {arguments.scope}/{arguments.key} {reason}", file=sys.stderr)


def _value(arguments: Arguments) -> bytes:
    if arguments.string_value is not None or arguments.bytes_value is not None:
        print(
            "Warning: a value on the command line stays in your shell's history, and other users "
            "of this machine may see it. Leave it out to be asked for it.",
            file=sys.stderr,
        )
    if arguments.string_value is not None:
        return str(arguments.string_value).encode("utf-8", "surrogateescape")
    if arguments.bytes_value is not None:
        try:
            return base64.b64decode(arguments.bytes_value, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidParameterError("--bytes-value has to be base64.") from None
    if arguments.binary_file is not None:
        return _read_file(Path(arguments.binary_file))
    if sys.stdin.isatty():
        return getpass.getpass(f"Value of {arguments.scope}/{arguments.key}: ").encode()
    return sys.stdin.buffer.read()


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidParameterError(f"{path} cannot be read: {error.strerror}.") from None


def _get(client: SecretsClient, arguments: Arguments) -> None:
    found = client.get(arguments.scope, arguments.key)
    if arguments.output == "json":
        encoded = base64.b64encode(found.value).decode()
        print(json.dumps({"key": found.key, "value": encoded}))
        return
    sys.stdout.buffer.write(found.value)
    sys.stdout.buffer.flush()
    if sys.stdout.isatty():
        print()


def _delete(client: SecretsClient, arguments: Arguments) -> None:
    client.delete(arguments.scope, arguments.key)


def _list(client: SecretsClient, arguments: Arguments) -> None:
    rows = [
        {"key": info.key, "last_updated_timestamp": info.last_updated_timestamp}
        for info in client.list_secrets(arguments.scope)
    ]
    _show(arguments, "secrets", rows)


# Permissions


def _put_acl(client: SecretsClient, arguments: Arguments) -> None:
    permission = Permission.parse(arguments.permission)
    client.put_acl(arguments.scope, arguments.principal, permission)


def _delete_acl(client: SecretsClient, arguments: Arguments) -> None:
    client.delete_acl(arguments.scope, arguments.principal)


def _get_acl(client: SecretsClient, arguments: Arguments) -> None:
    item = client.get_acl(arguments.scope, arguments.principal)
    row: dict[str, object] = {"principal": item.principal, "permission": item.permission.name}
    if arguments.output == "json":
        print(json.dumps(row))
    else:
        _show(arguments, "items", [row])


def _list_acls(client: SecretsClient, arguments: Arguments) -> None:
    rows = [
        {"principal": item.principal, "permission": item.permission.name}
        for item in client.list_acls(arguments.scope)
    ]
    _show(arguments, "items", rows)


# Output and options


def _show(arguments: Arguments, name: str, rows: Rows) -> None:
    if arguments.output == "json":
        print(json.dumps({name: rows}))
    elif rows:
        lines = [list(rows[0]), *([_cell(key, row[key]) for key in row] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            cells = (f"{cell:{width}}" for cell, width in zip(line, widths, strict=True))
            print("  ".join(cells).rstrip())


def _cell(name: str, value: object) -> str:
    if name.endswith("_timestamp"):
        moment = datetime.fromtimestamp(int(str(value)) / 1000, tz=timezone.utc)
        return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    return str(value)


def _create_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--initial-manage-principal",
        metavar="P",
        help='"users" lets everyone manage the scope, in place of you',
    )


def _put_options(parser: argparse.ArgumentParser) -> None:
    value = parser.add_mutually_exclusive_group()
    value.add_argument("--string-value", metavar="V", help="the value (stays in your history!)")
    value.add_argument("--bytes-value", metavar="V", help="the value in base64 (the same)")
    value.add_argument("--binary-file", metavar="FILE", help="take the value from a file")
    parser.description = (
        "Store a secret. Without one of the options you are asked for the value; if standard "
        "input is not a terminal, all of it is the value."
    )


COMMANDS = (
    Command("create-scope", "Create a scope.", _create_scope, ("scope",), (), _create_options),
    Command("delete-scope", "Delete a scope and its secrets.", _delete_scope, ("scope",)),
    Command("list-scopes", "List all scopes.", _list_scopes),
    Command("put-secret", "Store a secret.", _put, ("scope", "key"), ("put",), _put_options),
    Command("get-secret", "Print a secret's value.", _get, ("scope", "key")),
    Command("delete-secret", "Delete a secret.", _delete, ("scope", "key"), ("delete",)),
    Command("list-secrets", "List a scope's secrets.", _list, ("scope",), ("list",)),
    Command(
        "put-acl", "Give READ, WRITE or MANAGE.", _put_acl, ("scope", "principal", "permission")
    ),
    Command("delete-acl", "Take a permission away.", _delete_acl, ("scope", "principal")),
    Command("get-acl", "Show a principal's permission.", _get_acl, ("scope", "principal")),
    Command("list-acls", "List a scope's permissions.", _list_acls, ("scope",)),
)

if __name__ == "__main__":
    sys.exit(main())
