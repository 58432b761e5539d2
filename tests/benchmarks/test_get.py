"""What `dbutils.secrets.get` costs in a kernel, beside a handler that commits one row.

Run with ``pytest tests/benchmarks/test_get.py -s``; it prints a table. The handler belongs to the
same server, asks for the server's token, and commits as durably as the store does its audit
record: what no service that records each read can do without. Both are asked over kept
connections, in turns.
"""

from __future__ import annotations

import json

import pytest

from tests.benchmarks.measuring import COMMIT_HANDLER, fill
from tests.jupyter import Server

ROUNDS = 300
CLIENTS = 32

HANDLER = f"""
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

class Handler(APIHandler):
    async def prepare(self):
        await super().prepare()
        if not self.current_user:
            raise HTTPError(403)

{COMMIT_HANDLER}
default_handlers = [("/commit", Commit)]
"""
CLIENT = f"""
import json, statistics, threading, time
from jupyter_secrets.client import Endpoint
endpoint = Endpoint(URL, TOKEN)
calls = {{
    "get": lambda: dbutils.secrets.get("prod", "k7"),
    "commit": lambda: endpoint.request("GET", "commit", {{"key": "k7"}}),
}}

def seconds(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began

def rate(call, each=20):
    def run():
        call()
        ready.wait()
        for _ in range(each):
            call()
    ready = threading.Barrier({CLIENTS} + 1)
    threads = [threading.Thread(target=run) for _ in range({CLIENTS})]
    for thread in threads:
        thread.start()
    ready.wait()
    return {CLIENTS} * each / seconds(lambda: [thread.join() for thread in threads])

times = {{name: [] for name in calls}}
for _ in range({ROUNDS}):
    for name, call in calls.items():
        times[name].append(seconds(call))
found = {{
    name: {{"median": statistics.median(all), "p99": sorted(all)[len(all) * 99 // 100]}}
    for name, all in times.items()
}}
rates = {{name: [] for name in calls}}
for _ in range(5):
    for name, call in calls.items():
        rates[name].append(rate(call))
for name in calls:
    found[name]["rate"] = statistics.median(rates[name])
print(json.dumps(found))
"""


@pytest.mark.timeout(600)
def test_a_get_beside_a_commit(tmp_path_factory: pytest.TempPathFactory) -> None:
    modules = tmp_path_factory.mktemp("modules")
    (modules / "committing.py").write_text(HANDLER)
    server = Server(
        tmp_path_factory.mktemp("home"),
        config="c.ServerApp.extra_services = ['committing']\n",
        environment={"PYTHONPATH": str(modules)},
        arguments=("--ServerApp.log_level=INFO",),
    )
    fill(server.home, 1_000)
    server.start()
    with server.kernel() as kernel:
        reply = kernel.execute(f"URL, TOKEN = {server.url!r}, {server.token!r}\n{CLIENT}")
    server.stop()
    found = json.loads(reply.stream())

    print("\n| call | median | 99 % | 32 clients at once |\n|---|---|---|---|")
    for name, figures in found.items():
        print(
            f"| {name} | {figures['median'] * 1000:.2f} ms | {figures['p99'] * 1000:.2f} ms "
            f"| {figures['rate']:.0f} a second |"
        )
    get, commit = found["get"], found["commit"]
    print(
        f"| ratio | {get['median'] / commit['median']:.2f} | {get['p99'] / commit['p99']:.2f} "
        f"| {get['rate'] / commit['rate']:.2f} |"
    )
