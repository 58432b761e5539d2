"""The ``%secret`` magic. It takes names; a value is asked for, or comes from a variable."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import re
import secrets
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import NoReturn

from IPython.core import error as ipython_error
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class

from jupyter_secrets.errors import SecretsError
from jupyter_secrets.kernel.runtime import SecretsExtension
from jupyter_secrets.model import SecretVersion
from jupyter_secrets.redaction import put_warning, weakness
from jupyter_secrets.terminal_input import read_hidden

_GENERATED_BYTES = 32
# A key in PEM has a line of its own for its label: https://www.rfc-editor.org/rfc/rfc7468
_JOINED_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]{1,64}----- ?[A-Za-z0-9+/=]")


class UsageError(ipython_error.UsageError):
    """What is wrong with a line, in one line.

    IPython prints its own class on standard error, where jobs look for no error: papermill's log
    lacks it, and nbmake takes the cell for one that passed.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"UsageError: {self}"]


class _Parser(argparse.ArgumentParser):
    """A parser whose errors do not repeat what was typed: that may be a value."""

    def error(self, message: str) -> NoReturn:
        usage = self.format_usage().strip().removeprefix("usage: ")
        raise UsageError(f"Write {usage}\nA value must not be written on the line.")


def _parser() -> _Parser:
    parser = _Parser(prog="%secret", description="Secret scopes, their keys and values.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, help_text: str, *names: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text, description=help_text, add_help=False)
        for argument in names:
            added.add_argument(argument, metavar=argument.upper())
        return added

    command("scopes", "List all scopes.")
    command("create-scope", "Create a scope.", "scope")
    command("delete-scope", "Delete a scope and its secrets.", "scope")
    command("list", "List the keys of a scope.", "scope")
    get = command("get", "Fetch a value.", "scope", "key")
    get.add_argument("-o", "--output", metavar="VAR", help="the variable to put it in")
    put = command("put", "Store a value; asks for it.", "scope", "key")
    source = put.add_mutually_exclusive_group()
    source.add_argument("--from", dest="variable", metavar="VAR", help="take it from a variable")
    source.add_argument("--generate", action="store_true", help="make a random one")
    command("delete", "Delete a secret.", "scope", "key")
    command("redact", "Redact a variable's value in all outputs from now on.", "name")
    command("help", "Show this.")
    return parser


COMMANDS = (
    "scopes", "create-scope", "delete-scope", "list", "get", "put", "delete", "redact", "help",
)  # fmt: skip


@magics_class
class SecretMagics(Magics):
    """``%secret``, for one shell."""

    def __init__(self, shell: InteractiveShell, extension: SecretsExtension) -> None:
        super().__init__(shell)
        self.extension = extension

    @line_magic
    def secret(self, line: str) -> str | None:
        """Work with secret scopes: ``%secret help`` shows how."""
        try:
            arguments = _parser().parse_args(shlex.split(line) or ["help"])
        except ValueError:
            raise UsageError("A quotation mark is not closed.") from None
        run = getattr(self, f"_{arguments.command.replace('-', '_')}")
        try:
            answer: str | None = run(arguments)
        except SecretsError as error:
            raise UsageError(f"{error.error_code}: {error}") from None
        return answer

    @cell_magic
    def secret_env(self, line: str, cell: str) -> None:
        """Run a cell with variables that are gone after it: ``%%secret_env NAME={{secrets/…}}``."""
        from jupyter_secrets.kernel.references import resolved

        written = dict(_variables(line))
        if _awaits(self.extension.shell, cell):
            raise UsageError(
                "A cell with %%secret_env cannot await: give what it awaits the value of "
                "dbutils.secrets.get, without a variable."
            )
        try:
            values = {
                name: resolved(self.extension.get, name, text) for name, text in written.items()
            }
        except SecretsError as error:
            raise UsageError(str(error)) from None
        with _environment(values):
            result = self.extension.shell.run_cell(cell)  # type: ignore[no-untyped-call]
        failure = result.error_before_exec or result.error_in_exec
        if failure is not None:
            raise _CellFailedError.of(failure)

    def _scopes(self, _arguments: argparse.Namespace) -> None:
        scopes = self.extension.connection.open().list_scopes()
        print("\n".join(scope.name for scope in scopes) or _no_scopes())

    def _create_scope(self, arguments: argparse.Namespace) -> None:
        self.extension.connection.open().create_scope(arguments.scope)
        print(f"Created scope {arguments.scope}.")

    def _delete_scope(self, arguments: argparse.Namespace) -> None:
        self.extension.connection.open().delete_scope(arguments.scope)
        print(f"Deleted scope {arguments.scope}.")

    def _list(self, arguments: argparse.Namespace) -> None:
        secrets = self.extension.connection.open().list_secrets(arguments.scope)
        width = max((len(info.key) for info in secrets), default=0)
        lines = [f"{info.key:{width}}  {_when(info.last_updated_timestamp)}" for info in secrets]
        empty = f"Scope {arguments.scope} is empty: %secret put {arguments.scope} KEY"
        print("\n".join(lines) or empty)

    def _get(self, arguments: argparse.Namespace) -> str | None:
        value = self.extension.dbutils.secrets.get(arguments.scope, arguments.key)
        if arguments.output is None:
            return value
        self.extension.shell.user_ns[arguments.output] = value
        return None

    def _put(self, arguments: argparse.Namespace) -> None:
        label = f"{arguments.scope}/{arguments.key}"
        value = self._value_to_put(arguments, label)
        self.extension.connection.open().put(arguments.scope, arguments.key, value)
        # Its writer has it in this notebook too.
        self.extension.register(
            SecretVersion(arguments.scope, arguments.key, 0, value, sensitive=True)
        )
        print(f"Stored {label}.{_note(label, put_warning(value))}")

    def _value_to_put(self, arguments: argparse.Namespace, label: str) -> bytes:
        if arguments.generate:
            return secrets.token_urlsafe(_GENERATED_BYTES).encode()
        if arguments.variable is not None:
            return self._variable_to_put(arguments.variable)
        try:
            value = self._ask(label)
        except StdinNotImplementedError:
            raise UsageError(
                "This frontend cannot prompt for the value: use --from VAR or --generate."
            ) from None
        if not value:
            raise UsageError(
                "Nothing was typed, so nothing was stored. An empty value comes from --from VAR."
            )
        return value.encode()

    def _ask(self, label: str) -> str:
        if getattr(self.extension.shell, "kernel", None) is None:
            return read_hidden(f"Value of {label}: ")
        value = getpass.getpass(f"Value of {label}, in one line: ")
        if _JOINED_KEY.search(value):
            raise UsageError(
                "The key came without its line breaks, for a browser's field has one line: nothing "
                "was stored. Use --from VAR, the sidebar, or jupyter secrets put-secret."
            )
        return value

    def _variable_to_put(self, name: str) -> bytes:
        value = self._variable(name)
        if isinstance(self.extension.shell.user_ns[name], str) and not _is_text(value):
            raise UsageError(
                f"The text in {name} holds lone surrogates, and nothing could read it back: "
                "store it as bytes."
            )
        return value

    def _delete(self, arguments: argparse.Namespace) -> None:
        self.extension.connection.open().delete(arguments.scope, arguments.key)
        print(f"Deleted {arguments.scope}/{arguments.key}.")

    def _redact(self, arguments: argparse.Namespace) -> None:
        value = self._variable(arguments.name)
        self.extension.redact(value, arguments.name)
        print(f"The value of {arguments.name} is redacted.{_note(arguments.name, weakness(value))}")

    def _help(self, _arguments: argparse.Namespace) -> None:
        print(_parser().format_help())

    def _variable(self, name: str) -> bytes:
        value = self.extension.shell.user_ns.get(name)
        if isinstance(value, str):
            return value.encode("utf-8", "surrogatepass")
        if isinstance(value, bytes):
            return value
        raise UsageError(f"There is no variable {name} with a str or bytes in it.")


class _CellFailedError(RuntimeError):
    """The error of a cell within a cell. Its traceback was shown already; a job's log has this."""

    @classmethod
    def of(cls, failure: BaseException) -> _CellFailedError:
        """Return the error of the outer cell, for that of the inner one."""
        nested = isinstance(failure, cls)
        return cls(str(failure) if nested else f"{type(failure).__name__}: {failure}")

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def _variables(line: str) -> Iterator[tuple[str, str]]:
    if line.endswith("\\"):
        raise UsageError("All variables go on the line of %%secret_env: none may follow a \\.")
    try:
        words = list(_join_braces(shlex.split(line)))
    except ValueError:
        raise UsageError("A quotation mark is not closed.") from None
    parts = [word.partition("=") for word in words]
    if not parts or not all(name.isidentifier() and equals for name, equals, _ in parts):
        raise UsageError("Write %%secret_env NAME={{secrets/<scope>/<key>}} …")
    for name, _, text in parts:
        yield name, text


def _join_braces(words: Iterable[str]) -> Iterator[str]:
    """Yield words, those between two braces joined: of "A={{ b }}" the variable is to be told."""
    joined = ""
    for word in words:
        joined = f"{joined} {word}" if joined else word
        if joined.count("{{") <= joined.count("}}"):
            yield joined
            joined = ""
    if joined:
        yield joined


def _awaits(shell: InteractiveShell, cell: str) -> bool:
    """Tell whether a cell needs the event loop that a kernel runs its cells in already."""
    try:
        asyncio.get_running_loop()
        transformed = shell.transform_cell(cell)  # type: ignore[no-untyped-call]
    except (RuntimeError, SyntaxError):
        return False
    return bool(shell.should_run_async(cell, transformed_cell=transformed))


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Set variables, and put back what was there before."""
    before = {name: os.environ.get(name) for name in values}
    os.environ |= values
    try:
        yield
    finally:
        for name, text in before.items():
            if text is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = text


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _note(name: str, reason: str | None) -> str:
    return f"\nNote: {name} {reason}" if reason else ""


def _no_scopes() -> str:
    return "There are no scopes yet: %secret create-scope SCOPE"


def _when(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, tz=timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M UTC")
