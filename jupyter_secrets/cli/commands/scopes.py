"""The commands for scopes, secrets and permissions, with Databricks' arguments, new and old."""

from __future__ import annotations

import argparse
import base64
import binascii
import codecs
import json
import re
import sys
from pathlib import Path

from jupyter_secrets.cli.local_store import remind_of_recovery_key
from jupyter_secrets.cli.output import show
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.cli.prompts import ask_hidden_lines, confirm
from jupyter_secrets.client import SecretsClient
from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import AclItem, Permission

_MARKS_OF_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Line breaks alone, in UTF-8 or UTF-16, after a byte order mark or without one.
_NOTHING = re.compile(
    rb"(?:\xef\xbb\xbf)?[\r\n]* | \xff\xfe(?:[\r\n]\0)* | \xfe\xff(?:\0[\r\n])*", re.VERBOSE
)

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
    from jupyter_secrets.redaction import put_warning

    value = _value(arguments)
    client.put(arguments.scope, arguments.key, value, if_version=arguments.if_version)
    label = f"{arguments.scope}/{arguments.key}"
    _note_byte_order_mark(label, value)
    reason = put_warning(value)
    if reason:
        print(f"Note: {label} {reason}", file=sys.stderr)


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
            raise InvalidParameterError("--bytes-value must be base64.") from None
    if arguments.binary_file is not None:
        value = _read_file(Path(arguments.binary_file))
        return _not_empty(value, arguments.binary_file)
    label = f"{arguments.scope}/{arguments.key}"
    if sys.stdin.isatty():
        return _ask(label)
    value = _not_empty(sys.stdin.buffer.read(), "Standard input")
    if value.endswith(b"\n") and not value.startswith(_MARKS_OF_UTF_16):
        print(
            f"Note: the line break at its end is part of the value of {label}. To store it "
            'without, use printf "%s" in place of echo.',
            file=sys.stderr,
        )
    return value


def _ask(label: str) -> bytes:
    typed = ask_hidden_lines(f"Value of {label}: ")
    lines = typed.rstrip("\n").count("\n") + 1
    if lines > 1:
        print(f"Note: the value of {label} has {lines} lines.", file=sys.stderr)
    return _not_empty(typed.encode(), "What was typed")


def _not_empty(value: bytes, source: str) -> bytes:
    """Return a value, unless nothing is in it: a program before the pipe may have failed."""
    if not _NOTHING.fullmatch(value):
        return value
    raise InvalidParameterError(
        f"{source} is empty, so nothing was stored. If the value is to be empty, give "
        '--string-value "".'
    )


def _note_byte_order_mark(label: str, value: bytes) -> None:
    if value.startswith(_MARKS_OF_UTF_16):
        print(
            f"Note: the value of {label} is text in UTF-16, as PowerShell's > writes it. It was "
            "stored byte for byte; notebooks and environment variables take text in UTF-8.",
            file=sys.stderr,
        )
    elif value.startswith(codecs.BOM_UTF8):
        print(
            f"Note: the value of {label} begins with a byte order mark, which is part of it. Save "
            "the file as UTF-8 without one to store it without.",
            file=sys.stderr,
        )


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidParameterError(f"{path} cannot be read: {error.strerror}.") from None


def _get(client: SecretsClient, arguments: Arguments) -> None:
    secret = client.get(arguments.scope, arguments.key)
    if secret.expired:
        print(f"Warning: {secret.expired}", file=sys.stderr)
    if arguments.output == "json":
        encoded = base64.b64encode(secret.value).decode()
        print(json.dumps({"key": secret.key, "value": encoded}))
        return
    sys.stdout.buffer.write(secret.value)
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
    _show_acl(arguments, client.put_acl(arguments.scope, arguments.principal, permission))


def _delete_acl(client: SecretsClient, arguments: Arguments) -> None:
    client.delete_acl(arguments.scope, arguments.principal)


def _get_acl(client: SecretsClient, arguments: Arguments) -> None:
    _show_acl(arguments, client.get_acl(arguments.scope, arguments.principal))


def _show_acl(arguments: Arguments, item: AclItem) -> None:
    if arguments.output == "json":
        print(json.dumps(_acl_row(item)))
    else:
        show(arguments, "items", [_acl_row(item)])


def _acl_row(item: AclItem) -> dict[str, object]:
    kind = {} if item.kind is None else {"kind": item.kind}  # a Databricks workspace tells none
    return {"principal": item.principal, "permission": item.permission.name, **kind}


def _list_acls(client: SecretsClient, arguments: Arguments) -> None:
    show(arguments, "items", [_acl_row(item) for item in client.list_acls(arguments.scope)])


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
    parser.add_argument(
        "--if-version",
        type=int,
        metavar="N",
        help="replace version N only, as describe-secrets lists it; 0: only if there is none",
    )
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
