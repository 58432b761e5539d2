"""What concerns the store as a whole: its lock, its keys, its soundness, its copies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from jupyter_secrets.errors import (
    InvalidParameterError,
    PermissionDeniedError,
    SecretsError,
    StoreBusyError,
    StoreError,
    StoreLockedError,
)
from jupyter_secrets.model import ADDED_KEYS, Caller, Finding, KeySlot, Permission, StoreStatus
from jupyter_secrets.scopes.base import ServiceBase, get_authorized_scope, record_of, require_admin
from jupyter_secrets.store import (
    ENVIRONMENT,
    FILE,
    KEYRING,
    PASSPHRASE,
    RECOVERY,
    Store,
    Transaction,
    backup,
    fsck,
    rotation,
    unlock,
)

MIN_PASSPHRASE_LENGTH = 12


class StoreAdmin(ServiceBase):
    """Everything that takes an administrator, outside of a kernel."""

    _failed_unlocks = 0

    # Locked and unlocked

    def status(self) -> StoreStatus:
        """Return the state of the store, ``uninitialised``, ``locked``, ``failed`` or ``ready``,
        why, and the kinds of its keys; asking changes nothing and leaves no record.

        Nothing vouches for the kinds while the store is locked: they say what to ask for, and no
        more than that.
        """
        if not self.created:
            return StoreStatus("uninitialised", "", ())
        try:
            with self.store().begin() as transaction:
                return StoreStatus("ready", "", tuple(slot.kind for slot in transaction.slots()))
        except StoreLockedError as error:
            return self._locked_status(error)
        except StoreError as error:
            return StoreStatus("failed", str(error), ())

    def _locked_status(self, error: StoreLockedError) -> StoreStatus:
        kinds = unlock.hinted_kinds(self._paths)
        return StoreStatus("locked", str(error), kinds, on_purpose=self._is_locked)

    def takes_typing(self) -> bool:
        """Return whether the store is locked, and a passphrase or a recovery key may open it.

        Raises `StoreBusyError`: whoever goes on to a call would wait as long once more.
        """
        if not self.created:
            return False
        try:
            self.store()
        except StoreBusyError:
            raise
        except StoreLockedError as error:  # a keyring that hangs is not waited for again
            return self._locked_status(error).takes_typing
        except StoreError:
            pass
        return False

    def lock(self, caller: Caller) -> None:
        """Forget the keys; until `unlock` every call of this process says so."""
        if not self.created:
            raise StoreError("There is no store yet, and nothing to lock.")
        with self._operation(caller, "lock"):
            require_admin(caller)
        with self._opening:
            self._is_locked = True
            self.close()

    def unlock(self, caller: Caller, passphrase: str | None = None) -> None:
        """Open the store, with a passphrase or a recovery key if that is what it takes.

        Raises `PermissionDeniedError` for a wrong one; how often that happened while nothing could
        be recorded is in the record of the unlock. One attempt at a time, each as slow as
        Argon2id is.
        """
        with self._opening:
            try:
                require_admin(caller)
                self._unlock(passphrase)
            except SecretsError as error:
                written = self._record_error(caller, "unlock", error, {})
                if isinstance(error, PermissionDeniedError) and not written:
                    self._failed_unlocks += 1
                raise
            failed, self._failed_unlocks = self._failed_unlocks, 0
        with self.store().begin() as transaction:
            notes = {"failed_before": failed}
            transaction.audit(self._record_of(transaction, caller, "unlock", "allow", notes))

    def _unlock(self, passphrase: str | None) -> None:
        if passphrase is None or not self.created:
            self._is_locked = False
            self.store()
        else:
            opened = Store.open(self._paths, passphrase=passphrase)
            self.close()
            self._store, self._is_locked = opened, False

    @contextmanager
    def _keeping(self, caller: Caller, action: str, about: str = "") -> Iterator[None]:
        """Refuse, and record the refusal, unless the caller may keep the store; record errors."""
        with self._recorded(caller, action, about=about):
            require_admin(caller)
            yield

    # Keys

    def keys(self, caller: Caller) -> list[KeySlot]:
        """Return the ways to open the store."""

        def work(transaction: Transaction) -> list[KeySlot]:
            require_admin(caller)
            return [KeySlot(one.slot_id, one.kind, one.created_at) for one in transaction.slots()]

        return self._read(caller, "list-keys", work)

    def add_key(
        self,
        caller: Caller,
        kind: str,
        *,
        passphrase: str | None = None,
        path: Path | None = None,
    ) -> None:
        """Add a way to open the store, ``file``, ``environment``, ``keyring`` or ``passphrase``.

        Where there is one of that kind it is replaced, once the new one works. `path` is where
        the key file of an ``environment`` key goes.
        """
        with self._keeping(caller, "add-key", kind):
            store, record = self.store(), self._recorder(caller, "add-key", kind)
            if kind == PASSPHRASE:
                rotation.renew_passphrase(store, _acceptable(passphrase), record)
            elif kind == KEYRING:
                rotation.renew_keyring(store, record)
            elif kind == FILE:
                rotation.renew_file(store, FILE, self._paths.key, record)
            elif kind == ENVIRONMENT:
                rotation.renew_file(store, ENVIRONMENT, _key_path(path), record)
            else:
                raise InvalidParameterError(f"A key is one of {', '.join(ADDED_KEYS)}.")

    def remove_key(self, caller: Caller, name: str) -> list[str]:
        """Remove the keys of a kind, or the one of an id; one that opens the store has to stay.

        Returns an error message for each of them that could not be removed, as from a locked
        keyring.
        """
        with self._keeping(caller, "remove-key", name):
            record = self._recorder(caller, "remove-key", name)
            return rotation.remove_slots(self.store(), name, record)

    def make_recovery_key(self, caller: Caller) -> str:
        """Return a new recovery key, in place of the older one; it is kept nowhere."""
        with self._keeping(caller, "make-recovery-key"):
            record = self._recorder(caller, "make-recovery-key", RECOVERY)
            return rotation.renew_recovery(self.store(), record)

    def rotate_root_key(
        self, caller: Caller, *, passphrase: str | None = None, drop: Collection[str] = ()
    ) -> list[str]:
        """Make a new root key; every key must be available, or named in `drop`.

        Returns what `remove_key` does, for the keys that are dropped.
        """
        with self._keeping(caller, "rotate-root-key"):
            self.rotation_takes_passphrase(caller, drop=drop)
            record = self._recorder(caller, "rotate-root-key")
            return rotation.rotate_root(self.store(), record, passphrase=passphrase, drop=drop)

    def rotation_takes_passphrase(self, caller: Caller, *, drop: Collection[str] = ()) -> bool:
        """Return whether a rotation of the root key takes the store's passphrase: the one that the
        store was opened with is known.

        Raises `InvalidParameterError` if something in `drop` names no key.
        """
        keys = self.keys(caller)
        for name in drop:
            if not any(name in (key.kind, key.slot_id) for key in keys):
                raise InvalidParameterError(
                    f'There is no key "{name}" of this store to drop: see jupyter secrets key list.'
                )
        known = {*drop, self.store().slot_key.slot_id}
        return any(key.kind == PASSPHRASE and not {key.kind, key.slot_id} & known for key in keys)

    def rotate_scope_key(self, caller: Caller, scope: str) -> int:
        """Re-encrypt a scope's values with a new key; return how many."""
        store = self.store()
        with self._operation(caller, "rotate-scope-key", scope) as transaction:
            get_authorized_scope(transaction, caller, scope, Permission.MANAGE)
        with self._recorded(caller, "rotate-scope-key", scope=scope):
            return rotation.rotate_scope_key(
                store,
                lambda transaction: get_authorized_scope(
                    transaction, caller, scope, Permission.MANAGE
                ),
            )

    def _recorder(
        self, caller: Caller, action: str, about: str = ""
    ) -> Callable[[Transaction, str], None]:
        def record(transaction: Transaction, slots: str) -> None:
            details = {"about": about, "slots": slots}
            transaction.audit(self._record_of(transaction, caller, action, "allow", details))

        return record

    # Soundness and copies

    def check(self, caller: Caller) -> list[Finding]:
        """Check everything that can be checked; an empty list says that all is well."""
        with self._keeping(caller, "check"):
            faults = fsck.check_files(self._paths)
            try:
                with self._operation(caller, "check"):
                    pass
                faults += fsck.check_store(self.store())
            except StoreError as error:
                faults.append(fsck.Fault("open", str(error)))
        return [Finding(fault.check, fault.message, fault.scope) for fault in faults]

    def back_up(self, caller: Caller, path: Path) -> None:
        """Copy the database into a new file, and check the copy. The key is not in it."""
        with self._operation(caller, "backup"):
            require_admin(caller)
        with self._recorded(caller, "backup"):
            backup.back_up(self.store(), path)

    def restore_backup(self, caller: Caller, path: Path, *, passphrase: str | None = None) -> None:
        """Restore the store from a backup; the audit log continues."""
        with self._keeping(caller, "restore-backup"):
            record = record_of(0, self.audit_redaction.caller(caller), "restore-backup", "allow")
            self.close()
            backup.restore(self._paths, path, record=record, passphrase=passphrase)

    def reanchor(self, caller: Caller, *, passphrase: str | None = None) -> None:
        """Accept the database as it is, though it is older than the store was."""
        with self._keeping(caller, "reanchor"):
            self.close()
            store = Store.open(self._paths, passphrase=passphrase, accept_older=True)
            with closing(store), store.begin() as transaction:
                transaction.audit(self._record_of(transaction, caller, "reanchor", "allow"))


def _key_path(named: Path | None) -> Path:
    path = named or unlock.environment_key_path()
    if path is None:
        raise InvalidParameterError(
            f"Say where the key file goes, or set {unlock.KEY_FILE_VARIABLE}."
        )
    return path


def _acceptable(passphrase: str | None) -> str:
    if passphrase is None or len(passphrase) < MIN_PASSPHRASE_LENGTH:
        raise InvalidParameterError(
            f"A passphrase has at least {MIN_PASSPHRASE_LENGTH} characters: several random words "
            "are easier to keep than a short jumble."
        )
    if unlock.is_recovery_key(passphrase):
        raise InvalidParameterError("A recovery key cannot be a passphrase too.")
    return passphrase
