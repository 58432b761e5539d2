"""The operating system's keyring: known back ends only, each call with a timeout.

The `keyring` package's automatic choice can be a back end that prompts on standard input, or one
that writes plain text; a back end without a desktop session can block for ever. A locked Secret
Service opens a dialog for each call, and a server that waits for its key calls twice a second: so
a locked one is refused without a prompt.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

from jupyter_secrets.errors import StoreError
from jupyter_secrets.store.crypto import KEY_SIZE

T = TypeVar("T")

TIMEOUT_SECONDS = 10.0
_SERVICE = "jupyter-secrets"
_FREEDESKTOP = "keyring.backends.SecretService"
_ALLOWED = frozenset(
    {
        _FREEDESKTOP,
        "keyring.backends.libsecret",
        "keyring.backends.kwallet",
        "keyring.backends.macOS",
        "keyring.backends.Windows",
    }
)


def store_key(slot_id: str, key: bytes) -> None:
    """Put a slot's key into the keyring, and read it back."""
    text = base64.b64encode(key).decode()
    _in_time(lambda: _backend().set_password(_SERVICE, slot_id, text))
    if load_key(slot_id) != key:
        raise StoreError("The operating system's keyring did not keep the key.")


def load_key(slot_id: str) -> bytes | None:
    """Return a slot's key, or None if the keyring has none for it."""
    text = _in_time(lambda: _backend().get_password(_SERVICE, slot_id))
    try:
        key = base64.b64decode(text or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_SIZE else None


def remove_key(slot_id: str) -> None:
    """Remove a slot's key from the keyring."""
    _in_time(lambda: _backend().delete_password(_SERVICE, slot_id))


def _backend() -> Any:
    try:
        from keyring.backend import KeyringBackend, get_all_keyring
    except ImportError:
        raise StoreError(
            'The keyring package is not installed: pip install "jupyter-secrets[keyring]".'
        ) from None
    get_all_keyring()  # loads them; what it returns is how things were at the process's first call
    backends = KeyringBackend.get_viable_backends()
    usable = [backend for backend in backends if backend.__module__ in _ALLOWED]
    if not usable:
        raise StoreError(
            "No keyring of the operating system is available, as on most servers: it needs a "
            "desktop session. Use a key file or a passphrase instead."
        )
    best = max(usable, key=lambda backend: backend.priority)()
    if type(best).__module__ == _FREEDESKTOP:
        _refuse_if_locked(best)
    return best


def _refuse_if_locked(backend: Any) -> None:
    from secretstorage import Collection, ItemNotFoundException, dbus_init
    from secretstorage.collection import DEFAULT_COLLECTION

    with closing(dbus_init()) as connection:
        try:
            path = getattr(backend, "preferred_collection", DEFAULT_COLLECTION)
            locked = Collection(connection, path).is_locked()
        except ItemNotFoundException:  # it would be made now, and its password asked for
            locked = True
    if locked:
        raise StoreError(
            "The operating system's keyring is locked: unlock it in your desktop's password "
            "manager, or log in to the desktop again."
        )


def _in_time(call: Callable[[], T]) -> T:
    """Run in a thread of its own: a keyring that waits for a dialog must not stop a server."""
    results: list[T] = []
    errors: list[Exception] = []

    def run() -> None:
        try:
            results.append(call())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="jupyter-secrets-keyring", daemon=True)
    thread.start()
    thread.join(TIMEOUT_SECONDS)
    if errors and isinstance(errors[0], StoreError):
        raise errors[0]
    if errors:
        raise StoreError(
            f"The operating system's keyring does not work: {type(errors[0]).__name__}."
        )
    if not results:
        raise StoreError(
            f"The operating system's keyring did not answer in {TIMEOUT_SECONDS:.0f} s: "
            "check whether it shows a dialog, or log in to the desktop again."
        )
    return results[0]
