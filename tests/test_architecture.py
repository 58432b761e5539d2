"""The directions of import, which keep the parts apart."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import jupyter_secrets

PACKAGE = Path(jupyter_secrets.__file__).parent
NAME = PACKAGE.name
GENERATED = {f"{NAME}._version"}
# What `python -m` and Jupyter's command look for.
ENTRANCES = {"__main__"}
# What strings name for IPython's configuration, and to tell dbutils from another one.
ONLY_NAMED = {NAME, f"{NAME}.autoload", f"{NAME}.kernel.dbutils"}
# Functions that import what their argument names.
BY_NAME = {"__import__", "import_module", "resolve_name", "run_module"}

# What each part may import, besides itself. A part that is not named here fails the test.
_BASE = {"errors", "names", "model"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "names": {"errors"},
    "model": {"errors"},
    "config_files": {"errors"},
    "terminal_input": {"errors"},
    "settings": {"config_files", "environment", "errors", "model"},
    "variables": {"environment", "errors", "names"},
    "redaction": {"names"},
    "outputs": {"redaction"},
    "scan": {"redaction"},
    "store": {"errors", "model"},
    "scopes": _BASE | {"redaction", "store"},
    "client": {"environment", "errors", "model"},
    "rest": {"client", "errors", "model", "redaction"},
    "hub": {"errors", "model"},
    "service": _BASE | {"environment", "hub", "rest", "scopes", "settings"},
    "environment": set(),
    "app": {"client", "model", "scopes", "settings", "store"},
    "autoload": {"config_files", "environment", "errors", "settings"},
    "papermill": set(),
    "scheduler": {"environment", "names", "variables"},
    "kernel": _BASE
    | {"app", "client", "config_files", "environment", "outputs", "redaction", "settings"}
    | {"terminal_input", "variables"},
    "server": _BASE
    | {"app", "client", "environment", "hub", "outputs", "redaction", "rest", "scan", "scopes"}
    | {"scheduler", "settings"}
    | {"variables"},
    "cli": _BASE
    | {"app", "client", "environment", "redaction", "scan", "scopes", "service", "settings"}
    | {"terminal_input", "variables"},
    "__init__": {"kernel", "server"},
}

# Within a package, from the lowest layer to the highest: a module or folder imports only from
# layers before its own, and from within itself. The package's own `__init__` may import all.
LAYERS: dict[str, list[set[str]]] = {
    "redaction": [
        {"values"},
        {"components"},
        {"patterns"},
        {"explanation"},
        {"search"},
        {"documents"},
        {"stream"},
        {"redactor"},
    ],
    "outputs": [{"contents", "stream_buffer", "widgets", "withheld"}, {"message_filter"}],
    "store": [
        {"crypto", "files", "paths", "process"},
        {"db"},
        {"keys"},
        {"audit_log", "versions", "migrations", "snapshots"},
        {"integrity"},
        {"creation", "reads"},
        {"transaction"},
        {"store"},
        {"group_commit", "maintenance"},
    ],
    "scan": [{"encoded_tokens", "scrub"}, {"find"}, {"files"}],
    "client": [
        {"answers", "protocol"},
        {"http", "remote_tokens"},
        {"remote"},
        {"discovery", "service"},
    ],
    "rest": [{"backend"}, {"base"}, {"databricks", "tokens"}, {"native"}, {"routes"}],
    "service": [
        {
            "changes",
            "connections",
            "failures",
            "identity",
            "logs",
            "metrics",
            "settings",
            "tickets",
        },
        {"context", "hub_users", "proxy", "tokens"},
        {"handlers", "hub_login"},
        {"hub_environment"},
        {"page"},
        {"application"},
        {"process"},
    ],
    "scopes": [
        {"audit_redaction", "failed_tokens", "principals", "token_check", "verdicts"},
        {"audit_record", "authorization"},
        {"shared_store"},
        {"audit_sinks", "authentication", "base"},
        {"readable", "tokens"},
        {"audit_file", "scopes", "secrets"},
        {"admin", "audit", "name_redaction", "overview", "service_principals"},
        {"session"},
    ],
    "kernel": [
        {"bootstrap", "databricks_sdk", "dbutils", "disclosed", "exceptions", "original_outputs"}
        | {"session_filter", "streams", "terminal", "warning"},
        {"connection", "references", "shell_filter"},
        {"cell_references"},
        {"shell_redaction"},
        {"runtime"},
        {"magics", "outside_cells", "spark"},
        {"completion", "databricks_modules"},
        {"extension"},
    ],
    "server": [
        {"events", "groups", "redactors", "sessions", "starting_kernels", "kernel_tokens"},
        {"identity", "service_watch"},
        {"context"},
        {"filters", "kernels"},
        {"api"},
        {"extension"},
    ],
    "cli": [
        {
            "dotenv",
            "ipython_files",
            "json_values",
            "kernel_checks",
            "parser",
            "session_leader",
            "times",
        },
        {"filtered_process"},
        {"output", "prompts"},
        {"local_store"},
        {"commands"},
    ],
}


def modules() -> dict[str, Path]:
    """Return every module of the package, a package's own `__init__` under the package's name."""
    return {
        ".".join((NAME, *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
            ".__init__"
        ): path
        for path in PACKAGE.rglob("*.py")
    }


MODULES = modules()


def targets(module: str, node: ast.AST) -> Iterator[str]:
    """Yield the modules of this package that one statement of a module imports.

    A string that names one counts too.
    """
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] == NAME)
    elif isinstance(node, ast.ImportFrom):
        origin = _origin(module, node)
        if origin.split(".")[0] == NAME:
            for alias in node.names:
                submodule = f"{origin}.{alias.name}"
                yield submodule if submodule in MODULES else origin
    elif isinstance(node, ast.Constant) and node.value in MODULES.keys() - ONLY_NAMED:
        yield str(node.value)


def _origin(module: str, node: ast.ImportFrom) -> str:
    """Return what an import is from, in full also where it is relative."""
    if not node.level:
        return str(node.module)
    is_package = MODULES[module].stem == "__init__"
    package = module.split(".")[: len(module.split(".")) - node.level + is_package]
    return ".".join([*package, *([node.module] if node.module else [])])


def _bindings(module: str, node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (name, module) for each module of this package that a statement binds to a name."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or NAME, alias.name if alias.asname else NAME
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, f"{_origin(module, node)}.{alias.name}"


def _reached(nodes: list[ast.AST], bound: dict[str, str]) -> Iterator[str]:
    """Yield the modules that are attributes of imported ones: `store.paths`."""
    for node in nodes:
        if isinstance(node, ast.Attribute):
            name, _, attributes = ast.unparse(node).partition(".")
            target = f"{bound.get(name)}.{attributes}"
            if target in MODULES:
                yield target


def imported(module: str, tree: ast.AST) -> Iterator[str]:
    """Yield the modules of this package that a module imports, or reaches through one of those.

    Imports within functions and under `TYPE_CHECKING` count: they tie modules together as well.
    """
    nodes = list(ast.walk(tree))
    for node in nodes:
        yield from targets(module, node)
    yield from _reached(nodes, dict(pair for node in nodes for pair in _bindings(module, node)))


def imports() -> Iterator[tuple[str, str]]:
    """Yield each import as (module, target)."""
    for module, path in MODULES.items():
        found = imported(module, ast.parse(path.read_text()))
        yield from ((module, target) for target in found if target != module)


IMPORTS = [pair for pair in imports() if pair[1] not in GENERATED]


@pytest.mark.parametrize(
    ("statement", "target"),
    [
        ("import jupyter_secrets.store.paths", "store.paths"),
        ("from jupyter_secrets.store.paths import StorePaths", "store.paths"),
        ("from jupyter_secrets.store import paths", "store.paths"),
        ("from ..store import paths", "store.paths"),
        ("from ..store.paths import StorePaths", "store.paths"),
        ("from .base import ServiceBase", "scopes.base"),
        ("from . import base", "scopes.base"),
        ("path: 'str' = 'jupyter_secrets.store.paths'", "store.paths"),
        ("def later():\n    from jupyter_secrets.store import paths", "store.paths"),
        ("if TYPE_CHECKING:\n    from jupyter_secrets.store import paths", "store.paths"),
    ],
)
def test_an_import_counts_however_it_is_written(statement, target):
    found = list(imported(f"{NAME}.scopes.secrets", ast.parse(statement)))

    assert found == [f"{NAME}.{target}"]


@pytest.mark.parametrize(
    "statement",
    [
        "import jupyter_secrets.store as s\ns.paths.StorePaths()",
        "import jupyter_secrets.store\njupyter_secrets.store.paths.StorePaths()",
        "import jupyter_secrets\njupyter_secrets.store.paths.StorePaths()",
        "import jupyter_secrets as package\npackage.store.paths.StorePaths()",
        "from jupyter_secrets import store\nstore.paths.StorePaths()",
        "from jupyter_secrets import store as s\nprint(s.paths)",
        "from .. import store\nstore.paths.StorePaths()",
        "def later():\n    from jupyter_secrets import store\n    return store.paths.StorePaths",
    ],
)
def test_a_module_that_is_reached_through_its_package_counts_as_imported(statement):
    found = set(imported(f"{NAME}.scopes.secrets", ast.parse(statement)))

    assert f"{NAME}.store.paths" in found


def test_a_name_that_a_package_offers_is_no_module():
    statement = "from jupyter_secrets import store\nstore.StorePaths()"

    assert set(imported(f"{NAME}.scopes.secrets", ast.parse(statement))) == {f"{NAME}.store"}


def _is_by_name(node: ast.AST) -> bool:
    """Tell whether a node imports what no reader of the source can tell."""
    if isinstance(node, ast.ImportFrom):
        return any(alias.name in {"*", *BY_NAME} for alias in node.names)
    return isinstance(node, (ast.Name, ast.Attribute)) and _last_name(node) in BY_NAME


def _last_name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from jupyter_secrets.store import *", True),
        ("from importlib import import_module as load", True),
        ("importlib.import_module(name)", True),
        ("__import__('jupyter_secrets.store')", True),
        ("pkgutil.resolve_name('jupyter_secrets.store:paths')", True),
        ("from jupyter_secrets.store import Store", False),
    ],
)
def test_what_imports_by_name_is_seen(source, expected):
    assert any(map(_is_by_name, ast.walk(ast.parse(source)))) is expected


def test_nothing_is_imported_by_name():
    found = [
        f"{module}:{node.lineno}"
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.ImportFrom, ast.Name, ast.Attribute)) and _is_by_name(node)
    ]

    assert not found


def part(module: str) -> str:
    """Return the part of the package that a module belongs to."""
    return [*module.split("."), "__init__"][1]


def test_imports_run_in_the_directions_that_the_architecture_names():
    wrong = [
        f"{module} imports {target}"
        for module, target in IMPORTS
        if part(target) != part(module) and part(target) not in ALLOWED.get(part(module), set())
    ]

    assert not wrong


def test_the_directions_that_the_architecture_names_have_no_circle():
    assert list(TopologicalSorter(ALLOWED).static_order())


def test_each_direction_that_the_architecture_names_is_taken():
    taken = {(part(module), part(target)) for module, target in IMPORTS}

    assert [
        f"{importer} → {target}"
        for importer, targets in ALLOWED.items()
        for target in targets
        if (importer, target) not in taken
    ] == []


FRONTS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


@pytest.mark.parametrize("name", FRONTS)
def test_the_front_of_a_part_offers_names_in_order_and_no_module(name):
    offered = getattr(importlib.import_module(f"{NAME}.{name}"), "__all__", [])

    assert list(offered) == sorted(offered, key=_kind_and_name)
    assert [each for each in offered if f"{NAME}.{name}.{each}" in MODULES] == []


def _kind_and_name(name: str) -> tuple[int, str]:
    """Constants come first, then classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def test_no_import_goes_past_the_front_of_another_part():
    wrong = [
        f"{module} imports {target}"
        for module, target in IMPORTS
        if part(target) != part(module) and target.count(".") > 1
    ]

    assert not wrong


