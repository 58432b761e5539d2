"""What people store: the secret part is hidden when it is printed alone, the public part stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_secrets.redaction import Redactor

CASES = json.loads(Path(__file__).with_name("values.json").read_text(encoding="utf-8"))["values"]
PIECE = 12

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))


@each_case
def test_what_is_secret_in_a_value_is_hidden_alone(case: dict[str, Any]) -> None:
    redactor = Redactor([case["value"]])

    for text in case["hide"]:
        out = redactor.redact(text)
        pieces = [text[at : at + PIECE] for at in range(max(len(text) - PIECE + 1, 1))]
        assert [piece for piece in pieces if piece in out] == []


@each_case
def test_what_is_public_in_a_value_stays(case: dict[str, Any]) -> None:
    redactor = Redactor([case["value"]])

    assert [redactor.redact(text) for text in case["keep"]] == case["keep"]
