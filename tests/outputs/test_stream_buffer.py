"""What waits in the streams of cells is shown in time: here the clock is whoever calls."""

from __future__ import annotations

import pytest

from jupyter_secrets.outputs.stream_buffer import Pending, StreamBuffer
from jupyter_secrets.redaction import Redactor
from tests.outputs.leaks import VALUE

PHRASE = "correct horse battery"


@pytest.fixture
def buffer() -> StreamBuffer[str]:
    return StreamBuffer(Redactor([VALUE, PHRASE]))


def feed(buffer: StreamBuffer[str], text: str, cell: str = "1") -> str:
    return buffer.feed(cell, "stdout", text, lambda: ("envelope", "stdout"))


def texts(pending: list[Pending[str]]) -> list[str]:
    return [each.text for each in pending]


def test_nothing_is_late_where_nothing_waits(buffer: StreamBuffer[str]) -> None:
    assert feed(buffer, "Epoch 1\n") == "Epoch 1\n"
    assert not buffer.has_late()
    assert buffer.release_late() == []


def test_what_is_late_is_shown_once(buffer: StreamBuffer[str]) -> None:
    feed(buffer, f"loss={VALUE[:6]}")

    assert buffer.has_late()
    assert texts(buffer.release_late()) == [VALUE[:6]]
    assert not buffer.has_late()
    assert buffer.release_late() == []
    assert buffer.end("1") == []


def test_half_of_a_passphrase_waits_for_the_end_of_its_cell(buffer: StreamBuffer[str]) -> None:
    feed(buffer, PHRASE[:-1])

    assert texts(buffer.release_late()) == [PHRASE[: len(PHRASE) // 2]]
    assert not buffer.has_late()
    assert texts(buffer.end("1")) == [PHRASE[len(PHRASE) // 2 : -1]]


def test_a_cell_that_has_ended_or_asks_has_all_of_it_shown(buffer: StreamBuffer[str]) -> None:
    buffer.end("1")
    buffer.ask("2")
    for cell in "12":
        feed(buffer, PHRASE[:-1], cell)

    assert texts(buffer.release_late()) == [PHRASE[:-1], PHRASE[:-1]]


def test_a_cell_that_was_answered_waits_again(buffer: StreamBuffer[str]) -> None:
    buffer.ask("1")
    feed(buffer, f"{VALUE[:5]}")
    buffer.release_late()

    feed(buffer, f"\n{PHRASE[:-1]}")

    assert texts(buffer.release_late()) == [PHRASE[: len(PHRASE) // 2]]
