"""What a command is, and how a command line is read."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import NamedTuple, NoReturn

from jupyter_secrets.client.base import SecretsClient
from jupyter_secrets.errors import InvalidParameterError

TOKEN_VARIABLE = "JUPYTER_SECRETS_TOKEN"  # noqa: S105 - a variable's name

Arguments = argparse.Namespace


class Parser(argparse.ArgumentParser):
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


def parse(argv: Sequence[str], commands: Sequence[Command]) -> Arguments:
    """Read a command line; `run` and the names of the command are set in what is returned.

    Raises `InvalidParameterError`, which repeats nothing of what was typed but names.
    """
    _suggest(argv, commands)
    parsed, extra = build_parser(commands).parse_known_args(argv or ["--help"])
    if extra:
        raise InvalidParameterError(
            f"More was given than {parsed.command} takes: see jupyter secrets {parsed.command} "
            "--help. A value is asked for, or read from standard input."
        )
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


def _suggest(argv: Sequence[str], commands: Sequence[Command]) -> None:
    known = [name for command in commands for name in (command.name, *command.aliases)]
    if argv and not argv[0].startswith("-") and argv[0] not in known:
        near = difflib.get_close_matches(argv[0], known, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}."
        raise InvalidParameterError(f"There is no such command: {hint}")


def build_parser(commands: Sequence[Command]) -> Parser:
    """Return the parser of the command line."""
    shared = Parser(add_help=False)
    shared.add_argument("-o", "--output", choices=("text", "json"), default="text")
    shared.add_argument("--host", help="a server's URL with its base URL; default: your own store")
    shared.add_argument(
        "--token", help=f"the server's token; better in the environment, as {TOKEN_VARIABLE}"
    )
    parser = Parser(
        prog="jupyter secrets",
        description="Secret scopes for Jupyter: what notebooks read with dbutils.secrets.",
        epilog="Older grammar works too: put --scope S --key K, list --scope S, delete …",
    )
    parser.add_argument("--version", action="version", version=version("jupyter-secrets"))
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands:
        added = subparsers.add_parser(
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
