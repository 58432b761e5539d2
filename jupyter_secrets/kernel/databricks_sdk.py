"""Have the Databricks SDK find a kernel's server, unless it was told of a workspace.

It is told by a configuration file, the last thing that the SDK looks at: variables would win over
what code sets later from a ``.env`` file, and would be sent to a host that code names.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path

_PREFIX = "DATABRICKS_"
_FILE_VARIABLE = "DATABRICKS_CONFIG_FILE"
_DEFAULT_FILE = ".databrickscfg"
_DESCRIPTORS = Path("/proc/self/fd")


def is_configured(environment: Mapping[str, str], own_file: str | None = None) -> bool:
    """Tell whether somebody configured Databricks; `own_file` is what `configure_sdk` returned."""
    for name, value in environment.items():
        if name.startswith(_PREFIX) and not (name == _FILE_VARIABLE and value == own_file):
            return True
    with suppress(RuntimeError):  # nobody's home
        return (Path.home() / _DEFAULT_FILE).exists()
    return False


def configure_sdk(environment: MutableMapping[str, str], url: str, token: str) -> str | None:
    """Name a configuration file with a server's address and token in an environment.

    Returns its path, or None if Databricks is configured already. Nobody else can read the file,
    and it ends with the process.
    """
    if is_configured(environment):
        return None
    path = _private_file(f"[DEFAULT]\nhost = {url}\ntoken = {token}\n")
    environment[_FILE_VARIABLE] = path
    return path


def _private_file(text: str) -> str:
    if hasattr(os, "memfd_create") and _DESCRIPTORS.exists():
        descriptor = os.memfd_create("databrickscfg")
        path = f"/proc/{os.getpid()}/fd/{descriptor}"
    else:
        from jupyter_core.paths import jupyter_runtime_dir  # where connection files are, with keys

        folder = Path(jupyter_runtime_dir())
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, path = tempfile.mkstemp(".databrickscfg", "kernel-", folder)
        atexit.register(Path(path).unlink, missing_ok=True)
    os.write(descriptor, text.encode())
    return path
