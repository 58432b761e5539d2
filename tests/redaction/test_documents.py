"""Documents: strings are redacted where they are strings, and clean ones come back as they are."""

from __future__ import annotations

import array
import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_secrets.redaction import (
    Redactor,
    SecretValue,
    redact_buffer,
    redact_json,
    redact_notebook,
    redact_packed,
)
from tests.redaction.samples import LETTERS, MARKER, NUMBER, PASSWORD, SECRETS, TOKEN, leaks

REDACTOR = Redactor([SecretValue(value) for value in SECRETS.values()])
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def pack(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [{"b": TOKEN}]}, {"a": [{"b": MARKER}]}),
        ({TOKEN: 1, PASSWORD: 2}, {MARKER: 1, f"{MARKER}'": 2}),
        ([*TOKEN[:4], TOKEN[4:]], [MARKER, "", "", "", ""]),
        (["a\n", TOKEN[:10], TOKEN[10:], "b"], ["a\n", MARKER, "", "b"]),
        ((TOKEN, 1), (MARKER, 1)),
        ({"n": int(NUMBER)}, {"n": MARKER}),
        (
            {"text/html": "".join(f"<i>{c}</i>" for c in TOKEN[:14])},
            {"text/html": f"<i>{MARKER}</i>" + "<i></i>" * 13},
        ),
        (
            {"image/svg+xml": f"<svg><!-- {TOKEN} --></svg>"},
            {"image/svg+xml": f"<svg><!-- {MARKER} --></svg>"},
        ),
        (
            {"application/vnd.x+json": {"x": json.dumps({"y": TOKEN})}},
            {"application/vnd.x+json": {"x": json.dumps({"y": MARKER})}},
        ),
    ],
    ids=["nested", "keys", "characters", "lines", "tuple", "number", "html", "svg", "json in json"],
)
def test_every_string_of_a_document_is_redacted(value: Any, expected: Any) -> None:
    before = copy.deepcopy(value)

    out = redact_json(REDACTOR, value)

    assert out == expected
    assert value == before
    if not isinstance(value, tuple):
        assert json.loads(redact_packed(REDACTOR, pack(value))) == expected


@pytest.mark.parametrize(
    "value",
    ["clean", {"a": [1, 2.5, None, True, "x"]}, ["one", "two"], [], {}, 7, b"clean"],
)
def test_a_clean_document_comes_back_as_the_same_object(value: Any) -> None:
    assert redact_json(REDACTOR, value) is value


def test_a_clean_packed_document_comes_back_as_the_same_object() -> None:
    data = pack({"a": ["x", 1.0, float("nan")]})

    assert redact_packed(REDACTOR, data) is data


def test_what_is_no_json_is_redacted_as_text() -> None:
    assert redact_packed(REDACTOR, f"{{not json {TOKEN}".encode()) == b"{not json [REDACTED]"


def test_a_packed_document_keeps_its_characters_and_numbers() -> None:
    data = pack({"é": float("inf"), "t": TOKEN, "n": 10**30, "😀": "\ud800"})

    out = redact_packed(REDACTOR, data)

    assert out == pack({"é": float("inf"), "t": MARKER, "n": 10**30, "😀": "\ud800"})


@settings(max_examples=250, deadline=None)
@given(JSON, st.sampled_from(sorted(SECRETS)), st.data())
def test_packed_and_parsed_documents_are_redacted_alike(
    value: Any, name: str, data: st.DataObject
) -> None:
    secret = SECRETS[name]
    spoiled = [value, {data.draw(st.sampled_from(["k", secret])): [secret, value]}]
    packed = pack(spoiled)

    out = redact_packed(REDACTOR, packed)

    assert json.loads(out) == json.loads(pack(redact_json(REDACTOR, json.loads(packed)))) or (
        "NaN" in out.decode("utf-8", "surrogatepass")
    )
    assert not leaks(json.dumps(json.loads(out), ensure_ascii=False))


@pytest.mark.parametrize("size", [5, 12, 20])
def test_a_secret_split_over_a_list_is_seen_in_the_packed_form(size: int) -> None:
    for secret in (TOKEN, PASSWORD, LETTERS):
        value = [secret[i : i + size] for i in range(0, len(secret), size)]

        out = json.loads(redact_packed(REDACTOR, pack({"lines": value})))

        assert "".join(out["lines"]) == MARKER


def test_a_text_buffer_is_redacted() -> None:
    buffer = memoryview(f"x,{TOKEN}\n".encode())

    assert redact_buffer(REDACTOR, buffer) == f"x,{MARKER}\n".encode()


def test_an_array_with_a_value_becomes_as_many_zeros() -> None:
    buffer = b"\xff\xfe\x00" + TOKEN.encode() + b"\x00\xff"

    assert redact_buffer(REDACTOR, buffer) == bytes(len(buffer))


def test_a_clean_buffer_comes_back_as_the_same_object() -> None:
    buffer = memoryview(array.array("d", range(1000))).cast("B")

    assert redact_buffer(REDACTOR, buffer) is buffer


def notebook(**cell: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "cell_type": "code",
        "id": "a",
        "execution_count": 1,
        "metadata": {},
        "source": "x",
        "outputs": [],
    }
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{**base, **cell}]}


