"""The commands for the audit log."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from jupyter_secrets.cli.local_store import own
from jupyter_secrets.cli.output import show, tell, use_utf8
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.cli.times import milliseconds
from jupyter_secrets.client import SecretsClient
from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import AuditFilter

_SHOWN = ("action", "outcome", "principal", "via", "scope", "key", "version")


def _filter(arguments: Arguments) -> AuditFilter:
    return AuditFilter(
        scope=arguments.of_scope,
        key=arguments.of_key,
        principal=arguments.principal,
        action=arguments.action,
        outcome=arguments.outcome,
        since=milliseconds(arguments.since) if arguments.since else None,
        until=milliseconds(arguments.until) if arguments.until else None,
    )


def _tail(client: SecretsClient, arguments: Arguments) -> None:
    if arguments.lines < 0:
        raise InvalidParameterError("--lines is 0 or more.")
    records = client.audit_tail(_filter(arguments), limit=arguments.lines)
    if arguments.output == "json":
        print(json.dumps({"records": records}))
        return
    rows = [
        {
            "seq": record["seq"],
            "time_timestamp": record["time"],
            **{name: record.get(name, "") for name in _SHOWN},
        }
        for record in records
    ]
    show(arguments, "records", rows)


def _verify(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    if not arguments.files:
        count = session.admin.audit_verify()
        text = f"{count} records, each as it was written, from the first to the last."
        tell(arguments, text, {"verified": count})
        return
    paths = [Path(name) for name in arguments.files]
    copies = session.admin.audit_verify_copies(paths)
    tell(
        arguments,
        "\n".join(
            f"{copy.path}: records {copy.first} to {copy.last}, each as it was written."
            for copy in copies
        ),
        {
            "copies": [
                {"file": str(copy.path), "first": copy.first, "last": copy.last} for copy in copies
            ]
        },
    )


def _export(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    use_utf8()
    for record in session.admin.audit_export(_filter(arguments)):
        print(json.dumps(record, sort_keys=True, ensure_ascii=False))


def _prune(client: SecretsClient, arguments: Arguments) -> None:
    session = own(client)
    archive = Path(arguments.archive)
    before = milliseconds(arguments.before)
    count = session.admin.audit_prune(before=before, archive=archive)
    text = "There are no records that old: nothing was moved."
    if count:
        text = (
            f"{count} records are in {archive} now, and no longer in the store. Keep the file: "
            f'"jupyter secrets audit verify {archive}" verifies it.'
        )
    tell(arguments, text, {"pruned": count, "archive": str(archive) if count else None})


def _filter_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--of-scope", metavar="SCOPE", help="of this scope only")
    parser.add_argument("--of-key", metavar="KEY", help="of this key only")
    parser.add_argument("--principal", metavar="P", help="of this user only")
    parser.add_argument("--action", metavar="A", help="of this kind only: get, put, put-acl …")
    parser.add_argument("--outcome", choices=("allow", "deny", "error"))
    parser.add_argument("--since", metavar="WHEN", help="a date, a time, or a span as 7d")
    parser.add_argument("--until", metavar="WHEN")


def _tail_options(parser: argparse.ArgumentParser) -> None:
    _filter_options(parser)
    parser.add_argument("-n", "--lines", type=int, default=20, help="how many; default 20")


def _verify_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="an archive, an export or another copy of the log"
    )


def _prune_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--before", required=True, metavar="WHEN", help="a date, a time, or a span as 365d"
    )
    parser.add_argument(
        "--archive", required=True, metavar="FILE", help="the new file that they go to"
    )


COMMANDS = (
    Command("audit tail", "Show the newest records.", _tail, (), (), _tail_options),
    Command(
        "audit verify", "Verify the whole log, or copies of it.", _verify, (), (), _verify_options
    ),
    Command(
        "audit export", "Print the verified log as JSON Lines.", _export, (), (),
        _filter_options,
    ),
    Command(
        "audit prune", "Move the oldest records into a file.", _prune, (), (), _prune_options
    ),
)  # fmt: skip
