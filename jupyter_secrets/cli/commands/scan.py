"""``jupyter secrets scan``: known values in notebooks and other files."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_secrets.cli.local_store import own
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.client import SecretsClient, ServiceClient
from jupyter_secrets.errors import LimitExceededError, StoreError

if TYPE_CHECKING:
    from jupyter_secrets.model import SecretVersion
    from jupyter_secrets.redaction import Redactor, SecretValue
    from jupyter_secrets.scan import FileReport

FOUND, FAILED = 1, 2  # exit statuses; 0 says that all was looked at and nothing is there


def _scan(client: SecretsClient, arguments: Arguments) -> int:
    from jupyter_secrets.scan import scan_file, walk_files

    redactor = _redactor(client)
    paths = map(Path, arguments.paths)
    reports = [scan_file(redactor, path, fix=arguments.fix) for path in walk_files(paths)]
    if arguments.output == "json":
        print(json.dumps(_as_json(reports)))
    else:
        _print(reports)
    if any(report.error for report in reports):
        return FAILED
    return FOUND if any(report.left for report in reports) else 0


def _redactor(client: SecretsClient) -> Redactor:
    """Return the redactor of all values of the store; what would pass for nothing is an error."""
    from jupyter_secrets.redaction import Redactor
    from jupyter_secrets.settings import load_settings

    versions = _known_values(client, load_settings().max_known_values)
    values = [_value(version) for version in versions if version.sensitive]
    if not values:
        raise StoreError("The store holds no value to look for.")
    return Redactor(values)


def _known_values(client: SecretsClient, most: int) -> list[SecretVersion]:
    if not isinstance(client, ServiceClient):
        return own(client).admin.known_values(at_most=most)
    versions = client.readable(at_most=most)
    if versions is None:
        raise LimitExceededError(
            f"You may read more than {most:,} values (c.JupyterSecrets.max_known_values)."
        )
    return versions


def _value(version: SecretVersion) -> SecretValue:
    """Short and common values are in every file: they are left out, and that is said."""
    from jupyter_secrets.redaction import SecretValue, weakness

    reason = weakness(version.value)
    if reason is not None:
        print(f"Note: {version.label} is not looked for: it {reason}.", file=sys.stderr)
    return SecretValue(
        version.value, version.label, disclosed=reason is None, verdicts=version.verdicts
    )


def _as_json(reports: Sequence[FileReport]) -> dict[str, object]:
    findings = [
        {
            "file": str(report.path),
            "cell": finding.cell,
            "location": finding.location,
            "line": finding.line,
            "what": finding.what,
            "scope": finding.secret[0] if finding.secret else None,
            "key": finding.secret[1] if finding.secret else None,
            "piece": finding.piece,
            "fixed": finding in report.fixed,
            "replacement": finding.replacement,
        }
        for report in reports
        for finding in report.findings
    ]
    errors = [{"file": str(report.path), "message": report.error} for report in reports]
    return {
        "files": len(reports),
        "findings": findings,
        "errors": [error for error in errors if error["message"]],
    }


def _print(reports: Sequence[FileReport]) -> None:
    for report in reports:
        for finding in report.findings:
            advice = f": use {finding.replacement}" if finding.replacement else ""
            fixed = ": scrubbed" if finding in report.fixed else advice
            print(f"{report.path}: {finding}: {finding.what}{fixed}")
        if report.error:
            print(f"Error: {report.path}: {report.error}", file=sys.stderr)
    total = sum(len(report.findings) for report in reports)
    left = sum(len(report.left) for report in reports)
    print(f"{len(reports)} files: {total} found, {left} left.", file=sys.stderr)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file, or a folder and all in it"
    )
    parser.add_argument(
        "--fix", action="store_true", help="scrub the outputs of notebooks, in place"
    )
    parser.epilog = (
        "Exit status: 0 nothing is left, 1 values were found, 2 not all could be looked at "
        "(no store, a locked one, a setting or a file that cannot be read)."
    )


COMMANDS = (
    Command(
        "scan", "Find values of the store in notebooks and other files.", _scan,
        (), (), _options, FAILED,
    ),
)  # fmt: skip
