"""What a kernel answers, asks and tells others, with one layer of the filter and with none."""

from __future__ import annotations

import json

import pytest

from jupyter_secrets.outputs.contents import NOT_INSERTED
from tests.jupyter import Kernel, Reply
from tests.outputs.conftest import BOTH, NONE
from tests.outputs.leaks import VALUE, leaks, shown

SETUP = f"""
d = {{v: 1, 'beside': 2}}
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
    "variables": ask("debug_request", "control", type="request", seq=1, command="inspectVariables"),
    "one variable": ask(
        "debug_request", "control", type="request", seq=1, command="richInspectVariables",
        arguments={"variableName": "v"},
    ),
}  # fmt: skip

# What goes into cells, without the value, but with what stands beside it.
INSERTED = {
    "complete a key": (ask("complete_request", code="d['", cursor_pos=3), "beside"),
    "history": (
        ask(
            "history_request", hist_access_type="range", start=1, stop=99, output=True, raw=True,
            session=0,
        ),
        "# beside",
    ),
    "history of sources": (
        ask(
            "history_request", hist_access_type="range", start=1, stop=99, output=False, raw=True,
            session=0,
        ),
        "# beside",
    ),
}  # fmt: skip

CELLS = {
    "payload of the pager": "f?",
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
    kernel.execute(f"# the source\nlen({VALUE!r})")
    kernel.execute("# beside\n1")
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
@pytest.mark.parametrize(("request_", "beside"), INSERTED.values(), ids=INSERTED)
def test_an_answer_that_goes_into_code_has_no_entry_with_a_value_and_no_marker(
    prepared, request_, beside
):
    reply = answer(prepared, request_)

    assert beside in shown(reply)
    assert "[REDACTED]" not in shown(reply)
    assert not leaks(shown(reply))


@NONE
@pytest.mark.parametrize(("request_", "beside"), INSERTED.values(), ids=INSERTED)
def test_without_the_filters_the_same_entries_leak(prepared, request_, beside):
    assert leaks(shown(answer(prepared, request_)))


NEXT_INPUTS = {
    "next input": "get_ipython().set_next_input(v)",
    "%load": (
        "with open('loaded.py', 'w') as file: file.write(f'x = {v!r}')\n"
        "get_ipython().run_line_magic('load', 'loaded.py')"
    ),
}


@BOTH
@pytest.mark.parametrize("code", NEXT_INPUTS.values(), ids=NEXT_INPUTS)
def test_a_next_input_with_a_value_is_left_out_and_the_pager_says_so(prepared, code):
    reply = prepared.execute(code)

    (payload,) = reply.reply["payload"]
    assert payload["data"]["text/plain"] == NOT_INSERTED
    assert not leaks(shown(reply))
    assert "[REDACTED]" not in shown(reply)


@NONE
@pytest.mark.parametrize("code", NEXT_INPUTS.values(), ids=NEXT_INPUTS)
def test_without_the_filters_the_same_next_input_leaks(prepared, code):
    assert leaks(shown(prepared.execute(code)))


@BOTH
def test_what_is_typed_around_a_marker_in_a_widget_does_not_become_its_value(prepared):
    shown_widget = prepared.execute("import ipywidgets\nw = ipywidgets.Text(value=v)\nw")
    opened = next(
        content
        for content in shown_widget.of("comm_open")
        if content["data"]["state"].get("_model_name") == "TextModel"
    )
    assert opened["data"]["state"]["value"] == "[REDACTED]"

    for text in ("[REDACTED]_v2", "typed anew"):
        data = {"method": "update", "state": {"value": text}, "buffer_paths": []}
        prepared.send("comm_msg", {"comm_id": opened["comm_id"], "data": data})
        reply = prepared.execute("w.value == v, w.value[:8]")
        seen = reply.of("execute_result")[0]["data"]["text/plain"]
        assert seen == ("(False, 'typed an')" if text == "typed anew" else f"(True, {VALUE[:8]!r})")


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
