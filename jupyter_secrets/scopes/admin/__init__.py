"""What concerns the store as a whole: its lock, its keys, its log, its copies."""

from jupyter_secrets.scopes.admin.audit import AuditAdmin
from jupyter_secrets.scopes.admin.keys import KeyAdmin
from jupyter_secrets.scopes.admin.lock import LockAdmin
from jupyter_secrets.scopes.admin.maintenance import MaintenanceAdmin


class StoreAdmin(LockAdmin, KeyAdmin, AuditAdmin, MaintenanceAdmin):
    """Everything that takes an administrator, outside of a kernel."""
