"""Ten minutes of mixed output from four kernels: nothing leaks, nothing is lost, memory is flat.

Run with ``python -m tests.benchmarks.soak [SECONDS]``.
"""

from __future__ import annotations

import re
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.jupyter import Kernel, Server
from tests.outputs.leaks import VALUE, leaks, shown

LINES = 200
PYTHON = f"""
import sys, threading, os, json, base64
for i in range({LINES}):
    print('line', i, v if i % 7 == 0 else 'nothing', flush=i % 50 == 0)
for c in v + '\\n': print(c, end='', flush=True)
print(json.dumps({{'token': v}}), base64.b64encode(('user:' + v).encode()).decode())
print(v, file=sys.stderr)
os.write(1, b'')
display({{'text/html': '<b>' + v + '</b>', 'application/json': [list(range(1000)), v]}}, raw=True)
print('x' * 200_000)
t = threading.Thread(target=lambda: [print('thread', n, v) for n in range(20)]); t.start(); t.join()
if {{number}} % 5 == 0: raise ValueError(v)
"""
BASH = f"for i in $(seq 0 {LINES - 1}); do echo line $i $v; done; echo -n ${{v:0:9}}; echo ${{v:9}}"


def run(kernel: Kernel, code: str, until: float, problems: list[str], counts: list[int]) -> None:
    while time.monotonic() < until:
        reply = kernel.execute(code.replace("{number}", str(counts[0])))
        seen = [int(n) for n in re.findall(r"^line (\d+) ", reply.stream(), re.MULTILINE)]
        if seen != list(range(LINES)):
            problems.append(f"lines are missing: {len(seen)} of {LINES}")
        found = leaks(shown(reply), VALUE)
        if found:
            problems.append(f"{len(found)} pieces leaked")
        counts[0] += 1
        counts[1] += len(seen)


def memory(pid: int) -> int:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024


def main(seconds: float) -> int:
    server = Server(
        Path(tempfile.mkdtemp()),
        config="c.ZMQChannelsWebsocketConnection.limit_rate = False",
        arguments=("--ServerApp.log_level=INFO",),
    )
    server.start()
    server.store_secret("token", VALUE)
    spec = server.home / "data/kernels/bash"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(
        '{"argv": ["python", "-m", "bash_kernel", "-f", "{connection_file}"],'
        ' "display_name": "Bash", "language": "bash", "env": {"PS1": "$"}}'
    )
    problems: list[str] = []
    counts = [[0, 0] for _ in range(4)]
    kernels = [Kernel(server, server.request("POST", "api/kernels", {"name": name})["id"])
               for name in ("python3", "python3", "python3", "bash")]  # fmt: skip
    for kernel in kernels:
        kernel.connect()
    get = "v = dbutils.secrets.get('prod', 'token')"
    unfiltered = f"{get}\ns = get_ipython().kernel.session; del s.send, s.serialize"
    setups = [get, get, unfiltered, f"v=$(echo {VALUE[::-1]} | rev)"]
    for kernel, setup in zip(kernels, setups, strict=True):
        assert kernel.execute(setup).reply["status"] == "ok"
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=run, args=(kernel, code, until, problems, count))
        for kernel, code, count in zip(kernels, [PYTHON] * 3 + [BASH], counts, strict=True)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        print(
            f"{memory(server.process.pid)} MB after {sum(c for c, _ in counts)} cells", flush=True
        )
        time.sleep(min(30.0, seconds / 10))
    for kernel in kernels:
        kernel.close()
    server.stop()
    print(f"cells and lines: {counts}; problems: {problems or 'none'}")
    print(f"in the server's log: {len(leaks(server.log.read_text(), VALUE))} pieces")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 600))
