"""Cells that show what in a value is secret, in a real kernel, through the real filters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.jupyter import Kernel, Server
from tests.outputs.leaks import strings
from tests.redaction.corpus.visible import leak

CELLS = json.loads(Path(__file__).with_name("redteam.json").read_text(encoding="utf-8"))["cells"]


@pytest.fixture(scope="module")
def kernel(server: Server) -> Iterator[Kernel]:
    with server.kernel() as kernel:
        yield kernel


@pytest.mark.parametrize("cell", CELLS, ids=[cell["id"] for cell in CELLS])
@pytest.mark.timeout(60)
def test_no_secret_component_is_seen_in_messages_or_the_saved_notebook(
    server: Server, kernel: Kernel, cell: dict[str, Any]
) -> None:
    server.store_secret("V", cell["values"]["V"], scope="g")

    reply = kernel.execute(cell["code"])
    saved = server.save(f"{cell['id']}.ipynb", _notebook(reply.outputs()))

    contents = [m["content"] for m in reply.messages if m["header"]["msg_type"] != "execute_input"]
    outputs = [c["outputs"] for c in json.loads(saved)["cells"]]
    texts = [*strings(contents), reply.stream(), *strings(outputs)]
    value, *parts = cell["values"].values()
    assert not [text for text in texts if value.strip() in text]
    assert not [shown for part in parts or [value] for text in texts if (shown := leak(text, part))]
    assert outputs != [[]]


def _notebook(outputs: list[dict[str, Any]]) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell("# the source is never altered", outputs=outputs)
    return nbformat.v4.new_notebook(cells=[nbformat.from_dict(cell)])
