"""What JupyterLab says of a notebook whose kernel has no `dbutils`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.everywhere.kernels import install_kernel
from tests.ui.lab import Lab


@pytest.fixture
def forgetful(lab: Lab) -> Iterator[str]:
    """A kernel that does not get the environment which its server means it to have."""
    argv = [sys.executable, "-m", "ipykernel", "-f", "{connection_file}"]
    command = ["env", "--unset=JUPYTER_SECRETS_URL", *argv]
    yield install_kernel(lab.server, "forgetful", *command)
    shutil.rmtree(lab.server.home / "data/kernels/forgetful")


def test_a_notebook_whose_kernel_has_no_dbutils_says_so_and_why(lab: Lab, forgetful: str):
    path = lab.open_notebook("1 + 1", kernel=forgetful)

    toast = lab.page.locator(".Toastify__toast")
    expect(toast).to_contain_text(f"{path.name} has no dbutils for this server's secrets.")
    lab.picture("kernel-without-dbutils")
    toast.get_by_role("button", name="Show all").click()

    expect(lab.dialog).to_contain_text("drops the server's environment: have it hand on")
    lab.picture("kernel-without-dbutils-all")


def test_of_a_kernel_with_dbutils_nothing_is_said(lab: Lab):
    lab.open_notebook("1 + 1")
    lab.page.locator(".jp-CodeCell .cm-content").click()
    lab.command("notebook:run-cell")

    expect(lab.outputs(0)).to_have_text("2")
    expect(lab.page.locator(".Toastify__toast")).to_have_count(0)
