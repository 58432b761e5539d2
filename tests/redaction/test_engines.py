"""All engines give the answers of one naive reference; which is used is a question of speed."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from jupyter_secrets.redaction.search.engines import (
    ENGINES,
    AhoCorasickEngine,
    DaachorseEngine,
    HyperscanEngine,
    PythonEngine,
    QuickEngine,
    best_engine,
    engine_factory,
)
from tests.redaction.conformance import EngineSuite


class TestAhoCorasick(EngineSuite):
    name, factory = "ahocorasick_rs", AhoCorasickEngine


class TestDaachorse(EngineSuite):
    name, factory = "daachorse", DaachorseEngine


class TestHyperscan(EngineSuite):
    name, factory = "hyperscan", HyperscanEngine


class TestPython(EngineSuite):
    name, factory = "python", PythonEngine


def test_each_engine_has_its_tests() -> None:
    assert {test.name for test in EngineSuite.__subclasses__()} == set(ENGINES)


def test_without_compiled_engines_pure_python_does_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jupyter_secrets.redaction.search.engines.find_spec", lambda name: None)

    assert isinstance(best_engine([b"pattern"]), PythonEngine)


def test_an_engine_that_improves_finds_the_same_all_the_while() -> None:
    engine = QuickEngine([b"needle12", b"sk-4"])
    text = b"hay " * 50_000 + b"sk-4 and needle12, "
    first, deadline = engine.current, time.monotonic() + 60

    while engine.current is first and time.monotonic() < deadline:
        assert {text[low:high] for _, low, high in engine.find(text)} == {b"needle12", b"sk-4"}

    assert isinstance(engine.current, HyperscanEngine)
    found = {text[max(0, high - 8) : high] for _, _, high in engine.find(text)}
    assert {b"needle12", b"hay sk-4"} == found


def test_an_unknown_engine_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no engine 'grep'"):
        engine_factory("grep")


GLIBC = {"sys_platform": "linux", "platform_python_implementation": "CPython"}
WINDOWS = {"sys_platform": "win32", "platform_python_implementation": "CPython"}
MAC = {"sys_platform": "darwin", "platform_python_implementation": "CPython"}


@pytest.mark.parametrize(
    ("environment", "has_wheel"),
    [
        ({**GLIBC, "platform_machine": "x86_64"}, True),
        ({**GLIBC, "platform_machine": "aarch64"}, True),
        ({**MAC, "platform_machine": "arm64"}, True),
        ({**MAC, "platform_machine": "x86_64"}, True),
        ({**WINDOWS, "platform_machine": "AMD64"}, True),
        ({**WINDOWS, "platform_machine": "ARM64"}, False),
        ({**WINDOWS, "platform_machine": "x86"}, False),
        ({**GLIBC, "platform_machine": "armv7l"}, False),
        ({**GLIBC, "platform_machine": "i686"}, False),
        ({**GLIBC, "platform_machine": "ppc64le"}, False),
        ({**GLIBC, "platform_machine": "riscv64"}, False),
        ({**GLIBC, "platform_machine": "x86_64", "python_version": "3.15"}, False),
        (
            {
                **GLIBC,
                "platform_machine": "x86_64",
                "platform_python_implementation": "PyPy",
            },
            False,
        ),
        ({"sys_platform": "emscripten", "platform_machine": "wasm32"}, False),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else str(value),
)
def test_the_engine_is_installed_only_where_it_needs_no_compiler(
    environment: dict[str, str], has_wheel: bool
) -> None:
    project = Path(__file__).parents[2].joinpath("pyproject.toml").read_text(encoding="utf-8")

    (requirement,) = map(Requirement, re.findall('"(ahocorasick_rs[>=].*)"', project))

    assert requirement.marker is not None
    assert requirement.marker.evaluate({"python_version": "3.12", **environment}) is has_wheel
