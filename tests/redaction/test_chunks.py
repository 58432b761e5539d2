"""Large texts are searched in chunks: what comes out is what the whole text would give."""

from __future__ import annotations

import os
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_secrets.redaction import Redactor, SecretValue
from jupyter_secrets.redaction.patterns.alnum import NOT_ALPHANUMERIC
from jupyter_secrets.redaction.patterns.compile import patterns_of
from jupyter_secrets.redaction.patterns.compiled import CompiledValue
from jupyter_secrets.redaction.patterns.offsets import OffsetMap, Pieces
from jupyter_secrets.redaction.search import chunks
from jupyter_secrets.redaction.search.chunks import chunk_bounds
from jupyter_secrets.redaction.search.context import Context, Trail
from jupyter_secrets.redaction.search.projections import (
    _INVISIBLE,
    _MARKUP,
    around_tags,
    rendered_text,
)
from jupyter_secrets.redaction.search.scanner import NOTHING_BEFORE
from jupyter_secrets.redaction.search.spans import Region
from tests.redaction.samples import KEY, LETTERS, PASSWORD, SECRETS, TOKEN

EXAMPLES = int(os.environ.get("REDACTION_EXAMPLES", "400"))
VALUES = [*SECRETS.values(), "LIVE", "correct horse battery staple", LETTERS * 3]
REDACTOR = Redactor(VALUES, engine="ahocorasick_rs")
CHUNK_SIZES = (16, 100, 1000)

