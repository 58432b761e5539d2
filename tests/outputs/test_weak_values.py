"""Values of few characters, and marks of what is not sensitive, in a server and its kernels.

Each test runs with both layers of the filter, and with the kernel's taken away.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import nbformat
import pytest

from tests.jupyter import Kernel, Server

YEAR, REGION, PHRASE = "2024", "eu-north-7", "correct horse battery staple"
UNFILTERED = (
    "session = get_ipython().kernel.session\n"
    "for name in ('send', 'serialize', 'deserialize'): vars(session).pop(name)"
)
LAYERS = pytest.mark.parametrize("prepare", ["", UNFILTERED], ids=["both layers", "the server's"])


@pytest.fixture(scope="module")
def own(start_server: Callable[..., Server]) -> Server:
    server = start_server()
    for key, value in (("year", YEAR), ("region", REGION), ("phrase", PHRASE)):
        server.store_secret(key, value)
    return server


@pytest.fixture
def kernels(own: Server) -> Iterator[tuple[Kernel, Kernel]]:
    """Two kernels of one user; only the first is given anything."""
    with own.kernel() as one, own.kernel() as other:
        yield one, other


def give(kernel: Kernel, key: str, then: str = "") -> None:
    reply = kernel.execute(f"v = dbutils.secrets.get('prod', {key!r})\n{then}")
    assert reply.reply["status"] == "ok"


def mark(server: Server, key: str, *, sensitive: bool) -> None:
    body = {"scope": "prod", "key": key, "sensitive": sensitive}
    server.request("POST", "jupyter-secrets/update", body)


@LAYERS
def test_a_weak_value_is_hidden_in_the_kernel_that_read_it_and_shown_in_others(kernels, prepare):
    one, other = kernels

    give(one, "year", prepare)

    assert one.execute("print('2024-05-01')").stream() == "[REDACTED]-05-01\n"
    assert other.execute("print('2024-05-01')").stream() == "2024-05-01\n"


@LAYERS
def test_a_weak_value_is_hidden_where_people_read_and_nowhere_else(kernels, prepare):
    one, _ = kernels
    give(one, "year", prepare)

    result = one.execute("'2024-05-01'").of("execute_result")[0]
    error = one.execute("raise ValueError('in 2024')").of("error")[0]
    prompt = one.execute("input('2024? ')", answer="2024").of("input_request")[0]
    one.execute("d = {'2024-05-01': 1}")
    completed = one.ask("complete_request", {"code": "d['", "cursor_pos": 3})
    one.execute("x = 1\nx.__class__\ndef f(year='2024'): ...")
    inspected = one.ask("inspect_request", {"code": "f", "cursor_pos": 1, "detail_level": 0})
    inserted = one.execute("get_ipython().set_next_input('x = 2024')")
    comm = one.execute("import comm; comm.create_comm('x', data={'state': {'year': '2024'}})")

    assert result["data"]["text/plain"] == "'[REDACTED]-05-01'"
    assert error["evalue"] == "in [REDACTED]"
    assert prompt["prompt"] == "[REDACTED]? "
    assert "2024-05-01" in completed.of("complete_reply")[0]["matches"]
    assert "2024" in inspected.of("inspect_reply")[0]["data"]["text/plain"]
    assert inserted.reply["payload"][0]["text"] == "x = 2024"
    assert comm.of("comm_open")[0]["data"] == {"state": {"year": "2024"}}


def test_a_restarted_kernel_shows_the_weak_value_that_it_was_given_before(own, kernels):
    one, _ = kernels
    give(one, "year")

    own.request("POST", f"api/kernels/{one.id}/restart")
    one.close()
    one.connect()

    assert one.execute("print('2024-05-01')").stream() == "2024-05-01\n"


def notebook(text: str) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("stream", text=text)])
    cell.metadata["year"] = YEAR
    return nbformat.v4.new_notebook(cells=[cell])


def test_a_notebook_is_saved_without_its_own_kernels_weak_values_and_all_kernels_strong_ones(own):
    model = {"name": "", "type": "notebook", "kernel": {"name": "python3"}}
    sessions = [
        own.request("POST", "api/sessions", {**model, "path": f"{name}.ipynb"})
        for name in ("given", "other")
    ]
    text = f"{YEAR}-05-01 {PHRASE}"
    with own.connection(sessions[0]["kernel"]["id"]) as kernel:
        give(kernel, "year", "dbutils.secrets.get('prod', 'phrase')")

        given, other = (own.save(f"{name}.ipynb", notebook(text)) for name in ("given", "other"))
        # As another program wrote it.
        (own.root / "given.ipynb").write_text(nbformat.writes(notebook(text)))
        read = own.request("GET", "api/contents/given.ipynb?content=1")["content"]["cells"][0]
        _, file = own.respond("GET", "files/given.ipynb")
        before = nbformat.reads(file.decode(), 4).cells[0]
        renamed = {"path": "renamed.ipynb"}
        own.request("PATCH", f"api/sessions/{sessions[0]['id']}", renamed)
        after = own.save("renamed.ipynb", notebook(text))
    for session in sessions:
        own.request("DELETE", f"api/sessions/{session['id']}")

    for saved in (given, after):
        assert output_of(saved) == "[REDACTED]-05-01 [REDACTED]"
    assert output_of(other) == "2024-05-01 [REDACTED]"
    assert read["outputs"][0]["text"] == before.outputs[0].text == "[REDACTED]-05-01 [REDACTED]"
    assert read["metadata"]["year"] == before.metadata.year == YEAR


def output_of(saved: str) -> str:
    return str(nbformat.reads(saved, 4).cells[0].outputs[0].text)


@LAYERS
def test_what_is_marked_as_not_sensitive_is_shown_at_once_and_hidden_again_when_it_is_not(
    own, kernels, prepare
):
    one, _ = kernels
    give(one, "region", prepare)
    assert shown_within(one, "[REDACTED]", 0) == "[REDACTED]"

    mark(own, "region", sensitive=False)
    assert shown_within(one, REGION, 2) == REGION

    mark(own, "region", sensitive=True)
    assert shown_within(one, "[REDACTED]", 0) == "[REDACTED]"


def test_a_mark_counts_at_the_kernels_next_call(own, kernels):
    one, _ = kernels
    give(one, "region")
    mark(own, "region", sensitive=False)

    reply = one.execute("v = dbutils.secrets.get('prod', 'region'); print(v)")

    mark(own, "region", sensitive=True)
    assert reply.stream() == f"{REGION}\n"


def test_a_mark_counts_within_two_seconds_while_a_cell_runs(own, kernels):
    one, _ = kernels
    give(one, "region")
    code = "import time\nfor _ in range(40): print(v, flush=True); time.sleep(.1)\nprint('done')"
    one.send("execute_request", {"code": code, "silent": False, "allow_stdin": False})
    time.sleep(0.3)

    mark(own, "region", sensitive=False)
    marked = time.monotonic()
    while one.receive()[0]["content"].get("text") != f"{REGION}\n":
        assert time.monotonic() < marked + 3.5
    waited = time.monotonic() - marked

    mark(own, "region", sensitive=True)
    assert waited < 2


def test_the_environments_values_that_are_not_sensitive_are_shown_in_a_kernel(own):
    mark(own, "region", sensitive=False)
    folder = own.home / "data/kernels/region"
    folder.mkdir(parents=True)
    spec = {
        "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "region",
        "language": "python",
        "env": {"REGION": "{{secrets/prod/region}}"},
    }
    (folder / "kernel.json").write_text(json.dumps(spec))

    with own.kernel(name="region") as kernel:
        reply = kernel.execute("import os; print(os.environ['REGION'])")

    mark(own, "region", sensitive=True)
    assert reply.stream() == f"{REGION}\n"


def shown_within(kernel: Kernel, expected: str, seconds: float) -> str:
    """Print the value until it is shown as expected; return how it was shown last."""
    deadline = time.monotonic() + seconds
    while True:
        shown = kernel.execute("print(v)").stream().strip()
        if shown == expected or time.monotonic() > deadline:
            return shown
        time.sleep(0.1)
