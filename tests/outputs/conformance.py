"""What every adapter of the message filter must do: subclass `AdapterSuite` and give it one."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest

from jupyter_secrets.outputs import LATE_SECONDS, WITHHELD
from jupyter_secrets.outputs.contents import NOT_INSERTED
from jupyter_secrets.redaction import Redactor
from tests.outputs.leaks import VALUE, leaks

FIRST, REST = VALUE[:9], VALUE[9:]
# Enough on a machine that has much else to do.
SOON = 20 * LATE_SECONDS


@dataclass
class Sent:
    """One message, as a kernel sends it and as a receiver gets it."""

    type: str
    content: dict[str, Any]
    parent: str = "cell-1"
    metadata: dict[str, Any] = field(default_factory=dict)
    buffers: list[bytes] = field(default_factory=list)
    message_id: str = ""


class Adapter(Protocol):
    """A filter between a sender and a receiver, in a test."""

    def send(self, message: Sent) -> None:
        """Send a message through the filter."""

    def received(self) -> list[Sent]:
        """Return all that was received until now."""

    def wait(self, seconds: float) -> None:
        """Let time pass, while the receiver goes on receiving."""


def stream(text: str, name: str = "stdout", parent: str = "cell-1", **more: Any) -> Sent:
    """Return a stream's message."""
    return Sent("stream", {"name": name, "text": text, **more}, parent)


def status(state: str, parent: str = "cell-1") -> Sent:
    """Return a message of the kernel's state."""
    return Sent("status", {"execution_state": state}, parent)


def display(data: dict[str, Any], parent: str = "cell-1") -> Sent:
    """Return a displayed MIME bundle."""
    return Sent("display_data", {"data": data, "metadata": {}, "transient": {}}, parent)


REPLY = Sent("execute_reply", {"status": "ok", "execution_count": 1})
# What is sent, and what is received: the text of stdout, or a stream's `name: text`.
CASES: dict[str, tuple[list[Sent], list[str]]] = {
    "a value": ([stream(f"a {VALUE} end\n")], ["a [REDACTED] end\n"]),
    "a value in two messages": ([stream(FIRST), stream(f"{REST} end\n")], ["[REDACTED] end\n"]),
    "two streams at once": (
        [stream(FIRST), stream("ok\n", "stderr"), stream(REST), status("idle")],
        ["stderr: ok\n", "[REDACTED]", "<status>"],
    ),
    "two cells at once": (
        [stream(FIRST), stream("ok\n", parent="cell-2"), stream(REST), status("idle")],
        ["ok\n", "[REDACTED]", "<status>"],
    ),
    "what may begin a value, at the end of the cell": (
        [stream(f"a {FIRST}"), status("idle")],
        ["a ", FIRST, "<status>"],
    ),
    "what may begin a value, before a display": (
        [stream(FIRST), display({"text/plain": "x"}), status("idle")],
        [FIRST, "<display_data>", "<status>"],
    ),
    "a value around a display": (
        [stream(VALUE[:20]), display({"text/plain": "x"}), stream(VALUE[20:]), status("idle")],
        ["[REDACTED]", "<display_data>", "<status>"],
    ),
    "what may begin a value, before a question": (
        [stream(f"Enter te{FIRST}"), Sent("input_request", {"prompt": "", "password": False})],
        ["Enter te", FIRST, "<input_request>"],
    ),
    "a reply that overtakes the output": (
        [stream(FIRST), REPLY, stream(REST), status("idle")],
        ["<execute_reply>", "[REDACTED]", "<status>"],
    ),
    "a kernel that restarts": ([stream(FIRST), status("restarting", "")], [FIRST, "<status>"]),
    "a kernel that restarts by itself": (
        [stream(FIRST), status("autorestarting", "")],
        [FIRST, "<status>"],
    ),
    "a kernel that dies": (
        [stream(FIRST), stream(FIRST, parent="cell-2"), status("dead", "")],
        [FIRST, FIRST, "<status>"],
    ),
}


WEAK, NUMBER, STATE = "2024", "48291634", "execution_state"
KNOWN = [VALUE, WEAK, NUMBER, STATE, "application/json", "error"]
MARKER = "[REDACTED]"
_JSON = "application/json"


def reply(kind: str, **fields: Any) -> Sent:
    """Return a reply."""
    return Sent(f"{kind}_reply", {"status": "ok", **fields})


def completions(matches: list[str], entries: list[dict[str, Any]] | None = None) -> Sent:
    """Return the answer to a completion."""
    metadata = {} if entries is None else {"_jupyter_types_experimental": entries}
    return reply("complete", matches=matches, cursor_start=0, cursor_end=2, metadata=metadata)


