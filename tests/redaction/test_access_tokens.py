"""Tokens of the store are hidden by their format: no redactor knows them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import pytest
from chunk_invariance import assert_chunk_invariant, two_part_splits

from jupyter_secrets.redaction import Redactor
from tests.redaction.samples import MARKER, PASSWORD

T = "jst_" + "aB3dE6gH9" * 4 + "xY7zK1q"
REDACTORS = {"no value": Redactor(), "values": Redactor([PASSWORD, "p@ss w0rd"])}
HIDDEN = {
    "alone": (T, MARKER),
    "in a header": (f"Authorization: Bearer {T}\n", f"Authorization: Bearer {MARKER}\n"),
    "within a word": (f"x{T}y", f"x{MARKER}y"),
    "twice": (f"{T} and {T}", f"{MARKER} and {MARKER}"),
    "begun before": (f"jst_jst_{T}", f"jst_jst_{MARKER}"),
    "a URL": (f"http://h/?token={T}&x=1", f"http://h/?token={MARKER}&x=1"),
    "in colours": (f"\x1b[31m{T[:9]}\x1b[1m{T[9:]}\x1b[0m", f"\x1b[31m{MARKER}\x1b[0m"),
}
SHOWN = [
    "jst_", "jst_too_short", T[:-1], f"{T[:20]}-{T[20:]}", f"jskt_{T[4:]}", "just_a_name",
    f"{T[:9]} {T[9:]}", "JST_" + T[4:],
]  # fmt: skip


@pytest.fixture(params=REDACTORS.values(), ids=REDACTORS)
def redactor(request) -> Redactor:
    return request.param


@pytest.mark.parametrize(("text", "redacted"), HIDDEN.values(), ids=HIDDEN)
def test_a_token_is_hidden_where_nothing_of_it_is_known(redactor, text, redacted):
    result = redactor.redact(text)

    assert T not in result
    assert result.replace("\x1b[1m", "") == redacted


@pytest.mark.parametrize("text", SHOWN)
def test_what_is_no_token_is_shown(redactor, text):
    assert redactor.redact(text) == text


@pytest.mark.parametrize("text", [*(text for text, _ in HIDDEN.values()), *SHOWN])
def test_however_the_text_is_cut_the_same_is_shown(redactor, text):
    def stream(chunks: Iterable[str]) -> Iterator[str]:
        stream = redactor.stream()
        yield from map(stream.feed, chunks)
        yield stream.flush()

    splits = [*two_part_splits(text), list(text)]

    assert_chunk_invariant(stream, redactor.redact, text, splits=splits)


@pytest.mark.parametrize("text", [text for text, _ in HIDDEN.values()])
@pytest.mark.parametrize("ascii", [True, False])
def test_a_message_with_a_token_passes_no_prefilter(redactor, text, ascii):
    assert redactor.prefilter(json.dumps({"text": [text]}, ensure_ascii=ascii).encode())
    assert redactor.prefilter(json.dumps({"html": f"<b>{text}</b>"}, ensure_ascii=ascii).encode())


def test_a_token_is_found_in_a_page_and_at_every_place_of_a_large_text(redactor):
    page = f"<p>{T[:12]}<b>{T[12:]}</b></p>"
    large = "".join(f"{number}: {T}\n" if number % 977 == 0 else f"{number}\n" * 20
                    for number in range(20_000))  # fmt: skip

    assert T[12:] not in redactor.redact(page)
    assert redactor.redact(large) == large.replace(T, MARKER)
    assert redactor.redact("x" * 5_000_000 + T) == "x" * 5_000_000 + MARKER
