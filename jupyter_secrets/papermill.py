"""What papermill loads, as it loads all engines that packages bring.

Its engines that run a notebook in papermill's own process do so in a shell that reads no
configuration of IPython, so the extension is loaded in it from here.
"""

from __future__ import annotations

from contextlib import suppress
from functools import wraps
from typing import Any


def __getattr__(name: str) -> Any:
    """Return papermill's own engine as `Engine`, for an entry point has to name one.

    Not imported above: whoever imports this module first would make papermill load it again.
    """
    if name != "Engine":
        raise AttributeError(name)
    from papermill.engines import NBClientEngine

    return NBClientEngine


def _load_extension_in(shell_class: Any) -> None:
    begin = shell_class.__init__

    @wraps(begin)
    def begin_with_extension(shell: Any, *arguments: Any, **named: Any) -> None:
        begin(shell, *arguments, **named)
        shell.extension_manager.load_extension("jupyter_secrets.autoload")

    shell_class.__init__ = begin_with_extension


with suppress(Exception):  # not installed, or not to be imported: nothing to do with this package
    from ploomber_engine.ipython import PloomberShell

    _load_extension_in(PloomberShell)
