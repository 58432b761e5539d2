"""The operating system's keyring: only those that are known to be one, and never for long.

The `keyring` package's automatic choice can be a back end that asks on standard input, or one
that writes plain text; a back end without a desktop session can wait for ever.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from jupyter_secrets.errors import StoreError
from jupyter_secrets.store.crypto import KEY_SIZE

T = TypeVar("T")

TIMEOUT_SECONDS = 5.0
_SERVICE = "jupyter-secrets"
_ALLOWED = frozenset(
    {
        "keyring.backends.SecretService",
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
        from keyring.backend import get_all_keyring
    except ImportError:
        raise StoreError(
            'The keyring package is not installed: pip install "jupyter-secrets[keyring]".'
        ) from None
    found = [one for one in get_all_keyring() if type(one).__module__ in _ALLOWED]
    if not found:
        raise StoreError(
            "There is no keyring of the operating system here, as on most servers: use a key "
            "file or a passphrase."
        )
    return max(found, key=lambda backend: backend.priority)


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
            f"The operating system's keyring did not answer in {TIMEOUT_SECONDS:.0f} s: unlock it."
        )
    return results[0]
