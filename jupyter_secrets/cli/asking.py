"""Ask a person: for a passphrase, never on the command line, or whether to go on."""

from __future__ import annotations

import getpass
import os
import sys

from jupyter_secrets.errors import InvalidParameterError


def read_passphrase(descriptor: int | None, prompt: str) -> str:
    """Return a passphrase from an open file descriptor, or ask for it on the terminal."""
    if descriptor is not None:
        return _first_line(descriptor)
    if not sys.stdin.isatty():
        raise InvalidParameterError(
            "There is no terminal to ask on: give --passphrase-fd, the number of an open file "
            "descriptor, as in --passphrase-fd 3 3<FILE."
        )
    return getpass.getpass(f"{prompt}: ")


def choose_passphrase(descriptor: int | None) -> str:
    """Return a new passphrase; on the terminal it is asked for twice."""
    chosen = read_passphrase(descriptor, "New passphrase")
    if descriptor is None and getpass.getpass("Once more: ") != chosen:
        raise InvalidParameterError("The two are not the same; nothing was changed.")
    return chosen


def _first_line(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, encoding="utf-8") as stream:
            return stream.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise InvalidParameterError(
            f"No passphrase can be read from file descriptor {descriptor}."
        ) from None


def confirm(question: str, *, yes: bool) -> None:
    """Raise `InvalidParameterError` unless the answer is yes, or was given beforehand."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidParameterError("There is no terminal to ask on: give --yes to go on.")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise InvalidParameterError("Nothing was done.")
