"""The environment variables that a kernel looks at: how to reach its server, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

URL_VARIABLE = "JUPYTER_SECRETS_URL"
CODE_VARIABLE = "JUPYTER_SECRETS_CODE"
# A server's or a service's token, for scripts and the command line.
TOKEN_VARIABLE = "JUPYTER_SECRETS_TOKEN"  # noqa: S105 - a variable's name
# Set to 0, it keeps `dbutils` away where nobody loads the extension.
AUTOLOAD_VARIABLE = "JUPYTER_SECRETS_AUTOLOAD"
# Names, parted by commas, of variables in which references are resolved where no server does it.
RESOLVE_VARIABLE = "JUPYTER_SECRETS_RESOLVE"
CERTIFICATE_VARIABLE = "JUPYTER_SECRETS_CERTIFICATE"


def names_token(environment: Mapping[str, str]) -> bool:
    """Tell whether an environment has a token for a server, not the code of a kernel of one."""
    return TOKEN_VARIABLE in environment and CODE_VARIABLE not in environment
