"""Text in which there is nothing to hide: sources, and output as notebooks have it."""

from __future__ import annotations

import base64
import hashlib
import json
import pprint
import random
import string
import uuid
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


def generated_logs(count: int) -> Iterator[str]:
    """Yield so many logs of servers, clusters and cloud services, of some lines each."""
    chance = random.Random(f"logs {count}")
    for number in range(count):
        yield "".join(_log_line(chance, number * 100 + line) for line in range(100))


def _log_line(chance: random.Random, number: int) -> str:
    time = f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:07"
    request, address = (
        uuid.UUID(bytes=chance.randbytes(16)),
        ".".join(map(str, chance.randbytes(4))),
    )
    port, size = chance.randint(1024, 65535), chance.randint(0, 10 ** chance.randint(1, 12))
    host = f"{chance.choice(_HOSTS)}-{number % 40}.{chance.choice(_DOMAINS)}"
    return chance.choice(_LOG_LINES).format(
        time=time, request=request, address=address, port=port, size=size, host=host, line=number
    )


_HOSTS = ("db", "web", "sql", "redis", "acme-sql", "other", "warehouse", "k8s-node", "mq")
_DOMAINS = ("internal", "example.com", "database.windows.net", "eu-central-1.rds.amazonaws.com")
_LOG_LINES = (
    '{address} - - [{time}+0000] "GET /api/items?page={line} HTTP/1.1" 200 {size} "-" "curl/8"\n',
    "{time} INFO [{request}] connected to {host}:{port} as svc_app (ssl=on, {size} ms)\n",
    '{{"ts": "{time}Z", "level": "warning", "request_id": "{request}", "bytes": {size}}}\n',
    "{time} kernel: [{line}.{port}] eth0: link is up, {size} Mbps, full duplex\n",
    "{time}Z\tNormal\tScheduled\tpod/web-{port}\tassigned prod/web-{port} to {host}\n",
    "{time} ERROR o.a.k.c.NetworkClient: Connection to node {line} ({host}:{port}) failed\n",
    "{time} postgres[{port}]: LOG:  duration: {size}.{line} ms  statement: SELECT * FROM app\n",
    "START RequestId: {request} Version: $LATEST\nREPORT RequestId: {request} {size} ms\n",
    "\x1b[32m{time}\x1b[0m | \x1b[1mINFO\x1b[0m | user=svc password=*** host={host} {size}\n",
)
