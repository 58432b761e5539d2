"""What a command is, and how a command line is read."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, NoReturn

from jupyter_secrets.client import SecretsClient
from jupyter_secrets.environment import TOKEN_VARIABLE, URL_VARIABLE
from jupyter_secrets.errors import InvalidParameterError

Arguments = argparse.Namespace

_OPTION = re.compile(r"-(?!\d+\Z).")

# How argparse begins what it says of an option; what follows repeats what was typed.
_OF_OPTION = re.compile(r"argument (-[\w/-]+): invalid ")

_TAKE_A_VALUE = ("-o", "--output", "--host", "--token", "--passphrase-fd")

GROUPS = {
    "key": "The keys that open the store.",
    "audit": "Who did what with the store.",
    "token": "What programs show in place of a login.",
    "principal": "Service principals: names for jobs, which tokens are made for.",
}


class Parser(argparse.ArgumentParser):
    """A parser whose errors do not repeat what was typed: that may be a value.

    What follows an option that takes a value is its value, even if it begins with a dash.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Arguments | None = None
    ) -> tuple[Arguments, list[str]]:
        """Read a command line; see `argparse.ArgumentParser.parse_known_args`."""
        words = list(args or ())
        is_command = self._subparsers is None
        return super().parse_known_args(self._arrange(words) if is_command else words, namespace)

    def _arrange(self, words: Sequence[str]) -> list[str]:
        """Put the options first, for argparse mixes them with optional names badly."""
        options: list[str] = []
        names: list[str] = []
        rest = iter(words)
        for word in rest:
            if word == "--":
                names += rest
            elif _OPTION.match(word):
                options += self._with_value(word, rest)
            else:
                names.append(word)
        end_of_options = ["--"] if any(name.startswith("-") for name in names) else []
        return [*options, *end_of_options, *names]

    def _with_value(self, option: str, rest: Iterator[str]) -> list[str]:
        action = self._option_string_actions.get(option)
        if action is None or action.nargs is not None:
            return [option]
        value = next(rest, None)
        if value is None:
            self.error(f"{option} takes a value")
        if not value.startswith("-"):
            return [option, value]
        return [f"{option}={value}" if option.startswith("--") else f"{option}{value}"]

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        if not action.option_strings or arg_strings != ["--"]:
            return super()._get_values(action, arg_strings)
        value = self._get_value(action, "--")  # argparse would drop it
        self._check_value(action, value)
        return value

    def error(self, message: str) -> NoReturn:
        option = _OF_OPTION.match(message)
        fault = f"What {option[1]} was given is not valid.\n" if option else ""
        raise InvalidParameterError(
            f"{fault}{self.format_usage().strip()}\nSee {self.prog} --help for what each means."
        )