def stream(text: Any, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def test_adjacent_outputs_of_one_stream_are_one_text() -> None:
    outputs = [stream(f"a {TOKEN[:9]}"), stream([TOKEN[9:20], TOKEN[20:], "\n"]), stream("b\n")]

    out = redact_notebook(REDACTOR, notebook(outputs=outputs))["cells"][0]["outputs"]

    assert [output["text"] for output in out] == [f"a {MARKER}", ["", "", "\n"], "b\n"]


def test_outputs_of_two_streams_are_two_texts() -> None:
    outputs = [stream(TOKEN[:9]), stream(TOKEN[9:20], "stderr")]

    assert redact_notebook(REDACTOR, book := notebook(outputs=outputs)) is book


def test_the_source_of_a_cell_is_never_altered() -> None:
    book = notebook(source=[f"t = '{TOKEN}'"], metadata={"note": TOKEN})

    out = redact_notebook(REDACTOR, book)["cells"][0]

    assert out["source"] == [f"t = '{TOKEN}'"]
    assert out["metadata"] == {"note": MARKER}
    assert book["cells"][0]["metadata"] == {"note": TOKEN}


def test_metadata_attachments_and_widgets_are_redacted() -> None:
    book = notebook(
        outputs=[
            {
                "output_type": "display_data",
                "metadata": {"k": TOKEN},
                "data": {"text/plain": [TOKEN[:5], TOKEN[5:]]},
            }
        ],
        attachments={"f": {"text/plain": TOKEN}},
    )
    state = {"state": {"id": {"state": {"value": PASSWORD}}}}
    book["metadata"] = {"widgets": {"application/vnd.jupyter.widget-state+json": state}}

    out = redact_notebook(REDACTOR, book)

    assert not leaks(json.dumps(out, ensure_ascii=False))
    assert out["cells"][0]["source"] == "x"


def test_a_traceback_is_read_as_lines() -> None:
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": f"bad {TOKEN}",
        "traceback": [f"\x1b[31mValueError\x1b[39m: bad {TOKEN[:9]}\x1b[1m{TOKEN[9:]}"],
    }

    out = redact_notebook(REDACTOR, notebook(outputs=[error]))["cells"][0]["outputs"][0]

    assert out["evalue"] == f"bad {MARKER}"
    assert out["traceback"] == [f"\x1b[31mValueError\x1b[39m: bad {MARKER}\x1b[1m"]


@pytest.mark.parametrize(
    "book",
    [
        {},
        {"cells": None},
        {"cells": [None, 1, {"source": "x"}]},
        {
            "cells": [
                {"outputs": [None, {"output_type": "stream"}, {"output_type": "stream", "text": 1}]}
            ]
        },
        {"cells": [{"outputs": {"a": 1}}]},
    ],
    ids=["empty", "no cells", "odd cells", "odd outputs", "outputs of a kind of their own"],
)
def test_an_odd_notebook_comes_back_as_it_is(book: dict[str, Any]) -> None:
    assert redact_notebook(REDACTOR, book) is book


@pytest.mark.parametrize(
    "book",
    [
        {"cells": [], TOKEN: 1},
        {"cells": [{"cell_type": "code", "source": "", TOKEN: 1}]},
        {"cells": [{"cell_type": "code", "outputs": [{TOKEN: 1}]}]},
        {"cells": [{"cell_type": "code", "outputs": [
            {"output_type": "stream", "name": "stdout", "text": "x", TOKEN: 1}]}]},
    ],
    ids=["of the notebook", "of a cell", "of an output", "of a stream"],
)  # fmt: skip
def test_a_value_in_the_name_of_a_field_is_redacted_on_every_level(book: dict[str, Any]) -> None:
    out = json.dumps(redact_notebook(REDACTOR, book))

    assert TOKEN not in out
    assert MARKER in out


def test_a_clean_notebook_comes_back_as_the_same_object() -> None:
    book = notebook(outputs=[stream("a"), stream(["b\n", "c"]), stream("d", "stderr")])

    assert redact_notebook(REDACTOR, book) is book


def test_a_number_is_replaced_only_where_it_is_the_whole_value() -> None:
    redactor = Redactor(["33333333", "48291634"])

    out = redact_json(redactor, {"third": 0.3333333333333333, "pin": 48291634, "id": 1482916345})

    assert out == {"third": 0.3333333333333333, "pin": MARKER, "id": 1482916345}


def test_a_short_number_is_replaced_in_a_display_where_it_is_the_whole_value() -> None:
    redactor = Redactor(["2024"])
    shown = {"y": 2024, "x": [12024, 20.24, -2024], "2024": 1}

    assert redact_json(redactor, shown) == {"y": MARKER, "x": [12024, 20.24, -2024], MARKER: 1}
    assert redact_json(redactor, shown, words=False) is shown


@pytest.mark.parametrize("secret", ["48291634", "482916345127"])
def test_a_number_is_not_found_within_a_longer_one(secret: str) -> None:
    redactor = Redactor([secret])
    longer = [f"1{secret}", f"{secret}7", f"0.{secret}", f"-12.{secret}e-5"]

    assert [redactor.redact(number) for number in longer] == longer
    assert (
        redactor.redact(f"({secret}) {secret}.0 x={secret}") == f"({MARKER}) {MARKER}.0 x={MARKER}"
    )
    assert redact_json(redactor, {"n": [float(f"0.{secret}"), int(secret)]}, words=False) == {
        "n": [float(f"0.{secret}"), MARKER]
    }


def test_a_stream_knows_a_number_by_what_stands_beside_it() -> None:
    stream = Redactor(["48291634"]).stream()

    shown = [
        stream.feed(text) for text in ("0.", "48291634", "\n", "4829", "1634", "5\n", "48291634 ")
    ]

    assert "".join([*shown, stream.flush()]) == f"0.48291634\n482916345\n{MARKER} "