def test_no_modules_import_each_other_in_a_circle():
    graph: dict[str, set[str]] = {}
    for module, target in IMPORTS:
        graph.setdefault(module, set()).add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
    else:
        circle = []

    assert not circle


@pytest.mark.parametrize("package", LAYERS)
def test_within_a_package_imports_go_down_its_layers(package):
    layers = LAYERS[package]
    height = {name: level for level, names in enumerate(layers) for name in names}
    prefix = f"{NAME}.{package}."
    own = [
        (module.removeprefix(prefix).split(".")[0], target.removeprefix(prefix).split(".")[0])
        for module, target in IMPORTS
        if module.startswith(prefix) and target.startswith(prefix)
    ]
    present = {
        module.removeprefix(prefix).split(".")[0] for module in MODULES if module.startswith(prefix)
    }

    assert present - height.keys() - ENTRANCES == set()
    assert [
        f"{importer} imports {imported}"
        for importer, imported in own
        if importer != imported
        and importer not in ENTRANCES
        and height[imported] >= height[importer]
    ] == []


@pytest.mark.parametrize(
    ("package", "owners"),
    [
        ("cryptography", {"store/crypto.py"}),
        ("sqlalchemy", {"store"}),
        ("tornado", {"hub.py", "rest", "server", "service"}),
    ],
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
    assert {
        path for path in found if path not in owners and path.split("/")[0] not in owners
    } == set()


# What a kernel imports that a server started.
KERNEL_WITH_SERVER = [
    *(name for name in MODULES if name.startswith(f"{NAME}.kernel.")),
    f"{NAME}.client.remote",
    f"{NAME}.outputs",
]


def test_the_way_from_a_kernel_to_its_server_needs_no_database():
    code = (
        "import sys; from importlib import import_module; "
        f"[import_module(name) for name in {KERNEL_WITH_SERVER}]; "
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


# Words that say nothing of what a variable holds.
EMPTY_WORDS = {"at", "found", "given", "gone", "kept", "known", "one", "place"}


def test_variables_are_named_by_what_they_hold():
    wrong = [
        f"{module}:{node.lineno} {name}"
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        for name in [_variable(node)]
        if name in EMPTY_WORDS
    ]

    assert not wrong


def _variable(node: ast.AST) -> str | None:
    if isinstance(node, ast.arg):
        return node.arg
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else None
