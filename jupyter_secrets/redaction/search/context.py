"""What is remembered of the text before the one that is searched."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Context:
    """What came before a piece of a stream."""

    before: bytes = b""  # ends with the last character
    seen_before: bytes = b""  # ends with the last one that is seen
    page_before: bytes = b""  # ends with the last one that is seen of a page
    tail: bytes = b""  # the last letters and digits
    tail_removed: bool = False  # the last letter or digit is hidden, by a run that may go on

    def within(self, before: bytes) -> Context:
        """Return the context of a place further on, after some bytes."""
        return Context(before, before, before)
