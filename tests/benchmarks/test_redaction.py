"""How fast text passes the redactor, beside what else one could use. Run:

    pytest tests/benchmarks --override-ini addopts= --benchmark-group-by=group

Everything searches for all encodings of the same secrets, in text that holds none of them and in
text with a secret in each hundredth line. What is slow gets less text: `MB/s` in the extra info
is comparable, and `ratio` is that of a plain copy of the text, measured in the same run.
"""

from __future__ import annotations

import functools
import random
import re
import resource
import string
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_secrets.redaction import Redactor, SecretValue
from jupyter_secrets.redaction.patterns.compile import patterns_of
from jupyter_secrets.redaction.patterns.encodings import encodings
from jupyter_secrets.redaction.search.engines import ENGINES
from tests.redaction.corpus.clean_text import generated_output, source_files
from tests.redaction.samples import SECRETS
from tests.redaction.test_registering import account, key, token

COUNTS = [1, 10, 100, 1_000, 10_000]
MEGABYTE = 1_000_000
LARGE = 64 * MEGABYTE
SLOW = 2 * MEGABYTE
CORPUS = 100 * MEGABYTE
COMPILE_TIMEOUT = 120.0


@functools.cache
def secrets(count: int) -> tuple[str, ...]:
    chance = random.Random(count)
    alphabet = string.ascii_letters + string.digits + "_-"
    return tuple(
        "".join(chance.choices(alphabet, k=chance.choice((20, 32, 40)))) for _ in range(count)
    )


