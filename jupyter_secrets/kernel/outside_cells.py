"""`dbutils` for code that is no cell: modules, scripts, tests, tasks."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

from jupyter_secrets.kernel.dbutils import DBUtils, Secrets
from jupyter_secrets.kernel.runtime import loaded


def find_dbutils() -> DBUtils:
    """Return the notebook's `dbutils` where code runs in one, else that of this process.

    Raises `RuntimeError` in a shell whose outputs are not filtered.
    """
    shell = _shell()
    if shell is None:
        return _of_process()
    extension = loaded(shell)
    if extension is None:
        raise RuntimeError('Run "%load_ext jupyter_secrets" first: it filters the outputs.')
    return extension.dbutils


def _shell() -> Any:
    # Whoever has no shell has not imported IPython either, and need not.
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    return get_ipython()


@cache
def _of_process() -> DBUtils:
    from jupyter_secrets.kernel.connection import connect

    connection = connect(os.environ)
    return DBUtils(Secrets(connection.open, lambda _version: None))
