"""The same when the text arrives in pieces: any cutting gives what the whole text would.

Printed is what no later match can reach: everything before the longest suffix that may begin a
pattern. A run that reaches over that point has its marker printed once; how far it covers what
is pending is carried on.
"""

from __future__ import annotations

import threading
from typing import Protocol

from jupyter_secrets.redaction.patterns.alnum import NOT_ALPHANUMERIC
from jupyter_secrets.redaction.search.context import Context
from jupyter_secrets.redaction.search.projections import has_invisible, visible
from jupyter_secrets.redaction.search.scanner import Scanner
from jupyter_secrets.redaction.search.spans import Interval, Region, Run, merge
from jupyter_secrets.redaction.values import decode_any, encode


class Source(Protocol):
    """Where a stream has its values from; `Redactor` is the one there is."""

    scanner: Scanner

    def marker_for(self, label: str) -> bytes:
        """Return the marker of a run whose first match has a label."""


class RedactionStream:
    """Redacts a text that arrives in pieces. Made by `Redactor.stream`; thread-safe.

    Values that the redactor learns count from then on, also in what is pending.
    """

    def __init__(self, redactor: Source) -> None:
        self._redactor = redactor
        self._lock = threading.Lock()
        self._pending = b""
        self._covered = 0
        self._removed: tuple[Interval, ...] = ()
        self._context = Context()
        self._partial = b""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} holding {self.pending} bytes>"

    @property
    def pending(self) -> int:
        """How many bytes of the text wait for what follows."""
        return len(self._pending) + len(self._partial)

    def feed(self, text: str) -> str:
        """Take the next piece and return what of the text is now certain, redacted."""
        data = encode(text)
        with self._lock:
            out = self._advance(data, final=False)
        return text if out is data else decode_any(out)

    def flush(self) -> str:
        """Return what is pending: it has to be shown now, and what follows is no part of it."""
        with self._lock:
            return decode_any(self._flush())

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
        return self._advance(partial, final=True)

    def _advance(self, chunk: bytes, *, final: bool) -> bytes:
        scanner = self._redactor.scanner
        data = self._pending + chunk if self._pending else chunk
        letters = None if self._covered else scanner.clean_letters(data, self._context.tail)
        end = len(data) if final else len(data) - scanner.lookahead(data, clean=letters is not None)
        while 0 < end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        self._pending = data[end:]
        if letters is not None:
            out = data[:end]
            if out:
                self._pass(out, letters, scanner.tail_length)
            return out
        regions = scanner.find(data, self._context, final=final)
        if self._covered:
            regions.append(Region(0, self._covered, "", self._removed, True))
        runs = merge(regions)
        out = self._print(data, end, runs)
        if end:
            self._remember(data[:end], runs, scanner.tail_length)
        return out

    def _pass(self, printed: bytes, letters: bytes, tail_length: int) -> None:
        """Remember the end of what is printed, in which there was nothing to hide."""
        context = self._context
        context.before = context.seen_before = printed[-4:]
        if tail_length:
            if self._pending:
                later = len(self._pending.translate(None, NOT_ALPHANUMERIC))
                letters = letters[: len(letters) - later]
            if len(letters) > len(context.tail):
                context.tail_removed = False
            context.tail = letters[-tail_length:]

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

    def _remember(self, printed: bytes, runs: list[Run], tail_length: int) -> None:
        """Remember what decides about words, and letters and digits parted by anything."""
        context = self._context
        seen = visible(printed).text if has_invisible(printed) else printed
        context.before = printed[-4:]
        context.seen_before = seen[-4:] or context.seen_before
        letters = seen.translate(None, NOT_ALPHANUMERIC)
        if letters and tail_length:
            context.tail = (context.tail + letters)[-tail_length:]
            context.tail_removed = _ends_removed(printed, runs)


def _ends_removed(printed: bytes, runs: list[Run]) -> bool:
    """Tell whether the last letter or digit of what is printed is hidden."""
    kept_from = 0
    for run in runs:
        if run.start < len(printed):
            kept_from = max(kept_from, min(run.end, len(printed)))
    if not kept_from:
        return False
    return not printed[kept_from:].translate(None, NOT_ALPHANUMERIC)


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
