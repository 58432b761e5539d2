"""``{{secrets/scope/key}}`` in Spark's configuration.

Spark starts its JVM with what a `SparkConf` holds on the command line, which all users of the
machine see. So a reference stays one until the JVM runs, and is resolved in the JVM's own
configuration; there also those that ``PYSPARK_SUBMIT_ARGS`` and ``spark-defaults.conf`` brought.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from types import ModuleType
from typing import Any

from IPython.core.getipython import get_ipython

from jupyter_secrets.kernel.references import resolve_text
from jupyter_secrets.kernel.runtime import loaded
from jupyter_secrets.names import has_reference


def resolve_in_context(module: ModuleType) -> None:
    """Resolve references in each `SparkConf` of a JVM; `module` is ``pyspark.conf``."""
    conf: Any = module.SparkConf
    begin, put = conf.__init__, conf.set

    @wraps(begin)
    def begin_resolved(self: Any, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        if self._jconf is not None:
            for key, value in self.getAll():
                if has_reference(value):
                    self.set(key, value)

    @wraps(put)
    def put_resolved(self: Any, key: str, value: Any) -> Any:
        return put(self, key, value if self._jconf is None else _resolved(key, value))

    conf.__init__, conf.set = begin_resolved, put_resolved


def resolve_at_runtime(module: ModuleType) -> None:
    """Resolve references in ``spark.conf.set``; `module` is ``pyspark.sql.conf``."""
    _resolve_in_set(module.RuntimeConfig)


def resolve_in_connect(module: ModuleType) -> None:
    """Do so with Spark Connect, and in what its builders set.

    Its server is sent the values. `module` is ``pyspark.sql.connect.conf``.
    """
    conf: Any = module.RuntimeConf
    _resolve_in_set(conf)
    put_all = getattr(conf, "_set_all", None)  # from pyspark 4 on
    if put_all is None:
        return

    @wraps(put_all)
    def put_all_resolved(self: Any, configs: dict[str, Any], *arguments: Any, **named: Any) -> None:
        resolved = {key: _resolved(key, value) for key, value in configs.items()}
        put_all(self, resolved, *arguments, **named)

    conf._set_all = put_all_resolved


def _resolve_in_set(conf: Any) -> None:
    put = conf.set

    @wraps(put)
    def put_resolved(self: Any, key: str, value: Any) -> None:
        put(self, key, _resolved(key, value))

    conf.set = put_resolved


def resolve_in_sessions(module: ModuleType) -> None:
    """Resolve references in the options of builders; `module` is ``pyspark.sql.session``."""
    builder: Any = module.SparkSession.Builder
    make = builder.getOrCreate

    @wraps(make)
    def make_resolved(self: Any) -> Any:
        session = make(self)
        for key, value in self._options.items():
            resolved = _resolved(key, value)
            if resolved != value:
                with suppress(Exception):  # what counts for the context only is resolved there
                    session.conf.set(key, resolved)
        return session

    builder.getOrCreate = make_resolved


RESOLVERS: dict[str, Callable[[ModuleType], None]] = {
    "pyspark.conf": resolve_in_context,
    "pyspark.sql.conf": resolve_at_runtime,
    "pyspark.sql.connect.conf": resolve_in_connect,
    "pyspark.sql.session": resolve_in_sessions,
}


def _resolved(key: str, value: Any) -> Any:
    extension = loaded(get_ipython())
    if extension is None or not (isinstance(value, str) and has_reference(value)):
        return value
    return resolve_text(extension.get, key, value)
