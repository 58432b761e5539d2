"""``jupyter secrets run``: a program with secrets in its environment, and redacted output."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_secrets.cli.dotenv import decode_env
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.client import SecretsClient, ServiceClient
from jupyter_secrets.environment import names_to_resolve
from jupyter_secrets.errors import InvalidParameterError, PermissionDeniedError
from jupyter_secrets.names import has_reference
from jupyter_secrets.variables import VariableTemplate, fetch_text, why_refused

if TYPE_CHECKING:
    from jupyter_secrets.model import SecretVersion
    from jupyter_secrets.redaction import Redactor

# What a shell says of a program that is not there, or may not be run.
_NOT_FOUND, _NOT_RUN = 127, 126


def _run(client: SecretsClient, arguments: Arguments) -> int:
    if os.name != "posix":
        raise InvalidParameterError("run works on Linux and macOS only.")
    from jupyter_secrets.cli.filtered_process import run_filtered
    from jupyter_secrets.cli.session_leader import end_by

    redactor = _redactor(client)
    environment = _resolve(client, redactor, _written(arguments))
    try:
        status = run_filtered(arguments.program, environment, redactor.stream)
    except OSError as error:
        print(f"Error: {arguments.program[0]}: {error.strerror}.", file=sys.stderr)
        return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_RUN
    if status < 0:
        sys.stdout.flush()
        end_by(-status)
    return status


def _written(arguments: Arguments) -> dict[str, str]:
    """Return the variables that are to be set, with references in them."""
    named = names_to_resolve(os.environ)
    written = {name: os.environ[name] for name in named if name in os.environ}
    for file in arguments.env_file:
        written |= _read_file(Path(file))
    for text in arguments.env:
        name, equals, value = text.partition("=")
        if not name:
            raise InvalidParameterError("--env takes NAME=TEXT, or the name of a variable.")
        if not (equals or name in os.environ):
            raise InvalidParameterError(_not_set(name))
        written[name] = value if equals else os.environ[name]
    return written


def _not_set(name: str) -> str:
    """Return what is wrong with ``--env NAME``; what can be no variable's name may be a value."""
    if not name.isidentifier():
        return "--env takes NAME=TEXT, or the name of a variable."
    return f"--env names {name}, which is not set: set it, or write --env {name}=TEXT."


def _read_file(path: Path) -> dict[str, str]:
    try:
        values = decode_env(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidParameterError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InvalidParameterError(f"{path} cannot be read: it is not UTF-8 text.") from None
    except InvalidParameterError as error:
        raise InvalidParameterError(f"{path}: {error}") from None
    return {name: value.decode() for name, value in values.items()}


def _redactor(client: SecretsClient) -> Redactor:
    """Return the redactor of all that the user may read, as far as this process can know it."""
    from jupyter_secrets.redaction import Redactor, SecretValue
    from jupyter_secrets.settings import load_settings

    settings = load_settings()
    readable = _readable(client, settings.max_known_values)
    values = [version for version in readable if version.sensitive]
    return Redactor(
        [
            SecretValue(version.value, version.label, disclosed=False, verdicts=version.verdicts)
            for version in values
        ],
        **settings.redaction_options(),
    )


def _readable(client: SecretsClient, most: int) -> Sequence[SecretVersion]:
    """Return all that the user may read, or nothing, and say so, where that is not known."""
    from jupyter_secrets.scopes import Session

    reason = "A server does not hand out all that you may read"
    readable = None
    if isinstance(client, (Session, ServiceClient)):
        reason = f"You may read more than {most:,} secrets (c.JupyterSecrets.max_known_values)"
        try:
            readable = client.readable(at_most=most)
        except PermissionDeniedError:
            reason = "The service does not hand out all that you may read with this token"
    if readable is None:
        print(f"Note: {reason}: only values that are resolved here are redacted.", file=sys.stderr)
    return readable or ()


def _resolve(client: SecretsClient, redactor: Redactor, written: dict[str, str]) -> dict[str, str]:
    """Return the program's environment; what is resolved is redacted in what it prints."""
    from jupyter_secrets.redaction import SecretValue

    def get(scope: str, key: str) -> bytes:
        version = client.get(scope, key)
        if version.sensitive:
            redactor.add(SecretValue(version.value, version.label, verdicts=version.verdicts))
        return version.value

    resolved = {
        name: VariableTemplate.of_named(name, text).resolve(
            lambda reference, name=name: fetch_text(name, reference, get)  # type: ignore[misc]
        )
        for name, text in written.items()
    }
    for name in os.environ.keys() - resolved.keys():
        if has_reference(os.environ[name]):
            remedy = why_refused(name) or f"--env {name} resolves it."
            print(
                f"Note: {name} holds a reference that is left as it is. {remedy}", file=sys.stderr
            )
    return {**os.environ, **resolved}


def _options(parser: argparse.ArgumentParser) -> None:
    parser.usage = "%(prog)s [--env NAME[=TEXT]] [--env-file FILE] -- COMMAND [ARGUMENT ...]"
    parser.add_argument(
        "--env", action="append", default=[], metavar="NAME[=TEXT]",
        help="set a variable, with {{secrets/scope/key}} in its text; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--env-file", action="append", default=[], metavar="FILE",
        help="set the variables in a .env file, with references in it; may be repeated",
    )  # fmt: skip
    parser.add_argument("program", nargs="+", metavar="COMMAND", help="what to run, after --")


COMMANDS = (
    Command(
        "run", "Run a program with secrets in its environment, its output redacted.", _run,
        (), (), _options,
    ),
)  # fmt: skip