FILLERS = st.sampled_from(
    ["", " ", "x", "word ", ", ", "é", "…", "\n", "- " * 40, "plain text " * 30, "z" * 300, "9" * 9]
)
MARKS = st.sampled_from(
    [
        "<b>",
        "</b>",
        "<br>",
        "<a href='x'>",
        "<!-- no -->",
        "<",
        ">",
        "&amp;",
        "&#x41;",
        "&",
        "&lt",
        ";",
        "\x1b[31m",
        "\x1b[0m",
        "\x1b]8;;u\x1b\\",
        "\x1b]0;t",
        "\x1b",
        "\x9b1m",
        "\xad",
        "\u200b",
        "\x1b[<3",
        "</" + "p" * 400 + ">",
    ]
)
SHORT = st.sampled_from(
    ["LIVE", "DELIVERY", TOKEN, PASSWORD, KEY, LETTERS, "correct horse battery"]
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a text with secrets in it, whole, in pieces and split by what projections leave out."""
    parts = []
    for _ in range(draw(st.integers(1, 14))):
        kind = draw(st.integers(0, 5))
        if kind == 0:
            parts.append(draw(FILLERS) * draw(st.integers(1, 6)))
        elif kind == 1:
            parts.append(draw(MARKS))
        elif kind == 2:
            parts.append(draw(SHORT))
        else:
            value = draw(st.sampled_from(VALUES))
            start = draw(st.integers(0, len(value)))
            piece = value[start : start + draw(st.integers(0, 60))]
            if kind == 3:
                piece = draw(st.sampled_from(["-", " | ", "<i>", "\x1b[1m", "\u200b"])).join(piece)
            elif kind == 4:
                at = draw(st.integers(0, len(piece)))
                piece = piece[:at] + draw(MARKS) + piece[at:]
            parts.append(piece)
    return "".join(parts)


def found_in_chunks(
    data: bytes,
    size: int,
    context: Context = NOTHING_BEFORE,
    *,
    final: bool = True,
    markup: bool | None = None,
) -> set[Region]:
    bounds = chunk_bounds(data, size)
    return set(chunks.find(REDACTOR.scanner, data, bounds, context, final=final, markup=markup))


def found_at_once(
    data: bytes,
    context: Context = NOTHING_BEFORE,
    *,
    final: bool = True,
    markup: bool | None = None,
) -> set[Region]:
    return set(REDACTOR.scanner.search(data, context, final, markup, at_once=True)[0])


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    text=texts(),
    size=st.sampled_from(CHUNK_SIZES),
    markup=st.sampled_from([None, True, False]),
    final=st.booleans(),
    tail=st.integers(0, 30),
)
def test_chunks_find_what_the_whole_text_has(
    text: str, size: int, markup: bool | None, final: bool, tail: int
) -> None:
    data = text.encode()
    before = b"x" + TOKEN.encode()[:tail]
    trail = Trail(before[-4:], before.translate(None, NOT_ALPHANUMERIC)[-40:])
    context = Context(before[-4:], trail)

    found = found_in_chunks(data, size, context, final=final, markup=markup)

    assert found == found_at_once(data, context, final=final, markup=markup)


def found_in_text(data: bytes) -> bool:
    return any(value.encode() in data for value in VALUES if len(value) > 11)


@settings(max_examples=EXAMPLES, deadline=None)
@given(text=texts(), size=st.sampled_from(CHUNK_SIZES))
def test_where_chunks_have_no_candidates_there_is_nothing_to_find(text: str, size: int) -> None:
    data, scanner = text.encode(), REDACTOR.scanner

    found = found_at_once(data)

    assert found_in_chunks(data, size) or not found
    assert scanner.prefilter(data, scanner.alnum_of(data)) or not found_in_text(data)


@settings(max_examples=EXAMPLES, deadline=None)
@given(text=texts(), size=st.integers(1, 300))
def test_nothing_that_a_view_leaves_out_lies_across_two_chunks(text: str, size: int) -> None:
    data = text.encode()

    bounds = chunk_bounds(data, size)

    assert bounds == sorted({0, *bounds, len(data)})
    for pattern in (_INVISIBLE, _MARKUP):
        joined = b"".join(pattern.sub(b"", data[low:high]) for low, high in pairwise(bounds))
        assert joined == pattern.sub(b"", data)


@settings(max_examples=EXAMPLES, deadline=None)
@given(text=texts(), reach=st.integers(1, 7))
def test_around_tags_is_everything_that_was_not_there_before(text: str, reach: int) -> None:
    data = text.encode()

    around = around_tags(data, reach)

    shown = rendered_text(data)
    if around is None:
        assert shown == data
        return
    for projection in (shown, shown.translate(None, NOT_ALPHANUMERIC)):
        squeeze = projection is not shown
        near = around.translate(None, NOT_ALPHANUMERIC) if squeeze else around
        raw = data.translate(None, NOT_ALPHANUMERIC) if squeeze else data
        grams = {projection[at : at + reach + 1] for at in range(len(projection) - reach)}
        assert not [gram for gram in grams if gram not in near and gram not in raw]


def spans_of(pieces: Pieces, offset_map: OffsetMap) -> list[tuple[int, int]]:
    return [(offset_map.starts[first], offset_map.ends[end - 1]) for first, end in pieces]


@pytest.mark.parametrize("secret", VALUES, ids=lambda value: value[:8])
def test_each_piece_holds_a_gram(secret: str) -> None:
    value = CompiledValue(SecretValue(secret), patterns_of(SecretValue(secret)), alnum=True)

    for alnum in value.alnum:
        spans, grams = spans_of(alnum.pieces, alnum.offset_map), list(alnum.grams())
        for pattern in alnum.patterns:
            enough = alnum.offset_map.layout(pattern.pieces).enough
            spans += spans_of(enough, alnum.offset_map)
        for start, end in spans:
            assert any(start <= at and at + len(gram) <= end for at, gram in grams)
    for pattern in value.in_text:
        grams = list(pattern.grams())
        for start, end in spans_of(pattern.pieces, pattern.offset_map):
            assert any(start <= at and at + len(gram) <= end for at, gram in grams)


def test_a_large_clean_text_comes_back_itself_and_a_finding_in_it_goes() -> None:
    chance = random.Random(3)
    words = [
        chance.choice(["alpha", "beta", "<b>x</b>", "é", "naïve", "x = 3"]) for _ in range(90_000)
    ]
    text = " ".join(words)
    assert len(text) > chunks.LARGE
    half = len(text) // 2

    assert REDACTOR.redact(text) is text
    for shown in (
        TOKEN,
        TOKEN[:20],
        "<i>".join(TOKEN),
        "\x1b[1m".join(TOKEN[:20]),
        "-".join(TOKEN),
    ):
        out = REDACTOR.redact(f"{text[:half]} ({shown}) {text[half:]}")
        assert out.count("[REDACTED]") == 1
        assert out.startswith(text[:half] + " (")
        assert out.endswith(") " + text[half:])
    stream = REDACTOR.stream()
    out = stream.feed(text + TOKEN[:9]) + stream.feed(TOKEN[9:] + text) + stream.flush()
    assert out == f"{text}[REDACTED]{text}"