class _Version(argparse.Action):
    """Show the version; what knows it is imported only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(version("jupyter-secrets"))
        parser.exit()


class Command(NamedTuple):
    """A command, its older name if it has one, and the names that it takes.

    A name of two words is a command within a group. `run` returns the exit status, or None for 0;
    `failed` is the one of a command that could not do its work.
    """

    name: str
    help: str
    run: Callable[[SecretsClient, Arguments], int | None]
    names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    options: Callable[[argparse.ArgumentParser], None] | None = None
    failed: int = 1


def failure_status(argv: Sequence[str], commands: Sequence[Command]) -> int:
    """Return the exit status of a command line that fails, be it before it is understood."""
    typed = next(iter(_options_last(argv)), None)
    return next((command.failed for command in commands if command.name == typed), 1)


def parse(argv: Sequence[str], commands: Sequence[Command]) -> Arguments:
    """Read a command line; `run` and the names of the command are set in what is returned.

    Raises `InvalidParameterError`, which repeats nothing of what was typed but names.
    """
    argv = _options_last(argv)
    _suggest(argv, commands)
    parsed, extra = build_parser(commands).parse_known_args(argv or ["--help"])
    if extra and parsed.path == "run":
        raise InvalidParameterError(
            "Unexpected argument for run: write -- before the program, which may have options of "
            "its own: jupyter secrets run --env NAME -- ls -l"
        )
    if extra:
        raise InvalidParameterError(
            f"Unexpected argument for {parsed.path}: {_meant(extra, parsed.options)}see jupyter "
            f"secrets {parsed.path} --help. A value is asked for, or read from standard input; "
            "names that begin with a dash come after --."
        )
    for name in parsed.names:
        named = getattr(parsed, name)
        positional = getattr(parsed, f"{name}_positional")
        if (named is None) == (positional is None):
            fault = "is missing" if named is None else "is given twice"
            raise InvalidParameterError(
                f"{name.upper()} {fault}: see jupyter secrets {parsed.path} --help."
            )
        setattr(parsed, name, positional if named is None else named)
    return parsed


def _meant(words: Sequence[str], options: Sequence[str]) -> str:
    """Return which option was meant by the first word that resembles one."""
    typed = (word.partition("=")[0] for word in words if word.startswith("--"))
    matches = (difflib.get_close_matches(word, options, n=1, cutoff=0.7) for word in typed)
    return next((f"did you mean {match[0]}? Or " for match in matches if match), "")


def _options_last(argv: Sequence[str]) -> Sequence[str]:
    """Put options that were typed before the command after it, where they belong."""
    start = 0
    while start < len(argv) and argv[start].startswith("-"):
        start += 2 if argv[start] in _TAKE_A_VALUE else 1
    return [*argv[start:], *argv[:start]]


def _suggest(argv: Sequence[str], commands: Sequence[Command]) -> None:
    names = [name.split() for command in commands for name in (command.name, *command.aliases)]
    typed = [word for word in argv[:2] if not word.startswith("-")]
    for position, word in enumerate(typed):
        possible = [
            name[position]
            for name in names
            if name[:position] == typed[:position] and name[position:]
        ]
        if not possible:
            return  # the words of the command are at their end
        if word not in possible:
            matches = difflib.get_close_matches(word, possible, n=1)
            choices = ", ".join(dict.fromkeys(possible))
            hint = f'did you mean "{matches[0]}"?' if matches else f"choose from {choices}."
            raise InvalidParameterError(f"There is no such command: {hint}")


def build_parser(commands: Sequence[Command]) -> Parser:
    """Return the parser of the command line."""
    shared = Parser(add_help=False)
    shared.add_argument("-o", "--output", choices=("text", "json"), default="text")
    shared.add_argument(
        "--host",
        help=f"a server's URL with its base URL; default: {URL_VARIABLE}'s, or your own store",
    )
    shared.add_argument(
        "--token", help=f"the server's token; better in the environment, as {TOKEN_VARIABLE}"
    )
    shared.add_argument(
        "--passphrase-fd",
        type=int,
        metavar="N",
        help="read the passphrase or the recovery key of your own store from file descriptor N",
    )
    parser = Parser(
        prog="jupyter secrets",
        description="Secret scopes for Jupyter: what notebooks read with dbutils.secrets.",
        epilog="Older grammar works too: put --scope S --key K, list --scope S, delete …",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    groups: dict[str, Any] = {}
    for command in commands:
        group, _, name = command.name.rpartition(" ")
        if group and group not in groups:
            outer = subparsers.add_parser(group, help=GROUPS[group], description=GROUPS[group])
            groups[group] = outer.add_subparsers(
                dest="subcommand", metavar="COMMAND", required=True
            )
        _add_command(groups.get(group, subparsers), name, command, shared)
    return parser


def _add_command(subparsers: Any, name: str, command: Command, shared: Parser) -> None:
    added = subparsers.add_parser(
        name,
        aliases=command.aliases,
        help=command.help,
        description=command.help,
        parents=[shared],
    )
    for argument in command.names:
        metavar = argument.upper()
        added.add_argument(f"{argument}_positional", nargs="?", metavar=metavar)
        added.add_argument(f"--{argument}", metavar=metavar, help=argparse.SUPPRESS)
    if command.options is not None:
        command.options(added)
    added.set_defaults(run=command.run, names=command.names, path=command.name)
    # The one parser to know them by name.
    added.set_defaults(options=sorted(added._option_string_actions))
