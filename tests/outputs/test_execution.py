"""Clients that wait for messages themselves, as voilà's and nbclient's do inside a server."""

from __future__ import annotations

import logging

import nbformat
import pytest
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from jupyter_secrets.redaction import Redactor
from jupyter_secrets.server.filters.kernel_client import filtered_client
from tests.outputs.leaks import VALUE, leaks

CELLS = [
    f"v = {VALUE[::-1]!r}[::-1]",
    "for c in v: print(c, end='', flush=True)",
    "print('tail', v[:9], end='')",
    "display({'text/html': v}, raw=True); v",
    "import sys; print(v[:9], end=''); print(v, file=sys.stderr); print(v[9:])",
]


class FilteredManager(AsyncKernelManager):
    client_factory = filtered_client(
        AsyncKernelClient, lambda: Redactor([VALUE]), logging.getLogger("test")
    )


@pytest.fixture
def outputs(home) -> list[list[nbformat.NotebookNode]]:
    """The outputs of the cells, run in a kernel without a filter."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    NotebookClient(notebook, kernel_manager_class=FilteredManager, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


def test_what_such_a_client_reads_is_filtered_and_complete(outputs):
    texts = [
        "".join(o.get("text", "") for o in cell if o.get("name") == "stdout") for cell in outputs
    ]

    assert not leaks(str(outputs))
    assert texts[1:] == ["[REDACTED]", f"tail {VALUE[:9]}", "", "[REDACTED]\n"]
    assert outputs[3][0]["data"]["text/html"] == "[REDACTED]"
    assert outputs[3][1]["data"]["text/plain"] == "'[REDACTED]'"
