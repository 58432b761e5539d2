"""The open store that the sessions of all callers share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from jupyter_secrets.errors import StoreBusyError, StoreError, StoreLockedError
from jupyter_secrets.model import USERS, StoreStatus
from jupyter_secrets.scopes.audit_redaction import AuditRedaction
from jupyter_secrets.scopes.failed_tokens import FailedTokens
from jupyter_secrets.scopes.token_check import TokenIndex
from jupyter_secrets.store import FORKS, GroupCommit, Store, StorePaths, Transaction, hinted_kinds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a store takes, from whom, and for how long; a value's size is in bytes.

    `scope_creators` is the group whose members may create scopes.
    """

    scopes: int = 1_000
    scope_creators: str = USERS
    secrets_per_scope: int = 1_000
    value_size: int = 128 * 1024
    retention_days: int = 7
    token_days: int = 365
    refuse_expired: bool = False


class SharedStore:
    """A store that is opened, and created where there is none, by the first call that needs it.

    If that fails the call raises `StoreError`, and the next one tries again. `normalize` returns
    the name that a user's or a group's permissions are kept under. Safe to use from any thread.
    """

    def __init__(
        self,
        paths: StorePaths,
        limits: Limits | None = None,
        *,
        normalize: Callable[[str], str] = str,
    ) -> None:
        self.paths = paths
        self.limits = limits or Limits()
        self.normalize = normalize
        self.audit_redaction = AuditRedaction()
        self.failed_unlocks = 0
        self.failed_tokens = FailedTokens()
        self.token_index = TokenIndex()
        self._store: Store | None = None
        self._reads = GroupCommit()
        self._is_locked = False
        self.reset_after_fork()
        FORKS.register(self)

    def reset_after_fork(self) -> None:
        """Renew the lock: in a fork no other thread is opening the store."""
        self.opening = threading.RLock()

    @property
    def created(self) -> bool:
        """Whether there is a store already, be it one that was moved away while it was open.

        Asking creates none.
        """
        return self._store is not None or self.paths.database.exists()

    def store(self) -> Store:
        """Return the open store; raise `StoreError` if it cannot be opened."""
        with self.opening:
            if self._is_locked:
                raise StoreLockedError(
                    'The store is locked. Run "jupyter secrets unlock", or unlock it in the '
                    "sidebar."
                )
            if self._store is None:
                self._store = Store.open(self.paths)
            return self._store

    @property
    def opened(self) -> Store | None:
        """The store, if it is open; asking opens nothing."""
        return self._store

    def close(self) -> None:
        """Close the store; the next call opens it again."""
        with self.opening:
            store, self._store, self._reads = self._store, None, GroupCommit()
        if store is not None:
            store.close()

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Run work that changes nothing but the audit log; calls that wait share a commit."""
        return self._reads.run(self.store().transaction, work)

    def epoch(self) -> int:
        """Return the number of changes to the store, whoever made them; cheap to ask."""
        return self.store().epoch() if self.created else 0

    def revision(self) -> str:
        """Return a short text that is another one after each change, also of the store's state."""
        try:
            return str(self.epoch())
        except StoreLockedError:
            return "locked"
        except StoreError:
            return "failed"

    # Locked and unlocked

    def lock(self) -> None:
        """Forget the keys; until `unlock` every call of this process says so."""
        with self.opening:
            self._is_locked = True
            self.close()

    def unlock(self, passphrase: str | None = None) -> None:
        """Open the store, with a passphrase or a recovery key if that is what it takes."""
        with self.opening:
            if passphrase is None or not self.created:
                self._is_locked = False
                self.store()
            else:
                opened = Store.open(self.paths, passphrase=passphrase)
                self.close()
                self._store, self._is_locked = opened, False

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
        kinds = hinted_kinds(self.paths)
        return StoreStatus("locked", str(error), kinds, on_purpose=self._is_locked)

    def takes_passphrase(self) -> bool:
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
            return self._locked_status(error).takes_passphrase
        except StoreError:
            pass
        return False
