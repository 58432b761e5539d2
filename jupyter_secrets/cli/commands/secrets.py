"""The commands for secrets: metadata, versions, restore, purge, and which are stale."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from jupyter_secrets.cli.local_store import own
from jupyter_secrets.cli.output import show, tell
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.cli.prompts import confirm
from jupyter_secrets.cli.times import milliseconds
from jupyter_secrets.client import SecretsClient
from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import DEFAULT, PUBLIC, SECRET, SecretDetails, SecretUpdate

if TYPE_CHECKING:
    from jupyter_secrets.redaction import PartExplanation


def _describe(client: SecretsClient, arguments: Arguments) -> None:
    rows = [
        _row(secret)
        for secret in client.describe_secrets(arguments.scope, deleted=arguments.deleted)
    ]
    show(arguments, "secrets", rows)


def _row(details: SecretDetails) -> dict[str, object]:
    row = asdict(details)
    return {
        "key": details.key,
        "version": details.version,
        "updated_timestamp": details.updated_at,
        "updated_by": details.updated_by,
        "expires_timestamp": details.expires_at,
        "sensitive": details.sensitive,
        "comment": details.comment or "",
        **({"deleted_timestamp": row["deleted_at"]} if details.deleted_at else {}),
    }


def _versions(client: SecretsClient, arguments: Arguments) -> None:
    rows = [
        {
            "version": version.version,
            "created_timestamp": version.created_at,
            "created_by": version.created_by,
        }
        for version in client.versions(arguments.scope, arguments.key)
    ]
    show(arguments, "versions", rows)


def _update(client: SecretsClient, arguments: Arguments) -> None:
    expires_at = None
    if arguments.expires is not None:
        never = arguments.expires == "never"
        expires_at = 0 if never else milliseconds(arguments.expires, ahead=True)
    update = SecretUpdate(arguments.comment, expires_at, arguments.sensitive)
    if update == SecretUpdate():
        raise InvalidParameterError(
            "Say what to change: --comment, --expires, --sensitive or --not-sensitive."
        )
    client.update(arguments.scope, arguments.key, update)


def _explain(client: SecretsClient, arguments: Arguments) -> None:
    from jupyter_secrets.redaction import SecretValue, explain

    verdicts = _verdicts(arguments)
    if verdicts:
        client.update(arguments.scope, arguments.key, SecretUpdate(verdicts=verdicts))
    version = client.get(arguments.scope, arguments.key)
    value = SecretValue(version.value, verdicts=version.verdicts)
    show(arguments, "components", [_component(each) for each in explain(value)])


def _verdicts(arguments: Arguments) -> dict[str, str]:
    """Return what is decided about components, by their names in lower case."""
    chosen_options = [
        (name.strip().casefold(), verdict)
        for verdict in (PUBLIC, SECRET, DEFAULT)
        for name in getattr(arguments, verdict)
    ]
    if len(dict(chosen_options)) < len(chosen_options):
        raise InvalidParameterError("Name each component once: case makes no difference.")
    return dict(chosen_options)


def _component(explanation: PartExplanation) -> dict[str, object]:
    return {
        "name": explanation.name,
        "kind": explanation.kind,
        "length": explanation.length,
        "redacted": explanation.hidden,
        "why": explanation.why,
    }


def _restore(client: SecretsClient, arguments: Arguments) -> None:
    client.restore(arguments.scope, arguments.key, version=arguments.to_version)


def _purge(client: SecretsClient, arguments: Arguments) -> None:
    what = f"{arguments.scope}/{arguments.key or '*'}"
    confirm(f"Erase what was deleted of {what} for good?", yes=arguments.yes)
    count = client.purge(arguments.scope, arguments.key)
    tell(arguments, f"{count} deleted secrets were erased.", {"purged": count})


def _stale(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    rows = [
        {
            "scope": stale.details.scope,
            "key": stale.details.key,
            "why": ", ".join(stale.reasons),
            "updated_timestamp": stale.details.updated_at,
            "expires_timestamp": stale.details.expires_at,
            "last_read_timestamp": stale.last_read_at,
        }
        for stale in session.stale(days=arguments.days)
    ]
    show(arguments, "secrets", rows)


# Options


def _describe_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deleted", action="store_true", help="show those that can still be restored"
    )


def _update_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--comment", metavar="TEXT", help='what it is for; "" removes it')
    parser.add_argument(
        "--expires", metavar="WHEN", help='a date, a span from now as 90d, or "never"'
    )
    marks = parser.add_mutually_exclusive_group()
    marks.add_argument("--sensitive", action="store_true", default=None, help="redact it (default)")
    marks.add_argument(
        "--not-sensitive",
        dest="sensitive",
        action="store_false",
        help="show it in everybody's outputs: us-east-1 is no secret; takes MANAGE",
    )


def _explain_options(parser: argparse.ArgumentParser) -> None:
    for verdict, what in (
        (PUBLIC, "show a component in everybody's outputs: a host is no secret"),
        (SECRET, "redact a component"),
        (DEFAULT, "judge a component by its name and shape again"),
    ):
        parser.add_argument(
            f"--{verdict}",
            action="append",
            default=[],
            metavar="NAME",
            help=f"{what}; takes MANAGE; may be repeated",
        )


def _restore_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to-version",
        type=int,
        metavar="N",
        help="make an older version's value the newest; without it a deletion is undone",
    )


def _purge_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", nargs="?", metavar="KEY", help="of this name only")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _stale_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--days", type=int, default=90, help="not rotated for so long; default 90")


COMMANDS = (
    Command(
        "describe-secrets", "Show all about a scope's secrets but their values.", _describe,
        ("scope",), (), _describe_options,
    ),
    Command("list-versions", "List the versions of a secret.", _versions, ("scope", "key")),
    Command(
        "update-secret", "Change comment, expiry or redaction.", _update,
        ("scope", "key"), (), _update_options,
    ),
    Command(
        "explain", "Show what of a value is redacted, and why, or decide it: never the value.",
        _explain, ("scope", "key"), (), _explain_options,
    ),
    Command(
        "restore-secret", "Bring a deleted secret or an older version back.", _restore,
        ("scope", "key"), (), _restore_options,
    ),
    Command(
        "purge-secrets", "Erase deleted secrets for good.", _purge, ("scope",), (), _purge_options
    ),
    Command(
        "stale", "List secrets that expired, were not rotated, or never read.", _stale,
        (), (), _stale_options,
    ),
)  # fmt: skip
