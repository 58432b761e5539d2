"""The encrypted store. It knows scopes, secrets and values, and nothing of Jupyter.

Other packages import what they need from here, and nothing from the modules within.
"""

from jupyter_secrets.store.audit_log import BEGINNING as AUDIT_BEGINNING
from jupyter_secrets.store.audit_log import Entry as AuditEntry
from jupyter_secrets.store.audit_log import Position as AuditPosition
from jupyter_secrets.store.db.rows import (
    ScopeRow,
    SecretRow,
    ServicePrincipalRow,
    SlotRow,
    TokenRow,
)
from jupyter_secrets.store.files import create_file, locked, make_folder, replace_file
from jupyter_secrets.store.group_commit import GroupCommit
from jupyter_secrets.store.keys import unlock
from jupyter_secrets.store.keys.keyfile import KeyFile
from jupyter_secrets.store.maintenance import audit_reader, backup, export, fsck, prune, rotation
from jupyter_secrets.store.maintenance.export import CheckedExport
from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.process.forks import FORKS
from jupyter_secrets.store.snapshots import remove_snapshots
from jupyter_secrets.store.store import Store
from jupyter_secrets.store.transaction import Transaction

__all__ = [
    "AUDIT_BEGINNING",
    "FORKS",
    "AuditEntry",
    "AuditPosition",
    "CheckedExport",
    "GroupCommit",
    "KeyFile",
    "ScopeRow",
    "SecretRow",
    "ServicePrincipalRow",
    "SlotRow",
    "Store",
    "StorePaths",
    "TokenRow",
    "Transaction",
    "audit_reader",
    "backup",
    "create_file",
    "export",
    "fsck",
    "locked",
    "make_folder",
    "prune",
    "remove_snapshots",
    "replace_file",
    "rotation",
    "unlock",
]
