"""The front ends that the sidebar runs in besides this environment's JupyterLab."""

from __future__ import annotations

from dataclasses import dataclass

from tests.ui.lab import Lab, Notebook

# What is installed where: the oldest versions that are supported, and the newest Notebook 7.
REQUIREMENTS = {
    "oldest": ("jupyterlab==4.2.*", "notebook==7.2.*"),
    "newest": ("notebook>=7.6,<8",),
}


@dataclass(frozen=True)
class FrontEnd:
    """An application, and the environment that it is installed in."""

    environment: str
    kind: type[Lab]


FRONT_ENDS = {
    "oldest-lab": FrontEnd("oldest", Lab),
    "oldest-notebook": FrontEnd("oldest", Notebook),
    "newest-notebook": FrontEnd("newest", Notebook),
}
