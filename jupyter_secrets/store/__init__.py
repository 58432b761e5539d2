"""The encrypted store. It knows scopes, keys and values, and nothing of Jupyter."""

from jupyter_secrets.store.db.rows import ScopeRow, SecretRow, SlotRow
from jupyter_secrets.store.group_commit import SharedReads
from jupyter_secrets.store.keys.slots import ENVIRONMENT, FILE, KEYRING, PASSPHRASE, RECOVERY
from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.process.forks import FORKS
from jupyter_secrets.store.store import Store
from jupyter_secrets.store.transaction import Transaction

__all__ = [
    "ENVIRONMENT",
    "FILE",
    "FORKS",
    "KEYRING",
    "PASSPHRASE",
    "RECOVERY",
    "ScopeRow",
    "SecretRow",
    "SharedReads",
    "SlotRow",
    "Store",
    "StorePaths",
    "Transaction",
]
