"""Cases that other maskers fail, each in its own chunks, in one, and character by character."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_secrets.redaction import Redactor
from tests.redaction.samples import exact

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
LONGEST_BY_CHARACTER = 5000


def chunkings(chunks: list[str]) -> list[list[str]]:
    whole = "".join(chunks)
    ways = [chunks, [whole]]
    return [*ways, list(whole)] if len(whole) <= LONGEST_BY_CHARACTER else ways


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["id"]))
def test_a_known_case_comes_out_as_expected_however_it_is_cut(case: dict[str, Any]) -> None:
    redactor = exact(case["secrets"]) if case["mode"] == "exact" else Redactor(case["secrets"])

    for chunks in chunkings(case["chunks"]):
        stream = redactor.stream()
        out = "".join(map(stream.feed, chunks)) + stream.flush()

        assert out == case.get("expected", out)
        assert not [text for text in case.get("must_not_contain", ()) if text in out]
        assert not [text for text in case.get("must_contain", ()) if text not in out]
        if len(chunks) == 1:
            assert redactor.redact(chunks[0]) == out
