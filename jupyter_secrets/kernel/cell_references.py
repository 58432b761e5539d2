"""Looks at each cell before it runs, for references that have to be resolved first."""

from __future__ import annotations

import ast
import os
import sys
from typing import TYPE_CHECKING, Any

from jupyter_secrets.config_files import mention_settings
from jupyter_secrets.environment import PARAMETERS_COMMENT, has_server, names_to_resolve
from jupyter_secrets.names import has_reference, resembles_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_secrets.errors import SecretsError
    from jupyter_secrets.model import SecretVersion


class ReferenceWatch(ast.NodeTransformer):
    """Resolves references for one shell: in the environment, before the first cell, where no server
    did; and in the parameters that papermill and jupyter-scheduler give a notebook.

    `get` gives the value of a scope's key, which is redacted from then on; `labels_in` says whose
    values are in a text.

    It is one of IPython's AST transformers, for they may keep a cell from running.
    """

    def __init__(
        self,
        shell: InteractiveShell,
        get: Callable[[str, str], SecretVersion],
        labels_in: Callable[[str], Iterable[str]],
    ) -> None:
        self._shell = shell
        self._get = get
        self._labels_in = labels_in
        self._has_server = has_server(os.environ)
        self._checks_environment = True
        self._has_parameters = self._is_shown = self._is_cell = False
        self._unresolved: SecretsError | None = None
        self._left: list[str] = []

    def begin(self, info: Any = None) -> None:
        """Take note of the code that comes next; not called for what is run silently.

        What programs and profiles have a kernel run besides is not kept in its history.
        """
        self._is_shown = True
        in_kernel = getattr(self._shell, "kernel", None) is not None
        self._is_cell = not in_kernel or bool(getattr(info, "store_history", True))
        self._has_parameters = str(getattr(info, "raw_cell", "")).startswith(PARAMETERS_COMMENT)

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the cell to run; raise `UnresolvedCellError` to have it not run.

        What cannot be resolved keeps all code from running until somebody has seen why: programs
        run code of their own first. That of theirs fails only if it is silent: after an error a
        kernel drops the cells that wait.
        """
        is_shown, self._is_shown = self._is_shown, False
        is_cell, self._is_cell = self._is_cell, False
        # What a cell sets is its own affair.
        self._checks_environment = self._may_have_references()
        if not (self._checks_environment or self._has_parameters or self._unresolved or self._left):
            return node
        from jupyter_secrets.errors import SecretsError
        from jupyter_secrets.kernel import references  # slow to import

        try:
            self._resolve_environment()
            if is_shown:
                references.warn_of_unresolved(self._left, has_server=self._has_server)
                self._left = []
            if self._has_parameters:
                references.warn_of_values(self._labels_in, node)
                node = references.resolve_parameters(self._get, node)
        except SecretsError as error:
            self._unresolved = None if is_cell else error
            if is_shown and not is_cell:
                sys.stderr.write(f"jupyter_secrets: this code does not run: {error}\n")
                return ast.Module(body=[], type_ignores=[])
            raise references.UnresolvedCellError(str(error)) from None
        return node

    def check_file(self) -> None:
        """Resolve the environment before a file runs: a script, or one that a profile begins with.

        Raises `UnresolvedCellError` to have it not run.
        """
        if self._unresolved is None and not self._may_have_references():
            return
        from jupyter_secrets.errors import SecretsError
        from jupyter_secrets.kernel.references import UnresolvedCellError  # slow to import

        try:
            self._resolve_environment()
        except SecretsError as error:
            self._unresolved = error
            raise UnresolvedCellError(str(error)) from None

    def _resolve_environment(self) -> None:
        """Resolve it once; raise what keeps code from running."""
        if self._unresolved is not None:
            raise self._unresolved
        if self._checks_environment:
            self._checks_environment = False
            from jupyter_secrets.kernel import references

            if self._has_server:
                self._left = references.names_unseen()
            else:
                self._left = references.resolve_environment(self._get, _configured())

    def _may_have_references(self) -> bool:
        """Tell whether there may be something to resolve in the environment."""
        if not self._checks_environment:
            return False
        if any(map(has_reference, os.environ.values())):
            return True
        named = (os.environ.get(name, "") for name in names_to_resolve(os.environ))
        return not self._has_server and (
            _may_be_configured() or any(map(resembles_reference, named))
        )


def _may_be_configured() -> bool:
    from jupyter_core.paths import jupyter_config_path

    return mention_settings(jupyter_config_path())


def _configured() -> dict[str, str]:
    """Return ``c.JupyterSecrets.kernel_env``."""
    if not _may_be_configured():
        return {}
    from jupyter_secrets.settings import load_settings  # slow to import

    return dict(load_settings().kernel_env)
