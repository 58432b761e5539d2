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
from jupyter_secrets.store.keys.keyfile import KeyFile
from jupyter_secrets.store.keys.unlock import (
    KEY_FILE_VARIABLE,
    environment_key_path,
    hinted_kinds,
    is_recovery_key,
)
from jupyter_secrets.store.maintenance.audit_reader import iter_audit_reverse
from jupyter_secrets.store.maintenance.backup import back_up, restore_backup
from jupyter_secrets.store.maintenance.export import (
    CheckedExport,
    check_exports,
    decode_entry,
    encode_entry,
    entry_with_proof,
)
from jupyter_secrets.store.maintenance.fsck import check_files, check_store
from jupyter_secrets.store.maintenance.prune import prune_audit_log
from jupyter_secrets.store.maintenance.rotation import (
    remove_slots,
    renew_file,
    renew_keyring,
    renew_passphrase,
    renew_recovery,
    rotate_root,
    rotate_scope_key,
)
from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.process.forks import FORKS
from jupyter_secrets.store.snapshots import remove_snapshots
from jupyter_secrets.store.store import Store
from jupyter_secrets.store.transaction import Transaction

__all__ = [
    "AUDIT_BEGINNING",
    "FORKS",
    "KEY_FILE_VARIABLE",
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
    "back_up",
    "check_exports",
    "check_files",
    "check_store",
    "create_file",
    "decode_entry",
    "encode_entry",
    "entry_with_proof",
    "environment_key_path",
    "hinted_kinds",
    "is_recovery_key",
    "iter_audit_reverse",
    "locked",
    "make_folder",
    "prune_audit_log",
    "remove_slots",
    "remove_snapshots",
    "renew_file",
    "renew_keyring",
    "renew_passphrase",
    "renew_recovery",
    "replace_file",
    "restore_backup",
    "rotate_root",
    "rotate_scope_key",
]
