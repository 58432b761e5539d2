"""Redacts a text that arrives in pieces as the whole text would be.

Invariants:
- Shown is what no later match can reach: everything before the longest suffix that may begin a
  pattern. So any cutting gives the same text.
- What waits may be shown early (`show`): it stays, and what follows is read together with it.
- A run that reaches over what is shown has its marker there once; how far it covers what is pending
  is carried on.
"""

from __future__ import annotations

import threading
from typing import Protocol

from jupyter_secrets.redaction.search.context import Context, Trail
from jupyter_secrets.redaction.search.projections import (
    AND,
    LESS,
    character_start,
    has_invisible,
    rendered,
    visible,
)
from jupyter_secrets.redaction.search.scanner import Scanner
from jupyter_secrets.redaction.search.spans import Region, Run, merge, token_length
from jupyter_secrets.redaction.values import decode_any, encode

# So much after a run may be less than a character of an encoding, and belong to it.
MOST_AFTER_RUN = 12


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
        # What is searched again with what follows; how much of it is shown, and its markers.
        self._pending = b""
        self._shown = 0
        self._marked: list[Region] = []
        # Whether what comes next goes on with a token of base64 that is hidden.
        self._in_token = False
        self._context = Context()
        self._partial = b""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} holding {self.pending} bytes>"

    @property
    def pending(self) -> int:
        """How many bytes of the text wait for what follows, and are not shown."""
        return len(self._pending) - self._shown + len(self._partial)

    def feed(self, text: str) -> str:
        """Take the next piece and return what of the text is now certain, redacted."""
        data = encode(text)
        with self._lock:
            output = self._advance(data, final=False)
        return text if output is data else decode_any(output)

    def flush(self) -> str:
        """Return what is pending: it has to be shown now, and what follows is no part of it."""
        with self._lock:
            return decode_any(self._flush())

    def show(self) -> str:
        """Return what is pending: it has to be shown now, but what follows may be a part of it.

        Of a text that is hidden only whole at most half is returned.
        """
        with self._lock:
            return decode_any(self._show())

    def show_bytes(self) -> bytes:
        """Do as `show` for bytes."""
        with self._lock:
            return self._show()

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
        output = self._advance(partial, final=True)
        self._in_token = False
        return output

    def _advance(self, chunk: bytes, *, final: bool) -> bytes:
        scanner = self._redactor.scanner
        data = self._pending + chunk if self._pending else chunk
        regions, alnum_text, plain = scanner.search(data, self._context, final)
        if self._in_token and chunk:
            regions = [*regions, *self._rest_of_token(data, len(self._pending))]
        end, keep_from = (len(data),) * 2 if final else scanner.decided(data, plain)
        if end < len(data):
            end = character_start(data, end)
            keep_from = character_start(data, keep_from)
        if plain and not (regions or self._shown or self._marked):
            shown, self._pending = data[:end], data[end:]
            if shown:
                self._remember_plain(shown, alnum_text, scanner)
            return shown
        runs = merge([*regions, *self._marked])
        # A run that is not printed yet is found again, with its marker still to come.
        self._in_token |= any(run.token and run.start < end for run in runs)
        self._in_token &= not data.endswith(b"==")
        output = self._print(data, end, keep_from, runs)
        if keep_from:
            self._remember(data[:keep_from], runs, scanner)
        return output

    def _rest_of_token(self, data: bytes, start: int) -> list[Region]:
        """Return the region from `start` on that belongs to a hidden token of base64."""
        padded = (self._context.before + data[:start]).endswith(b"=")
        end = start + token_length(data, start, padded=padded)
        self._in_token = end == len(data) and not (padded and end > start)
        return [Region(start, end, "", ((start, end),), True)] if end > start else []

    def _show(self) -> bytes:
        data = self._pending
        if self._shown == len(data):
            return b""
        scanner = self._redactor.scanner
        # A word that ends here may be one.
        runs = merge([*scanner.find(data, self._context), *self._marked])
        end = max(self._shown, character_start(data, scanner.showable(data)))
        if len(data) - self._shown < MOST_AFTER_RUN and any(r.end == self._shown for r in runs):
            return b""
        for run in runs:
            if run.start <= end < run.end:
                end = run.end
        self._in_token |= any(run.token and run.start < end for run in runs)
        return self._print(data, end, 0, runs)

    def _remember_plain(self, printed: bytes, alnum_text: bytes, scanner: Scanner) -> None:
        """Remember the end of what is printed, in which there was nothing to hide.

        `alnum_text` is that of all before, of this and of what is pending.
        """
        context = self._context
        seen, page = context.seen, context.page
        context.before = seen.before = printed[-4:]
        tail_length = scanner.tail_length
        if not tail_length:
            return
        if self._pending:
            later = len(scanner.alnum_of(self._pending))
            alnum_text = alnum_text[: len(alnum_text) - later]
        if page is not seen:
            own = alnum_text[len(seen.alnum_text) :]
            page.alnum_text = (page.alnum_text + own)[-tail_length:]
            page.before, page.removed = seen.before, page.removed and not own
        if len(alnum_text) > len(seen.alnum_text):
            seen.removed = False
        seen.alnum_text = alnum_text[-tail_length:]
        if page is not seen and page == seen:
            context.page = seen

    def _print(self, data: bytes, end: int, keep_from: int, runs: list[Run]) -> bytes:
        """Return data up to `end`, redacted; what is from `keep_from` on is pending from now on.

        Runs that reach over that position and have their marker already are carried on.
        """
        shown, marked = self._shown, []
        output, position = [], shown
        for run in runs:
            has_marker = run.printed
            if run.start < end:
                output.append(data[position : run.start])
                if not has_marker and run.end > shown:
                    output.append(self._redactor.marker_for(run.label))
                    has_marker = True
                output.append(run.remaining_between(data, position, end))
                position = max(position, min(run.end, end))
            if has_marker and run.end > keep_from:
                marked.append(run.carried(keep_from))
        output.append(data[position:end])
        self._pending, self._marked = data[keep_from:], marked
        self._shown = max(shown, end) - keep_from
        return b"".join(output)

    def _remember(self, printed: bytes, runs: list[Run], scanner: Scanner) -> None:
        """Remember the end of what is printed: the last character decides about words."""
        context = self._context
        seen = visible(printed).text if has_invisible(printed) else printed
        page = rendered(printed).text if LESS in printed or AND in printed else seen
        removed = _ends_removed(printed, runs, scanner)
        context.before = printed[-4:]
        context.seen = _trail_after(context.seen, seen, removed, scanner)
        context.page = _trail_after(context.page, page, removed, scanner)
        if context.page == context.seen:
            context.page = context.seen


def _trail_after(trail: Trail, text: bytes, removed: bool, scanner: Scanner) -> Trail:
    """Return the trail after a text, of which the last letter or digit was removed or not."""
    before = text[-4:] or trail.before
    alnum_text = _last_alnum(text, scanner)
    if not alnum_text:
        return Trail(before, trail.alnum_text, trail.removed)
    return Trail(before, (trail.alnum_text + alnum_text)[-scanner.tail_length :], removed)


def _last_alnum(text: bytes, scanner: Scanner) -> bytes:
    """Return as much of the end of a text's letters and digits as is remembered, or more."""
    count = scanner.tail_length
    size, alnum_text = 4 * count, b""
    while len(alnum_text) < count:
        alnum_text = scanner.alnum_of(text[character_start(text, max(0, len(text) - size)) :])
        if size >= len(text):
            break
        size *= 8
    return alnum_text


def _ends_removed(printed: bytes, runs: list[Run], scanner: Scanner) -> bool:
    """Tell whether the last letter or digit of what is printed is hidden."""
    last_end = 0
    for run in runs:
        if run.start < len(printed):
            last_end = max(last_end, min(run.end, len(printed)))
    if not last_end:
        return False
    return not scanner.alnum_of(printed[last_end:])


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
