"""Jobs of jupyter-scheduler: references in their parameters are resolved, as in papermill's.

Of a job's notebook nothing tells a kernel which cell holds its parameters. So the process that the
scheduler starts for a job begins that cell as papermill does.
"""

from __future__ import annotations

from typing import Any

from jupyter_scheduler import executors

from jupyter_secrets.environment import PARAMETERS_COMMENT

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


class _Marking:
    """Runs a job, in a process of its own."""

    def execute(self) -> None:
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
