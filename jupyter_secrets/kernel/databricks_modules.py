"""Modules that code written for Databricks imports: ``pyspark.dbutils`` and the SDK's runtime.

A finder looks at their names only, and imports nothing before somebody asks for one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

from IPython.core.getipython import get_ipython

from jupyter_secrets.kernel.databricks_sdk import is_configured
from jupyter_secrets.kernel.dbutils import DBUtils
from jupyter_secrets.kernel.outside_cells import find_dbutils
from jupyter_secrets.kernel.runtime import loaded

_PYSPARK = "pyspark.dbutils"
_RUNTIME = "databricks.sdk.runtime"
# Where pyspark keeps its configuration; see `jupyter_secrets.kernel.spark`.
_CONFIGURATION = (
    "pyspark.conf", "pyspark.sql.conf", "pyspark.sql.connect.conf", "pyspark.sql.session",
)  # fmt: skip
# The module that Databricks' own notebooks have; the SDK's runtime takes its objects from it.
_NOTEBOOKS = "dbruntime"


class SparkDBUtils(DBUtils):
    """``DBUtils(spark)``: the notebook's `dbutils`; the session is not needed."""

    def __init__(self, spark: object = None) -> None:
        super().__init__(find_dbutils().secrets)


class DatabricksFinder(MetaPathFinder):
    """Finds ``pyspark.dbutils`` where pyspark has none, and gives the SDK's runtime `dbutils`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load one of the two modules."""
        if fullname == _PYSPARK:
            return PathFinder.find_spec(fullname, path) or _pyspark_spec()
        if fullname == _RUNTIME:
            return _wrapped_spec(fullname, path, _RuntimeLoader)
        if fullname in _CONFIGURATION:
            return _wrapped_spec(fullname, path, _ConfigurationLoader)
        return None


def offer_modules() -> None:
    """Have the modules found from now on."""
    if not any(isinstance(finder, DatabricksFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, DatabricksFinder())
    if _PYSPARK not in sys.modules and find_spec("pyspark") is None:
        # A submodule that is there already needs no package, so `import pyspark` still fails.
        spec = _pyspark_spec()
        module = module_from_spec(spec)
        _PySparkLoader().exec_module(module)
        sys.modules[_PYSPARK] = module


def withdraw_modules() -> None:
    """Have the modules not found any more."""
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, DatabricksFinder)]
    if isinstance(getattr(sys.modules.get(_PYSPARK), "__loader__", None), _PySparkLoader):
        del sys.modules[_PYSPARK]


class _PySparkLoader(Loader):
    def exec_module(self, module: ModuleType) -> None:
        module.DBUtils = SparkDBUtils  # type: ignore[attr-defined]


def _pyspark_spec() -> ModuleSpec:
    return ModuleSpec(_PYSPARK, _PySparkLoader())


class _WrappingLoader(Loader):
    """Loads a module that another loader loads."""

    def __init__(self, original: Loader) -> None:
        self._original = original

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._original.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._original
        if module.__spec__ is not None:
            module.__spec__.loader = self._original
        self._original.exec_module(module)


class _ConfigurationLoader(_WrappingLoader):
    """Loads a module of pyspark, with references in its configuration resolved."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        from jupyter_secrets.kernel.spark import RESOLVERS  # slow to import

        RESOLVERS[module.__name__](module)


class _RuntimeLoader(_WrappingLoader):
    """Loads the SDK's runtime as in a notebook of Databricks, if nobody configured a workspace.

    Only while it is loaded: a client of the SDK that finds itself in such a notebook would use
    this `dbutils` for whatever workspace it is given.
    """

    def exec_module(self, module: ModuleType) -> None:
        if not _is_wanted():
            super().exec_module(module)
            return
        sys.modules[_NOTEBOOKS] = _notebooks_module()
        try:
            super().exec_module(module)
        finally:
            del sys.modules[_NOTEBOOKS]
        module.is_local_implementation = True  # type: ignore[attr-defined]


def _wrapped_spec(
    name: str, path: Sequence[str] | None, loader: type[_WrappingLoader]
) -> ModuleSpec | None:
    spec = PathFinder.find_spec(name, path)
    if spec is not None and spec.loader is not None:
        spec.loader = loader(spec.loader)
    return spec


def _is_wanted() -> bool:
    extension = loaded(get_ipython())
    if extension is None:
        return False
    connection = extension.connection
    return connection.databricks_env == "auto" and not is_configured(
        os.environ, connection.databricks_config
    )


def _notebooks_module() -> ModuleType:
    module = ModuleType(_NOTEBOOKS)
    module.UserNamespaceInitializer = _Namespace  # type: ignore[attr-defined]
    return module


class _Namespace(dict[str, Any]):
    """What a notebook begins with: `dbutils`, `display`, and None for what only a cluster has."""

    @classmethod
    def getOrCreate(cls) -> _Namespace:
        from IPython import display

        show: Any = display.display
        html: Any = display.HTML
        return cls(dbutils=find_dbutils(), display=show, displayHTML=lambda text: show(html(text)))

    def get_namespace_globals(self) -> _Namespace:
        return self

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> None:
        return None
