"""Scopes, and who may do what in them."""

from __future__ import annotations

from jupyter_secrets.errors import (
    AclNotFoundError,
    AlreadyExistsError,
    InvalidParameterError,
    LimitExceededError,
)
from jupyter_secrets.model import USERS, AclItem, Caller, Permission, ScopeInfo
from jupyter_secrets.names import check_scope
from jupyter_secrets.scopes.operation import Operations, check_principal, denied, find
from jupyter_secrets.store import ScopeRow, Transaction


class ScopeCalls(Operations):
    """Everything about scopes and their ACLs."""

    def create_scope(
        self, caller: Caller, scope: str, *, initial_manage_principal: str | None = None
    ) -> None:
        """Create a scope; its creator, or everyone with ``users``, gets MANAGE on it."""
        with self._operation(caller, "create-scope", scope) as transaction:
            check_scope(scope)
            if initial_manage_principal not in (None, "", USERS):
                raise InvalidParameterError('initial_manage_principal can only be "users".')
            if caller.limit < Permission.MANAGE:
                raise denied(caller, Permission.MANAGE, scope)
            if transaction.scope(scope):
                raise AlreadyExistsError(f"Scope {scope} already exists!")
            self.audit_redaction.check_new(transaction, caller, scope)
            if transaction.scope_count() >= self._limits.scopes:
                raise LimitExceededError(f"The store is full: {self._limits.scopes} scopes.")
            manager = initial_manage_principal or caller.name
            transaction.add_scope(scope, by=caller.name, acl={manager: Permission.MANAGE.name})

    def delete_scope(self, caller: Caller, scope: str) -> None:
        """Delete a scope with its secrets and its ACL."""
        with self._operation(caller, "delete-scope", scope) as transaction:
            transaction.remove_scope(find(transaction, caller, scope, Permission.MANAGE))

    def list_scopes(self, caller: Caller) -> list[ScopeInfo]:
        """Return all scopes: their names are known to everyone."""

        def work(transaction: Transaction) -> list[ScopeInfo]:
            return [ScopeInfo(row.name, row.backend_type) for row in transaction.scopes()]

        return self._read(caller, "list-scopes", work)

    def put_acl(self, caller: Caller, scope: str, principal: str, permission: Permission) -> None:
        """Give a principal a permission on a scope, in place of the one it has."""
        with self._operation(caller, "put-acl", scope, principal=principal) as transaction:
            check_principal(principal)
            row = find(transaction, caller, scope, Permission.MANAGE)
            if principal not in row.acl:
                self.audit_redaction.check_new(transaction, caller, principal)
            transaction.set_permission(row, principal, permission.name)
            transaction.notes["permission"] = permission.name

    def delete_acl(self, caller: Caller, scope: str, principal: str) -> None:
        """Take a principal's permission on a scope away."""
        with self._operation(caller, "delete-acl", scope, principal=principal) as transaction:
            check_principal(principal)
            row = find(transaction, caller, scope, Permission.MANAGE)
            _acl_item(row, principal)
            transaction.set_permission(row, principal, None)

    def list_acls(self, caller: Caller, scope: str) -> list[AclItem]:
        """Return a scope's ACL."""

        def work(transaction: Transaction) -> list[AclItem]:
            row = find(transaction, caller, scope, Permission.MANAGE)
            return [_acl_item(row, principal) for principal in sorted(row.acl)]

        return self._read(caller, "list-acls", work, scope=scope)

    def get_acl(self, caller: Caller, scope: str, principal: str) -> AclItem:
        """Return a principal's own entry in a scope's ACL."""

        def work(transaction: Transaction) -> AclItem:
            check_principal(principal)
            return _acl_item(find(transaction, caller, scope, Permission.MANAGE), principal)

        return self._read(caller, "get-acl", work, scope=scope, principal=principal)


def _acl_item(row: ScopeRow, principal: str) -> AclItem:
    if principal not in row.acl:
        raise AclNotFoundError(f"Principal {principal} has no ACL on scope {row.name}.")
    return AclItem(principal, Permission[row.acl[principal]])
