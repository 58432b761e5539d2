"""Complete scopes and keys behind ``%secret``."""

from __future__ import annotations

from typing import Any

from jupyter_secrets.errors import SecretsError
from jupyter_secrets.kernel.magics import COMMANDS
from jupyter_secrets.kernel.runtime import loaded

_TAKES_SCOPE = frozenset({"delete-scope", "list", "get", "put", "delete"})
_TAKES_KEY = frozenset({"get", "put", "delete"})


def complete_secret(shell: Any, event: Any) -> list[str]:
    """Return what may come next on the line; nothing where it cannot be found out."""
    extension = loaded(shell)
    words = event.line.split()
    position = len(words) if event.line.endswith(" ") else len(words) - 1
    if extension is None or not extension.is_loaded:
        return []
    if position == 1:
        return list(COMMANDS)
    command = words[1]
    try:
        if position == 2 and command in _TAKES_SCOPE:
            return [scope.name for scope in extension.connection.open().list_scopes()]
        if position == 3 and command in _TAKES_KEY:
            secrets = extension.connection.open().list_secrets(words[2])
            return [info.key for info in secrets]
    except SecretsError:
        pass  # completion is no place for an error
    if position == 2 and command == "redact":
        return [name for name, value in shell.user_ns.items() if isinstance(value, str)]
    return []
