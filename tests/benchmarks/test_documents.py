"""How fast each kind of document passes a redactor, beside what bounds it. Run:

    pytest tests/benchmarks/test_documents.py -s --override-ini addopts=

It prints a table: MB/s of a document that holds no value, as ratios of a memory copy, of
`json.loads` of the same document, and of one pass of hyperscan over it. The fastest of several
rounds, taken in turns.
"""

from __future__ import annotations

import base64
import io
import json
import os
import struct
import time
import zlib
from collections.abc import Callable

import hyperscan
import pytest
from PIL import Image

from jupyter_secrets.redaction import Redactor, SecretValue, redact_packed
from tests.benchmarks.test_redaction import COMPILE_TIMEOUT, is_ready, secrets

ROUNDS = 7
LINES = 20_000
MEGABYTE = 1_000_000


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _png(size: int) -> str:
    """Return noise in 16 of 256 levels: pixels that are compressed, to `size` bytes."""
    pixels = zlib.compress(base64.b16encode(os.urandom(size)), 1)
    header = struct.pack(">IIBBBBB", 1000, 1000, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunks).decode()


def _jpeg(side: int) -> str:
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(out, "JPEG", quality=90)
    return base64.b64encode(out.getvalue()).decode()


def _table(rows: int) -> str:
    row = "<tr>\n      <th>{}</th>\n      <td>row {}</td>\n      <td>{:.6f}</td>\n    </tr>\n"
    body = "".join(row.format(number, number, number / 7) for number in range(rows))
    return f'<table border="1" class="dataframe">\n<tbody>\n{body}</tbody></table>'


def _lines(count: int, value: str = "") -> str:
    """Return lines of text; with a value, it is in each hundredth."""
    return "".join(
        f"line {number} {value if value and not number % 100 else number / 7}\n"
        for number in range(count)
    )


def _output(mime: str, data: object) -> bytes:
    content = {"data": {mime: data, "text/plain": "<object>"}, "metadata": {}, "transient": {}}
    return json.dumps(content).encode()


def _notebook(cells: int) -> bytes:
    printed = _lines(40).splitlines(keepends=True)
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "id": "a1b2c3d4",
        "metadata": {},
        "outputs": [{"name": "stdout", "output_type": "stream", "text": printed}],
        "source": [f"total = sum(row[{cells}] for row in rows)\n", "print(total)"],
    }
    return json.dumps({"cells": [cell] * cells, "metadata": {}, "nbformat": 4}, indent=1).encode()


WORDS = " ".join(f"{number * 7919 % 100_003} lorem ipsum dolor" for number in range(5_000))
ROWS = [{"id": number, "name": f"row {number}", "value": number / 7} for number in range(100_000)]
DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "10 MB of text": lambda: (WORDS * 120)[: 10 * MEGABYTE].encode() + b"\n",
    "a message of 200 bytes": lambda: json.dumps({"name": "stdout", "text": _lines(7)}).encode(),
    "a 5 MB PNG": lambda: _output("image/png", _png(5 * MEGABYTE)),
    "a 5 MB JPEG": lambda: _output("image/jpeg", _jpeg(1_500)),
    "an HTML table of 60 rows": lambda: _output("text/html", _table(60)),
    "an HTML table of 60,000 rows": lambda: _output("text/html", _table(60_000)),
    "100,000 rows of JSON": lambda: _output("application/json", ROWS),
    "a notebook of 1,000 cells": lambda: _notebook(1_000),
}


def _redactor(count: int) -> Redactor:
    values = [SecretValue(text, f"prod/k{n}") for n, text in enumerate(secrets(count))]
    redactor = Redactor(values)
    deadline = time.monotonic() + COMPILE_TIMEOUT
    while time.monotonic() < deadline and not is_ready(redactor):
        time.sleep(0.1)
    return redactor


def _one_pass(values: tuple[str, ...]) -> Callable[[bytes], object]:
    """Return one pass of hyperscan: the values as they are and nothing else, as fast as it goes."""
    database = hyperscan.Database()
    database.compile(
        expressions=[value.encode() for value in values],
        literal=True,
        flags=hyperscan.HS_FLAG_SINGLEMATCH,
    )
    return lambda data: database.scan(data, match_event_handler=lambda *_: None)


def _fastest(works: dict[str, Callable[[], object]], times: int = 1) -> dict[str, float]:
    """Return the seconds that each work takes: the fastest round, each so many times."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = time.perf_counter()
            for _ in range(times):
                work()
            best[name] = min(best[name], (time.perf_counter() - start) / times)
    return best


def _measured(redactor: Redactor, one_pass: Callable[[bytes], object], data: bytes) -> str:
    """Return the columns of a document's row."""
    is_json = data.startswith(b"{")
    text = data.decode()

    def pass_on() -> object:
        if is_json:
            return redact_packed(redactor, data, is_json=True)
        return redactor.stream().feed(text)

    assert pass_on() == (data if is_json else text)
    works: dict[str, Callable[[], object]] = {
        "redactor": pass_on,
        "copy": lambda: bytearray(data),
        "hyperscan": lambda: one_pass(data),
    }
    if is_json:
        works["loads"] = lambda: json.loads(data)
    best = _fastest(works, times=max(1, 20_000 // len(data)))
    loads = f"{best['redactor'] / best['loads']:.2f} ×" if is_json else "–"
    return (
        f"{len(data) / MEGABYTE / best['redactor']:,.0f} | {best['redactor'] / best['copy']:.0f} × "
        f"| {loads} | {best['redactor'] / best['hyperscan']:.1f} ×"
    )


@pytest.mark.parametrize("count", [10, 1_000])
@pytest.mark.timeout(900)
def test_documents_that_hold_no_value(count: int) -> None:
    redactor, one_pass = _redactor(count), _one_pass(secrets(count))
    print(f"\n{count:,} secrets\n| document | MB/s | a memory copy | `json.loads` | hyperscan |")
    print("|---|---|---|---|---|")
    for name, make in DOCUMENTS.items():
        print(f"| {name} | {_measured(redactor, one_pass, make())} |", flush=True)


@pytest.mark.parametrize("count", [10, 1_000])
def test_lines_with_values(count: int) -> None:
    redactor, value = _redactor(count), secrets(count)[0]
    clean, spoiled = _lines(LINES), _lines(LINES, value)
    best = _fastest(
        {"clean": lambda: redactor.redact(clean), "spoiled": lambda: redactor.redact(spoiled)}
    )

    assert value not in redactor.redact(spoiled)
    each = (best["spoiled"] - best["clean"]) / (LINES // 100)
    print(
        f"\n{count:,} secrets, {LINES:,} lines: {best['clean'] * 1000:.1f} ms; with a value in "
        f"each hundredth {best['spoiled'] * 1000:.1f} ms, {each * 1e6:.0f} µs for each value"
    )
