"""Show rows as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from jupyter_secrets.cli.parser import Arguments

Rows = Sequence[Mapping[str, object]]


def show(arguments: Arguments, name: str, rows: Rows) -> None:
    """Print rows as a table with a header, or as ``{name: rows}`` with ``-o json``.

    A column whose name ends in ``_timestamp`` holds milliseconds since the epoch.
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
        moment = datetime.fromtimestamp(int(str(value)) / 1000, tz=timezone.utc)
        return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
    return str(value)
