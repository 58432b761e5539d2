"""What is remembered of the text before the one that is searched."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Trail:
    """What came before in one projection."""

    before: bytes = b""  # ends with the last character
    alnum_text: bytes = b""  # the last letters and digits
    removed: bool = False  # the last of these is hidden, by a run that may go on


@dataclass(slots=True)
class Context:
    """What came before a piece of a stream: as it is, as it is seen, and as a page shows it.

    `page` is the same object as `seen` as long as a page shows the same.
    """

    before: bytes = b""
    seen: Trail = field(default_factory=Trail)
    page: Trail = field(init=False)

    def __post_init__(self) -> None:
        self.page = self.seen
