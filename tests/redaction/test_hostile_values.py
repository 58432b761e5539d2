"""Any value can be stored: to learn and to hide it raises nothing and takes as long as it is long.

`REDACTION_EXAMPLES=10000` runs as many values as a release is tried on.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Sequence
from itertools import chain, repeat

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jupyter_secrets.redaction import MARKER, Redactor
from jupyter_secrets.redaction.components import verdicts
from jupyter_secrets.redaction.components.recognise import components_of
from tests.redaction.corpus.values import VALUES

EXAMPLES = int(os.environ.get("REDACTION_EXAMPLES", "300"))
LONGEST = 4096
# From here on all of a value is hidden wherever it stands.
SHORTEST = 8
# CPU time of one value on a busy machine; one that backtracks takes minutes.
SECONDS = 5.0
NOISE = 3

# What recognisers look for: a value made of these is a file or an address, nearly.
STRUCTURE = (
    *"{}[]()<>:;,=@/\\\"'`%&?#|$!+-*_. \t\r\n",
    *("://", "password", "Pwd=", "{", '":"', "\\u00", "%25", "&#", "&amp;", "<a>", "</a>", "-----"),
    *("-----BEGIN PRIVATE KEY-----\n", "eyJ", ".", "==", "machine ", "token: ", "- ", "[x]\n"),
    *("Basic ", "Bearer ", "AAAA", "YWJj", "0", "9", "a", "Z", "é", "\u200b", "\x1b[31m", "\x00"),
    *(str.join("", repeat("ab", 40)), str.join("", repeat("1 ", 40)), "https://h.example/"),
)
# Of long texts hypothesis draws what they are made of, and not each character.
ALPHABETS = (
    range(sys.maxunicode + 1),
    range(0x2500),
    range(0x80),
    [ord(character) for character in "".join(STRUCTURE)],
)
anything_at_all = st.characters(exclude_categories=())
anything = st.text(anything_at_all, max_size=LONGEST)
structured = st.lists(st.sampled_from(STRUCTURE), max_size=400).map("".join)
corpus = st.sampled_from([stored.value for stored in VALUES.values()])


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """Return a value of the corpus with parts of it cut out, put in or repeated."""
    value = draw(corpus)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(value)))
        end = draw(st.integers(start, min(len(value), start + 200)))
        middle = draw(st.one_of(structured, st.just(value[start:end] * 3), st.just("")))
        value = value[:start] + middle + value[end:]
    return value[:LONGEST]


@st.composite
def joined(draw: st.DrawFn) -> str:
    """Return several values of the corpus in one, as people keep them in one secret."""
    return draw(st.sampled_from(["\n", "", ";", "{}", '"'])).join(
        draw(st.lists(corpus, min_size=2, max_size=5))
    )[:LONGEST]


@st.composite
def long(draw: st.DrawFn) -> str:
    """Return many characters of all kinds, or of few."""
    chance = random.Random(draw(st.integers(0, 2**32)))
    codes = draw(st.sampled_from(ALPHABETS))
    return "".join(map(chr, chance.choices(codes, k=draw(st.integers(1, LONGEST)))))


@st.composite
def repeated(draw: st.DrawFn) -> str:
    """Return a text that repeats itself, with another one in it."""
    text, other = draw(st.text(anything_at_all, min_size=1, max_size=40)), draw(anything)
    value = text * draw(st.integers(1, LONGEST // len(text)))
    place = draw(st.integers(0, len(value)))
    return (value[:place] + other + value[place:])[:LONGEST]


# Where each piece of a value is at many places of it.
few_characters = st.sampled_from(["01", "0 ", "0 1", "ab ", "a0", "0-", "1,"]).flatmap(
    lambda characters: st.text(st.sampled_from(characters), min_size=SHORTEST, max_size=60)
)
hostile = st.one_of(
    anything,
    few_characters,
    structured.map(lambda text: text[:LONGEST]),
    damaged(),
    joined(),
    long(),
    repeated(),
)


@pytest.mark.timeout(max(300, EXAMPLES))
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@example("00 0 0 0 0 0 0 0")
@given(value=hostile)
@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.large_base_example]
)
def test_any_value_is_learned_and_hidden_as_a_whole_in_time(value: str) -> None:
    start = time.thread_time()
    redactor = Redactor([value])
    learned = time.thread_time()
    out = redactor.redact(f"x {value} y")
    hidden = time.thread_time()

    assert learned - start < SECONDS
    assert hidden - learned < SECONDS
    if len(value.strip()) >= SHORTEST and value.strip() not in MARKER:
        assert value.strip() not in out
        assert MARKER in out


@pytest.mark.timeout(max(300, EXAMPLES))
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@example("000|||||")
@example('""""')
@given(value=hostile)
@settings(
    max_examples=3 * EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.large_base_example]
)
def test_any_value_is_read_into_components(value: str) -> None:
    components = components_of(value)

    assert components
    assert all(0 <= each.start <= each.end <= len(value) for each in components)


def test_a_value_that_no_recogniser_copes_with_is_one_secret(monkeypatch) -> None:
    monkeypatch.setattr(verdicts, "components_of", lambda _: [][0])

    redactor = Redactor(["postgresql://app:Lindenbaum@db.example.com/app"])

    assert redactor.redact("x postgresql://app:Lindenbaum@db.example.com/app") == f"x {MARKER}"


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@given(value=hostile.filter(bool))
@settings(
    max_examples=max(EXAMPLES // 30, 10),
    deadline=None,
    suppress_health_check=[HealthCheck.large_base_example],
)
def test_time_grows_with_the_length_of_a_hostile_value(value: str) -> None:
    small, large = (
        "".join(chain.from_iterable(repeat(value, size // len(value) + 1)))[:size]
        for size in (LONGEST * 2, LONGEST * 8)
    )

    times = []
    for repeated in (small, large):
        start = time.thread_time()
        Redactor([repeated]).redact(f"x {repeated} y")
        times.append(time.thread_time() - start)

    assert times[1] <= 4 * NOISE * times[0] + 0.2


@pytest.mark.parametrize("codes", ALPHABETS, ids=["all", "scripts", "ASCII", "structure"])
@pytest.mark.parametrize("size", [LONGEST, 16_384])
def test_a_value_of_many_different_characters_is_learned_in_time(
    codes: Sequence[int], size: int
) -> None:
    value = "".join(map(chr, random.Random(1).choices(codes, k=size)))

    start = time.thread_time()
    redactor = Redactor([value])

    assert time.thread_time() - start < SECONDS
    assert value.strip() not in redactor.redact(f"x {value} y")


UNFINISHED = ("{", "[", '{"a":', "- ", "<a>", "a: \n ", '"\\', "%25", "(", "@:")


@pytest.mark.parametrize("shape", UNFINISHED)
def test_deep_and_unfinished_structure_is_learned_in_time(shape: str) -> None:
    value = shape * (100_000 // len(shape))

    start = time.thread_time()
    Redactor([value])

    assert time.thread_time() - start < SECONDS


@pytest.mark.parametrize("shape", UNFINISHED)
def test_a_value_that_repeats_itself_is_hidden_in_time(shape: str) -> None:
    value = (shape * LONGEST)[:512].strip()
    redactor = Redactor([value])

    start = time.thread_time()
    out = redactor.redact(f"{value} " * 4)

    assert time.thread_time() - start < SECONDS
    assert value not in out
