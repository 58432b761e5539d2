"""Letters of every script: they are found whatever parts them, however a text is cut."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_secrets.redaction import MARKER, Redactor
from jupyter_secrets.redaction.patterns.alnum import alnum_of_scripts
from jupyter_secrets.redaction.patterns.policy import is_wordy, kinds_of
from jupyter_secrets.redaction.search import chunks
from jupyter_secrets.redaction.search.chunks import chunk_bounds
from jupyter_secrets.redaction.search.projections import AlnumProjection
from jupyter_secrets.redaction.search.scanner import NOTHING_BEFORE
from jupyter_secrets.redaction.search.spans import Region

PHRASE = "мудрый ёжик несёт фонарь сквозь туман"
MIXED = "Верблюд7Фонарь!Туман42"
HAN = "正確馬電池釘書針黃駱駝大聲唱"
TOKEN = "tk_9fA7xQ2LmZ8vKp4W"
EXAMPLES = int(os.environ.get("REDACTION_EXAMPLES", "200"))
REDACTOR = Redactor([PHRASE, MIXED, HAN, TOKEN])
LETTERS = st.text(st.sampled_from("аЯжé漢字पनμ9aZ क्षी│—« ,.-\n🙂"), max_size=60)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a text with parts of values between letters and separators of many scripts."""
    parts = []
    for _ in range(draw(st.integers(1, 12))):
        value = draw(st.sampled_from([PHRASE, MIXED, HAN, TOKEN]))
        start = draw(st.integers(0, len(value)))
        separator = draw(st.sampled_from(["", " ", "│", "\n", " — ", "</b>", "\x1b[1m"]))
        parts.append(separator.join(value[start : start + draw(st.integers(0, 40))]))
        parts.append(draw(LETTERS) * draw(st.integers(1, 8)))
    return "".join(parts)


@given(first=LETTERS, second=LETTERS)
def test_letters_are_those_of_each_part_of_a_text(first: str, second: str) -> None:
    together = alnum_of_scripts((first + second).encode())

    assert together == alnum_of_scripts(first.encode()) + alnum_of_scripts(second.encode())


@given(text=LETTERS)
def test_each_letter_is_found_again_in_the_text(text: str) -> None:
    data = text.encode()
    projection = AlnumProjection(data, 5, scripts=True)

    alnum_text = alnum_of_scripts(data)

    assert projection.text == alnum_text
    offsets = [projection.offset(index + 5) for index in range(len(alnum_text))]
    assert bytes(data[offset] for offset in offsets) == alnum_text
    assert projection.offset(len(alnum_text) + 5) == -1
    if alnum_text:
        spans = projection.raw(5, len(alnum_text) + 5)
        assert b"".join(data[start:end] for start, end in spans) == alnum_text


@settings(max_examples=EXAMPLES, deadline=None)
@given(text=texts(), size=st.sampled_from([64, 100, 256]))
def test_chunks_find_what_the_whole_text_has(text: str, size: int) -> None:
    data = text.encode()
    scanner, bounds = REDACTOR.scanner, chunk_bounds(data, size)

    in_chunks = chunks.find(scanner, data, bounds, NOTHING_BEFORE, final=True, markup=None)

    at_once = scanner.search(data, NOTHING_BEFORE, at_once=True)[0]
    assert covered(in_chunks) == covered(at_once)


def covered(regions: Iterable[Region]) -> set[int]:
    """Return the places in a text that regions take out."""
    return {
        place for region in regions for start, end in region.removed for place in range(start, end)
    }


@pytest.mark.parametrize("value", [PHRASE, MIXED, HAN], ids=["phrase", "mixed", "Han"])
@pytest.mark.parametrize(
    "shown",
    [
        lambda value: textwrap.fill(f"pw {value}", 8),
        lambda value: repr(list(value)),
        lambda value: "│".join(value),
        lambda value: "、".join(value),
        lambda value: " ".join(value[at : at + 3] for at in range(0, len(value), 3)),
    ],
    ids=["wrapped", "list", "boxes", "commas", "in groups"],
)
def test_no_letter_of_a_value_is_seen_through_separators(
    value: str, shown: Callable[[str], str]
) -> None:
    out = REDACTOR.redact(shown(value))

    assert MARKER in out
    assert not set(filter(str.isalpha, out.replace(MARKER, "").removeprefix("pw"))) & set(value)


def test_a_latin_token_is_found_between_boxes_beside_other_letters() -> None:
    out = REDACTOR.redact(f"ключ │ {'│'.join(TOKEN)} │ конец")

    assert set(filter(str.isalnum, out.replace(MARKER, ""))) == set("ключ конец") - {" "}


@settings(max_examples=EXAMPLES, deadline=None)
@given(cuts=st.lists(st.integers(1, 90), max_size=8))
def test_any_cutting_of_a_text_gives_the_same(cuts: list[int]) -> None:
    text = f"начало {PHRASE} и {MIXED}, {HAN} конец"
    stream = REDACTOR.stream()
    bounds = [0, *sorted(cuts), len(text)]

    out = "".join(stream.feed(text[start:end]) for start, end in pairwise(bounds))

    assert out + stream.flush() == REDACTOR.redact(text)


@pytest.mark.parametrize(
    "text",
    ["мама мыла раму", "Κόκκινη Αλεπού", "КРАСНАЯ ЛИСА", "नमस्ते दुनिया", "正確馬", "الجمل الأصفر"],
)
def test_words_are_those_of_any_script(text: str) -> None:
    assert is_wordy(text)


def test_a_mark_is_of_the_kind_of_its_letter() -> None:
    assert kinds_of("\u00c99 E\u03019") == "A0 Aa0"
