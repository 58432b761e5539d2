"""Looks at each cell before it runs, for references that have to be resolved first."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING, Any

from jupyter_secrets.config_files import mention_settings
from jupyter_secrets.environment import has_server
from jupyter_secrets.variables import may_refer

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyter_secrets.model import SecretVersion

# How papermill begins the cell that it inserts.
_PARAMETERS = "# Parameters"


class ReferenceWatch(ast.NodeTransformer):
    """Resolves references for one shell: in the environment, before the first cell, where no server
    did; and in the parameters that papermill gives a notebook.

    `get` gives the value of a scope's key, which is redacted from then on.

    It is one of IPython's AST transformers, for they may keep a cell from running.
    """

    def __init__(self, get: Callable[[str, str], SecretVersion]) -> None:
        self._get = get
        self._checks_environment = not has_server(os.environ)
        self._has_parameters = False

    def begin(self, info: Any = None) -> None:
        """Take note of the cell that comes next."""
        self._has_parameters = str(getattr(info, "raw_cell", "")).startswith(_PARAMETERS)

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the cell to run; raise `UnresolvedCellError` to have it not run."""
        checks, self._checks_environment = self._checks_environment, False
        checks = checks and _may_have_references()
        if not (checks or self._has_parameters):
            return node
        from jupyter_secrets.errors import SecretsError
        from jupyter_secrets.kernel import references  # slow to import

        try:
            if checks:
                references.resolve_environment(self._get, _configured())
            if self._has_parameters:
                node = references.resolve_parameters(self._get, node)
        except SecretsError as error:
            raise references.UnresolvedCellError(str(error)) from None
        return node


def _may_have_references() -> bool:
    return _may_be_configured() or any(map(may_refer, os.environ.values()))


def _may_be_configured() -> bool:
    from jupyter_core.paths import jupyter_config_path

    return mention_settings(jupyter_config_path())


def _configured() -> dict[str, str]:
    """Return ``c.JupyterSecrets.kernel_env``."""
    if not _may_be_configured():
        return {}
    from jupyter_secrets.settings import load_settings  # slow to import

    return dict(load_settings().kernel_env)
