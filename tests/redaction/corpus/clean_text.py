"""Text in which there is nothing to hide: sources, and output as notebooks have it."""

from __future__ import annotations

import base64
import hashlib
import json
import pprint
import random
import string
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = frozenset({".py", ".txt", ".rst", ".md", ".js", ".json", ".html", ".css"})
LARGEST_FILE = 4_000_000


def source_files(root: Path) -> Iterator[Path]:
    """Yield the readable text files below a folder, in order."""
    for path in sorted(root.rglob("*")):
        if path.suffix in SUFFIXES and path.is_file() and path.stat().st_size <= LARGEST_FILE:
            yield path


def generated_output(count: int) -> Iterator[str]:
    """Yield so many outputs: tables, logs, tracebacks, JSON, hexdumps, base64, colours."""
    # Not a source of secrets: the same numbers each time.
    chance = random.Random(count)
    for number in range(count):
        rows = [[chance.random() for _ in range(6)] for _ in range(12)]
        yield "\n".join("  ".join(f"{cell:10.6f}" for cell in row) for row in rows)
        yield f"2026-01-{number % 28 + 1:02d} 12:00:00,{number:03d} INFO took {rows[0][0]} s\n"
        yield json.dumps({"rows": rows, "id": hashlib.sha256(str(number).encode()).hexdigest()})
        yield pprint.pformat({f"column_{i}": row for i, row in enumerate(rows)})
        data = chance.randbytes(600)
        yield data.hex(" ")
        yield base64.encodebytes(data).decode()
        words = [
            "".join(chance.choices(string.ascii_lowercase, k=chance.randint(2, 9)))
            for _ in range(200)
        ]
        yield " ".join(words)
        yield "".join(f"\x1b[3{i % 8}m{word}\x1b[0m " for i, word in enumerate(words))
        yield "<table>" + "".join(f"<tr><td>{word}</td></tr>" for word in words) + "</table>"
        yield "\r".join(f"{i}%|{'█' * (i // 10)}| {i}/100 [00:01<00:{i:02d}]" for i in range(100))
