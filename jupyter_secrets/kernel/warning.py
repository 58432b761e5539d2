"""Warnings that both the notebook and the log of the program that runs it show."""

from __future__ import annotations

import os
import sys
from contextlib import suppress


def warn(text: str) -> None:
    """Show a warning in the notebook and, where that is something else, in the job's log."""
    line = f"jupyter_secrets: {text}\n"
    sys.stderr.write(line)
    # ipykernel reads the descriptor itself; this is what it was.
    descriptor = getattr(sys.stderr, "_original_stdstream_copy", None)
    with suppress(OSError):  # nobody reads it any more
        if descriptor is not None:
            os.write(descriptor, line.encode())
        elif sys.__stderr__ is not None and sys.__stderr__ is not sys.stderr:
            sys.__stderr__.write(line)
            sys.__stderr__.flush()
