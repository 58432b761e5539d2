"""The configuration files in which IPython finds which extensions to load."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from jupyter_secrets.errors import InvalidParameterError

EXTENSION = "jupyter_secrets.autoload"
_FILE = "ipython_config.json"
_SECTION, _TRAIT = "InteractiveShellApp", "extra_extensions"


def environment_file() -> Path:
    """Return the file that holds for all who use this Python environment; pip installs it."""
    return Path(sys.prefix, "etc", "ipython", _FILE)


def profile_file(profile: str) -> Path:
    """Return the file of one of the user's IPython profiles, in whichever environment it is used.

    Raises `InvalidParameterError` for a profile that does not exist.
    """
    from IPython.paths import get_ipython_dir  # slow to import

    folder = Path(get_ipython_dir(), f"profile_{profile}")
    if profile != "default" and not folder.is_dir():
        raise InvalidParameterError(
            f"There is no IPython profile {profile} in {folder.parent}: make it with "
            f'"ipython profile create {profile}".'
        )
    return folder / _FILE


def is_enabled(path: Path) -> bool:
    """Tell whether a file has IPython load the extension."""
    return EXTENSION in _extensions(_read(path))


def enable(path: Path) -> None:
    """Have IPython load the extension where a file holds; all else in it stays."""
    content = _read(path)
    extensions = _extensions(content)
    if EXTENSION not in extensions:
        extensions.append(EXTENSION)
        _write(path, content)


def disable(path: Path) -> None:
    """Undo `enable`; a file with nothing else in it is removed."""
    content = _read(path)
    extensions = _extensions(content)
    if EXTENSION not in extensions:
        return
    extensions.remove(EXTENSION)
    if content == {_SECTION: {_TRAIT: []}}:
        path.unlink()
    else:
        _write(path, content)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidParameterError(f"{path} cannot be read ({type(error).__name__}).") from None
    if not isinstance(content, dict):
        raise InvalidParameterError(f"{path} must be an object in JSON.")
    return content


def _extensions(content: dict[str, Any]) -> list[str]:
    section = content.setdefault(_SECTION, {})
    extensions = section.setdefault(_TRAIT, []) if isinstance(section, dict) else None
    if not isinstance(extensions, list):
        raise InvalidParameterError(f"{_SECTION}.{_TRAIT} of {_FILE} must be a list.")
    return extensions


def _write(path: Path, content: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n")
    except OSError as error:
        raise InvalidParameterError(
            f"{path} cannot be written ({error.strerror}): --user is for you alone."
        ) from None
