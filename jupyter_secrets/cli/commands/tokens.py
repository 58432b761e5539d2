"""The commands for tokens and service principals."""

from __future__ import annotations

import argparse
import json
import sys
import time

from jupyter_secrets.cli.output import show
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.cli.times import milliseconds
from jupyter_secrets.client import SecretsClient
from jupyter_secrets.model import Permission, TokenInfo

_NOTE = (
    "This is the only time that the token is shown. It opens the scopes that {owner} may use, "
    "until it expires or is revoked: jupyter secrets token revoke {token_id}"
)


def _create(client: SecretsClient, arguments: Arguments) -> None:
    permission = arguments.permission
    info, token = client.tokens.create(
        arguments.name,
        owner=arguments.owner,
        lifetime=_seconds(arguments.expires),
        scopes=arguments.scope or None,
        permission=None if permission is None else Permission.parse(permission),
    )
    if arguments.output == "json":
        print(json.dumps({"token_value": token, "token_info": _row(info)}))
    else:
        print(token)
    note = _NOTE.format(owner=info.owner, token_id=info.token_id)
    print(note, file=sys.stderr)


def _seconds(expires: str | None) -> int | None:
    return (
        None if expires is None else round(milliseconds(expires, ahead=True) / 1000 - time.time())
    )


def _list(client: SecretsClient, arguments: Arguments) -> None:
    show(arguments, "tokens", [_row(info) for info in client.tokens.list()])


def _row(info: TokenInfo) -> dict[str, object]:
    return {
        "id": info.token_id,
        "name": info.name,
        "owner": info.owner,
        "scopes": "all" if info.scopes is None else ", ".join(info.scopes),
        "permission": info.permission.name,
        "created_timestamp": info.created_at,
        "expires_timestamp": info.expires_at,
        "last_used_timestamp": info.last_used_at,
        "revoked_timestamp": info.revoked_at,
    }


def _revoke(client: SecretsClient, arguments: Arguments) -> None:
    client.tokens.revoke(arguments.id)


def _create_principal(client: SecretsClient, arguments: Arguments) -> None:
    client.service_principals.create(arguments.name, arguments.comment)


def _list_principals(client: SecretsClient, arguments: Arguments) -> None:
    rows = [
        {
            "name": info.name,
            "created_timestamp": info.created_at,
            "created_by": info.created_by,
            "comment": info.comment or "",
        }
        for info in client.service_principals.list()
    ]
    show(arguments, "principals", rows)


def _delete_principal(client: SecretsClient, arguments: Arguments) -> None:
    client.service_principals.delete(arguments.name)


# Options


def _create_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--owner", metavar="NAME", help="a service principal that the token is for, in place of you"
    )
    parser.add_argument(
        "--expires", metavar="WHEN", help="a date, a time or a span as 30d; default: 90d"
    )
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="SCOPE",
        help="a scope that the token is limited to; may be repeated",
    )
    parser.add_argument(
        "--permission", metavar="P", help="READ, WRITE or MANAGE: the most it may do"
    )


def _comment_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--comment", metavar="TEXT", help="what it is for")


COMMANDS = (
    Command(
        "token create", "Make a token, and show it once.", _create, ("name",), (), _create_options
    ),
    Command("token list", "List tokens, without their values.", _list),
    Command("token revoke", "End a token at once.", _revoke, ("id",)),
    Command(
        "principal create", "Make a service principal.", _create_principal, ("name",), (),
        _comment_option,
    ),
    Command("principal list", "List the service principals.", _list_principals),
    Command(
        "principal delete", "Delete a service principal with its tokens and permissions.",
        _delete_principal, ("name",),
    ),
)  # fmt: skip
