"""Who may do what: in a scope by its ACL, with the whole store as an administrator."""

from __future__ import annotations

from jupyter_secrets.errors import PermissionDeniedError, ScopeNotFoundError
from jupyter_secrets.model import ADMINS, Caller, Permission
from jupyter_secrets.names import check_scope
from jupyter_secrets.store import ScopeRow, Transaction


def get_authorized_scope(
    transaction: Transaction, caller: Caller, scope: str, permission: Permission
) -> ScopeRow:
    """Return a scope in which a caller has a permission."""
    row = transaction.scope(check_scope(scope))
    if row is None:
        raise ScopeNotFoundError.of(scope)
    if permission_of(caller, row) < permission:
        raise denied(caller, permission, scope)
    return row


def permission_of(caller: Caller, row: ScopeRow) -> int:
    """Return the highest permission that a caller has, 0 for none."""
    if ADMINS in caller.groups:
        return caller.limit
    principals = caller.principals
    held = [
        Permission[permission]
        for principal, permission in row.acl.items()
        if principal in principals
    ]
    return min(max(held, default=0), caller.limit)


def denied(caller: Caller, permission: Permission, scope: str) -> PermissionDeniedError:
    """Return the refusal in the words that people's code matches on.

    Where the caller's groups are unknown, or kernels may do less than who starts them, one more
    sentence says so.
    """
    reason = caller.groups_unknown or ""
    if caller.via == "kernel" and caller.limit < permission:
        reason = (
            f"Kernels have {caller.limit.name} permission at most here "
            "(c.JupyterSecrets.kernel_permission)."
        )
    return PermissionDeniedError(
        f"{caller.name} does not have {permission.name} permission on scope {scope} "
        f"to perform this action. {reason}".rstrip()
    )


def is_admin(caller: Caller) -> bool:
    """Return whether a caller may do what concerns the whole store.

    That is an administrator, and never a kernel: a notebook must not lock or re-key the store.
    """
    is_admin = ADMINS in caller.groups and caller.limit >= Permission.MANAGE
    return is_admin and caller.via != "kernel"


def require_admin(caller: Caller) -> None:
    """Raise `PermissionDeniedError` unless the caller may do what concerns the whole store."""
    if not is_admin(caller):
        raise PermissionDeniedError(
            f"{caller.name} may not do this: it concerns the whole store and takes one of the "
            "admins, outside of a kernel."
        )