def executed(payload: dict[str, Any], **fields: Any) -> Sent:
    """Return the answer to a cell with one payload."""
    return reply("execute", execution_count=1, payload=[payload], **fields)


def next_input(text: str) -> Sent:
    """Return the answer to a cell that wants a text in the next one."""
    return executed({"source": "set_next_input", "text": text, "replace": False})


def comm(**state: Any) -> Sent:
    """Return an update of a widget's state."""
    data = {"method": "update", "state": state, "buffer_paths": []}
    return Sent("comm_msg", {"comm_id": "w1", "data": data})


# What is sent, and what is received, by what people read and what programs use.
WHO_READS: dict[str, tuple[Sent, Sent]] = {
    "a weak value in a stream": (stream(f"{WEAK}-05-01\n"), stream(f"{MARKER}-05-01\n")),
    "a weak value in a longer word": (stream("x2024 20245\n"), stream("x2024 20245\n")),
    "a weak value in a display": (
        display({"text/plain": f"{WEAK}-05", _JSON: {WEAK: [2024, WEAK]}}),
        display({"text/plain": f"{MARKER}-05", _JSON: {MARKER: [2024, MARKER]}}),
    ),
    "a weak value in a display's metadata": (
        Sent("display_data", {"data": {}, "metadata": {"year": WEAK}, "transient": {}}),
        Sent("display_data", {"data": {}, "metadata": {"year": WEAK}, "transient": {}}),
    ),
    "a weak value in an error": (
        Sent("error", {"ename": "E", "evalue": WEAK, "traceback": [f"at {WEAK}"]}),
        Sent("error", {"ename": "E", "evalue": MARKER, "traceback": [f"at {MARKER}"]}),
    ),
    "a weak value in an error's copy": (
        Sent("execute_reply", {"status": "error", "ename": "E", "evalue": WEAK, "traceback": []}),
        Sent("execute_reply", {"status": "error", "ename": "E", "evalue": MARKER, "traceback": []}),
    ),
    "a weak value in a prompt": (
        Sent("input_request", {"prompt": f"{WEAK}? ", "password": False}),
        Sent("input_request", {"prompt": f"{MARKER}? ", "password": False}),
    ),
    "a weak value in a message's metadata": (
        Sent("display_data", {"data": {}, "metadata": {}}, metadata={"year": WEAK}),
        Sent("display_data", {"data": {}, "metadata": {}}, metadata={"year": WEAK}),
    ),
    "a weak value in a source": (
        Sent("execute_input", {"code": f"x = {WEAK}", "execution_count": 1}),
        Sent("execute_input", {"code": f"x = {WEAK}", "execution_count": 1}),
    ),
    "a weak value in a user's own message": (
        Sent("x_custom", {WEAK: [WEAK, "error"]}),
        Sent("x_custom", {WEAK: [WEAK, "error"]}),
    ),
    "two keys that are a value": (
        Sent("x_custom", {VALUE: 1, f"the {VALUE}": 2, VALUE[:20]: 3}),
        Sent("x_custom", {MARKER: 1, f"the {MARKER}": 2, f"{MARKER}'": 3}),
    ),
    "weak and other completions": (
        completions([WEAK, VALUE, f"d['{VALUE}']", "other"]),
        completions([WEAK, "other"]),
    ),
    "completions with their types": (
        completions(
            [WEAK, VALUE, "f"],
            [
                {"text": WEAK, "type": "instance"},
                {"text": VALUE, "type": "instance"},
                {"text": "f", "type": "function", "signature": f"(token={VALUE!r})"},
            ],
        ),
        completions(
            [WEAK, "f"],
            [{"text": WEAK, "type": "instance"}, {"text": "f", "type": "function"}],
        ),
    ),
    "completions that are a value together": (
        completions([VALUE[start : start + 9] for start in range(0, 36, 9)]),
        completions([]),
    ),
    "an inspection": (
        reply("inspect", found=True, data={"text/plain": f"{WEAK} {VALUE}"}, metadata={}),
        reply("inspect", found=True, data={"text/plain": f"{WEAK} {MARKER}"}, metadata={}),
    ),
    "the history": (
        reply("history", history=[[1, 1, f"x = {WEAK}"], [1, 2, f"y = {VALUE!r}"], [1, 3, "z"]]),
        reply("history", history=[[1, 1, f"x = {WEAK}"], [1, 3, "z"]]),
    ),
    "the history with outputs": (
        reply("history", history=[[1, 1, ["x", WEAK]], [1, 2, ["y", VALUE]]]),
        reply("history", history=[[1, 1, ["x", WEAK]]]),
    ),
    "a next input with a weak value": (next_input(f"x = {WEAK}"), next_input(f"x = {WEAK}")),
    "a next input with a value": (
        next_input(f"x = {VALUE!r}"),
        executed({"source": "page", "data": {"text/plain": NOT_INSERTED}, "start": 0}),
    ),
    "the pager": (
        executed({"source": "page", "data": {"text/plain": f"{WEAK} {VALUE}"}, "start": 0}),
        executed({"source": "page", "data": {"text/plain": f"{WEAK} {MARKER}"}, "start": 0}),
    ),
    "user's expressions": (
        reply("execute", user_expressions={"x": {"data": {"text/plain": f"{WEAK} {VALUE}"}}}),
        reply("execute", user_expressions={"x": {"data": {"text/plain": f"{WEAK} {MARKER}"}}}),
    ),
    "a widget": (
        comm(value=VALUE, description=WEAK, method="error"),
        comm(value=MARKER, description=WEAK, method="error"),
    ),
    "variables of the debugger": (
        reply("debug", body={"variables": [{"name": "x", "value": f"{WEAK} {VALUE}"}]}),
        reply("debug", body={"variables": [{"name": "x", "value": f"{WEAK} {MARKER}"}]}),
    ),
    "numbers that are a value, and others": (
        display({_JSON: [48291634, 0.48291634, 148291634, 1.5]}),
        display({_JSON: [MARKER, 0.48291634, 148291634, 1.5]}),
    ),
    "a value in the protocol's own numbers": (
        reply("debug", seq=48291634, request_seq=48291634, body={}),
        reply("debug", seq=48291634, request_seq=48291634, body={}),
    ),
    "a value that is a key of the protocol": (status("busy"), status("busy")),
    "a value that is a MIME type": (
        display({_JSON: {_JSON: STATE}}),
        display({_JSON: {_JSON: MARKER}}),
    ),
    "a weak value that is a constant of the protocol": (
        Sent("execute_reply", {"status": "error", "ename": "error", "evalue": "", "traceback": []}),
        Sent("execute_reply", {"status": "error", "ename": MARKER, "evalue": "", "traceback": []}),
    ),
}


