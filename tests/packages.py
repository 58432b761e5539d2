"""Programs that the tests need, installed where nothing else has them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from filelock import FileLock

INSTALL_TIMEOUT = 600


def apt_install(*packages: str) -> list[str]:
    """Install Debian's packages if that is possible here; return what was said meanwhile."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return ["apt-get cannot be used: it is not there, or this is not root."]
    # Another process of the same run may be about to do so as well.
    with FileLock(Path(tempfile.gettempdir(), "jupyter-secrets-tests-apt.lock")):
        return [
            run("apt-get", "update"),
            run("apt-get", "install", "-y", "--no-install-recommends", *packages),
        ]


def run(*command: str) -> str:
    """Run a command to its end, whichever; return the last of what it said."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return f"{' '.join(command)}: {done.stdout[-2000:]}"
