"""Secrets of many kinds, and the definition of redaction in the plainest words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from jupyter_secrets.redaction import Redactor, SecretValue
from jupyter_secrets.redaction.patterns.pattern import Pattern, whole

MARKER = "[REDACTED]"
TOKEN = "tk_9fA7xQ2LmZ8vKp4WcR6yB1nD5gH0jS3u"
PASSWORD = "p@S5/w+rd&<\"q'>%\\é 7Z"
LETTERS = (
    "ZYMmLOPIwFQuYhrsiF8nfMaunlNy5yX0Y3rNJdqL2kVF8thrxFeUZCRjAbNX7iFdh5MmdDWIN86tKvycm7L8gqLC"
    "HBKer0aF7boFJTnAYVIhZM5yDoNcQiZ0"
)
KEY = """-----BEGIN PRIVATE KEY-----
Qt8HQT0PMPSlWW0Sao/dgPuXJkBGrbwzrzx1vLXEvz4dncnNobfxl4K41gIlp9Qg
3l0Ukw4YwrZsAtlYVh1d0szAOZAnV4ah17kZCNnJEH1mvlYMyzWh6qQQ5x1Wugaj
7wX98VJe6BOq/JqAjBo0hVRGyEGrdlU4H1dYO+VijuJZWtKOQRTLEwVtdUrGr3Yn
WOS/BdwMe4KUV4vgoFyCmUQBkllP/2JFtUoqpEwidTCkz1dW0GbehUM3ADZQXmHg
-----END PRIVATE KEY-----
"""
SETTINGS = "12.34.5-a=b"
MIXED = 'sk-proj-abc/True/None/3.14/"x"/2026-01-02/0xdeadbeef/10.0.0.1/end'
URL = "postgresql+psycopg2://svc_user:p%40ss-9Qz7@db.internal.example.com:5432/prod?sslmode=require"
NUMBER = "48151623424815162342"

SECRETS = {
    "token": TOKEN,
    "password": PASSWORD,
    "letters": LETTERS,
    "key": KEY,
    "settings": SETTINGS,
    "mixed": MIXED,
    "url": URL,
    "number": NUMBER,
}

_INVISIBLE = re.compile("\x1b\\[[0-?]*[ -/]*[@-~]|[\u200b\u00ad]")


def reference(text: str, patterns: Iterable[str]) -> str:
    """Redact a whole text by the definition: each run of occurrences becomes one marker."""
    runs: list[list[int]] = []
    for start, end in sorted(_occurrences(text, patterns)):
        if runs and start < runs[-1][1]:
            runs[-1][1] = max(runs[-1][1], end)
        else:
            runs.append([start, end])
    out, at = "", 0
    for start, end in runs:
        out += text[at:start] + MARKER
        at = end
    return out + text[at:]


def _occurrences(text: str, patterns: Iterable[str]) -> Iterable[tuple[int, int]]:
    for pattern in patterns:
        start = text.find(pattern) if pattern else -1
        while start >= 0:
            yield start, start + len(pattern)
            start = text.find(pattern, start + 1)


def seen(text: str) -> str:
    """Return what a reader sees of a text: no colour, no tags, entities decoded."""
    return html.unescape(re.sub("<[^<>]*>", "", _INVISIBLE.sub("", text)))


def leaks(text: str, size: int = 12) -> list[str]:
    """Return the pieces of the sample secrets that text shows."""
    found = []
    for name, secret in SECRETS.items():
        pieces = {secret[i : i + size] for i in range(max(len(secret) - size + 1, 1))}
        if any(piece in shown for piece in pieces for shown in (text, seen(text))):
            found.append(name)
    return found


class _Exact(Redactor):
    def _patterns(self, value: SecretValue) -> list[Pattern]:
        return [whole(value.data, value)] if value.data else []


def exact(
    values: Iterable[SecretValue | str | bytes] = (), *, engine: str | None = None
) -> Redactor:
    """Return a redactor of the values as they are, of any length: no encodings, no policy."""
    return _Exact(values, fragments=False, projections=False, engine=engine)
