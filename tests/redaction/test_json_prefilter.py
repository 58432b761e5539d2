"""The strings of a packed document are read as they are, without parsing it."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_secrets.redaction.documents.json_prefilter import flatten, join_strings


@settings(max_examples=500, deadline=None)
@given(st.text('ab\\n"/\t\x1b\u00e9\U0001f600', max_size=12), st.booleans())
def test_every_string_stands_in_the_flat_document(text: str, ascii_only: bool) -> None:
    packed = json.dumps(["x", text], ensure_ascii=ascii_only).encode()

    assert text.encode() in flatten(packed)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.text('ab\\",', max_size=5), min_size=1, max_size=5), st.booleans())
def test_the_strings_of_a_list_stand_together_in_the_joined_document(
    texts: list[str], spaced: bool
) -> None:
    packed = json.dumps(texts, indent=1 if spaced else None).encode()

    joined = join_strings(packed)

    assert joined is None or "".join(texts).encode() in flatten(joined)


def test_the_strings_of_most_lists_are_joined_without_a_parser() -> None:
    assert join_strings(b'{"a": ["b", "c,"], "d": "e"}') == b'{"a": ["bc,"], "d": "e"}'
    assert join_strings(b'[",", "b"]') is None


def test_a_document_without_escapes_is_the_same_object() -> None:
    data = b'{"a": 1}'

    assert flatten(data) is data
    assert join_strings(data) is data
