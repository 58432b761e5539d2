"""Messages that are sent through an adapter of the filter, and what is received of them."""

from __future__ import annotations

from typing import Any

from jupyter_secrets.outputs.contents import NOT_INSERTED
from tests.outputs.leaks import VALUE
from tests.outputs.messages import (
    REPLY,
    Sent,
    comm,
    completions,
    display,
    executed,
    next_input,
    reply,
    status,
    stream,
)

FIRST, REST = VALUE[:9], VALUE[9:]
WEAK, NUMBER, STATE = "2024", "48291634", "execution_state"
KNOWN = [VALUE, WEAK, NUMBER, STATE, "application/json", "error"]
MARKER = "[REDACTED]"
_JSON = "application/json"

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

# What is sent, and what is received, by what people read and what programs use.
WHO_READS: dict[str, tuple[Sent, Sent]] = {
    "a weak value in a stream": (stream(f"{WEAK}-05-01\n"), stream(f"{MARKER}-05-01\n")),
    "a weak value in a longer word": (stream("x2024 20245\n"), stream("x2024 20245\n")),
    "a weak value in a display": (
        display({"text/plain": f"{WEAK}-05", _JSON: {WEAK: [2024, WEAK]}}),
        display({"text/plain": f"{MARKER}-05", _JSON: {MARKER: [MARKER, MARKER]}}),
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
    "a weak value that is a number": (
        display({_JSON: {"y": 2024, "x": [12024, 2024.5, 1]}}),
        display({_JSON: {"y": MARKER, "x": [12024, 2024.5, 1]}}),
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

# What a front end sends back of a widget whose value it has as a marker, and what the kernel gets.
SENT_BACK: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "around the marker": ({"value": f"{MARKER}_v2"}, {}),
    "a part of a list": ({"value": ["a", f"x{MARKER}"]}, {}),
    "without a marker": ({"value": "typed anew"}, {"value": "typed anew"}),
    "beside another field": ({"value": MARKER, "rows": 2}, {"rows": 2}),
    "in a field that had none": ({"description": MARKER}, {"description": MARKER}),
}
