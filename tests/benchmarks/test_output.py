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
from tests.benchmarks.measuring import fill, interval
from tests.jupyter import Kernel, Server

SECRETS = 1_000
PAIRS = int(os.environ.get("PAIRS", "25"))
GIVEN = int(os.environ.get("GIVEN", "10"))

SETUP = """
import base64, json, os
png = b'\\x89PNG\\r\\n\\x1a\\n' + os.urandom(5 << 20)
words = ' '.join(json.dumps(i * 7919 % 100003) + ' lorem ipsum dolor' for i in range(5000))
text = (words * (1 + (10 << 20) // len(words)))[:10 << 20]
rows = [{'id': i, 'name': f'row {i}', 'value': i / 7} for i in range(100_000)]
"""
# The cell, and how many of them make one run.
WORK = {
    'print("x")': ('print("x")', 20),
    "10 MB of text": ("print(text)", 1),
    "100,000 lines": ("for i in range(100_000): print('line', i)", 1),
    "a 5 MB PNG": ("from IPython.display import Image, display; display(Image(png))", 1),
    "100,000 rows of JSON": ("display({'application/json': rows}, raw=True)", 1),
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
        filtered.execute(
            "from jupyter_secrets.redaction import SecretValue\n"
            "names = [item.key for item in dbutils.secrets.list('prod')]\n"
            f"if {GIVEN}: [dbutils.secrets.get('prod', name) for name in names[:{GIVEN}]]"
        )
        time.sleep(5)  # what compiles in the background is done
        for kernel in (filtered, plain):
            assert kernel.execute(SETUP).reply["status"] == "ok"
        yield filtered, plain
    on.stop()


@pytest.mark.timeout(1200)
def test_cost_of_output(pair: tuple[Kernel, Kernel]) -> None:
    print(f"\n{SECRETS:,} secrets known to the server, {GIVEN} to the kernel; {PAIRS} pairs")
    print("| output | without | with | ratio (95 % interval of the median) |\n|---|---|---|---|")
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
        low, middle, high = interval([on / off for on, off in runs])
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
