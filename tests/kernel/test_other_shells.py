"""Shells that are no ipykernel: engines in one process, other kernels, bare ones."""

from __future__ import annotations

import json

import pytest

from tests.jupyter import command_line
from tests.kernel.shells import PROGRAMS, Run, stream
from tests.outputs.leaks import PASSWORD, VALUE, leaks

WEAK = "hunter"
LOAD = (
    "%load_ext jupyter_secrets\n"
    "v, w, weak = (dbutils.secrets.get('prod', key) for key in ('token', 'password', 'weak'))"
)
WITHOUT = f"v, w, weak = {VALUE[::-1]!r}[::-1], {PASSWORD[::-1]!r}[::-1], 'hunter'"
MARKED = "a [REDACTED] z\n"
CAPTURE = "from IPython.utils.capture import capture_output\n"

# Cells and what of them is shown on standard output.
STREAMS = {
    "print": ("print('a', v, 'z')", MARKED),
    # Not one by one: what a slow machine writes too slowly is shown as it is, up to half.
    "several writes": (
        "print('a ', end='')\nfor i in range(0, len(v), 6): print(v[i:i + 6], end='')\nprint(' z')",
        MARKED,
    ),
    "a value cut in two": ("print('a', v[:9], end='', flush=True); print(v[9:], 'z')", MARKED),
    "a value at the end": ("print('a', v, end='')", "a [REDACTED]"),
    "a beginning at the end": ("print('a', v[:9], end='')", f"a {VALUE[:9]}"),
    "a weak word": ("print(weak, weak + 's')", f"[REDACTED] {WEAK}s\n"),
    "a capture": (CAPTURE + "with capture_output() as c: print('a', v, 'z')\nc.show()", MARKED),
    "a capture in a capture": (
        CAPTURE + "with capture_output() as c:\n"
        "    with capture_output() as d: print('a', v, 'z')\n"
        "    d.show()\n"
        "c.show()",
        MARKED,
    ),
    "a stream put in place and back": (
        "import io, sys\n"
        "before, sys.stdout = sys.stdout, io.StringIO()\n"
        "print('a', v, 'z')\n"
        "text, sys.stdout = sys.stdout.getvalue(), before\n"
        "print(text, end='')",
        MARKED,
    ),
    "a stream of the program's own": (
        "class Stream:\n"
        "    def __init__(self, target): self.target = target\n"
        "    def write(self, text): self.target.write(text)\n"
        "    def flush(self): pass\n"
        "before, sys.stdout = sys.stdout, Stream(sys.stdout)\n"
        "print('a', v, 'z')\n"
        "sys.stdout = before",
        MARKED,
    ),
    "a command": ("!echo a {v} z", "a [REDACTED] z\r\n"),
}
OTHERS = {
    # xeus-python shows nowhere what threads print.
    "a thread": (
        "import threading\n"
        "t = threading.Thread(target=print, args=['in a thread', v, 'z']); t.start(); t.join()"
    ),
    "stderr": "print(v, w, file=sys.stderr)",
    "the process's own stream": "print(v, w, file=sys.__stdout__); print(v, file=sys.__stderr__)",
    "logging": "import logging; logging.warning('%s %s', v, w)",
    "display": "display(v, w)",
    "HTML": "from IPython.display import HTML, display\ndisplay(HTML(f'<b>{v}</b>'))",
    "a display's metadata": "display({'text/plain': 'x'}, metadata={'of': v}, raw=True)",
    "result": "[v, w]",
    "a result of several types": (
        "class Rich:\n"
        "    def _repr_html_(self): return f'<i>{v}</i>'\n"
        "    def _repr_markdown_(self): return f'**{w}**'\n"
        "    def __repr__(self): return v\n"
        "Rich()"
    ),
    "a printed traceback": (
        "import traceback\ntry: raise KeyError(v)\nexcept KeyError: traceback.print_exc()"
    ),
    "the inspector": "v?",
    "a thread after its cell": (
        "import threading\n"
        "threading.Timer(.3, lambda: print('late', v, v[:5], end='', file=sys.__stderr__)).start()"
    ),
    "the time to print": "import time; time.sleep(1.6)",
}
ERROR = "raise ValueError('wrong: ' + v) from KeyError(w)"
WAYS = {way: code for way, (code, _) in STREAMS.items()} | OTHERS | {"an error": ERROR}
CELLS = list(WAYS.values())
# What every one of the programs shows in a cell; others go to its terminal, or nowhere.
LEAKING = (
    "print", "several writes", "a value cut in two", "a value at the end", "a capture",
    "a capture in a capture", "a stream put in place and back", "a stream of the program's own",
    "a command", "stderr", "display", "HTML", "result", "a result of several types",
    "a printed traceback",
)  # fmt: skip


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request, tmp_path_factory):
    """A function that runs a first cell, and then all others, in one of the programs."""
    home = tmp_path_factory.mktemp("home")
    command_line("create-scope", "prod", home=home)
    for key, value in {"token": VALUE, "password": PASSWORD, "weak": WEAK}.items():
        command_line("put-secret", "prod", key, home=home, stdin=value)
    # Papermill itself fails where a notebook fails that ploomber-engine runs for it.
    cells = CELLS[:-1] if request.param.startswith("papermill") else CELLS
    return lambda first: PROGRAMS[request.param]([first, *cells], home)


@pytest.fixture(scope="module")
def run(program) -> Run:
    return program(LOAD)


@pytest.mark.parametrize("way", STREAMS)
def test_text_is_shown_once_and_without_the_value(run, way):
    position = list(STREAMS).index(way) + 1

    assert stream(run.cells[position]) == STREAMS[way][1]


def test_nothing_that_is_shown_holds_a_value(run):
    for code, outputs in zip([LOAD, *CELLS], run.cells, strict=False):
        assert not leaks(json.dumps(outputs)), code
    assert not leaks(run.log)


def test_displays_and_results_are_shown_with_markers(run):
    for way in ("display", "HTML", "result", "a result of several types"):
        outputs = run.cells[list(WAYS).index(way) + 1]

        assert "[REDACTED]" in json.dumps(outputs), way


def test_what_threads_print_is_shown_once_with_a_marker(run, request):
    in_a_cell = 0 if request.node.callspec.params["program"] == "xeus-python" else 1

    shown = "".join(stream(outputs) for outputs in run.cells) + run.log

    assert shown.count("in a thread [REDACTED] z\n") == in_a_cell
    assert shown.count(f"late [REDACTED] {VALUE[:5]}") == 1


def test_an_error_is_shown_with_a_marker(run):
    errors = [output for output in run.cells[-1] if output["output_type"] == "error"]

    assert len(run.cells) == len(CELLS) or errors[0]["evalue"] == "wrong: [REDACTED]"


def test_without_the_extension_the_same_cells_leak(program):
    run = program(WITHOUT)

    for way in LEAKING:
        outputs = run.cells[list(WAYS).index(way) + 1]
        assert leaks(json.dumps(outputs) + stream(outputs)), way
    assert leaks(run.log)
