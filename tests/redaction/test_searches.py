"""A text is searched once in each projection it has: what was found is handed on."""

from __future__ import annotations

import json
import logging
import random
import string
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from jupyter_secrets.outputs import Message, MessageFilter
from jupyter_secrets.redaction import Redactor, redact_packed
from jupyter_secrets.redaction.search import engines, matcher
from jupyter_secrets.redaction.search.engines import AhoCorasickEngine, Span
from jupyter_secrets.redaction.search.matcher import common_piece
from tests.redaction.samples import MARKER, TOKEN

LINE = "curl -H 'X-Token: {}' https://api.example.com/v1/items"


class CountingEngine(AhoCorasickEngine):
    """Counts its searches of texts as long as a line; shorter ones are parts of it."""

    searches = 0

    def __init__(self, patterns: Sequence[bytes]) -> None:
        super().__init__(patterns)
        find = self.find

        def count(data: bytes) -> Sequence[Span]:
            CountingEngine.searches += len(data) >= len(TOKEN)
            return find(data)

        self.find = count


@pytest.fixture
def redactor(monkeypatch: pytest.MonkeyPatch) -> Redactor:
    monkeypatch.setitem(engines.ENGINES, "counting", CountingEngine)
    return Redactor([TOKEN], engine="counting")


def through_a_stream(redactor: Redactor, text: str) -> str:
    return redactor.stream().feed(f"{text}\n")


def through_a_document(redactor: Redactor, text: str) -> str:
    return redact_packed(redactor, json.dumps({"data": {"text/plain": text}}).encode()).decode()


def through_the_message_filter(redactor: Redactor, text: str) -> str:
    content = {"data": {"text/plain": text}, "metadata": {}, "transient": {}}
    message = Message("display_data", "cell", content, {}, (), None)
    packed = [b"{}", json.dumps(content).encode()]
    return str(MessageFilter(redactor, logging.getLogger()).redact(message, packed=packed).content)


@pytest.mark.parametrize(
    "through",
    [Redactor.redact, through_a_stream, through_a_document, through_the_message_filter],
    ids=["text", "stream", "document", "message"],
)
@pytest.mark.parametrize(
    "shown",
    [
        TOKEN,
        TOKEN[3:25],
        " ".join(TOKEN),
        f"{TOKEN[:9]}<b>{TOKEN[9:]}</b>",
        "".join(f"<b>{TOKEN[at : at + 9]}</b>" for at in range(0, len(TOKEN), 9)),
        f"{TOKEN[:9]}\x1b[1;31m{TOKEN[9:]}\x1b[0m",
        f"{TOKEN[:9]}\x1b[1;31m<i>{TOKEN[9:15]}</i>{TOKEN[15:]}\x1b[0m",
    ],
    ids=["as it is", "a piece", "separators", "a tag", "tags", "colour", "colour and tags"],
)
def test_a_line_with_a_value_is_searched_once_and_once_more_in_a_document(
    redactor: Redactor, shown: str, through: Callable[[Redactor, str], str]
) -> None:
    CountingEngine.searches = 0

    out = through(redactor, LINE.format(shown))

    assert MARKER in out
    # A document is searched as it is packed, and then the string that may hold something.
    is_document = through in (through_a_document, through_the_message_filter)
    assert CountingEngine.searches <= (2 if is_document else 1)


def test_a_line_without_a_value_is_searched_once(redactor: Redactor) -> None:
    CountingEngine.searches = 0

    redactor.redact(LINE.format("none"))

    assert CountingEngine.searches == 1


MIXED = "".join(
    random.Random(1).choices(string.ascii_letters + string.digits + "-_.,:/+ =!?#\"'\\\n", k=1600)
)
REPEATING = '1c5e-4b77\\Basic {}é&#Z--8e0f-7229"https://npm.'.format("ab" * 40) * 8


@pytest.mark.parametrize(
    ("value", "most"),
    [(MIXED, 1), (f'npmScopes:\n  acme:\n    npmAuthToken: "{REPEATING}"\n', 50)],
    ids=["mixed", "repeating"],
)
def test_a_shown_value_is_not_compared_with_all_its_encodings_at_each_place(
    monkeypatch: pytest.MonkeyPatch, value: str, most: int
) -> None:
    redactor = Redactor([value])
    compared = 0

    def count(*args: Any, **options: Any) -> tuple[int, int]:
        nonlocal compared
        compared += 1
        return common_piece(*args, **options)

    monkeypatch.setattr(matcher, "common_piece", count)
    out = redactor.redact(f"x {value} y")

    assert value.strip() not in out
    assert compared < most * len(value)
