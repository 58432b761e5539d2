"""Every output of a cell, with one layer of the filter at a time, and with none to see it leak."""

from __future__ import annotations

import time

import pytest

from tests.jupyter import Reply
from tests.outputs.conftest import BOTH, NONE, run
from tests.outputs.leaks import PASSWORD, VALUE, leaks

STREAMS = {
    "print": "print(v)",
    "stderr": "import sys; print(v, file=sys.stderr)",
    "character by character": "for c in v: print(c, end='', flush=True)",
    "one character a line": "for c in v: print(c)",
    "thread": "import threading; t = threading.Thread(target=print, args=[v]); t.start(); t.join()",
    "thread, by characters": (
        "import threading, time\n"
        "def late():\n"
        "    time.sleep(.3)\n"
        "    for c in v: print(c, end='', flush=True); time.sleep(.02)\n"
        "    print(' end of it')\n"
        "threading.Thread(target=late).start()"
    ),
    "fork": (
        "import os\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    for c in v + '\\n': print(c, end='', flush=True)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)[1]"
    ),
    "multiprocessing": (
        "import multiprocessing\n"
        "p = multiprocessing.get_context('fork').Process(target=print, args=[v])\n"
        "p.start(); p.join()"
    ),
    "os.write": "import os; os.write(1, v.encode() + b'\\n')",
    "os.write, by bytes": (
        "import os, time\nfor b in v.encode(): os.write(2, bytes([b])); time.sleep(.01)"
    ),
    "inherited descriptor": "import subprocess; subprocess.run(['echo', v])",
    "shell command": "!echo $v",
    "shell command in halves": "!printf {v[:18]}; sleep .4; echo {v[18:]}",
    "C": (
        "import ctypes; c = ctypes.CDLL(None)\n"
        "for half in (v[:18], v[18:]): c.printf(b'%s', half.encode()); c.fflush(None)"
    ),
    "halves around clear_output": (
        "from IPython.display import clear_output\n"
        "print(v[:18], end=''); clear_output(); print(v[18:])"
    ),
    "halves around a display": "print(v[:11], end=''); display('between'); print(v[11:])",
}

RICH = {
    "last expression": "v",
    "nested": "{'token': [v], v: 1}",
    "display": "display(v)",
    "html": "from IPython.display import HTML; HTML(f'<b>{v[:9]}</b>{v[9:]}')",
    "mime bundle": "display({'application/json': {v: [v]}}, raw=True)",
    "metadata": "display({'text/plain': 'x'}, raw=True, metadata={'note': v})",
    "update_display": "h = display('a', display_id=True); h.update(v)",
    "svg": "from IPython.display import SVG; SVG(f'<svg><!-- {v} --></svg>')",
    "dataframe": "import pandas; pandas.DataFrame({'token': [v]})",
    "rich to a terminal": (
        "from rich.console import Console\n"
        "Console(force_terminal=True, color_system='truecolor', force_jupyter=False, width=200)"
        ".print({'token': v, 'url': f'https://me:{v}@host/'})"
    ),
    "rich in a notebook": "import rich; rich.print({'token': v, 'url': f'https://h/?t={v}'})",
    "widget": "import ipywidgets; ipywidgets.Text(value=v)",
    "password widget": "import ipywidgets; ipywidgets.Password(value=v, description=v)",
    "widget changed later": "import ipywidgets; t = ipywidgets.Text(); t.value = v",
    "comm": "import comm; comm.create_comm('x', data={'token': v})",
    "comm's buffer": (
        "import comm\n"
        "comm.create_comm('x', data={}).send({}, buffers=[v.encode(), b'\\0' + w.encode()])"
    ),
}

ERRORS = {
    "error": "raise ValueError(f'cannot use {v}')",
    "chained error": "try: int(v)\nexcept ValueError as e: raise KeyError(v) from e",
    "syntax error": "compile(f'x = {v!r} +', v, 'exec')",
    "error in a thread": (
        "import threading\ndef fail(): raise OSError(v)\n"
        "t = threading.Thread(target=fail); t.start(); t.join()"
    ),
    "coloured source": f"x = {PASSWORD!r}; y = v\nraise ValueError(y)",
    "error with the source": f"import json; json.loads('{{' + {VALUE!r})",
}

