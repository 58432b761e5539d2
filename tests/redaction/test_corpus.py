"""What people store: its secret components are hidden however they are shown, what is public stays.

`python -m tests.redaction.corpus` counts both kinds of errors for each shape.
"""

from __future__ import annotations

import random
import re
import string
from functools import cache

import pytest

from jupyter_secrets.redaction import MARKER, Redactor
from jupyter_secrets.redaction.components.recognise import components_of
from tests.redaction.corpus.cells import early_cells, early_texts, hide_cells
from tests.redaction.corpus.public_texts import PUBLIC_TEXTS
from tests.redaction.corpus.report import blanked, full_store, leaking, redactor_of
from tests.redaction.corpus.stored import Stored
from tests.redaction.corpus.values import SHAPES, VALUES

each_value = pytest.mark.parametrize("stored", VALUES.values(), ids=VALUES)
stores = cache(full_store)


@each_value
def test_no_secret_component_is_seen_in_any_encoding_cut_or_wrapped(stored: Stored) -> None:
    _, names = leaking(redactor_of(stored).redact, hide_cells(stored))

    assert names == []


@each_value
def test_a_value_is_hidden_as_a_whole(stored: Stored) -> None:
    value = stored.value.strip()

    assert redactor_of(stored).redact(f"x {value}\ny") == f"x {MARKER}\ny"


@each_value
def test_the_public_text_around_a_value_stays(stored: Stored) -> None:
    _, texts = blanked(redactor_of(stored).redact, stored.keep)

    assert texts == []


@each_value
def test_an_opaque_component_is_hidden_before_a_kernel_was_given_the_value(stored: Stored) -> None:
    redactor = redactor_of(stored, disclosed=False)

    assert leaking(redactor.redact, early_cells(stored))[1] == []


@each_value
def test_common_text_stays_until_a_kernel_was_given_the_value(stored: Stored) -> None:
    redactor = redactor_of(stored, disclosed=False)

    assert blanked(redactor.redact, early_texts(stored))[1] == []


@pytest.mark.parametrize("disclosed", [True, False], ids=["given", "not given"])
@pytest.mark.parametrize("text", PUBLIC_TEXTS.values(), ids=PUBLIC_TEXTS)
def test_public_text_stays_whatever_is_stored(text: str, disclosed: bool) -> None:
    assert stores(disclosed=disclosed).redact(text) == text


@pytest.mark.parametrize("disclosed", [True, False], ids=["given", "not given"])
def test_the_public_text_around_each_value_stays_in_a_full_store(disclosed: bool) -> None:
    redactor = stores(disclosed=disclosed)
    texts = [text for stored in VALUES.values() for text in stored.keep]

    assert blanked(redactor.redact, texts)[1] == []


@pytest.mark.parametrize(
    "header", [text for s in VALUES.values() if (text := s.value).startswith("Basic ")]
)
def test_a_hit_in_a_basic_header_takes_the_whole_token(header: str) -> None:
    out = Redactor([header.removeprefix("Basic ")]).redact(f"Authorization: {header}")

    assert re.fullmatch(r"Authorization: Basic \[REDACTED\]", out)


@pytest.mark.parametrize(
    "alphabet",
    [string.ascii_letters, string.ascii_letters + string.digits, string.ascii_lowercase],
    ids=["letters", "letters and digits", "lower case"],
)
def test_what_chance_made_is_hardly_ever_taken_for_a_word(alphabet: str) -> None:
    chance = random.Random(alphabet)
    made = ["".join(chance.choices(alphabet, k=16)) for _ in range(1000)]

    documents = [components_of(f'{{"x": "{text}", "password": "Kq8v"}}') for text in made]
    taken = [document for document in documents if not document[1].secret]

    assert len(taken) <= 30


def test_the_corpus_is_large_enough() -> None:
    assert len(SHAPES) >= 25
    assert all(len(values) >= 4 for values in SHAPES.values())
    assert len(PUBLIC_TEXTS) >= 60
