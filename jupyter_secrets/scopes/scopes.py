"""Scopes, and who may do what in them."""

from __future__ import annotations

from collections.abc import Collection

from jupyter_secrets.errors import (
    AclNotFoundError,
    AlreadyExistsError,
    InvalidParameterError,
    LimitExceededError,
)
from jupyter_secrets.model import (
    GROUP,
    USER,
    USERS,
    AclItem,
    Caller,
    Permission,
    Principal,
    ScopeInfo,
)
from jupyter_secrets.names import check_scope
from jupyter_secrets.scopes.base import ServiceBase, denied, get_authorized_scope
from jupyter_secrets.scopes.principals import normalized, resolve, shortest
from jupyter_secrets.store import ScopeRow, Transaction


class ScopeService(ServiceBase):
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
            everyone, creator = Principal(GROUP, USERS), Principal(USER, caller.name)
            manager = everyone if initial_manage_principal else creator
            transaction.add_scope(scope, by=caller.name, acl={manager: Permission.MANAGE.name})

    def delete_scope(self, caller: Caller, scope: str) -> None:
        """Delete a scope with its secrets and its ACL."""
        with self._operation(caller, "delete-scope", scope) as transaction:
            transaction.remove_scope(
                get_authorized_scope(transaction, caller, scope, Permission.MANAGE)
            )

    def list_scopes(self, caller: Caller) -> list[ScopeInfo]:
        """Return all scopes: their names are known to everyone."""

        def work(transaction: Transaction) -> list[ScopeInfo]:
            return [ScopeInfo(row.name, row.backend_type) for row in transaction.scopes()]

        return self._read(caller, "list-scopes", work)

    def put_acl(
        self,
        caller: Caller,
        scope: str,
        principal: str,
        permission: Permission,
        *,
        known: Collection[Principal] = (),
    ) -> AclItem:
        """Give a principal a permission on a scope, in place of the one it has; return the entry.

        `principal` is ``user:NAME``, ``group:NAME``, ``service:NAME`` or a plain name, which
        `resolve` resolves: `known` are those that the identity source knows by it.
        """
        with self._operation(caller, "put-acl", scope, principal=principal) as transaction:
            row = get_authorized_scope(transaction, caller, scope, Permission.MANAGE)
            among = {*_known_by(row, caller), *known}
            found = resolve(normalized(principal, self._normalize), among)
            if found not in row.acl:
                self.audit_redaction.check_new(transaction, caller, found.name)
            transaction.set_permission(row, found, permission.name)
            transaction.notes |= {"about": str(found), "permission": permission.name}
            return AclItem(shortest(found, {found, *among}), permission, found.kind)

    def delete_acl(self, caller: Caller, scope: str, principal: str) -> None:
        """Take a principal's permission on a scope away."""
        with self._operation(caller, "delete-acl", scope, principal=principal) as transaction:
            row = get_authorized_scope(transaction, caller, scope, Permission.MANAGE)
            found = self._entry(row, caller, principal)
            _acl_item(row, caller, found)
            transaction.set_permission(row, found, None)
            transaction.notes["about"] = str(found)

    def list_acls(self, caller: Caller, scope: str) -> list[AclItem]:
        """Return a scope's ACL."""

        def work(transaction: Transaction) -> list[AclItem]:
            row = get_authorized_scope(transaction, caller, scope, Permission.MANAGE)
            by_name = sorted(row.acl, key=lambda principal: principal[::-1])
            return [_acl_item(row, caller, Principal(*principal)) for principal in by_name]

        return self._read(caller, "list-acls", work, scope=scope)

    def get_acl(self, caller: Caller, scope: str, principal: str) -> AclItem:
        """Return a principal's own entry in a scope's ACL."""

        def work(transaction: Transaction) -> AclItem:
            row = get_authorized_scope(transaction, caller, scope, Permission.MANAGE)
            return _acl_item(row, caller, self._entry(row, caller, principal))

        return self._read(caller, "get-acl", work, scope=scope, principal=principal)

    def _entry(self, row: ScopeRow, caller: Caller, principal: str) -> Principal:
        """Return whose entry is meant: an entry's own spelling counts too, should it be older."""
        found = resolve(principal, _known_by(row, caller))
        if found in row.acl:
            return found
        return resolve(normalized(principal, self._normalize), _known_by(row, caller))


def _known_by(row: ScopeRow, caller: Caller) -> frozenset[Principal]:
    """Return the principals that a caller's plain names may mean in a scope."""
    return caller.principals | {Principal(*principal) for principal in row.acl}


def _acl_item(row: ScopeRow, caller: Caller, principal: Principal) -> AclItem:
    name = shortest(principal, _known_by(row, caller) | {principal})
    if principal not in row.acl:
        raise AclNotFoundError(f"Principal {name} has no ACL on scope {row.name}.")
    return AclItem(name, Permission[row.acl[principal]], principal.kind)
