"""The commands for scopes, secrets and permissions, in the grammars that people know."""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import sys
from pathlib import Path

from jupyter_secrets.cli.asking import ask_hidden, confirm
from jupyter_secrets.cli.output import show
from jupyter_secrets.cli.own_store import remind_of_recovery_key
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.client.base import SecretsClient
from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import Permission
from jupyter_secrets.redaction import weakness

# Scopes


def _create_scope(client: SecretsClient, arguments: Arguments) -> None:
    client.create_scope(
        arguments.scope, initial_manage_principal=arguments.initial_manage_principal
    )
    remind_of_recovery_key(client)


def _delete_scope(client: SecretsClient, arguments: Arguments) -> None:
    if sys.stdin.isatty() and not arguments.yes:  # scripts go on as they do with Databricks
        count = len(client.list_secrets(arguments.scope))
        if count:
            confirm(
                f"Delete {arguments.scope} and its {count} secrets? They cannot be restored.",
                yes=False,
            )
    client.delete_scope(arguments.scope)


def _list_scopes(client: SecretsClient, arguments: Arguments) -> None:
    rows = [
        {"name": scope.name, "backend_type": scope.backend_type} for scope in client.list_scopes()
    ]
    show(arguments, "scopes", rows)


# Secrets


def _put(client: SecretsClient, arguments: Arguments) -> None:
    value = _value(arguments)
    client.put(arguments.scope, arguments.key, value)
    reason = weakness(value)
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
    label = f"{arguments.scope}/{arguments.key}"
    if sys.stdin.isatty():
        return _ask(label)
    value = sys.stdin.buffer.read()
    if value.endswith(b"\n"):
        print(
            f"Note: the line break at its end is part of the value of {label}. To store it "
            'without, use printf "%s" in place of echo.',
            file=sys.stderr,
        )
    return value


def _ask(label: str) -> bytes:
    typed = ask_hidden(f"Value of {label}: ")
    if not typed:
        raise InvalidParameterError(
            "Nothing was typed, and nothing was stored. An empty value comes from standard input, "
            'or from --string-value "".'
        )
    return typed.encode()


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
    show(arguments, "secrets", rows)


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
        show(arguments, "items", [row])


def _list_acls(client: SecretsClient, arguments: Arguments) -> None:
    rows = [
        {"principal": item.principal, "permission": item.permission.name}
        for item in client.list_acls(arguments.scope)
    ]
    show(arguments, "items", rows)


# Options


def _create_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--initial-manage-principal",
        metavar="P",
        help='"users" lets everyone manage the scope, in place of you',
    )


def _delete_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask, as on a terminal")


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
    Command(
        "delete-scope", "Delete a scope and its secrets.", _delete_scope, ("scope",), (),
        _delete_options,
    ),
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
)  # fmt: skip
