"""Jobs of jupyter-scheduler: references are resolved in their parameters, as in papermill's, and in
the environment, as in the server's own kernels.

Nothing tells a job's kernel which cell holds the parameters, and that its environment is that of a
server. So the process that the scheduler starts for a job does.
"""

from __future__ import annotations

import os
from typing import Any

from jupyter_scheduler import executors

from jupyter_secrets.environment import PARAMETERS_COMMENT, RESOLVE_VARIABLE, names_to_resolve
from jupyter_secrets.names import has_reference
from jupyter_secrets.variables import why_refused

_add_parameters = executors.add_parameters


def use_in(scheduler: Any) -> None:
    """Have a server's scheduler run its jobs so; a class of somebody else's is left alone."""
    own = scheduler.execution_manager_class
    scheduler.execution_manager_class = _CLASSES.get(own, own)


def _add_marked(notebook: Any, parameters: dict[str, str]) -> Any:
    """Add the cell with the parameters, with the comment before them."""
    notebook = _add_parameters(notebook, parameters)
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell.source = f"{PARAMETERS_COMMENT}\n{cell.source}"
    return notebook


def _name_references() -> None:
    """Name the variables with references, for whoever runs a server wrote its environment."""
    labelled = {name for name, text in os.environ.items() if has_reference(text)}
    named = names_to_resolve(os.environ) | {name for name in labelled if not why_refused(name)}
    os.environ[RESOLVE_VARIABLE] = ",".join(sorted(named))


class _Marking:
    """Runs a job, in a process of its own."""

    def execute(self) -> None:
        _name_references()
        executors.add_parameters = _add_marked
        super().execute()  # type: ignore[misc]


class MarkingExecutionManager(_Marking, executors.DefaultExecutionManager):  # type: ignore[misc]
    """Runs a job; its name is how the job's process finds it."""


class MarkingArchivingExecutionManager(
    _Marking,
    executors.ArchivingExecutionManager,  # type: ignore[misc]
):
    """Runs a job whose files go into an archive."""


_CLASSES = {
    executors.DefaultExecutionManager: MarkingExecutionManager,
    executors.ArchivingExecutionManager: MarkingArchivingExecutionManager,
}
