"""The keys that open the store."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import (
    ADDED_KEYS,
    ENVIRONMENT,
    FILE,
    KEYRING,
    PASSPHRASE,
    RECOVERY,
    KeySlot,
)
from jupyter_secrets.scopes.admin.base import AdminBase
from jupyter_secrets.store import (
    KEY_FILE_VARIABLE,
    Transaction,
    environment_key_path,
    is_recovery_key,
    remove_slots,
    renew_file,
    renew_keyring,
    renew_passphrase,
    renew_recovery,
    rotate_root,
)

MIN_PASSPHRASE_LENGTH = 12


class KeyAdmin(AdminBase):
    """What an administrator does with the keys."""

    def list_keys(self) -> list[KeySlot]:
        """Return the ways to open the store."""

        def work(transaction: Transaction) -> list[KeySlot]:
            return [
                KeySlot(slot.slot_id, slot.kind, slot.created_at) for slot in transaction.slots()
            ]

        return self._read("list-keys", work)

    def add_key(
        self,
        kind: str,
        *,
        passphrase: str | None = None,
        path: Path | None = None,
    ) -> None:
        """Add a way to open the store, ``file``, ``environment``, ``keyring`` or ``passphrase``.

        Where there is one of that kind it is replaced, once the new one works. `path` is where
        the key file of an ``environment`` key goes.
        """
        with self._recorded("add-key", about=kind):
            store, record = self.shared.store(), self._recorder("add-key", kind)
            if kind == PASSPHRASE:
                renew_passphrase(store, _acceptable(passphrase), record)
            elif kind == KEYRING:
                renew_keyring(store, record)
            elif kind == FILE:
                renew_file(store, FILE, self.shared.paths.key, record)
            elif kind == ENVIRONMENT:
                renew_file(store, ENVIRONMENT, _key_path(path), record)
            else:
                raise InvalidParameterError(f"A key is one of {', '.join(ADDED_KEYS)}.")

    def remove_key(self, name: str) -> list[str]:
        """Remove the keys of a kind, or the one of an id; one that opens the store must stay.

        Returns an error message for each of them that could not be removed, as from a locked
        keyring.
        """
        with self._recorded("remove-key", about=name):
            record = self._recorder("remove-key", name)
            return remove_slots(self.shared.store(), name, record)

    def make_recovery_key(self) -> str:
        """Return a new recovery key, in place of the older one; it is kept nowhere."""
        with self._recorded("make-recovery-key"):
            record = self._recorder("make-recovery-key", RECOVERY)
            return renew_recovery(self.shared.store(), record)

    def rotate_root_key(
        self, *, passphrase: str | None = None, drop: Collection[str] = ()
    ) -> list[str]:
        """Make a new root key; every key must be available, or named in `drop`.

        Returns what `remove_key` does, for the keys that are dropped.
        """
        with self._recorded("rotate-root-key"):
            self.rotation_takes_passphrase(drop=drop)
            record = self._recorder("rotate-root-key")
            return rotate_root(self.shared.store(), record, passphrase=passphrase, drop=drop)

    def rotation_takes_passphrase(self, *, drop: Collection[str] = ()) -> bool:
        """Return whether a rotation of the root key takes the store's passphrase: the one that the
        store was opened with is known.

        Raises `InvalidParameterError` if something in `drop` names no key.
        """
        keys = self.list_keys()
        for name in drop:
            if not any(name in (key.kind, key.slot_id) for key in keys):
                raise InvalidParameterError(
                    f'There is no key "{name}" of this store to drop: see jupyter secrets key list.'
                )
        available = {*drop, self.shared.store().slot_key.slot_id}
        return any(
            key.kind == PASSPHRASE and not {key.kind, key.slot_id} & available for key in keys
        )

    def _recorder(self, action: str, about: str = "") -> Callable[[Transaction, str], None]:
        def record(transaction: Transaction, slots: str) -> None:
            details = {"about": about, "slots": slots}
            transaction.audit(self._record_of(transaction, action, "allow", details))

        return record


def _key_path(named: Path | None) -> Path:
    path = named or environment_key_path()
    if path is None:
        raise InvalidParameterError(f"Say where the key file goes, or set {KEY_FILE_VARIABLE}.")
    return path


def _acceptable(passphrase: str | None) -> str:
    if passphrase is None or len(passphrase) < MIN_PASSPHRASE_LENGTH:
        raise InvalidParameterError(
            f"A passphrase has at least {MIN_PASSPHRASE_LENGTH} characters: several random words "
            "are easier to keep than a short jumble."
        )
    if is_recovery_key(passphrase):
        raise InvalidParameterError("A recovery key cannot be a passphrase too.")
    return passphrase
