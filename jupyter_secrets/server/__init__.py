"""What runs in a Jupyter server: the REST API, the filters, and the launch of kernels."""

from jupyter_secrets.server.extension import load, start

__all__ = ["load", "start"]