LOGS = {
    "logging": "import logging; logging.warning('using %s', v)",
    "urllib3": (
        "import logging, threading, urllib3\n"
        "from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer\n"
        "s = ThreadingHTTPServer(('127.0.0.1', 0), SimpleHTTPRequestHandler)\n"
        "threading.Thread(target=s.serve_forever, daemon=True).start()\n"
        "at = f'http://127.0.0.1:{s.server_port}'\n"
        "logging.basicConfig(level=logging.DEBUG, force=True)\n"
        "urllib3.PoolManager().request('GET', f'{at}/?token={v}').status"
    ),
    "httpx": "import httpx; httpx.get(f'{at}/?token={v}', headers={'X-Token': v}).status_code",
    "sqlalchemy": (
        "from sqlalchemy import create_engine, text\n"
        "engine = create_engine('sqlite://', echo='debug')\n"
        "with engine.connect() as c: c.execute(text('select :token'), {'token': v}).all()"
    ),
    "botocore": (
        "import botocore.session\n"
        "from botocore.config import Config\n"
        "client = botocore.session.get_session().create_client('s3', region_name='us-east-1',\n"
        "    endpoint_url=at, aws_access_key_id='AK', aws_secret_access_key='x',\n"
        "    aws_session_token=v,\n"
        "    config=Config(retries={'total_max_attempts': 1}))\n"
        "try: client.list_buckets()\nexcept Exception as e: print(type(e))\n"
        "logging.basicConfig(level=logging.WARNING, force=True)"
    ),
}

SHOWN = {**STREAMS, **RICH, **ERRORS, **LOGS}
CASES = pytest.mark.parametrize("code", SHOWN.values(), ids=SHOWN)


@BOTH
@CASES
def test_a_cell_that_shows_a_value_shows_a_marker(kernel, code):
    text = run(kernel, code, "[REDACTED]")

    assert not leaks(text)


@NONE
@CASES
def test_without_the_filters_the_same_cell_leaks(kernel, code):
    text = run(kernel, code, VALUE[-3:])

    assert leaks(text)


@BOTH
def test_a_threads_last_words_come_though_its_cell_has_ended(kernel):
    reply = kernel.execute(
        "import threading\nthreading.Timer(.3, lambda: print('late', v[:9], end='')).start()"
    )
    assert reply.stream() == ""

    kernel.wait_for(reply, lambda: len(reply.stream()) >= 14)

    assert reply.stream() == f"late {VALUE[:9]}"


@BOTH
def test_a_question_has_all_of_the_text_before_it(kernel):
    # The end of it may begin a value: whoever is asked has to read it all the same.
    request = kernel.send(
        "execute_request",
        {
            "code": "print('Enter ', v[:7], sep='', end=''); x = input()",
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": True,
            "stop_on_error": True,
        },
    )
    reply = Reply()

    kernel.wait_for(reply, lambda: reply.of("input_request"))
    kernel.wait_for(reply, lambda: len(reply.stream()) >= len("Enter ") + 7)

    assert reply.stream() == f"Enter {VALUE[:7]}"
    kernel.send("input_reply", {"value": ""}, "stdin")
    kernel.wait_for(reply, lambda: reply.of("execute_reply"))
    assert all(m["parent_header"].get("msg_id") in (request, None) for m in reply.messages)


@BOTH
def test_a_progress_bar_is_shown_whole_while_its_cell_runs(kernel):
    reply = kernel.execute(
        "import time\n"
        "print('\\rloss=' + v[:6], end='', flush=True); time.sleep(1); print('.', end='')"
    )
    texts = [content["text"] for content in reply.of("stream")]

    assert reply.stream() == f"\rloss={VALUE[:6]}."
    assert texts[-1] == "."


@pytest.mark.parametrize("kernel", ["kernel"], indirect=True, scope="module")
def test_a_fork_prints_nothing_twice_and_loses_nothing(kernel):
    reply = kernel.execute(
        "import os\n"
        "print('a', v[:9], end='', flush=True)\n"
        "if not os.fork(): print('child', v[:5], end='', flush=True); os._exit(0)\n"
        "os.wait(); print(v[9:], 'z')"
    )
    child = f"child {VALUE[:5]}"

    kernel.wait_for(reply, lambda: child in reply.stream() and "z" in reply.stream())

    shown = reply.stream().replace(child, "", 1)
    # A fork may take longer than a text waits for what follows it.
    assert shown in ("a [REDACTED] z\n", f"a {VALUE[:9]}[REDACTED] z\n")


@pytest.mark.parametrize("kernel", ["kernel"], indirect=True, scope="module")
def test_the_servers_terminal_shows_what_descriptors_wrote_without_values(kernel):
    run(kernel, "import os; os.write(1, b'[REDACTED] and the end\\n')", "the end")

    deadline = time.monotonic() + 10
    while "and the end" not in kernel.server.log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)

    log = kernel.server.log.read_text()
    assert "and the end" in log
    assert not leaks(log)
