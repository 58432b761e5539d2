"""The encrypted store. It knows scopes, keys and values, and nothing of Jupyter."""

from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.rows import ScopeRow, SecretRow, SlotRow
from jupyter_secrets.store.store import Store
from jupyter_secrets.store.transaction import Transaction

__all__ = ["ScopeRow", "SecretRow", "SlotRow", "Store", "StorePaths", "Transaction"]
