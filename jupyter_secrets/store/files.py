"""Files and folders that only their owner may read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from jupyter_secrets.errors import StoreError

LOCK_TIMEOUT_SECONDS = 10.0

# Elsewhere (Windows) the profile folder's own access list is what protects.
_POSIX = os.name == "posix"


def make_folder(path: Path) -> None:
    """Create a folder, and those above it that are missing, with mode 0700, whatever the umask."""
    if path.is_dir():
        return
    make_folder(path.parent)
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"The folder {path} cannot be created: {error.strerror}.") from None


def create_file(path: Path, content: bytes = b"") -> None:
    """Create a file with mode 0600, whatever the umask, and put it on disk.

    Raises `StoreError` if there is one already, a symbolic link included; if it cannot be
    written whole it is removed again.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise StoreError(f"The file {path} cannot be created: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            if _POSIX:
                os.fchmod(descriptor, 0o600)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        sync_folder(path.parent)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise StoreError(f"The file {path} cannot be written: {error.strerror}.") from None


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that a crash leaves the old or the new one.

    Raises `StoreError`, and leaves the old one, if that fails.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        fresh.unlink(missing_ok=True)
        create_file(fresh, content)
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"The file {path} cannot be replaced: {error.strerror}.") from None


def remove_file(path: Path) -> None:
    """Remove a file, if it is there, for good."""
    try:
        if path.is_symlink() or path.exists():
            path.unlink()
            sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"The file {path} cannot be removed: {error.strerror}.") from None


def remove_database(path: Path) -> None:
    """Remove a copy of the database, with what SQLite leaves beside it."""
    remove_file(path)
    remove_file(path.with_name(f"{path.name}-journal"))


def sync_folder(path: Path) -> None:
    """Put the names in a folder on disk."""
    if _POSIX:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def locked(path: Path, *, timeout: float = LOCK_TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold a lock against other processes and threads.

    Raises `StoreError`, with the fix, where another holds it for long or locks do not work.
    """
    lock = FileLock(path, mode=0o600, timeout=timeout)
    try:
        lock.acquire()
    except Timeout:
        raise StoreError(
            f"Another process has held {path} for {timeout:.0f} s. Try again."
        ) from None
    except NotImplementedError:
        raise StoreError(
            f"The file system of {path} does not support locks: set key_path to a local one."
        ) from None
    except OSError as error:
        raise StoreError(f"The lock {path} cannot be used: {error.strerror}.") from None
    try:
        yield
    finally:
        lock.release()


def check_private(path: Path, *, allow_group: bool = False) -> None:
    """Raise `StoreError`, with the fix, unless a file is its owner's alone.

    `allow_group` accepts group bits: Kubernetes sets them on the volumes that it mounts.
    """
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise StoreError(
            f"{path} is a symbolic link, which is not followed: set the path to its target."
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


def read_mounted(path: Path, *, allow_group: bool = False) -> bytes:
    """Return the content of a file that others put there for us, as containers mount secrets.

    Links are followed: a Kubernetes volume consists of them. What they lead to must be a regular
    file of ours or of root's, and not for everyone; root's may be for a group, which is then how we
    come to read it. Raises `StoreError` with the fix, or `OSError`.
    """
    with open(path, "rb", opener=_open_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise StoreError(f"{path} does not point to a regular file.")
        if _POSIX:
            _check_mounted(path, status, allow_group=allow_group)
        return file.read()


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # of a pipe, nobody may come


def _check_mounted(path: Path, status: os.stat_result, *, allow_group: bool) -> None:
    if status.st_uid not in (os.geteuid(), 0):
        raise StoreError(
            f"{path} belongs to another user (uid {status.st_uid}), who is neither this one "
            f"(uid {os.geteuid()}) nor root."
        )
    fix = f'run "chmod 600 {path}".'
    allowed = stat.S_IRWXU | (stat.S_IRWXG if allow_group else 0)
    if status.st_uid == 0:
        fix = f'set "defaultMode: 0440" in Kubernetes, or run "chmod 440 {path}".'
        allowed |= stat.S_IRGRP
    if status.st_mode & 0o777 & ~allowed:
        raise StoreError(
            f"{path} can be read or changed by others (mode {stat.S_IMODE(status.st_mode):04o}): "
            f"{fix}"
        )


def folder_fault(path: Path, *, allow_group: bool = False) -> str | None:
    """Return what is wrong with a folder's permissions, with the fix, or None.

    Whoever may write to it can replace the files in it, whatever their own modes say.
    """
    if not path.is_dir():
        return None
    status = path.stat()
    forbidden = stat.S_IWOTH if allow_group else stat.S_IWOTH | stat.S_IWGRP
    if not _POSIX or not status.st_mode & forbidden or status.st_mode & stat.S_ISVTX:
        return None
    return f'Others may write to the folder {path}: run "chmod 700 {path}".'
