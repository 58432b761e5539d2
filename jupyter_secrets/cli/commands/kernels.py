"""The commands for where `dbutils` is there by itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from jupyter_secrets.cli import ipython_files
from jupyter_secrets.cli.kernel_checks import check_kernels
from jupyter_secrets.cli.output import show, tell
from jupyter_secrets.cli.parser import Arguments, Command
from jupyter_secrets.client import SecretsClient


def _enable(_client: SecretsClient, arguments: Arguments) -> None:
    path = _file(arguments)
    ipython_files.enable(path)
    tell(arguments, f"IPython loads jupyter_secrets by itself: {path}", {"file": str(path)})


def _disable(_client: SecretsClient, arguments: Arguments) -> None:
    path = _file(arguments)
    ipython_files.disable(path)
    others = (ipython_files.environment_file(), ipython_files.profile_file("default"))
    left = [str(other) for other in others if ipython_files.is_enabled(other)]
    text = f"IPython still loads it because of {', '.join(left)}." if left else "Disabled."
    tell(arguments, text, {"file": str(path), "left": left})


def _file(arguments: Arguments) -> Path:
    if arguments.user:
        return ipython_files.profile_file("default")
    if arguments.profile is not None:
        return ipython_files.profile_file(arguments.profile)
    return ipython_files.environment_file()


def _doctor(_client: SecretsClient, arguments: Arguments) -> int:
    rows = [check._asdict() for check in check_kernels()]
    show(arguments, "kernels", rows)
    return 0 if all(row["dbutils"] == "yes" for row in rows) else 1


def _options(parser: argparse.ArgumentParser) -> None:
    target = parser.add_mutually_exclusive_group()
    target.add_argument(
        "--sys-prefix", action="store_true", help="for this Python environment (the default)"
    )
    target.add_argument(
        "--user", action="store_true", help="for you, in the IPython profile that is the default"
    )
    target.add_argument("--profile", metavar="P", help="for another IPython profile of yours")
    parser.set_defaults(opens_itself=True)


def _doctor_options(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(opens_itself=True)


COMMANDS = (
    Command(
        "enable", "Have IPython load dbutils by itself, where pip does not see to it.", _enable,
        (), (), _options,
    ),
    Command("disable", "Undo what enable does.", _disable, (), (), _options),
    Command(
        "doctor", "Start each installed kernel and say whether dbutils is there.", _doctor,
        (), (), _doctor_options,
    ),
)  # fmt: skip
