"""What another account of this machine can read."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

NOBODY = 65534
AS_NOBODY = ["sudo", "-n", "-u", f"#{NOBODY}"]


def reads(path: Path) -> bool:
    """Return whether an account that has nothing to do with this one can read a file.

    Root asks a process of that account, and so does who may become it without a password. Where
    neither can be, that is what the modes of the file and of its folders say.
    """
    if os.getuid() == 0:
        account = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        return _succeeds("cat", str(path), **account)
    if _succeeds(*AS_NOBODY, "true"):
        return _succeeds(*AS_NOBODY, "cat", str(path))
    enters = all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)
    return enters and bool(path.stat().st_mode & stat.S_IROTH)


def _succeeds(*command: str, **account: object) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, **account).returncode == 0
    except OSError:
        return False
