"""What runs in a kernel, or in any IPython shell: `dbutils`, the magics and the filter."""

from jupyter_secrets.kernel.extension import load, redact, unload

__all__ = ["load", "redact", "unload"]
