"""A shell in a real terminal, tmux's, with somebody who types and pastes."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.packages import apt_install

TIMEOUT = 60.0


class Terminal:
    """A terminal of 100 columns; bash runs in it."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self.home = home
        self._socket = f"jupyter-secrets-{uuid.uuid4().hex}"
        shell = shlex.join(["env", *(f"{name}={value}" for name, value in environment.items()),
                            "PS1=$ ", "bash", "--norc", "--noprofile"])  # fmt: skip
        self._tmux(
            "-f", os.devnull, "new-session", "-d", "-x", "100", "-y", "60", "-c", str(home), shell
        )

    def _tmux(self, *arguments: str, text: str = "") -> str:
        return subprocess.run(
            ["tmux", "-L", self._socket, *arguments],
            input=text, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    def type(self, text: str, *, enter: bool = True) -> None:
        """Type a line, and Enter unless that is said to be left out."""
        self._tmux("send-keys", "-l", text)
        if enter:
            self.press("Enter")

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: ``C-c``, ``Enter``, ``Left``."""
        self._tmux("send-keys", *keys)

    def paste(self, text: str, *, marked: bool) -> None:
        """Paste a text; marked as pasted, if the program in the terminal asked for that."""
        self._tmux("load-buffer", "-b", "pasted", "-", text=text)
        self._tmux("paste-buffer", *(["-p"] if marked else []), "-d", "-b", "pasted")

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def screen(self) -> str:
        """Return all that was ever shown; an editor and a pager have a screen of their own."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-")

    def wait_for(self, text: str) -> str:
        """Return the screen, once it shows a text."""
        return self._wait_until(lambda screen: text in screen, f"does not show {text!r}")

    def wait_for_prompt(self) -> str:
        """Return the screen, once the shell asks for the next command."""
        return self._wait_until(
            lambda screen: screen.rstrip().endswith("\n$"), "does not show a prompt"
        )

    def _wait_until(self, is_met: Callable[[str], bool], problem: str) -> str:
        deadline = time.monotonic() + TIMEOUT
        while not is_met(screen := self.screen()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"The terminal {problem}:\n{screen}")
            time.sleep(0.05)
        return screen

    def close(self) -> None:
        self._tmux("kill-server")


@contextmanager
def open_terminal(home: Path, environment: dict[str, str], *programs: str) -> Iterator[Terminal]:
    """Open a terminal; tmux, and programs that are used in it, are installed if need be."""
    for program in ("tmux", *programs):
        if not shutil.which(program):
            told = apt_install(program)
            assert shutil.which(program), told
    terminal = Terminal(home, environment)
    try:
        yield terminal
    finally:
        terminal.close()
