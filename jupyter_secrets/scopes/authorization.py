"""Who may do what: in a scope by its ACL, with the whole store as an administrator."""

from __future__ import annotations

from jupyter_secrets.errors import PermissionDeniedError, ScopeNotFoundError
from jupyter_secrets.model import ADMINS, Caller, Permission
from jupyter_secrets.names import check_scope
from jupyter_secrets.store import ScopeRow, Transaction

# Where people log in: at a server, at the service's own page, and at the terminal of the machine
# that has the store.
_LOGINS = frozenset({"http", "page", "cli"})


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
    if not may_enter(caller, row.name):
        return 0
    if ADMINS in caller.groups:
        return caller.limit
    principals = caller.principals
    permissions = [
        Permission[permission]
        for principal, permission in row.acl.items()
        if principal in principals
    ]
    return min(max(permissions, default=0), caller.limit)


def may_enter(caller: Caller, scope: str) -> bool:
    """Return whether a scope is among those that a caller's token is limited to, if it is."""
    return caller.scopes is None or scope.casefold() in caller.scopes


def denied(caller: Caller, permission: Permission, scope: str) -> PermissionDeniedError:
    """Return the refusal in the words that people's code matches on.

    Where the caller's groups are unknown, or a token or a kernel may do less than its owner, one
    more sentence says so.
    """
    reason = caller.groups_unknown or ""
    if not may_enter(caller, scope):
        reason = f"The token {caller.token_id} is limited to other scopes."
    elif caller.token_id is not None and caller.limit < permission:
        reason = f"The token {caller.token_id} is limited to {caller.limit.name}."
    elif caller.via == "kernel" and caller.limit < permission:
        reason = (
            f"Kernels have {caller.limit.name} permission at most here "
            "(c.JupyterSecrets.kernel_permission)."
        )
    return PermissionDeniedError(
        f"{caller.title} does not have {permission.name} permission on scope {scope} "
        f"to perform this action. {reason}".rstrip()
    )


def is_login(caller: Caller) -> bool:
    """Return whether a person is at the other end, and no token or notebook of theirs."""
    return caller.token_id is None and caller.via in _LOGINS


def require_login(caller: Caller) -> None:
    """Raise `PermissionDeniedError` for a caller that a token speaks for, and for a kernel."""
    if not is_login(caller):
        where = " Log in on the service's own page." if caller.via == "hub" else ""
        raise PermissionDeniedError(
            f"{caller.title} may not do this with a token or from a kernel: it takes a "
            f"login.{where}"
        )


def is_admin(caller: Caller) -> bool:
    """Return whether a caller may do what concerns the whole store.

    That is an administrator, and never a token or a kernel: a notebook must not lock or re-key the
    store.
    """
    is_admin = ADMINS in caller.groups and caller.limit >= Permission.MANAGE
    return is_admin and is_login(caller)


def require_admin(caller: Caller) -> None:
    """Raise `PermissionDeniedError` unless the caller may do what concerns the whole store."""
    if not is_admin(caller):
        raise PermissionDeniedError(
            f"{caller.title} may not do this: it concerns the whole store and takes one of the "
            "admins, outside of a kernel and without a token."
        )
