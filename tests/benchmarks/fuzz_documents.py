"""Fuzz the documents layer, guided by coverage. Run for ten minutes with atheris installed:

    python tests/benchmarks/fuzz_documents.py -max_total_time=600

Each input becomes a document that shows secrets in some form and place. It fails when something
raises, when a secret is still to be read, when what is seen in a packed document is not what a
walk finds, when a text in chunks is not what it is as a whole, or when a clean part changes.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import atheris

with atheris.instrument_imports(include=["jupyter_secrets.redaction"]):
    from jupyter_secrets.redaction import (
        Redactor,
        redact_buffer,
        redact_json,
        redact_notebook,
        redact_packed,
    )
    from jupyter_secrets.redaction.search import chunks
    from jupyter_secrets.redaction.search.scanner import NOTHING_BEFORE

SECRETS = (
    "tk_9fA7xQ2LmZ8vKp4WcR6yB1nD5gH0jS3u",
    "p@S5/w+rd&<\"q'>%\\é 7Z",
    "line-One-4711\nline-Two-0815\nline-Three-42",
)
REDACTOR = Redactor(SECRETS)
CHUNK = 24
KINDS = ("text/plain", "text/html", "image/svg+xml", "application/json", "image/png", "text")
SPLITTERS = ("", "\x1b[31m", "</b><b>", "\u200b", "\n")


def shown(data: atheris.FuzzedDataProvider) -> str:
    """Return some text with secrets, whole, in pieces, quoted or coloured."""
    parts = []
    for _ in range(data.ConsumeIntInRange(0, 4)):
        secret = SECRETS[data.ConsumeIntInRange(0, len(SECRETS) - 1)]
        way = data.ConsumeIntInRange(0, 5)
        if way == 0:
            parts.append(data.ConsumeUnicode(12))
        elif way == 1:
            parts.append(secret)
        elif way == 2:
            parts.append(repr(secret))
        elif way == 3:
            parts.append(json.dumps(secret))
        elif way == 4:
            at = data.ConsumeIntInRange(0, len(secret))
            parts.append(secret[:at] + SPLITTERS[data.ConsumeIntInRange(0, 4)] + secret[at:])
        else:
            parts.append(secret[: data.ConsumeIntInRange(0, len(secret))])
    return data.ConsumeUnicode(4).join(parts)


def document(data: atheris.FuzzedDataProvider, depth: int = 0) -> Any:
    """Return a JSON-like value."""
    kind = data.ConsumeIntInRange(0, 6 if depth < 3 else 3)
    if kind == 0:
        return data.ConsumeIntInRange(-(10**12), 10**12)
    if kind in (1, 2, 3):
        return shown(data)
    if kind == 4:
        return [document(data, depth + 1) for _ in range(data.ConsumeIntInRange(0, 4))]
    if kind == 5:
        text = shown(data)
        size = data.ConsumeIntInRange(1, 16)
        return [text[i : i + size] for i in range(0, len(text), size)]
    return {
        (KINDS[data.ConsumeIntInRange(0, 5)] if data.ConsumeBool() else shown(data)): document(
            data, depth + 1
        )
        for _ in range(data.ConsumeIntInRange(0, 3))
    }


def strings(value: Any) -> Any:
    """Yield all strings of a document, and those of each list as one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)


def holds_secret(text: str) -> bool:
    """Tell whether a secret is to be read in a text as it is."""
    return any(secret in text for secret in SECRETS)


def check(data: bytes) -> None:
    """Redact one document in every way there is, and look for what is left."""
    provider = atheris.FuzzedDataProvider(data)
    value = document(provider)
    before = json.dumps(value)
    out = redact_json(REDACTOR, value)
    assert json.dumps(value) == before, "the input was changed"
    for text in strings(out):
        assert not holds_secret(text), "a secret is left"
    packed = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    walked = redact_json(REDACTOR, json.loads(packed))
    assert json.loads(redact_packed(REDACTOR, packed)) == walked, "not alike"
    redact_packed(REDACTOR, data)
    redact_buffer(REDACTOR, data)
    book = {"cells": [{"cell_type": "code", "source": "s", "outputs": value, "metadata": value}]}
    for text in strings(redact_notebook(REDACTOR, book)):
        assert not holds_secret(text), "a secret is left in a notebook"
    text = shown(provider)
    raw = text.encode("utf-8", "surrogatepass")
    bounds = chunks.chunk_bounds(raw, CHUNK)
    found = chunks.find(REDACTOR.scanner, raw, bounds, NOTHING_BEFORE, final=True, markup=None)
    assert sorted(found) == sorted(REDACTOR.scanner.find(raw)), "chunks differ"
    stream = REDACTOR.stream()
    cut = provider.ConsumeIntInRange(0, len(text))
    streamed = stream.feed(text[:cut]) + stream.feed(text[cut:]) + stream.flush()
    assert not holds_secret(streamed), "a secret is left in a stream"


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
