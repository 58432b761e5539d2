"""What it takes to learn a value grows with the value, not with how many are known."""

from __future__ import annotations

import base64
import json
import random
import string
import time
from collections.abc import Callable

import pytest

from jupyter_secrets.redaction import Redactor
from tests.redaction.samples import MARKER

# Other processes share the processor's caches: times are rough, and growth is what counts.
NOISE = 3


def token(seed: int, size: int = 36) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=size))


def key(seed: int, lines: int = 26) -> str:
    data = base64.b64encode(random.Random(seed).randbytes(48 * lines)).decode()
    body = "\n".join(data[at : at + 64] for at in range(0, len(data), 64))
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"


def account(seed: int) -> str:
    return json.dumps({"type": "service_account", "private_key": key(seed)}, indent=2)


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


@pytest.mark.parametrize("make", [token, key, account], ids=["token", "key", "service account"])
def test_ten_values_one_after_another_take_hardly_longer_than_together(
    make: Callable[[int], str],
) -> None:
    Redactor([make(99)])
    redactor = Redactor()

    apart = min(seconds(lambda n=n: redactor.add(make(n))) for n in range(10)) * 10
    together = seconds(lambda: Redactor([make(number) for number in range(10, 20)]))

    assert apart <= 1.5 * NOISE * together
    assert redactor.redact(make(9)).strip() == MARKER


def test_what_is_known_makes_no_value_slower_to_learn() -> None:
    few, many = Redactor(), Redactor(token(number) for number in range(1000))

    def learn(redactor: Redactor) -> float:
        return min(seconds(lambda n=n: redactor.add(token(n))) for n in range(5000, 5020))

    assert learn(many) <= NOISE * learn(few)


@pytest.mark.parametrize(
    "make",
    [
        lambda size: token(1, size),
        lambda size: "".join(random.Random(2).choices(string.printable, k=size)),
        lambda size: "\n".join(f"KEY_{n}={token(n, 24)}" for n in range(size // 32)),
        lambda size: json.dumps({f"k{n}": token(n, 20) for n in range(size // 32)}, indent=1),
        lambda size: key(3, size // 65),
        lambda size: "é☃" * (size // 2),
        lambda size: "-" * size,
        lambda size: "https://user:pass@host.example.com/a?b=c " * (size // 41),
    ],
    ids=["token", "printable", "env file", "JSON", "key", "unicode", "dashes", "URLs"],
)
def test_time_grows_with_the_length_of_a_value(make: Callable[[int], str]) -> None:
    small, large = make(12_500), make(100_000)

    times = [
        min(seconds(lambda v=value: Redactor([v])) for _ in range(2)) for value in (small, large)
    ]

    assert times[1] <= 8 * NOISE * times[0] + 0.05
    assert times[1] < 2 * NOISE


def test_nobody_waits_for_a_value_that_is_learned() -> None:
    redactor = Redactor([token(1)])

    with redactor._lock:  # as held by whoever swaps a scanner in
        assert redactor.redact(token(1)) == MARKER
        assert redactor.stream().feed("a line\n") == "a line\n"
