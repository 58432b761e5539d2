"""What commands answer with ``-o json``."""

from __future__ import annotations

import json


def rows(answer: tuple[int, str, str], name: str) -> list[dict[str, object]]:
    """Return the rows of a command's answer in JSON."""
    assert answer[0] == 0, answer
    return json.loads(answer[1])[name]
