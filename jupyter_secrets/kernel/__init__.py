"""What runs in a kernel, or in any IPython shell: `dbutils`, the magics and the filter."""

from jupyter_secrets.kernel.dbutils import DBUtils
from jupyter_secrets.kernel.extension import load, redact, unload
from jupyter_secrets.kernel.outside_cells import find_dbutils

__all__ = ["DBUtils", "find_dbutils", "load", "redact", "unload"]
