"""The same when the text arrives in pieces: any cutting gives what the whole text would.

Printed is what no later match can reach: everything before the longest suffix that may begin a
pattern. A run that reaches over that point has its marker printed once; how far it covers what
is held is carried on.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from jupyter_secrets.redaction.patterns import NOT_ALPHANUMERIC
from jupyter_secrets.redaction.regions import Interval, Region, Run, merge
from jupyter_secrets.redaction.scanner import Context, Scanner
from jupyter_secrets.redaction.values import decode, encode
from jupyter_secrets.redaction.views import has_invisible, visible

if TYPE_CHECKING:
    from jupyter_secrets.redaction.redactor import Redactor


class RedactionStream:
    """Redacts a text that arrives in pieces. Made by `Redactor.stream`; thread-safe.

    Values that the redactor learns count from then on, also in what is held.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._lock = threading.Lock()
        self._held = b""
        self._covered = 0
        self._removed: tuple[Interval, ...] = ()
        self._context = Context()
        self._partial = b""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} holding {len(self._held)} bytes>"

    def feed(self, text: str) -> str:
        """Take the next piece and return what of the text is now certain, redacted."""
        with self._lock:
            return decode(self._advance(encode(text), final=False))

    def flush(self) -> str:
        """Return the rest: nothing follows, or what follows is another text."""
        with self._lock:
            return self._flush().decode("utf-8", "replace")

    def feed_bytes(self, data: bytes) -> bytes:
        """Do as `feed` for bytes, which may be cut within a character."""
        with self._lock:
            data = self._partial + data
            whole = len(data) - _cut_character(data)
            self._partial = data[whole:]
            return self._advance(data[:whole], final=False)

    def flush_bytes(self) -> bytes:
        """Do as `flush` for bytes."""
        with self._lock:
            return self._flush()

    def _flush(self) -> bytes:
        partial, self._partial = self._partial, b""
        out = self._advance(partial, final=True)
        self._context = Context()
        return out

    def _advance(self, chunk: bytes, *, final: bool) -> bytes:
        scanner = self._redactor.scanner
        data = self._held + chunk if self._held else chunk
        regions = (
            []
            if scanner.is_clean(data, self._context)
            else scanner.find(data, self._context, final=final)
        )
        end = len(data) if final else len(data) - scanner.hold(data)
        while 0 < end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        self._held = data[end:]
        if self._covered:
            regions.append(Region(0, self._covered, "", self._removed, True))
        if not regions:
            out = printed = data[:end]
            runs = []
        else:
            runs = merge(regions)
            printed = data[:end]
            out = self._print(data, end, runs)
        if printed:
            self._remember(scanner, printed, runs)
        return out

    def _print(self, data: bytes, end: int, runs: list[Run]) -> bytes:
        """Return what is certain of data, and carry on the run that reaches over its end."""
        self._covered, self._removed = 0, ()
        out, at = [], 0
        for run in runs:
            # The carried run counts even where nothing is printed: its marker is out.
            if run.start >= end and not run.printed:
                break
            out.append(data[at : run.start])
            if not run.printed:
                out.append(self._redactor.marker_for(run.label))
            out.append(run.kept(data, end))
            at = min(run.end, end)
            if run.end > end:
                self._covered, self._removed = run.end - end, run.removed_after(end)
        out.append(data[at:end])
        return b"".join(out)

    def _remember(self, scanner: Scanner, printed: bytes, runs: list[Run]) -> None:
        """Keep what decides about words and about letters and digits parted by anything."""
        seen = visible(printed).text if has_invisible(printed) else printed
        _, seen_before, tail, removed = self._context
        letters = seen[-4 * scanner.tail_length :].translate(None, NOT_ALPHANUMERIC)
        if scanner.tail_length and len(letters) < scanner.tail_length < len(seen):
            letters = seen.translate(None, NOT_ALPHANUMERIC)
        if letters:
            tail = (tail + letters)[-scanner.tail_length :] if scanner.tail_length else b""
            removed = _ends_removed(printed, runs)
        self._context = Context(
            _last_character(printed), _last_character(seen) or seen_before, tail, removed
        )


def _ends_removed(printed: bytes, runs: list[Run]) -> bool:
    """Tell whether the last letter or digit of what is printed is hidden."""
    kept_from = 0
    for run in runs:
        if run.start < len(printed):
            kept_from = max(kept_from, min(run.end, len(printed)))
    if not kept_from:
        return False
    return not printed[kept_from:].translate(None, NOT_ALPHANUMERIC)


def _last_character(data: bytes) -> str:
    return data[-4:].decode("utf-8", "ignore")[-1:]


def _cut_character(data: bytes) -> int:
    """Return how many bytes of a character that is not whole data ends with."""
    for size in range(1, min(4, len(data) + 1)):
        byte = data[-size]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return size if size < needed else 0
        if byte < 0x80:
            return 0
    return 0
