"""What IPython loads by itself: ``etc/ipython/ipython_config.json`` names it.

It runs in each kernel and each terminal of an environment, so it imports next to nothing.
"""

from __future__ import annotations

import os
from typing import Any

from jupyter_secrets.environment import switches_off


def load_ipython_extension(shell: Any) -> None:
    """Load the extension, unless the environment or the configuration says not to."""
    if is_wanted():
        # As if by hand: %unload_ext jupyter_secrets knows it.
        shell.extension_manager.load_extension("jupyter_secrets")


def is_wanted() -> bool:
    """Tell whether `dbutils` is to be there without ``%load_ext``."""
    if switches_off(os.environ):
        return False
    from jupyter_core.paths import jupyter_config_path

    from jupyter_secrets.config_files import mention_settings

    return not mention_settings(jupyter_config_path()) or _is_configured()


def _is_configured() -> bool:
    from jupyter_secrets.errors import SecretsError
    from jupyter_secrets.settings import load_settings  # slow to import

    try:
        return load_settings().autoload
    except SecretsError:
        return True  # whoever uses a secret is told what is wrong
