"""What a shell shows its outputs with, before anything else takes its place."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple


class OriginalOutputs(NamedTuple):
    """The streams and the display publisher of a shell at one moment."""

    stdout: Any
    stderr: Any
    publisher: Any

    @classmethod
    def of(cls, shell: Any) -> OriginalOutputs:
        """Return what a shell shows its outputs with now."""
        return cls(sys.stdout, sys.stderr, shell.display_pub)
