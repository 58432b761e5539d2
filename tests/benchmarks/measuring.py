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

# A tornado handler that commits one row, as durably as the store does its audit record; a class
# `Handler` is there before it.
COMMIT_HANDLER = """
import asyncio, json, sqlite3, threading

connection = sqlite3.connect("plain.db", isolation_level=None, check_same_thread=False)
connection.execute("PRAGMA journal_mode = TRUNCATE")
connection.execute("PRAGMA synchronous = FULL")
connection.execute("CREATE TABLE audit (seq INTEGER PRIMARY KEY, record TEXT)")
lock = threading.Lock()

def commit(record):
    with lock:
        connection.execute("INSERT INTO audit (record) VALUES (?)", (record,))

class Commit(Handler):
    async def get(self):
        record = {"action": "get", "scope": "prod", "key": self.get_query_argument("key")}
        await asyncio.to_thread(commit, json.dumps(record))
        self.finish(json.dumps({"value": "c2VjcmV0"}))
"""


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
