"""Files and folders that only their owner may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from jupyter_secrets.errors import StoreError

# Elsewhere (Windows) the profile folder's own access list is what protects.
_POSIX = os.name == "posix"


def make_folder(path: Path) -> None:
    """Create a folder with mode 0700, whatever the umask, if it is not there."""
    if not path.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.mkdir(mode=0o700, exist_ok=True)
            path.chmod(0o700)
        except OSError as error:
            raise StoreError(f"The folder {path} cannot be created: {error.strerror}.") from None


def create_file(path: Path, content: bytes = b"") -> None:
    """Create a file with mode 0600, whatever the umask, and put it on disk.

    Raises `StoreError` if there is one already, a symbolic link included.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise StoreError(f"The file {path} cannot be created: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as file:
        if _POSIX:
            os.fchmod(descriptor, 0o600)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    sync_folder(path.parent)


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that a crash leaves the old or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    create_file(fresh, content)
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Put the names in a folder on disk."""
    if _POSIX:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def check_private(path: Path, *, allow_group: bool = False) -> None:
    """Raise `StoreError`, with the fix, unless a file is its owner's alone.

    `allow_group` accepts group bits: Kubernetes sets them on the volumes that it mounts.
    """
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise StoreError(
            f"{path} is a symbolic link, which is not followed: set the path to where it leads."
        )
    if not stat.S_ISREG(status.st_mode):
        raise StoreError(f"{path} is not a regular file.")
    if not _POSIX:
        return
    if status.st_uid != os.geteuid():
        raise StoreError(
            f"{path} belongs to another user (uid {status.st_uid}): run as that user, "
            f'or run "chown {os.geteuid()} {path}" if it is yours.'
        )
    forbidden = stat.S_IRWXO if allow_group else stat.S_IRWXO | stat.S_IRWXG
    if status.st_mode & forbidden:
        raise StoreError(
            f"{path} can be read by others (mode {stat.S_IMODE(status.st_mode):04o}): "
            f'run "chmod 600 {path}".'
        )
