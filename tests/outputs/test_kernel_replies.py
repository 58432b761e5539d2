"""What a kernel answers, asks and tells others, with one layer of the filter and with none."""

from __future__ import annotations

import json

import pytest

from tests.jupyter import Kernel, Reply
from tests.outputs.conftest import BOTH, NONE
from tests.outputs.leaks import VALUE, leaks, shown

SETUP = f"""
d = {{v: 1}}
def f(token=v): "Connects with {VALUE[::-1]}"
f.__doc__ = f"Connects with {{v}}"
"""


def ask(message_type: str, channel: str = "shell", **content: object) -> tuple[str, str, object]:
    return message_type, channel, content


REQUESTS = {
    "user_expressions": ask(
        "execute_request", code="", silent=True, user_expressions={"x": "v", "y": "[v]"}
    ),
    "inspect a value": ask("inspect_request", code="v", cursor_pos=1, detail_level=0),
    "inspect a default argument": ask("inspect_request", code="f", cursor_pos=1, detail_level=0),
    "complete a key": ask("complete_request", code="d['", cursor_pos=3),
    "history": ask(
        "history_request", hist_access_type="range", start=1, stop=99, output=True, raw=True,
        session=0,
    ),
    "variables": ask("debug_request", "control", type="request", seq=1, command="inspectVariables"),
    "one variable": ask(
        "debug_request", "control", type="request", seq=1, command="richInspectVariables",
        arguments={"variableName": "v"},
    ),
}  # fmt: skip

CELLS = {
    "payload of the pager": "f?",
    "payload of the next input": "get_ipython().set_next_input(v)",
    "prompt": "input(v)",
    "hidden prompt": "import getpass; getpass.getpass(v)",
    "half a line before a prompt": "print(v[:18], end=''); input(v[18:])",
    "execute_input": f"len({VALUE!r})",
    "error in the reply": "raise ValueError(v)",
    "user's own message": (
        "k = get_ipython().kernel; k.session.send(k.iopub_socket, 'x_custom', {'a': v}, ident=b'x')"
    ),
    "message without an end": (
        "k = get_ipython().kernel\n"
        "k.session.send(k.iopub_socket, 'stream', {'name': 'other', 'text': v, 'more': [v]})"
    ),
}


@pytest.fixture(scope="module")
def prepared(kernel: Kernel) -> Kernel:
    assert kernel.execute(SETUP, store_history=False).reply["status"] == "ok"
    kernel.execute("# for the history\nv")
    return kernel


def answer(kernel: Kernel, request: tuple[str, str, dict]) -> Reply:
    message_type, channel, content = request
    if message_type == "execute_request":
        content = {"allow_stdin": False, "store_history": False, "stop_on_error": True, **content}
    return kernel.ask(message_type, content, channel=channel)


@BOTH
@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_an_answer_with_a_value_has_a_marker_in_its_place(prepared, request_):
    reply = answer(prepared, request_)

    assert "[REDACTED]" in shown(reply)
    assert not leaks(shown(reply))


@NONE
@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_without_the_filters_the_same_answer_leaks(prepared, request_):
    assert leaks(shown(answer(prepared, request_)))


@BOTH
@pytest.mark.parametrize("code", CELLS.values(), ids=CELLS)
def test_what_a_cell_sends_besides_outputs_has_a_marker(prepared, code):
    reply = prepared.execute(code)

    assert "[REDACTED]" in shown(reply)
    assert not leaks(shown(reply))


@NONE
@pytest.mark.parametrize("code", CELLS.values(), ids=CELLS)
def test_without_the_filters_the_same_cell_sends_the_value(prepared, code):
    assert leaks(shown(prepared.execute(code)))


@BOTH
def test_a_subshell_is_filtered_while_the_main_shell_is_busy(prepared):
    created = prepared.ask("create_subshell_request", {}, channel="control")
    subshell = created.of("create_subshell_reply")[0]["subshell_id"]

    busy = prepared.send("execute_request", {"code": "import time; time.sleep(.5); print(v)"})
    reply = prepared.ask(
        "execute_request",
        {"code": "for c in v: print(c, end='', flush=True)"},
        subshell_id=subshell,
    )

    assert reply.stream() == "[REDACTED]"
    prepared.wait_for(reply, lambda: ends(reply, busy))
    assert not leaks(shown(reply))


def ends(reply: Reply, message_id: str) -> bool:
    return any(
        message["parent_header"].get("msg_id") == message_id
        and message["content"].get("execution_state") == "idle"
        for message in reply.messages
    )


@BOTH
def test_other_clients_see_the_source_of_a_cell_without_values(prepared, kernel):
    with kernel.server.connection(kernel.id) as other:
        other.ask("kernel_info_request", {})
        kernel.execute(f"'typed {VALUE}'; len(v)")
        seen = Reply()
        other.wait_for(seen, lambda: "execute_input" in seen.text and "idle" in seen.text)

    codes = seen.of("execute_input")
    assert codes[-1]["code"] == "'typed [REDACTED]'; len(v)"
    assert not leaks(json.dumps(codes))


@BOTH
def test_the_kernel_itself_works_with_the_real_values(prepared):
    assert prepared.execute("len(v), v[::-1]").of("execute_result")[0]["data"]["text/plain"] == (
        f"({len(VALUE)}, {VALUE[::-1]!r})"
    )
    assert prepared.ask("is_complete_request", {"code": f"x = {VALUE!r}"}).of(
        "is_complete_reply"
    ) == [{"status": "complete"}]
