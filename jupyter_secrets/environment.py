"""What one process tells another: variables for kernels, headers of a server's for the service."""

from __future__ import annotations

from collections.abc import Mapping

URL_VARIABLE = "JUPYTER_SECRETS_URL"
CODE_VARIABLE = "JUPYTER_SECRETS_CODE"
# A server's or a service's token, for scripts and the command line.
TOKEN_VARIABLE = "JUPYTER_SECRETS_TOKEN"  # noqa: S105 - a variable's name
# Set to 0, it keeps `dbutils` away where nobody loads the extension.
AUTOLOAD_VARIABLE = "JUPYTER_SECRETS_AUTOLOAD"
# Names, parted by commas or spaces, of variables in which references are resolved where no server
# does it.
RESOLVE_VARIABLE = "JUPYTER_SECRETS_RESOLVE"
CERTIFICATE_VARIABLE = "JUPYTER_SECRETS_CERTIFICATE"
# For servers, kernels and command lines that use a service (`c.JupyterSecrets.service_url`).
SERVICE_URL_VARIABLE = "JUPYTER_SECRETS_SERVICE_URL"
SERVICE_TOKEN_VARIABLE = "JUPYTER_SECRETS_SERVICE_TOKEN"  # noqa: S105 - a variable's name
# What a server says, to the service, of the kernel that a call is for; percent-encoded.
KERNEL_HEADER = "X-Jupyter-Secrets-Kernel"
NOTEBOOK_HEADER = "X-Jupyter-Secrets-Notebook"
LIMIT_HEADER = "X-Jupyter-Secrets-Limit"
# Gateways pass on no other variables than those that begin so.
GATEWAY_PREFIX = "KERNEL_"
# How a cell of parameters begins, as papermill writes it.
PARAMETERS_COMMENT = "# Parameters"
_OFF = frozenset({"0", "false", "no", "off"})


def names_server(environment: Mapping[str, str]) -> bool:
    """Tell whether an environment names a server for scripts and the command line.

    That of a kernel names its own server, for itself.
    """
    return bool(environment.get(URL_VARIABLE)) and not _has_code(environment)


def _has_code(environment: Mapping[str, str]) -> bool:
    return CODE_VARIABLE in environment or GATEWAY_PREFIX + CODE_VARIABLE in environment


def names_token(environment: Mapping[str, str]) -> bool:
    """Tell whether an environment has a token for a server, not the code of a kernel of one."""
    return TOKEN_VARIABLE in environment and not _has_code(environment)


def names_to_resolve(environment: Mapping[str, str]) -> frozenset[str]:
    """Return the names of the variables whose references are meant, by what the environment says.

    >>> sorted(names_to_resolve({"JUPYTER_SECRETS_RESOLVE": "DSN, TOKEN URL"}))
    ['DSN', 'TOKEN', 'URL']
    """
    return frozenset(environment.get(RESOLVE_VARIABLE, "").replace(",", " ").split())


def switches_off(environment: Mapping[str, str]) -> bool:
    """Tell whether an environment says not to load the extension by itself."""
    names = (AUTOLOAD_VARIABLE, GATEWAY_PREFIX + AUTOLOAD_VARIABLE)
    return any(environment.get(name, "").strip().lower() in _OFF for name in names)


def has_server(environment: Mapping[str, str]) -> bool:
    """Tell whether an environment is that of a kernel which a server has started."""
    of_server = URL_VARIABLE in environment and not names_token(environment)
    return of_server or GATEWAY_PREFIX + URL_VARIABLE in environment
