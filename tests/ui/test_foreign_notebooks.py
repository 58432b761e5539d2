"""A notebook that was written elsewhere, opened and saved in JupyterLab."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.outputs.leaks import VALUE, leaks
from tests.ui.lab import Lab, LabServer

CHANGED = "File Changed"
FAILING = """
import jupyter_secrets.server.filters.notebooks as n
def fail(redactor, notebook): raise RuntimeError
n.redact_notebook = fail
"""


def write_foreign(server: LabServer) -> Path:
    cell = nbformat.v4.new_code_cell("1 + 1")
    cell.outputs = [nbformat.v4.new_output("stream", text=f"token {VALUE}")]
    path = server.root / "foreign.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), path)
    return path


def open_foreign(lab: Lab) -> Path:
    path = write_foreign(lab.server)
    lab.open(path.name)
    expect(lab.outputs(0)).to_have_text("token [REDACTED]")
    # The kernel's language goes into the metadata: what was saved before is changed again.
    lab.wait_for_kernel()
    return path


def edit(lab: Lab, source: str) -> None:
    lab.page.evaluate(
        "source => jupyterapp.shell.currentWidget.context.model.sharedModel.cells[0]"
        ".setSource(source)",
        source,
    )


@pytest.fixture
def failing_server(start_lab_server: Callable[..., LabServer]) -> LabServer:
    server = start_lab_server(config=FAILING)
    server.store_secret("token", VALUE)
    return server


def test_it_shows_no_value_and_is_saved_twice_without_a_question(lab: Lab):
    lab.server.store_secret("token", VALUE)
    path = open_foreign(lab)

    for source in ("2 + 2", "3 + 3"):
        edit(lab, source)
        # JupyterLab ignores what is asked of it until the checkpoint is made, too.
        with lab.page.expect_response("**/checkpoints*"):
            lab.save()
        expect(lab.dialog).to_have_count(0)
        assert nbformat.read(path, 4).cells[0].source == source
        assert not leaks(path.read_text())


def test_a_change_on_the_disk_is_noticed_all_the_same(lab: Lab):
    lab.server.store_secret("token", VALUE)
    open_foreign(lab)

    path = write_foreign(lab.server)
    later = path.stat().st_mtime + 60  # JupyterLab overlooks what happens within half a second
    os.utime(path, (later, later))
    edit(lab, "2 + 2")
    lab.command("docmanager:save")

    expect(lab.dialog).to_contain_text(CHANGED)
    lab.dialog.get_by_role("button", name="Revert").click()
    expect(lab.outputs(0)).to_have_text("token [REDACTED]")


def test_one_that_cannot_be_searched_shows_its_sources_and_is_not_overwritten(
    failing_server: LabServer, open_lab: Callable[..., Lab]
):
    path = write_foreign(failing_server)
    text = path.read_text()
    lab = open_lab(failing_server)
    lab.open(path.name)

    expect(lab.outputs(0)).to_contain_text("output withheld")
    # Its metadata, which names the kernel, is withheld too.
    lab.dialog.get_by_role("button", name="No Kernel").click()
    edit(lab, "2 + 2")
    lab.command("docmanager:save")
    expect(lab.dialog).to_contain_text("read-only")
    assert path.read_text() == text
