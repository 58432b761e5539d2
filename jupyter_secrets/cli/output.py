"""Show rows as a table or as JSON, on terminals of every encoding."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from jupyter_secrets.cli.parser import Arguments

Rows = Sequence[Mapping[str, object]]


def open_closed_streams() -> None:
    """Have standard streams that are closed, as some schedulers do, lead nowhere.

    Otherwise the next file that is opened would be one of them.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # The lowest number that is free, so that of the stream.
            descriptor = os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(descriptor, True)
            setattr(sys, name, os.fdopen(descriptor, mode))


def use_backslashreplace() -> None:
    """Have what the locale cannot show printed as an escape, in place of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def use_utf8() -> None:
    """Print in UTF-8 from here on, whatever the locale: it is for programs to read."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def tell(arguments: Arguments, text: str, fields: Mapping[str, object]) -> None:
    """Print a sentence, or what it says as JSON with ``-o json``."""
    print(json.dumps(fields) if arguments.output == "json" else text)


def show(arguments: Arguments, name: str, rows: Rows) -> None:
    """Print rows as a table with a header, or as ``{name: rows}`` with ``-o json``.

    A column whose name ends in ``_timestamp`` holds milliseconds since the epoch. What somebody
    wrote cannot steer the terminal: in a table control characters are escaped.
    """
    if arguments.output == "json":
        print(json.dumps({name: rows}))
    elif rows:
        lines = [
            [_title(name) for name in rows[0]],
            *([_cell(key, row[key]) for key in row] for row in rows),
        ]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            cells = (f"{cell:{width}}" for cell, width in zip(line, widths, strict=True))
            print("  ".join(cells).rstrip())


def _title(name: str) -> str:
    return name.removesuffix("_timestamp").replace("_", " ").capitalize()


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if name.endswith("_timestamp"):
        return _time(int(str(value)))
    return "".join(map(_visible, str(value)))


def _time(milliseconds: int) -> str:
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, tz=timezone.utc)
    except (ValueError, OverflowError, OSError):  # beyond the year 9999
        return str(milliseconds)
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def _visible(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()
