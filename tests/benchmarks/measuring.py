"""What benchmarks share: a store that is full, and what a list of measurements says."""

from __future__ import annotations

import os
import secrets
import statistics
from pathlib import Path
from unittest.mock import patch

from jupyter_secrets.app import open_scopes, owner
from jupyter_secrets.settings import load_settings
from tests.jupyter import home_environment


def fill(home: Path, count: int) -> None:
    """Store secrets in a home folder, `prod/k0` and so on, while nothing else runs there."""
    with patch.dict(os.environ, home_environment(home)):
        settings = load_settings()
        scopes = open_scopes(settings)
        session = scopes.session(owner(settings, "cli"))
        session.create_scope("prod")
        for number in range(count):
            session.put("prod", f"k{number}", secrets.token_urlsafe(30).encode())
        scopes.close()


def interval(values: list[float]) -> tuple[float, float, float]:
    """Return the median between the ends of its 95 % interval, by order statistics."""
    ordered = sorted(values)
    spread = 0.98 * len(ordered) ** 0.5
    low = max(int(len(ordered) / 2 - spread), 0)
    high = min(int(len(ordered) / 2 + spread), len(ordered) - 1)
    return ordered[low], statistics.median(ordered), ordered[high]
