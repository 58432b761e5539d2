"""A Chromium to test in: the one that is there, or else one that is installed now."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.packages import apt_install, run

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
]


def find_chromium(playwright: Playwright) -> str:
    """Return the path of a Chromium; fail, and say what to do, if none can be had."""
    found = _installed(playwright)
    if found:
        return found
    problems = [run(sys.executable, "-m", "playwright", "install", "chromium")]
    found = _installed(playwright)
    if not found:
        problems += apt_install("chromium")
        found = _installed(playwright)
    if not found:
        details = "\n".join(problems)
        pytest.fail(
            "The browser tests need Chromium, and none could be installed. Install one and "
            f"set $CHROMIUM to its path if it is not on the PATH.\n{details}"
        )
    return found


def _installed(playwright: Playwright) -> str | None:
    names = (os.environ.get("CHROMIUM", ""), *NAMES)
    on_path = next((path for name in names if name and (path := shutil.which(name))), None)
    if on_path:
        return on_path
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None
