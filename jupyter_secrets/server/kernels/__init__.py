"""The kernels that a server starts, on its machine or through a gateway."""

from jupyter_secrets.server.kernels.install import install

__all__ = ["install"]
