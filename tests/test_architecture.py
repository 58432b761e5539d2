"""The directions of import, which keep the parts apart."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import jupyter_secrets

PACKAGE = Path(jupyter_secrets.__file__).parent

# What each part may import, besides itself. A part that is not named here fails the test.
_BASE = {"errors", "names", "model"}
ALLOWED = {
    "errors": set(),
    "names": {"errors"},
    "model": {"errors"},
    "environment": set(),
    "terminal_input": {"errors"},
    "redaction": set(),
    "outputs": {"redaction"},
    "scan": {"redaction"},
    "store": {"errors"},
    "scopes": _BASE | {"store"},
    "config_files": {"errors"},
    "settings": {"config_files", "errors", "model"},
    "client": _BASE | {"redaction", "scopes", "settings", "store"},
    "kernel": _BASE
    | {"client", "environment", "outputs", "redaction", "settings", "terminal_input"},
    "server": _BASE
    | {"client", "environment", "outputs", "redaction", "scan", "scopes", "settings"},
    "cli": _BASE | {"client", "redaction", "scan", "settings", "terminal_input"},
    "__init__": {"kernel", "server"},
}
GENERATED = {"_version"}


def imports() -> Iterator[tuple[str, str, Path]]:
    for path in PACKAGE.rglob("*.py"):
        part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                if module == "jupyter_secrets" and isinstance(node, ast.ImportFrom):
                    for alias in node.names:
                        yield part, alias.name, path
                elif module.startswith("jupyter_secrets."):
                    yield part, module.split(".")[1], path


def test_imports_run_in_the_directions_that_the_architecture_names():
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {target}"
        for part, target, path in imports()
        if part not in GENERATED and target != part and target not in ALLOWED.get(part, set())
    ]

    assert not wrong


@pytest.mark.parametrize(
    ("package", "owners"),
    [("cryptography", {"store/crypto.py"}), ("sqlalchemy", {"store"}), ("tornado", {"server"})],
    ids=["cryptography", "sqlalchemy", "tornado"],
)
def test_a_library_is_imported_only_where_it_belongs(package, owners):
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        and any(
            name.split(".")[0] == package
            for name in [getattr(node, "module", None) or "", *(a.name for a in node.names)]
        )
    }

    assert found
    assert {path for path in found if not path.startswith(tuple(owners))} == set()


def test_the_way_from_a_kernel_to_its_server_needs_no_database():
    code = (
        "import sys; import jupyter_secrets.kernel.extension, jupyter_secrets.kernel.magics, "
        "jupyter_secrets.kernel.completion, jupyter_secrets.client.remote; "
        "print([name for name in ('sqlalchemy', 'cryptography') if name in sys.modules])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys; import jupyter_secrets; "
        "print([n for n in ('IPython', 'jupyter_server', 'sqlalchemy') if n in sys.modules])"
    )

    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"


# The folders and modules of `redaction`, in layers: each imports from those before it only.
REDACTION = ["values", "patterns", "search", "documents", "stream", "redactor", "__init__"]


def redaction_imports() -> Iterator[tuple[str, str]]:
    """Yield (module, imported module) within `redaction`, wherever the import stands."""
    root = "jupyter_secrets.redaction"
    for path in PACKAGE.joinpath("redaction").rglob("*.py"):
        name = ".".join(path.relative_to(PACKAGE / "redaction").with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(root):
                continue
            module = str(node.module).removeprefix(root).lstrip(".")
            for alias in node.names:
                file = PACKAGE.joinpath("redaction", *module.split("."), f"{alias.name}.py")
                yield name, f"{module}.{alias.name}".lstrip(".") if file.exists() else module


def test_redaction_stands_in_layers():
    wrong = [
        f"{module} imports {imported}"
        for module, imported in redaction_imports()
        if REDACTION.index(imported.split(".")[0]) > REDACTION.index(module.split(".")[0])
    ]

    assert not wrong


def test_no_modules_of_redaction_import_each_other_in_a_circle():
    graph: dict[str, set[str]] = {}
    for module, imported in redaction_imports():
        graph.setdefault(module, set()).add(imported)

    TopologicalSorter(graph).prepare()  # raises CycleError


def test_redaction_is_imported_by_its_name_only():
    inner = [
        f"{path.relative_to(PACKAGE)} imports {node.module}"
        for path in PACKAGE.rglob("*.py")
        if not path.is_relative_to(PACKAGE / "redaction")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("jupyter_secrets.redaction.")
    ]

    assert not inner
