"""The main job: a secret goes in, a notebook uses it, and it never comes out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from urllib.parse import quote

import nbformat
import pytest

from tests.jupyter import V1, command_line

# A value that each encoding changes.
VALUE = "tk_9fA7x\"Q2'Lm/Z8<vK&p4Wc+R6yB1nD5gH0jS3u"

SHOWN = {
    "print": "print(v)",
    "stderr": "import sys; print(v, file=sys.stderr)",
    "character by character": "for c in v: print(c, end='', flush=True)\nprint()",
    "last expression": "v",
    "dict": "{'token': v, v: 1}",
    "repr": "print(repr(v), [v])",
    "json": "import json; print(json.dumps({'token': v}))",
    "html": "from IPython.display import HTML, display; import html; display(HTML(html.escape(v)))",
    "mime bundle": "display({'application/json': {v: [v]}}, raw=True)",
    "traceback": "raise ValueError(f'cannot use {v}')",
    "logging": "import logging; logging.warning('using %s', v)",
    "env": "import os; os.environ['THE_DSN'] = v\n%env THE_DSN",
    "all of env": "%env",
    "shell": '!echo "$THE_DSN"',
    "subprocess": "import subprocess; subprocess.run(['printenv', 'THE_DSN'])",
    "descriptor": "import os; os.write(1, v.encode() + b'\\n')",
    "basic header": "import base64; print(base64.b64encode(f'user:{v}'.encode()).decode())",
    "url": "from urllib.parse import quote; print('https://x/?token=' + quote(v))",
    "inspect": "k = v\nk?",
    "update display": "h = display('a', display_id=True); h.update(v)",
    "thread": "import threading; threading.Thread(target=print, args=[v]).start()",
    "two cells' halves": "print(v[:20], end=''); print(v[20:])",
}


def forms(value: str) -> list[str]:
    """Return how a value looks on its way out, written here independently of the package."""
    encoded = [
        base64.b64encode(b"x" * offset + value.encode()).decode().rstrip("=")[offset and 4 : -4]
        for offset in range(3)
    ]
    quoted = [json.dumps(value)[1:-1], repr(value)[1:-1], quote(value), quote(value, safe="")]
    return [value, *quoted, *encoded]


def assert_hidden(text: str) -> None:
    leaked = [form for form in forms(VALUE) if form in text]
    # Neither as it is, nor as JSON carries it, nor the longest run of plain characters in it.
    plain = max(re.findall(r"\w+", VALUE), key=len)
    assert not leaked
    assert plain not in text


@pytest.fixture(scope="module")
def stored(start_server):
    """A server to whose store the command line added a secret while it was running."""
    server = start_server()
    for arguments in (["create-scope", "prod"], ["put-secret", "prod", "db"]):
        done = command_line(*arguments, home=server.home, stdin=VALUE)
        assert done.returncode == 0, done.stderr
    return server


@pytest.fixture(scope="module", params=[V1, ""], ids=["v1", "legacy"])
def kernel(stored, request):
    with stored.kernel(protocol=request.param) as kernel:
        reply = kernel.execute("v = dbutils.secrets.get('prod', 'db'); print(len(v))")
        assert reply.stream() == f"{len(VALUE)}\n"
        yield kernel


@pytest.mark.parametrize("code", SHOWN.values(), ids=SHOWN)
def test_whatever_shows_a_secret_shows_a_marker(stored, kernel, code):
    reply = kernel.execute(code)
    kernel.wait_for_output(reply, "[REDACTED]")

    assert_hidden(reply.text)
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code, outputs=reply.outputs())]
    )
    assert_hidden(stored.save("leaks.ipynb", notebook))


def test_the_notebook_has_the_value_itself(kernel):
    reply = kernel.execute("import hashlib; print(hashlib.sha256(v.encode()).hexdigest())")

    assert reply.stream() == hashlib.sha256(VALUE.encode()).hexdigest() + "\n"


def test_saved_outputs_are_redacted_by_themselves(stored):
    """The save filter works also for what never passed a kernel of ours."""
    outputs = [
        nbformat.v4.new_output("stream", text=VALUE[:9]),
        nbformat.v4.new_output("stream", text=VALUE[9:] + " and more"),
        nbformat.v4.new_output("display_data", {"text/html": f"<b>{VALUE}</b>"}),
    ]
    source = "print('hello')"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, outputs=outputs)],
        metadata={"note": VALUE},
    )

    saved = stored.save("pasted.ipynb", notebook)

    assert_hidden(saved)
    assert " and more" in saved
    assert nbformat.reads(saved, 4).cells[0].source == source


def test_a_notebook_saved_as_text_is_redacted_and_other_files_are_not(stored):
    output = nbformat.v4.new_output("stream", text=VALUE)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    as_text = {"type": "file", "format": "text", "content": nbformat.writes(notebook)}
    plain = {"type": "file", "format": "text", "content": f"TOKEN={VALUE}\n"}

    stored.request("PUT", "api/contents/text.ipynb", as_text)
    stored.request("PUT", "api/contents/mine.env", plain)

    assert_hidden((stored.root / "text.ipynb").read_text())
    assert (stored.root / "mine.env").read_text() == f"TOKEN={VALUE}\n"


def test_a_value_that_the_command_line_adds_is_redacted_within_a_second(stored):
    late = "Zz-late-value-42-of-the-command-line"
    with stored.kernel() as kernel:
        command_line("put-secret", "prod", "late", home=stored.home, stdin=late)
        time.sleep(1)
        reply = kernel.execute(f"print({late[:10]!r} + {late[10:]!r})")

    assert reply.stream() == "[REDACTED]\n"


def test_two_servers_on_one_store_simply_work(stored, start_server):
    folder = stored.home
    config = f"""
c.JupyterSecrets.store_path = {str(folder / "data/jupyter_secrets/store.db")!r}
c.JupyterSecrets.key_path = {str(folder / "config/jupyter_secrets/master.key")!r}
"""
    second = start_server(config=config)
    for number in range(5):
        stored.store_secret(f"first{number}", f"from-the-first-{number}-Abc")
        second.store_secret(f"second{number}", f"from-the-second-{number}-Abc")

    listed = {
        secret["key"]
        for server in (stored, second)
        for secret in server.secrets("GET", "list", scope="prod")["secrets"]
    }
    assert {f"{name}{number}" for name in ("first", "second") for number in range(5)} <= listed
    time.sleep(1)
    with second.kernel() as kernel:
        shown = kernel.execute("print('from-the-' + 'first-3-Abc')").stream()
    assert shown == "[REDACTED]\n"


def test_the_servers_log_never_saw_it(stored, kernel):
    """Kernels write what they capture to the server's terminal too; this runs after the others."""
    assert_hidden(stored.log.read_text())