@functools.cache
def text(size: int, hits: int = 0) -> str:
    """Return source code; with `hits`, of so many secrets one in each hundredth line."""
    parts, total = [], 0
    for path in source_files(Path(sysconfig.get_paths()["stdlib"]).joinpath("asyncio").parent):
        if path.suffix == ".py":
            parts.append(path.read_text(encoding="utf-8", errors="ignore"))
            total += len(parts[-1])
            if total > min(size, 8 * MEGABYTE):
                break
    whole = "".join(parts).encode("ascii", "ignore").decode()
    whole = (whole * (size // len(whole) + 1))[:size]
    if not hits:
        return whole
    lines = whole.split("\n")
    for number in range(0, len(lines), 100):
        lines[number] += secrets(hits)[number // 100 % hits]
    return "\n".join(lines)


@functools.cache
def redactor(count: int, engine: str | None, projections: bool) -> Redactor:
    made = Redactor(secrets(count), engine=engine, projections=projections)
    deadline = time.monotonic() + COMPILE_TIMEOUT
    while time.monotonic() < deadline and not is_ready(made):
        time.sleep(0.1)
    return made


def is_ready(made: Redactor) -> bool:
    """Tell whether hyperscan's database, which is compiled in the background, is there."""
    engines = [engine for index in made.scanner.indexes for engine in index.engines]
    return all(getattr(engine, "_scan", True) is not None for engine in engines)


@functools.cache
def grams(count: int) -> tuple[bytes, ...]:
    return tuple(
        {
            gram: None
            for secret in secrets(count)
            for pattern in patterns_of(SecretValue(secret))
            for _, gram in pattern.grams()
        }
    )


@functools.cache
def whole_encodings(count: int) -> tuple[str, ...]:
    return tuple(form.decode() for secret in secrets(count) for form in encodings(secret))


@functools.cache
def copy_speed() -> float:
    data, best = text(LARGE).encode(), 9e9
    for _ in range(5):
        start = time.perf_counter()
        bytearray(data)
        best = min(best, time.perf_counter() - start)
    return LARGE / best / MEGABYTE


def measure(benchmark: Any, work: Callable[[], object], size: int) -> None:
    work()
    benchmark.pedantic(work, rounds=2, iterations=1)
    speed = size / benchmark.stats.stats.min / MEGABYTE
    benchmark.extra_info["MB/s"] = round(speed, 1)
    benchmark.extra_info["ratio"] = round(speed / copy_speed(), 3)


def test_a_plain_copy(benchmark: Any) -> None:
    data = text(LARGE).encode()
    benchmark.group = "64 MB, no hits"
    measure(benchmark, lambda: bytearray(data), LARGE)


@pytest.mark.parametrize("count", [1, 10, 100, 1_000])
def test_a_loop_of_replace(benchmark: Any, count: int) -> None:
    benchmark.group = f"no hits, {count} secrets"
    patterns, sample = whole_encodings(count), text(SLOW if count < 1_000 else SLOW // 10)

    def replace() -> str:
        out = sample
        for pattern in patterns:
            out = out.replace(pattern, "[REDACTED]")
        return out

    measure(benchmark, replace, len(sample))


@pytest.mark.parametrize("count", [1, 10, 100])
def test_an_alternation(benchmark: Any, count: int) -> None:
    benchmark.group = f"no hits, {count} secrets"
    pattern = re.compile("|".join(map(re.escape, whole_encodings(count))))
    sample = text(SLOW if count < 100 else SLOW // 10)
    measure(benchmark, lambda: pattern.sub("[REDACTED]", sample), len(sample))


@pytest.mark.parametrize("count", COUNTS)
def test_pyahocorasick(benchmark: Any, count: int) -> None:
    ahocorasick = pytest.importorskip("ahocorasick")
    benchmark.group = f"no hits, {count} secrets"
    automaton = ahocorasick.Automaton()
    for index, gram in enumerate(grams(count)):
        automaton.add_word(gram.decode(), index)
    automaton.make_automaton()
    sample = text(SLOW * 4)
    measure(benchmark, lambda: list(automaton.iter(sample)), len(sample))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", ["ahocorasick_rs", "daachorse", "hyperscan", "python"])
def test_an_engine_alone(benchmark: Any, name: str, count: int) -> None:
    if name != "python":
        pytest.importorskip(name)
    benchmark.group = f"no hits, {count} secrets"
    start = time.perf_counter()
    engine = ENGINES[name](grams(count))
    while getattr(engine, "_scan", True) is None and time.perf_counter() - start < COMPILE_TIMEOUT:
        time.sleep(0.1)
    benchmark.extra_info["build s"] = round(time.perf_counter() - start, 2)
    benchmark.extra_info["grams"] = len(grams(count))
    data = text(LARGE).encode()
    measure(benchmark, lambda: engine.find(data), LARGE)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize(
    "projections", [False, True], ids=["encodings and pieces", "all projections"]
)
@pytest.mark.parametrize("engine", ["ahocorasick_rs", "hyperscan"])
def test_redact_64_mb(benchmark: Any, engine: str, projections: bool, count: int) -> None:
    pytest.importorskip(engine)
    benchmark.group = f"no hits, {count} secrets"
    made, sample = redactor(count, engine, projections), text(LARGE)
    measure(benchmark, lambda: made.redact(sample), LARGE)
    benchmark.extra_info["max RSS MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("engine", ["ahocorasick_rs", "hyperscan"])
def test_redact_with_hits(benchmark: Any, engine: str, count: int) -> None:
    pytest.importorskip(engine)
    benchmark.group = f"1 % hits, {count} secrets"
    made, sample = redactor(count, engine, True), text(SLOW, count)
    measure(benchmark, lambda: made.redact(sample), len(sample))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("engine", ["ahocorasick_rs", "hyperscan"])
def test_a_message_of_200_bytes_through_a_stream(benchmark: Any, engine: str, count: int) -> None:
    pytest.importorskip(engine)
    benchmark.group = f"200 bytes, {count} secrets"
    stream = redactor(count, engine, True).stream()
    message = text(SLOW)[5000:5199].replace("\n", " ") + "\n"
    benchmark.pedantic(lambda: stream.feed(message), rounds=50, iterations=200)
    benchmark.extra_info["us"] = round(benchmark.stats.stats.min * 1e6, 2)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("engine", ["ahocorasick_rs", "hyperscan"])
def test_building_and_adding(benchmark: Any, engine: str, count: int) -> None:
    pytest.importorskip(engine)
    benchmark.group = f"build, {count} secrets"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = benchmark.pedantic(lambda: Redactor(secrets(count), engine=engine), rounds=1)
    times = []
    for number in range(5):
        start = time.perf_counter()
        made.add(f"tk_9fA7xQ2LmZ8vKp4WcR6yB1nD5gH0jS{number}")
        times.append(time.perf_counter() - start)
    benchmark.extra_info["add one ms"] = round(min(times) * 1e3, 2)
    benchmark.extra_info["RSS grew by MB"] = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    ) // 1024


@pytest.mark.parametrize("make", [token, key, account], ids=["token", "key", "service account"])
def test_learning_a_value(benchmark: Any, make: Callable[[int], str]) -> None:
    benchmark.group = "learning a value"
    made, seeds = Redactor(), iter(range(10_000))
    benchmark.pedantic(lambda: made.add(make(next(seeds))), rounds=10)
    benchmark.extra_info["ms"] = round(benchmark.stats.stats.min * 1e3, 1)


def test_a_hundred_megabytes_of_clean_text_stay_as_they_are() -> None:
    made = Redactor(SECRETS.values())
    size, spoiled = 0, []

    for path in source_files(Path(sysconfig.get_paths()["stdlib"])):
        data = path.read_bytes()
        size += len(data)
        if made.redact_bytes(data) is not data:
            spoiled.append(str(path))
        if size > CORPUS:
            break
    spoiled += [output for output in generated_output(2000) if made.redact(output) is not output]

    assert spoiled == []
