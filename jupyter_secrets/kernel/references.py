"""``{{secrets/scope/key}}`` where no server resolved it: in the environment, and in parameters."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, cast

from IPython.core.error import InputRejected

from jupyter_secrets.environment import RESOLVE_VARIABLE, names_to_resolve
from jupyter_secrets.errors import UnresolvedReferenceError
from jupyter_secrets.kernel.warning import warn
from jupyter_secrets.names import (
    Reference,
    find_references,
    has_reference,
    resembles_reference,
    resolve,
)
from jupyter_secrets.variables import (
    MASK,
    VariableTemplate,
    expand,
    fetch_text,
    why_refused,
)

# Becomes a command line; what it sets in Spark is resolved there (`jupyter_secrets.kernel.spark`).
_SPARK_ARGUMENTS = "PYSPARK_SUBMIT_ARGS"

_UNDER_SERVER = (
    "The server resolves those in its own environment, in c.JupyterSecrets.kernel_env and in the "
    "kernelspec's env."
)

if TYPE_CHECKING:
    from jupyter_secrets.model import SecretVersion

    # Gives the value of a scope's key, which is redacted from then on.
    Get = Callable[[str, str], SecretVersion]


class UnresolvedCellError(UnresolvedReferenceError, InputRejected):
    """Why a cell was not run: a reference that it may depend on cannot be resolved."""

    def _render_traceback_(self) -> list[str]:
        return [f"UnresolvedReferenceError: {self}"]


def fetch(get: Get, name: str, reference: Reference) -> str:
    """Return the value that a variable refers to.

    Raises `UnresolvedReferenceError`, which names variable, scope and key.
    """
    return fetch_text(name, reference, lambda scope, key: get(scope, key).value)


def resolve_text(get: Get, name: str, text: str) -> str:
    """Return a setting's or a parameter's text with its references resolved.

    Raises `UnresolvedReferenceError`, which names the setting or the parameter.
    """
    try:
        tuple(find_references(text))
    except UnresolvedReferenceError as error:
        raise UnresolvedReferenceError(f"{name} is wrong.\n{error}") from None
    return resolve(text, lambda reference: fetch(get, name, reference))


def resolve_environment(get: Get, configured: Mapping[str, str]) -> list[str]:
    """Set the configured variables, and resolve the references in those that somebody named.

    Returns the names of others with references. Raises `UnresolvedReferenceError`; then none of
    the variables is set.
    """
    candidates = _with_references()
    wanted = dict(_of_owner(candidates)) | dict(configured)
    for name in wanted:
        os.environ.pop(name, None)  # none stays as it is, whichever cannot be resolved
    os.environ |= {name: resolved(get, name, text) for name, text in wanted.items()}
    return [name for name in candidates if name not in wanted]


def names_unseen() -> list[str]:
    """Return the variables with references that a server has not resolved, for it never saw them.

    What starts a kernel may set some. Names of notebooks may look like references.
    """
    return [name for name in _with_references() if not why_refused(name)]


def warn_of_unresolved(names: Iterable[str], *, has_server: bool) -> None:
    """Warn of variables whose references stay as they are."""
    remedy = _UNDER_SERVER if has_server else f"Whoever means it names it in {RESOLVE_VARIABLE}."
    for name in names:
        warn(
            f"the environment variable {name} holds a reference to a secret that is left as it is. "
            f"{why_refused(name) or remedy}"
        )


def resolved(get: Get, name: str, text: str) -> str:
    """Return the text of an environment variable with its references resolved."""
    template = VariableTemplate.of_named(name, text)
    return template.resolve(lambda reference: fetch(get, name, reference))


def resolve_parameters(get: Get, node: ast.AST) -> ast.AST:
    """Return a cell that assigns parameters with the references in their texts resolved."""
    transformer = _Resolved(lambda name, text: resolve_text(get, name, text))
    return cast("ast.AST", transformer.visit(node))


def warn_of_values(labels_in: Callable[[str], Iterable[str]], node: ast.AST) -> None:
    """Warn of each value of a secret in the texts of a cell that assigns parameters.

    `labels_in` returns whose values are in a text, as ``scope/key``. The value itself is the job's:
    it is in the notebook already.
    """
    for assignment in ast.walk(node):
        if isinstance(assignment, ast.Assign) and isinstance(assignment.targets[0], ast.Name):
            texts = [each.value for each in ast.walk(assignment) if isinstance(each, ast.Constant)]
            labels = {label for text in texts for label in labels_in(str(text))}
            for label in sorted(labels):
                warn(
                    f"the parameter {assignment.targets[0].id} holds the value of {label}, which "
                    f"is saved in the notebook: pass {{{{secrets/{label}}}}} in its place."
                )


class _Resolved(ast.NodeTransformer):
    """Puts values in the place of references in the texts that are assigned."""

    def __init__(self, resolve_named: Callable[[str, str], str]) -> None:
        self._resolve = resolve_named
        self._name = "A parameter"

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """Resolve what is assigned."""
        if isinstance(node.targets[0], ast.Name):
            self._name = f"The parameter {node.targets[0].id}"
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """Resolve a text."""
        if not (isinstance(node.value, str) and has_reference(node.value)):
            return node
        return ast.copy_location(ast.Constant(self._resolve(self._name, node.value)), node)


def _with_references() -> dict[str, str]:
    """Return the variables that hold references, or what is to be one where somebody named them."""
    named = names_to_resolve(os.environ)
    return {
        name: text
        for name, text in os.environ.items()
        if name != _SPARK_ARGUMENTS
        and (has_reference(text) or (name in named and resembles_reference(text)))
    }


def _of_owner(candidates: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield those of the variables that somebody named."""
    named = names_to_resolve(os.environ)
    kernelspecs = _kernelspec_texts() if candidates.keys() - named else {}
    for name, text in candidates.items():
        if name in named:
            yield name, text
        elif (name, text) in kernelspecs:
            yield name, kernelspecs[name, text]


def _kernelspec_texts() -> dict[tuple[str, str], str]:
    """Return the variables that the installed kernelspecs set, as they reach a kernel.

    Each with its text, in which only those references count that the kernelspec itself has.
    """
    from jupyter_client.kernelspec import KernelSpecManager  # slow to import

    masked = {name: text.replace("{", MASK) for name, text in os.environ.items()}
    return {
        (name, expand(text, os.environ)): expand(text, masked)
        for kernelspec in KernelSpecManager().get_all_specs().values()
        for name, text in kernelspec["spec"].get("env", {}).items()
    }
