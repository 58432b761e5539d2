"""The file that holds the key of one slot: `master.key`, or where the environment says."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_secrets.errors import StoreError, StoreLockedError
from jupyter_secrets.store.crypto import FORMAT, KEY_SIZE, random_id, random_key
from jupyter_secrets.store.files import check_private

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
        """Read a key file; raise `StoreLockedError` or `StoreError` if it cannot be used."""
        try:
            check_private(path, allow_group=allow_group)
            content = json.loads(path.read_bytes())
            known = (content["format"], content["version"]) == (_KEY_FILE_FORMAT, FORMAT)
            key = base64.b64decode(content["key"], validate=True)
            loaded = cls(str(content["store_id"]), str(content["slot_id"]), key)
        except FileNotFoundError:
            raise StoreLockedError(
                f"The store is locked: its key file {path} is missing. Put it back from your "
                "backup; without it the values cannot be read."
            ) from None
        except OSError as error:
            raise StoreError(f"The key file {path} cannot be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError, binascii.Error):
            known = False
        if not known or len(key) != KEY_SIZE:
            raise StoreError(
                f"{path} is not a key file of this version of jupyter_secrets: put it back from "
                "your backup."
            )
        return loaded
