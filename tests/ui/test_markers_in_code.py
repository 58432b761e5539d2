"""Markers that a person could send back: completions, next inputs and widgets in JupyterLab."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.outputs.leaks import VALUE
from tests.ui.lab import Lab

SETUP = "import ipywidgets\nv = dbutils.secrets.get('prod', 'token')\n"


def run(lab: Lab, cell: int) -> None:
    lab.page.locator(".jp-CodeCell").nth(cell).locator(".cm-content").click()
    lab.command("notebook:run-cell")


def test_what_is_typed_around_a_marker_stays_in_the_page_and_a_notice_says_so(lab: Lab):
    lab.server.store_secret("token", VALUE)
    lab.open_notebook(f"{SETUP}w = ipywidgets.Text(value=v)\nw", "print(w.value == v)")
    run(lab, 0)
    field = lab.page.locator(".widget-text input")
    expect(field).to_have_value("[REDACTED]")

    field.press_sequentially("_v2")

    toast = lab.page.locator(".Toastify__toast")
    expect(toast.first).to_contain_text("was not sent to the kernel")
    run(lab, 1)
    expect(lab.outputs(1)).to_have_text("True")


def test_tab_offers_keys_without_a_marker(lab: Lab):
    lab.server.store_secret("token", VALUE)
    lab.open_notebook(f"{SETUP}d = {{v: 1, 'beside': 2, 'beyond': 3}}; 1", "d['")
    run(lab, 0)
    expect(lab.outputs(0)).to_have_text("1")
    lab.page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
    lab.page.keyboard.press("End")

    offered = lab.page.locator(".jp-Completer-item")
    for _ in range(20):  # JupyterLab waits a second for a kernel that completes for the first time
        lab.page.keyboard.press("Tab")
        lab.page.wait_for_timeout(1500)
        if offered.count():
            break

    expect(offered.first).to_contain_text("be")
    assert not [text for text in offered.all_inner_texts() if "REDACTED" in text or "tk-" in text]


def test_a_next_input_with_a_value_makes_no_cell_and_the_notebook_says_why(lab: Lab):
    lab.server.store_secret("token", VALUE)
    lab.open_notebook(f"{SETUP}get_ipython().set_next_input(v)")
    run(lab, 0)

    expect(lab.outputs(0)).to_contain_text("holds the value of a secret and was left out")
    expect(lab.page.locator(".jp-CodeCell")).to_have_count(1)
