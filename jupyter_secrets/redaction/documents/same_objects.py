"""What has nothing to hide comes back as the very same object: callers compare by identity."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any


def same_objects(old: Sequence[Any], new: Sequence[Any]) -> bool:
    """Tell whether two sequences have the very same objects, in the same order."""
    return len(old) == len(new) and all(map(is_, old, new))


def same_or_new(old: list[Any], new: list[Any]) -> list[Any]:
    """Return the old list if the new one has the very same objects, else the new one."""
    return old if same_objects(old, new) else new
