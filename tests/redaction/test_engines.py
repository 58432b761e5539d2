"""All engines give the answers of one naive reference; which is used is a question of speed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement

from jupyter_secrets.redaction import Redactor
from jupyter_secrets.redaction.engines import ENGINES, PythonEngine, best_engine, engine_factory
from tests.redaction.samples import SECRETS, reference

PATTERNS = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=8), st.text("ab\0", min_size=1, max_size=8).map(str.encode)
    ),
    min_size=1,
    max_size=8,
    unique=True,
)


def naive(patterns: list[bytes], data: bytes) -> list[tuple[int, int]]:
    return [
        (index, start)
        for index, pattern in enumerate(patterns)
        for start in range(len(data))
        if data.startswith(pattern, start)
    ]


@pytest.mark.parametrize("name", ENGINES)
@settings(max_examples=500, deadline=None)
@given(patterns=PATTERNS, data=st.data())
def test_an_engine_finds_what_a_loop_finds(
    name: str, patterns: list[bytes], data: st.DataObject
) -> None:
    pieces = data.draw(st.lists(st.one_of(st.sampled_from(patterns), st.binary(max_size=3))))
    text = b"".join(pieces)

    engine = ENGINES[name](patterns)

    assert sorted(engine.find(text)) == sorted(naive(patterns, text))
    assert engine.any(text) == bool(naive(patterns, text))


@pytest.mark.parametrize("name", ENGINES)
@settings(max_examples=100, deadline=None)
@given(
    values=st.lists(st.text("ab\0é", max_size=5), max_size=4), text=st.text("ab\0éx", max_size=24)
)
def test_a_redactor_gives_the_same_text_with_every_engine(
    name: str, values: list[str], text: str
) -> None:
    assert Redactor.exact(values, engine=name).redact(text) == reference(text, values)


@pytest.mark.parametrize("name", ENGINES)
def test_forms_and_pieces_are_found_with_every_engine(name: str) -> None:
    everything = "\n".join(f"{value} {value!r} {value[3:17]}" for value in SECRETS.values())

    out = Redactor(SECRETS.values(), engine=name).redact(everything)

    assert out == Redactor(SECRETS.values(), engine="python").redact(everything)


@pytest.mark.parametrize("name", ENGINES)
def test_a_short_pattern_at_the_very_end_is_found_among_longer_ones(name: str) -> None:
    # hyperscan alone misses it.
    engine = ENGINES[name]([b"ab", b"a[baaa", b"\x1ba[[[[", b"baaabb"])

    assert engine.any(b"x[xb[bb[\x1b[xbxaxx\x1b\x1bxxxab")


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_of_many_patterns_finds_them(name: str) -> None:
    patterns = [f"{number:08d}".encode() for number in range(5000)]

    engine = ENGINES[name](patterns)

    assert engine.any(b"x00001234x")
    assert not engine.any(b"x0000x1234x" * 50)
    assert engine.find(b"x00001234x") == [(1234, 1)]


def test_without_compiled_engines_pure_python_does_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jupyter_secrets.redaction.engines.find_spec", lambda name: None)

    assert isinstance(best_engine([b"pattern"]), PythonEngine)


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

    (requirement,) = map(Requirement, re.findall('"(ahocorasick_rs.*)"', project))

    assert requirement.marker is not None
    assert requirement.marker.evaluate({"python_version": "3.12", **environment}) is has_wheel
