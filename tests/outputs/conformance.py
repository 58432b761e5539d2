"""What every adapter of the message filter must do: subclass `AdapterSuite` and give it one."""

from __future__ import annotations

import logging
from typing import Protocol

import pytest

from jupyter_secrets.outputs import LATE_SECONDS, WITHHELD
from jupyter_secrets.redaction import Redactor
from tests.outputs.cases import (
    CASES,
    FIRST,
    KNOWN,
    MARKER,
    REST,
    SENT_BACK,
    WHO_READS,
)
from tests.outputs.leaks import VALUE, leaks
from tests.outputs.messages import (
    REPLY,
    Sent,
    comm,
    display,
    status,
    stream,
)

ADAPTERS = ("kernel.session_filter", "server.filters.kernel_client", "server.filters.websocket")
# Enough on a machine that has much else to do.
SOON = 20 * LATE_SECONDS


class Adapter(Protocol):
    """A filter between a sender and a receiver, in a test."""

    def send(self, message: Sent) -> None:
        """Send a message through the filter."""

    def received(self) -> list[Sent]:
        """Return all that was received until now."""

    def wait(self, seconds: float) -> None:
        """Let time pass, while the receiver goes on receiving."""


class AdapterSuite:
    """The behaviour that all adapters share. A subclass has a fixture `connect`.

    It makes an adapter of a redactor.
    """

    @pytest.fixture
    def adapter(self, connect) -> Adapter:
        return connect(Redactor([VALUE]))

    @pytest.fixture
    def no_timer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have nothing shown because it waits: a machine may be slower than the timer."""
        for name in ADAPTERS:
            monkeypatch.setattr(f"jupyter_secrets.{name}.LATE_SECONDS", 60.0)

    @pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
    def test_streams_are_filtered_and_keep_their_order(self, no_timer, adapter, sent, expected):
        for message in sent:
            adapter.send(message)

        assert [outline(message) for message in adapter.received()] == expected

    @pytest.mark.parametrize(
        "message",
        [
            stream("x", extra=VALUE),
            stream("x", name=VALUE),
            stream("x", **{VALUE: 1}),
            Sent("stream", {"name": "stdout", "text": "x"}, metadata={"note": VALUE}),
            Sent("stream", {"name": "stdout", "text": "x"}, buffers=[VALUE.encode()]),
            display({"text/html": f"<b>{FIRST}</b>{REST}", VALUE: 1}),
            Sent("display_data", {"data": {}, "metadata": {"note": VALUE}}),
            Sent("error", {"ename": "E", "evalue": VALUE, "traceback": [FIRST, REST]}),
            Sent(
                "execute_reply",
                {"status": "ok", "payload": [{"source": "page", "data": {"text/plain": VALUE}}]},
            ),
            Sent("comm_msg", {"comm_id": "x", "data": {"state": VALUE}}, buffers=[VALUE.encode()]),
            Sent("input_request", {"prompt": VALUE, "password": False}),
            Sent("status", {"execution_state": "busy", "note": VALUE}),
            Sent("x_custom", {"a": [VALUE, {"b": VALUE}]}, metadata={VALUE: VALUE}),
        ],
        ids=[
            "another field of a stream",
            "a stream's name",
            "a key of a stream",
            "a stream's metadata",
            "a stream's buffer",
            "a bundle",
            "a bundle's metadata",
            "an error",
            "a payload",
            "a comm",
            "a prompt",
            "a status",
            "a message of the user's own",
        ],
    )
    def test_no_part_of_a_message_shows_a_value(self, adapter, message):
        adapter.send(message)
        adapter.send(status("idle"))

        text = shown(adapter.received())
        assert not leaks(text)
        assert "[REDACTED]" in text

    @pytest.mark.parametrize(("message", "expected"), WHO_READS.values(), ids=WHO_READS)
    def test_people_see_markers_and_programs_get_real_values_or_nothing(
        self, connect, message, expected
    ):
        adapter = connect(Redactor(KNOWN))

        adapter.send(message)

        (received,) = adapter.received()
        assert received.content == expected.content
        assert received.metadata == expected.metadata

    def test_a_streams_name_is_redacted_in_text_that_was_pending_too(self, no_timer, adapter):
        adapter.send(stream(FIRST, name=VALUE))
        adapter.send(status("idle"))

        assert not leaks(shown(adapter.received()))
        assert [outline(each) for each in adapter.received()] == [
            f"[REDACTED]: {FIRST}",
            "<status>",
        ]

    def test_pending_text_has_its_cell_and_an_id_of_its_own(self, no_timer, adapter):
        adapter.send(stream(f"a {FIRST}"))
        adapter.send(status("idle"))

        first, pending, _ = adapter.received()
        assert (pending.type, pending.parent) == ("stream", "cell-1")
        assert pending.message_id
        assert pending.message_id != first.message_id

    def test_old_cells_are_forgotten_but_not_what_they_have_pending(self, no_timer, adapter):
        for number in range(300):
            adapter.send(stream(FIRST, parent=f"cell-{number}"))

        received = adapter.received()
        assert {outline(each) for each in received} == {FIRST}
        assert [each.parent for each in received[:2]] == ["cell-0", "cell-1"]

    def test_what_a_thread_prints_after_its_cell_has_ended_comes_by_itself(self, adapter):
        adapter.send(stream("x"))
        adapter.send(status("idle"))
        adapter.send(stream(f"late {FIRST}"))

        adapter.wait(SOON)

        texts = [each.content.get("text") for each in adapter.received()]
        assert "".join(filter(None, texts)) == f"xlate {FIRST}"

    def test_what_waits_is_shown_soon_and_still_read_with_what_follows(self, adapter):
        adapter.send(stream(f"\rloss={FIRST}"))
        adapter.wait(SOON)
        assert text_of(adapter) == f"\rloss={FIRST}"

        adapter.send(stream(f"{REST} end\n"))
        adapter.send(stream("."))
        adapter.wait(SOON)

        assert text_of(adapter) == f"\rloss={FIRST}[REDACTED] end\n."

    def test_of_a_value_without_pieces_half_is_shown_at_most_until_the_cell_ends(self, connect):
        adapter = connect(Redactor(["p@ss w0rd!"]))

        adapter.send(stream("say p@ss w0rd"))
        adapter.wait(SOON)
        assert text_of(adapter) == "say p@ss "
        adapter.send(stream("!"))
        assert text_of(adapter) == "say p@ss [REDACTED]"

        adapter.send(stream(" or p@ss w0rd"))
        adapter.send(status("idle"))
        assert text_of(adapter) == "say p@ss [REDACTED] or p@ss w0rd"

    def test_text_that_a_question_overtakes_is_shown_whole_too(self, connect):
        adapter = connect(Redactor(["p@ss w0rd!"]))

        adapter.send(Sent("input_request", {"prompt": "", "password": False}))
        adapter.send(stream("say p@ss w0rd"))
        adapter.wait(SOON)

        assert text_of(adapter) == "say p@ss w0rd"

    def test_a_state_that_is_a_value_as_well_reaches_the_receiver(self, connect):
        adapter = connect(Redactor(["idle", "busy"]))

        adapter.send(status("busy"))
        adapter.send(status("idle"))

        states = [each.content["execution_state"] for each in adapter.received()]
        assert states == ["busy", "idle"]

    def test_what_has_nothing_to_hide_arrives_as_it_was_sent(self, adapter):
        sent = [
            stream("x"),
            Sent("comm_msg", {"comm_id": "1", "data": {"n": [1.5, None]}}, buffers=[b"\0\xff"]),
            REPLY,
        ]
        for message in sent:
            adapter.send(message)

        received = adapter.received()
        assert [each.content for each in received] == [each.content for each in sent]
        assert [each.buffers for each in received] == [each.buffers for each in sent]

    @pytest.mark.parametrize("panic", [RuntimeError, type("Panic", (BaseException,), {})])
    def test_a_filter_that_fails_shows_nothing_and_says_so_once_in_the_log(
        self, connect, caplog, panic
    ):
        redactor = Redactor([VALUE])
        adapter = connect(redactor)
        fail_always(redactor, panic)

        with caplog.at_level(logging.ERROR):
            for _ in range(3):
                adapter.send(stream(f"a {VALUE}"))
                adapter.send(display({"text/plain": VALUE}))
                adapter.send(Sent("comm_msg", {"data": VALUE}, buffers=[VALUE.encode()]))

        received = adapter.received()
        assert not leaks(shown(received))
        assert [WITHHELD in shown([each]) for each in received] == [True, True, False] * 3
        assert [each.buffers for each in received] == [[]] * 9
        (record,) = [r for r in caplog.records if "output withheld" in r.message]
        assert panic.__name__ in record.message
        assert not leaks(caplog.text)


class IncomingSuite:
    """What adapters share that see the messages of front ends as well."""

    @pytest.mark.parametrize(("state", "expected"), SENT_BACK.values(), ids=SENT_BACK)
    def test_a_marker_in_a_widget_does_not_come_back_as_its_value(self, connect, state, expected):
        adapter = connect(Redactor([VALUE]))
        adapter.send(Sent("comm_open", {"comm_id": "w1", "data": {"state": {"value": VALUE}}}))

        assert adapter.returned(comm(**state)).content == comm(**expected).content

    def test_a_marker_that_a_filter_before_this_one_put_there_does_not_come_back(self, connect):
        adapter = connect(Redactor([VALUE]))
        adapter.send(comm(value=MARKER))

        assert adapter.returned(comm(value=f"{MARKER}_v2")).content == comm().content

    def test_a_marker_in_a_widget_that_showed_no_value_is_what_somebody_typed(self, connect):
        adapter = connect(Redactor([VALUE]))
        adapter.send(comm(value="clean"))

        assert adapter.returned(comm(value=MARKER)).content == comm(value=MARKER).content

    def test_a_widget_that_shows_no_value_any_more_takes_a_marker(self, connect):
        adapter = connect(Redactor([VALUE]))
        adapter.send(comm(value=VALUE))
        adapter.send(comm(value="clean"))

        assert adapter.returned(comm(value=MARKER)).content == comm(value=MARKER).content


def outline(message: Sent) -> str:
    """Return a stream's text, with its name where that is not stdout; else the type."""
    if message.type != "stream":
        return f"<{message.type}>"
    name, text = message.content["name"], message.content["text"]
    return text if name == "stdout" else f"{name}: {text}"


def text_of(adapter: Adapter) -> str:
    """Return all text of streams that was received."""
    return "".join(each.content.get("text", "") for each in adapter.received())


def shown(messages: list[Sent]) -> str:
    """Return everything that messages show."""
    return "\n".join(f"{m.content} {m.metadata} {m.buffers}" for m in messages)


def fail_always(redactor: Redactor, error: type[BaseException]) -> None:
    """Have everything fail that a filter may ask of a redactor."""

    def fail(*_: object, **__: object) -> None:
        raise error(VALUE)

    for name in ("prefilter", "stream", "redact", "redact_bytes"):
        setattr(redactor, name, fail)
