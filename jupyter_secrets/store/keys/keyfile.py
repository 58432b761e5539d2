"""The file that holds the key of one slot: `master.key`, or where the environment says."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_secrets.errors import InvalidParameterError, StoreError, StoreLockedError
from jupyter_secrets.store.crypto import FORMAT, KEY_SIZE, random_id, random_key
from jupyter_secrets.store.files import check_private, create_file, read_mounted, replace_file

_KEY_FILE_FORMAT = "jupyter-secrets-key"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What a key file holds: the key of one slot of one store."""

    store_id: str
    slot_id: str
    key: bytes = field(repr=False)

    @classmethod
    def create(cls, store_id: str | None = None) -> KeyFile:
        """Make a key, for a store that does not exist yet unless one is named."""
        return cls(store_id or random_id(), random_id(), random_key())

    def encode(self) -> bytes:
        """Return the file's content."""
        content = {
            "format": _KEY_FILE_FORMAT,
            "version": FORMAT,
            "store_id": self.store_id,
            "slot_id": self.slot_id,
            "key": base64.b64encode(self.key).decode(),
        }
        return json.dumps(content, indent=2).encode() + b"\n"

    @classmethod
    def read(cls, path: Path, *, allow_group: bool = False) -> KeyFile:
        """Read a key file of our own.

        Raises `StoreLockedError` if it is missing, and `StoreError` if it cannot be used.
        """

        def private() -> bytes:
            check_private(path, allow_group=allow_group)
            return path.read_bytes()

        return cls._parse(
            path,
            private,
            f"The key file {path} is damaged, or of another version of jupyter_secrets: put it "
            "back from your backup. If the store has another key, move the file away and unlock "
            "the store with that.",
        )

    @classmethod
    def read_mounted(cls, path: Path, *, allow_group: bool = False) -> KeyFile:
        """Read the key file that the environment names, as `read` does but for what is checked."""
        return cls._parse(
            path,
            lambda: read_mounted(path, allow_group=allow_group),
            f"{path} is not a key file of this version of jupyter_secrets: mount the right one.",
        )

    @classmethod
    def _parse(cls, path: Path, read: Callable[[], bytes], fault: str) -> KeyFile:
        try:
            content = json.loads(read())
            is_valid = (content["format"], content["version"]) == (_KEY_FILE_FORMAT, FORMAT)
            key = base64.b64decode(content["key"], validate=True)
            loaded = cls(str(content["store_id"]), str(content["slot_id"]), key)
        except FileNotFoundError:
            raise StoreLockedError(f"The key file {path} is missing.") from None
        except OSError as error:
            raise StoreError(f"The key file {path} cannot be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
            is_valid = False
        if not is_valid or len(key) != KEY_SIZE:
            raise StoreError(fault)
        return loaded


def writer_of(path: Path, store_id: str, *, allow_group: bool) -> Callable[[Path, bytes], None]:
    """Return what writes a key file there: into a new file, or over an older key of the store.

    Raises `InvalidParameterError` if anything else is there: it is not ours to overwrite.
    """
    if not (path.is_symlink() or path.exists()):
        return create_file
    try:
        if KeyFile.read(path, allow_group=allow_group).store_id == store_id:
            return replace_file
        fault = f"{path} is the key file of another store."
    except StoreError as error:
        fault = str(error)
    raise InvalidParameterError(
        f"A key file is created, or replaces an older one of the same store. {fault} Choose "
        "another path, or move that file away."
    )
