"""Jupyter's configuration files, read so that none that is broken is passed over.

Jupyter logs what is wrong with a file and goes on without its settings. Where the file says which
store to use, that would be another store.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from traceback import walk_tb

from traitlets.config.loader import (
    Config,
    ConfigFileNotFound,
    JSONFileConfigLoader,
    PyFileConfigLoader,
)

from jupyter_secrets.errors import InvalidParameterError

_LOADERS = (PyFileConfigLoader, JSONFileConfigLoader)
_ENDINGS = (".py", ".json")
# In every one of these a server's settings may be; the later one wins.
CONFIG_NAMES = ("jupyter_config", "jupyter_server_config")
# What a file has to hold for settings of ours to be in it, or in another one that it loads.
_MENTIONS = (b"JupyterSecrets", b"load_subconfig")


def read_config_files(folders: Sequence[str], names: Iterable[str]) -> Config:
    """Return the settings in all files of these names; `folders` are from strongest to weakest.

    Raises `InvalidParameterError`, which names file and line, for one that cannot be read.
    """
    config = Config()
    for name in names:
        for folder in reversed(folders):
            for ending in _ENDINGS:
                config.merge(read_config_file(Path(folder, name + ending)))
    return config


def find_config_files(folders: Sequence[str], names: Iterable[str]) -> Iterator[Path]:
    """Yield the files of these names that there are, and what else is there in their place."""
    for name in names:
        for folder in folders:
            for ending in _ENDINGS:
                path = Path(folder, name + ending)
                if _is_there(path):
                    yield path


def read_config_file(path: Path) -> Config:
    """Return the settings in a file, none if it is missing; raise as `read_config_files` does."""
    loader = _LOADERS[_ENDINGS.index(path.suffix)](path.name, str(path.parent))
    try:
        return loader.load_config()
    except ConfigFileNotFound:
        if not _is_there(path):
            return Config()
        fault = "is no file, or a link to none"
    except (Exception, SystemExit) as error:  # a program: what it raises may hold a value
        line = _line(error, path)
        if line is None:
            reason = isinstance(error, OSError) and error.strerror
            fault = f"cannot be read ({reason or type(error).__name__})"
        else:
            fault = f"has an error in line {line} ({type(error).__name__})"
    raise InvalidParameterError(
        f"The configuration file {path} {fault}. Mend it: it may say which store to use."
    )


def mention_settings(folders: Iterable[str]) -> bool:
    """Tell, without reading any as configuration, whether files may hold settings of ours.

    Cheap enough for the start of each kernel.
    """
    paths = (
        Path(folder, name + ending)
        for folder in folders
        for name in CONFIG_NAMES
        for ending in _ENDINGS
    )
    return any(word in _bytes(path) for path in paths for word in _MENTIONS)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # nobody knows
        return True
    return True


def _line(error: BaseException, path: Path) -> int | None:
    """Return the line of a file that an error is in, if it is in its text."""
    if isinstance(error, json.JSONDecodeError):
        return error.lineno
    if isinstance(error, SyntaxError) and _is(path, error.filename):
        return error.lineno
    lines = [
        line for frame, line in walk_tb(error.__traceback__) if _is(path, frame.f_code.co_filename)
    ]
    return lines[-1] if lines else None


def _is(path: Path, name: str | None) -> bool:
    return name is not None and Path(name) == path
