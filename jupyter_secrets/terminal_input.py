"""Read what is typed or pasted on a terminal, unseen.

`getpass` reads one line. Of several that are pasted it would return the first, and the shell would
run the rest; of a line that is longer than the terminal's buffer (4,096 bytes on Linux) it would
return a part.
"""

from __future__ import annotations

import codecs
import getpass
import io
import os
import re
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_secrets.errors import InvalidParameterError

try:
    import termios
except ImportError:  # Windows
    _HAS_TERMIOS = False
else:
    _HAS_TERMIOS = True

# What belongs to a paste arrives within so many seconds of what came before.
_PASTE_GAP = 0.15
# Bracketed paste: the terminal marks where a paste begins and ends.
# https://invisible-island.net/xterm/ctlseqs/ctlseqs.html#h2-Bracketed-Paste-Mode
_MARK_PASTES, _MARK_NO_PASTES = "\x1b[?2004h", "\x1b[?2004l"
_KEY = re.compile(
    r"""\x1b\[200~ (?P<paste>.*?) \x1b\[201~
    | (?P<unfinished>\x1b\[200~.* | \x1b(?:O|\[[0-?]*[\ -/]*)?)\Z
    | (?P<function>\x1b(?:\[[0-?]*[\ -/]*[@-~]|O.|.))
    | (?P<enter>\r\n?|\n) | (?P<erase>[\x08\x7f]) | (?P<kill>\x15) | (?P<end>\x04)
    | (?P<text>[^\x00-\x08\x0a-\x1f\x7f]+) | (?P<control>.)""",
    re.DOTALL | re.VERBOSE,
)


def read_hidden(prompt: str) -> str:
    """Return what somebody types up to Enter, or pastes, several lines included.

    The line break after a single pasted line is left out, one after several lines is kept. Raises
    `InvalidParameterError` where lines came that the terminal did not mark as pasted: what belongs
    to them cannot be told, and none of it reaches the shell. Raises `EOFError` for an end without
    a text. Without a terminal that can be set this is `getpass`.
    """
    terminal = _open_terminal()
    if terminal is None:
        return getpass.getpass(prompt)
    try:
        with _unseen(terminal):
            _write(terminal, prompt + (_MARK_PASTES if _marks_pastes() else ""))
            try:
                return _read(terminal)
            finally:
                _write(terminal, (_MARK_NO_PASTES if _marks_pastes() else "") + "\n")
    finally:
        os.close(terminal)


class HiddenInput:
    """What keys and pastes come to: a text, until Enter."""

    def __init__(self) -> None:
        self.text = ""
        self.ended = False
        self.rest = ""

    def feed(self, typed: str) -> None:
        """Take what the terminal sent; `rest` is what of it is not understood yet, or not wanted.

        Raises `EOFError` for an end without a text.
        """
        self.rest += typed
        position = 0
        while not self.ended:
            key = _KEY.match(self.rest, position)
            if key is None or key["unfinished"]:
                break
            self._press(key.lastgroup, key[key.lastgroup or 0])
            position = key.end()
        self.rest = self.rest[position:]

    def _press(self, kind: str | None, letters: str) -> None:
        if kind == "text":
            self.text += letters
        elif kind == "paste":
            self.text += letters.replace("\r\n", "\n").replace("\r", "\n")
        elif kind == "erase":
            self.text = self.text[:-1]
        elif kind == "kill":
            self.text = ""
        elif kind in ("enter", "end"):
            if kind == "end" and not self.text:
                raise EOFError
            self.ended = True

    @property
    def value(self) -> str:
        """The text, without the line break that was copied with a single line."""
        line = self.text.rstrip("\n")
        return self.text if "\n" in line else line


def _read(terminal: int) -> str:
    decoder = codecs.getincrementaldecoder(sys.stdin.encoding)()
    keys = HiddenInput()
    try:
        while not keys.ended:
            keys.feed(decoder.decode(_next(terminal)))
    finally:
        more = _rest(terminal)
    if keys.rest.strip("\r\n") or more.strip(b"\r\n"):
        raise InvalidParameterError(
            "Several lines came at once, and this terminal does not say which of them were pasted: "
            "none was taken. What has several lines comes from a file or from standard input."
        )
    return keys.value


def _next(terminal: int) -> bytes:
    try:
        typed = os.read(terminal, 4096)
    except OSError:  # the terminal is gone
        typed = b""
    if not typed:
        raise EOFError
    return typed


def _rest(terminal: int) -> bytes:
    """Return what follows at once; what is left of a paste must not reach the shell."""
    rest = b""
    while select.select([terminal], [], [], _PASTE_GAP)[0]:
        try:
            rest += _next(terminal)
        except EOFError:
            break
    return rest


def _open_terminal() -> int | None:
    """Open the terminal that is standard input; None if it is not one that can be set."""
    if not _HAS_TERMIOS:
        return None
    try:
        return os.open(os.ttyname(sys.stdin.fileno()), os.O_RDWR | os.O_NOCTTY)
    except (OSError, ValueError, io.UnsupportedOperation):
        return None


@contextmanager
def _unseen(terminal: int) -> Iterator[None]:
    """Have the terminal show nothing, and hand over each key as it is."""
    before, settings = termios.tcgetattr(terminal), termios.tcgetattr(terminal)
    settings[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
    settings[3] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.IEXTEN)
    settings[6][termios.VMIN], settings[6][termios.VTIME] = 1, 0
    # Whoever stopped the process here would get a terminal that shows nothing.
    disabled = bytes([os.fpathconf(terminal, "PC_VDISABLE")])
    settings[6][termios.VSUSP] = settings[6][termios.VQUIT] = disabled
    termios.tcsetattr(terminal, termios.TCSAFLUSH, settings)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)


def _marks_pastes() -> bool:
    return os.environ.get("TERM", "dumb") != "dumb"


def _write(terminal: int, text: str) -> None:
    os.write(terminal, text.encode(sys.stdin.encoding, "backslashreplace"))
