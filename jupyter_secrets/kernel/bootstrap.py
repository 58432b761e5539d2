"""Load the extension in a kernel whose environment may not have this package.

A server has its kernels run this text before any cell. It stands alone, and in any version of
Python, for nothing else of the package may be there.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PACKAGE = "jupyter_secrets"
_LOST = (
    "The command that starts its kernel drops the server's environment: have it hand on "
    "JUPYTER_SECRETS_URL and JUPYTER_SECRETS_CODE."
)
_UNREADABLE = (
    "Its kernel cannot read the server's files: install jupyter-secrets in its environment."
)
_FAILED = "jupyter_secrets cannot be loaded in its kernel: {}."


class PackageFinder:
    """Finds the server's package, and nothing else that is installed where the server is."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return where the package is."""
        return PathFinder.find_spec(name, [self._folder]) if name == PACKAGE else None


def load(shell: Any, folder: str, release: str) -> str:
    """Load the extension in a shell; return what is wrong, or nothing.

    A version in the kernel's environment is taken if it is compatible with the server's
    `release`; otherwise the package in `folder`.
    """
    loaded = getattr(shell, "_jupyter_secrets", None)
    if not (_names_server() or getattr(loaded, "is_connected", False)):
        return _LOST
    try:
        if PACKAGE not in sys.modules:
            _add_finder(folder, release)
        shell.extension_manager.load_extension(PACKAGE)
        error = shell._jupyter_secrets.connection.error
    except ModuleNotFoundError as caught:
        return _UNREADABLE if caught.name == PACKAGE else _FAILED.format(f"no {caught.name}")
    except BaseException as caught:  # also an interrupt: the kernel has to go on
        return _FAILED.format(type(caught).__name__)
    return "" if error is None else str(error)


def _names_server() -> bool:
    return any(name.endswith("JUPYTER_SECRETS_URL") for name in os.environ)


def _add_finder(folder: str, release: str) -> None:
    finder: Any = PackageFinder(folder)
    try:
        installed = version(PACKAGE.replace("_", "-"))
    except PackageNotFoundError:
        sys.meta_path.append(finder)
        return
    if _line(installed) != _line(release):
        sys.meta_path.insert(0, finder)


def _line(release: str) -> list[str]:
    """Return the numbers that compatible versions share: the major one; before 1.0 the minor."""
    numbers = release.split(".")
    return numbers[:2] if numbers[0] == "0" else numbers[:1]
