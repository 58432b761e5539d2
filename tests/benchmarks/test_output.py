"""What the filters cost a notebook: pairs of runs with the extension and without, interleaved.

Run with ``pytest tests/benchmarks/test_output.py -s``; it prints a table. Two servers run side by
side and one cell at a time runs, so that both meet the same machine. The client parses what it
receives, as a front end does, but it takes the time of both.
"""

from __future__ import annotations

import os
import socket
import statistics
import time
from collections.abc import Callable, Iterator

import pytest

from jupyter_secrets.server.filters.frames import V1Codec
from tests.benchmarks.measuring import fill
from tests.jupyter import Kernel, Server

SECRETS = 1_000
PAIRS = int(os.environ.get("PAIRS", "25"))
GIVEN = int(os.environ.get("GIVEN", "10"))

SETUP = """
import base64, json, os, struct, zlib
from IPython.display import HTML, Image, display

def chunk(kind, body):
    checksum = zlib.crc32(kind + body)
    return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', checksum)

def image(size):
    # Noise in 16 of 256 levels, so that the pixels are compressed, to `size` bytes.
    pixels = zlib.compress(base64.b16encode(os.urandom(size)), 1)
    header = struct.pack('>IIBBBBB', 1000, 1000, 8, 2, 0, 0, 0)
    return b''.join([
        b'\\x89PNG\\r\\n\\x1a\\n', chunk(b'IHDR', header),
        chunk(b'tEXt', b'Software\\0Matplotlib version 3.10'), chunk(b'IDAT', pixels),
        chunk(b'IEND', b'')])

def table(rows):
    cells = '<tr>\\n    <th>{}</th>\\n      <td>row {}</td>\\n      <td>{:.6f}</td>\\n    </tr>\\n'
    body = ''.join(cells.format(i, i, i / 7) for i in range(rows))
    return HTML(f'<table border="1" class="dataframe">\\n<tbody>\\n{body}</tbody></table>')

plot, large = image(60 << 10), image(5 << 20)
words = ' '.join(json.dumps(i * 7919 % 100003) + ' lorem ipsum dolor' for i in range(5000))
text = (words * (1 + (10 << 20) // len(words)))[:10 << 20]
rows = [{'id': i, 'name': f'row {i}', 'value': i / 7} for i in range(100_000)]
frame, page = table(60), table(60_000)
given = [dbutils.secrets.get('prod', f'k{i}') for i in range(GIVEN)] if GIVEN else ['no secret']
shown = [i / 7 if i % 100 else given[i % len(given)] for i in range(20_000)]
hits = '\\n'.join(f'line {i} {value}' for i, value in enumerate(shown))
"""
# The cell, and how many of them make one run.
WORK = {
    'print("x")': ('print("x")', 20),
    "20,000 lines": ("for i in range(20_000): print('line', i)", 1),
    "10 MB of text": ("print(text)", 1),
    "a plot (60 kB PNG)": ("display(Image(plot))", 10),
    "a 5 MB PNG": ("display(Image(large))", 1),
    "a DataFrame of 60 rows (HTML)": ("display(frame)", 10),
    "an HTML table of 60,000 rows": ("display(page)", 1),
    "100,000 rows of JSON": ("display({'application/json': rows}, raw=True)", 1),
    "20,000 lines, 1 % with a secret": ("print(hits)", 1),
}


@pytest.fixture(scope="module")
def pair(
    start_server: Callable[..., Server],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Kernel, Kernel]]:
    """Two kernels: one with 1,000 secrets known on each layer, one without the extension."""
    limit = "c.ZMQChannelsWebsocketConnection.limit_rate = False\n"
    disabled = "c.ServerApp.jpserver_extensions = {'jupyter_secrets': False}\n"
    quiet = ("--ServerApp.log_level=INFO",)
    off = start_server(config=limit + disabled, arguments=quiet)
    on = Server(tmp_path_factory.mktemp("on"), config=limit, arguments=quiet)
    fill(on.home, SECRETS)
    on.start()
    with on.kernel() as filtered, off.kernel() as plain:
        for kernel, given in ((filtered, GIVEN), (plain, 0)):
            assert kernel.execute(f"GIVEN = {given}\n{SETUP}").reply["status"] == "ok"
        time.sleep(5)  # what compiles in the background is done
        yield filtered, plain
    on.stop()


@pytest.mark.timeout(1200)
def test_cost_of_output(pair: tuple[Kernel, Kernel]) -> None:
    print(f"\n{SECRETS:,} secrets known to the server, {GIVEN} to the kernel; {PAIRS} pairs")
    print("| cell | without | with | ratio: median (quartiles) |\n|---|---|---|---|")
    for name, (code, times) in WORK.items():
        for _ in range(2):
            measure(pair[0], code, times), measure(pair[1], code, times)
        runs = []
        for number in range(PAIRS):
            first, second = (0, 1) if number % 2 else (1, 0)
            taken = [0.0, 0.0]
            taken[first] = measure(pair[first], code, times)
            taken[second] = measure(pair[second], code, times)
            runs.append((taken[0], taken[1]))
        with_filter, without = (statistics.median(side) for side in zip(*runs, strict=True))
        ratios = [on / off for on, off in runs]
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        print(
            f"| {name} | {without * 1000:.2f} ms | {with_filter * 1000:.2f} ms "
            f"| {middle:.3f} ({low:.3f} to {high:.3f}) |",
            flush=True,
        )


def measure(kernel: Kernel, code: str, times: int) -> float:
    """Return the seconds that one cell takes until its last message has come."""
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    start = time.perf_counter()
    for _ in range(times):
        kernel.send("execute_request", content)
        missing = 2
        while missing:
            # Otherwise 40 ms pass until this side says that it has got a frame.
            kernel.socket.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            frame = V1Codec().decode(kernel.socket.recv())
            if frame.channel == "shell" or b'"idle"' in frame.content[:40]:
                missing -= 1
    return (time.perf_counter() - start) / times
