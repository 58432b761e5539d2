"""What the owner of a secret decides about its components counts in a server and its kernels."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.jupyter import Kernel, Server
from tests.outputs.test_weak_values import LAYERS

PASSWORD, HOST = "aB3xQ9Lm7Zk2Vp4R", "q7x2k9m4w8z3.db.acme.test"
VALUE = f"postgresql://reporting:{PASSWORD}@{HOST}/shop"
HIDDEN = "[REDACTED]"


@pytest.fixture(scope="module")
def own(start_server: Callable[..., Server]) -> Server:
    server = start_server()
    server.store_secret("db", VALUE)
    return server


@pytest.fixture
def kernel(own: Server) -> Iterator[Kernel]:
    """A kernel that was given the value."""
    with own.kernel() as kernel:
        reply = kernel.execute("v = dbutils.secrets.get('prod', 'db')")
        assert reply.reply["status"] == "ok"
        yield kernel
    decide(own, user="default", host="default")


def decide(server: Server, **verdicts: str) -> None:
    body = {"scope": "prod", "key": "db", "verdicts": verdicts}
    server.request("POST", "jupyter-secrets/update", body)


def shown_by(kernel: Kernel, expected: str) -> str:
    """Print the components until they are shown as expected; return how they were shown last."""
    deadline = time.monotonic() + 60
    while True:
        code = f"print('{PASSWORD}', 'repo' + 'rting', '{HOST}', sep='\\n')"
        shown = kernel.execute(code).stream().split()
        if " ".join(shown) == expected or time.monotonic() > deadline:
            return " ".join(shown)
        time.sleep(0.1)


@LAYERS
def test_a_running_kernel_follows_what_is_decided(own, kernel, prepare):
    kernel.execute(prepare)
    assert shown_by(kernel, f"{HIDDEN} reporting {HOST}") == f"{HIDDEN} reporting {HOST}"

    decide(own, user="secret", host="secret")
    assert shown_by(kernel, f"{HIDDEN} {HIDDEN} {HIDDEN}") == f"{HIDDEN} {HIDDEN} {HIDDEN}"

    decide(own, user="default", host="public")
    assert shown_by(kernel, f"{HIDDEN} reporting {HOST}") == f"{HIDDEN} reporting {HOST}"


def test_it_counts_while_a_cell_runs(own, kernel):
    code = "import time\nwhile True: print('repo' + 'rting', flush=True); time.sleep(.1)"
    kernel.send("execute_request", {"code": code, "silent": False, "allow_stdin": False})
    wait_for_text(kernel, "reporting")

    decide(own, user="secret")

    wait_for_text(kernel, HIDDEN)


def wait_for_text(kernel: Kernel, text: str) -> None:
    """Wait until the running cell prints a text; it prints ten times a second."""
    messages = (kernel.receive()[0]["content"] for _ in range(1_000))
    assert any(text in str(content.get("text")) for content in messages)


def test_a_kernel_that_begins_later_is_told_with_the_value(own):
    decide(own, user="secret")
    with own.kernel() as kernel:
        reply = kernel.execute("v = dbutils.secrets.get('prod', 'db'); print('repo' + 'rting')")
    decide(own, user="default")

    assert reply.stream() == f"{HIDDEN}\n"


def test_the_answer_of_rest_says_what_was_decided_and_a_list_says_nothing_new(own):
    decide(own, host="public")

    value = own.request("GET", "api/2.0/secrets/get?scope=prod&key=db")
    marks = own.request("GET", "jupyter-secrets/marks")
    (listed,) = own.request("GET", "jupyter-secrets/describe-secrets?scope=prod")["secrets"]
    decide(own, host="default")

    assert value["verdicts"] == marks["verdicts"]["prod/db"] == {"host": "public"}
    assert "verdicts" not in listed
    assert "verdicts" not in own.request("GET", "api/2.0/secrets/get?scope=prod&key=db")
