"""What IPython loads by itself: ``etc/ipython/ipython_config.json`` names it.

It runs in each kernel and each terminal of an environment, so it imports next to nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jupyter_secrets.environment import AUTOLOAD_VARIABLE

_OFF = frozenset({"0", "false", "no", "off"})
_CONFIG_FILES = (
    "jupyter_config.py", "jupyter_config.json",
    "jupyter_server_config.py", "jupyter_server_config.json",
)  # fmt: skip
# What a configuration file has to hold for settings of ours to be in it, or in one that it loads.
_MENTIONS = (b"JupyterSecrets", b"load_subconfig")


def load_ipython_extension(shell: Any) -> None:
    """Load the extension, unless the environment or the configuration says not to."""
    if is_wanted():
        # As if by hand: %unload_ext jupyter_secrets knows it.
        shell.extension_manager.load_extension("jupyter_secrets")


def is_wanted() -> bool:
    """Tell whether `dbutils` is to be there without ``%load_ext``."""
    if os.environ.get(AUTOLOAD_VARIABLE, "").strip().lower() in _OFF:
        return False
    return not _is_configured() or _configured_autoload()


def _is_configured() -> bool:
    """Tell whether there may be settings: only then is what reads them imported."""
    from jupyter_core.paths import jupyter_config_path  # as light as IPython's own

    return any(
        _mentions_settings(Path(folder, name))
        for folder in jupyter_config_path()
        for name in _CONFIG_FILES
    )


def _mentions_settings(path: Path) -> bool:
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return any(word in content for word in _MENTIONS)


def _configured_autoload() -> bool:
    from jupyter_secrets.errors import SecretsError
    from jupyter_secrets.settings import load_settings

    try:
        return load_settings().autoload
    except SecretsError:
        return True  # whoever uses a secret is told what is wrong
