"""Ask a person: for a passphrase, never on the command line, or whether to go on."""

from __future__ import annotations

import os
import sys

from jupyter_secrets.errors import InvalidParameterError


def read_passphrase(descriptor: int | None, prompt: str, *, option: str = "--passphrase-fd") -> str:
    """Return a passphrase from an open file descriptor, or ask for it on the terminal.

    `option` is the one that gives the descriptor, to say so where there is neither.
    """
    if descriptor is not None:
        return _first_line(descriptor)
    if not sys.stdin.isatty():
        raise InvalidParameterError(
            f"There is no terminal to ask on: give {option}, the number of an open file "
            f"descriptor, as in {option} 3 3<FILE."
        )
    return ask_hidden(f"{prompt}: ")


def choose_passphrase(descriptor: int | None) -> str:
    """Return a new passphrase; on the terminal it is asked for twice."""
    chosen = read_passphrase(descriptor, "New passphrase", option="--new-passphrase-fd")
    if descriptor is None and ask_hidden("Once more: ") != chosen:
        raise InvalidParameterError("The two are not the same; nothing was changed.")
    return chosen


def ask_hidden(prompt: str) -> str:
    """Return a line that somebody types on the terminal, unseen."""
    answer = ask_hidden_lines(prompt)
    if "\n" in answer:
        raise InvalidParameterError("Several lines were pasted in place of one; nothing was done.")
    return answer


def ask_hidden_lines(prompt: str) -> str:
    """Return what somebody types or pastes on the terminal, unseen, in one line or in several."""
    from jupyter_secrets.terminal_input import read_hidden

    try:
        answer = read_hidden(prompt)
        answer.encode()
    except UnicodeError:
        raise InvalidParameterError(
            "The input is not valid in this terminal's encoding; nothing was done. Set the "
            "terminal and the locale to UTF-8, or give it in a file."
        ) from None
    return answer


def _first_line(descriptor: int) -> str:
    try:
        with os.fdopen(descriptor, encoding="utf-8") as stream:
            return stream.readline().rstrip("\r\n")
    except (OSError, ValueError, TypeError):  # no descriptor, no UTF-8, no number that could be one
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
    if _answer() not in ("y", "yes"):
        raise InvalidParameterError("Nothing was done.")


def _answer() -> str:
    try:
        return sys.stdin.readline().strip().lower()
    except UnicodeError:
        return ""