class AdapterSuite:
    """The behaviour that all adapters share. A subclass has a fixture `connect`.

    It makes an adapter of a redactor.
    """

    @pytest.fixture
    def adapter(self, connect) -> Adapter:
        return connect(Redactor([VALUE]))

    @pytest.mark.parametrize(("sent", "expected"), CASES.values(), ids=CASES)
    def test_streams_are_filtered_and_keep_their_order(self, adapter, sent, expected):
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

    def test_a_streams_name_is_redacted_in_text_that_was_pending_too(self, adapter):
        adapter.send(stream(FIRST, name=VALUE))
        adapter.send(status("idle"))

        assert not leaks(shown(adapter.received()))
        assert [outline(each) for each in adapter.received()] == [
            f"[REDACTED]: {FIRST}",
            "<status>",
        ]

    def test_pending_text_has_its_cell_and_an_id_of_its_own(self, adapter):
        adapter.send(stream(f"a {FIRST}"))
        adapter.send(status("idle"))

        first, pending, _ = adapter.received()
        assert (pending.type, pending.parent) == ("stream", "cell-1")
        assert pending.message_id
        assert pending.message_id != first.message_id

    def test_old_cells_are_forgotten_but_not_what_they_have_pending(self, adapter):
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
        adapter = connect(Redactor(["Zq7-hunter"]))

        adapter.send(stream("say Zq7-hunt"))
        adapter.wait(SOON)
        assert text_of(adapter) == "say Zq7-h"
        adapter.send(stream("er"))
        assert text_of(adapter) == "say Zq7-h[REDACTED]"

        adapter.send(stream(" or Zq7-hunt"))
        adapter.send(status("idle"))
        assert text_of(adapter) == "say Zq7-h[REDACTED] or Zq7-hunt"

    def test_text_that_a_question_overtakes_is_shown_whole_too(self, connect):
        adapter = connect(Redactor(["correct horse battery"]))

        adapter.send(Sent("input_request", {"prompt": "", "password": False}))
        adapter.send(stream("say correct horse"))
        adapter.wait(SOON)

        assert text_of(adapter) == "say correct horse"

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


# What a front end sends back of a widget whose value it has as a marker, and what the kernel gets.
SENT_BACK: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "around the marker": ({"value": f"{MARKER}_v2"}, {}),
    "a part of a list": ({"value": ["a", f"x{MARKER}"]}, {}),
    "without a marker": ({"value": "typed anew"}, {"value": "typed anew"}),
    "beside another field": ({"value": MARKER, "rows": 2}, {"rows": 2}),
    "in a field that had none": ({"description": MARKER}, {"description": MARKER}),
}


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
