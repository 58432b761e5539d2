"""Scopes, and who may do what in them."""

from __future__ import annotations

from collections.abc import Collection

from jupyter_secrets.errors import (
    AclNotFoundError,
    AlreadyExistsError,
    InvalidParameterError,
    LimitExceededError,
    PermissionDeniedError,
)
from jupyter_secrets.model import (
    ADMINS,
    GROUP,
    SERVICE,
    USERS,
    AclItem,
    Caller,
    Permission,
    Principal,
    ScopeInfo,
)
from jupyter_secrets.names import check_scope
from jupyter_secrets.scopes.authorization import denied, get_authorized_scope, may_enter
from jupyter_secrets.scopes.base import ServiceBase
from jupyter_secrets.scopes.principals import normalized, resolve, shortest
from jupyter_secrets.store import ScopeRow, Transaction, rotate_scope_key


class ScopeService(ServiceBase):
    """Everything about scopes and their ACLs."""

    def create_scope(self, scope: str, *, initial_manage_principal: str | None = None) -> None:
        """Create a scope; its creator, or everyone with ``users``, gets MANAGE on it."""
        with self._operation("create-scope", scope) as transaction:
            check_scope(scope)
            if initial_manage_principal not in (None, "", USERS):
                raise InvalidParameterError('initial_manage_principal can only be "users".')
            if self.caller.limit < Permission.MANAGE or not may_enter(self.caller, scope):
                raise denied(self.caller, Permission.MANAGE, scope)
            self._check_creator()
            if transaction.scope(scope):
                raise AlreadyExistsError(f"Scope {scope} already exists!")
            self.shared.audit_redaction.check_new(transaction, self.caller, scope)
            if transaction.scope_count() >= (limit := self.shared.limits.scopes):
                raise LimitExceededError(f"The store is full: {limit} scopes.")
            everyone, creator = Principal(GROUP, USERS), self.caller.principal
            manager = everyone if initial_manage_principal else creator
            transaction.add_scope(
                scope, by=self.caller.title, acl={manager: Permission.MANAGE.name}
            )

    def _check_creator(self) -> None:
        """Raise `PermissionDeniedError` for a caller who is not among those who create scopes."""
        creators = self.shared.limits.scope_creators
        if {creators, ADMINS}.isdisjoint(self.caller.groups | {USERS}):
            unknown = f" {self.caller.groups_unknown}" if self.caller.groups_unknown else ""
            raise PermissionDeniedError(
                f"{self.caller.title} may not create scopes: the group {creators} may "
                f"(c.JupyterSecrets.scope_creators).{unknown}"
            )

    def delete_scope(self, scope: str) -> None:
        """Delete a scope with its secrets and its ACL."""
        with self._operation("delete-scope", scope) as transaction:
            transaction.remove_scope(
                get_authorized_scope(transaction, self.caller, scope, Permission.MANAGE)
            )

    def rotate_scope_key(self, scope: str) -> int:
        """Re-encrypt a scope's values with a new key; return how many."""

        def authorize(transaction: Transaction) -> ScopeRow:
            return get_authorized_scope(transaction, self.caller, scope, Permission.MANAGE)

        with self._operation("rotate-scope-key", scope) as transaction:
            authorize(transaction)
        with self._recorded("rotate-scope-key", scope=scope):
            return rotate_scope_key(self.shared.store(), authorize)

    def list_scopes(self) -> list[ScopeInfo]:
        """Return all scopes: their names are known to everyone, unless a token limits them."""

        def work(transaction: Transaction) -> list[ScopeInfo]:
            return [
                ScopeInfo(row.name, row.backend_type)
                for row in transaction.scopes()
                if may_enter(self.caller, row.name)
            ]

        return self._read("list-scopes", work)

    def put_acl(
        self,
        scope: str,
        principal: str,
        permission: Permission,
        *,
        candidates: Collection[Principal] = (),
    ) -> AclItem:
        """Give a principal a permission on a scope, in place of the one it has; return the entry.

        `principal` is ``user:NAME``, ``group:NAME``, ``service:NAME`` or a plain name, which
        `resolve` resolves: `candidates` are those that the identity source has under it.
        """
        with self._operation("put-acl", scope, principal=principal) as transaction:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.MANAGE)
            known_principals = _known_by(transaction, row, self.caller)
            among = {*known_principals, *candidates}
            entry = resolve(normalized(principal, self.shared.normalize), among)
            if entry.kind == SERVICE and entry not in known_principals:
                raise InvalidParameterError(
                    f"There is no service principal {entry.name}: an administrator makes it with "
                    "jupyter secrets principal create."
                )
            if entry not in row.acl:
                self.shared.audit_redaction.check_new(transaction, self.caller, entry.name)
            transaction.set_permission(row, entry, permission.name)
            transaction.notes |= {"about": str(entry), "permission": permission.name}
            return AclItem(shortest(entry, {entry, *among}), permission, entry.kind)

    def delete_acl(self, scope: str, principal: str) -> None:
        """Take a principal's permission on a scope away."""
        with self._operation("delete-acl", scope, principal=principal) as transaction:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.MANAGE)
            among = _known_by(transaction, row, self.caller)
            entry = self._entry(row, principal, among)
            _acl_item(row, entry, among)
            transaction.set_permission(row, entry, None)
            transaction.notes["about"] = str(entry)

    def list_acls(self, scope: str) -> list[AclItem]:
        """Return a scope's ACL."""

        def work(transaction: Transaction) -> list[AclItem]:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.MANAGE)
            among = _known_by(transaction, row, self.caller)
            by_name = sorted(row.acl, key=lambda principal: principal[::-1])
            return [_acl_item(row, Principal(*principal), among) for principal in by_name]

        return self._read("list-acls", work, scope=scope)

    def get_acl(self, scope: str, principal: str) -> AclItem:
        """Return a principal's own entry in a scope's ACL."""

        def work(transaction: Transaction) -> AclItem:
            row = get_authorized_scope(transaction, self.caller, scope, Permission.MANAGE)
            among = _known_by(transaction, row, self.caller)
            return _acl_item(row, self._entry(row, principal, among), among)

        return self._read("get-acl", work, scope=scope, principal=principal)

    def _entry(self, row: ScopeRow, principal: str, among: frozenset[Principal]) -> Principal:
        """Return whose entry is meant: an entry's own spelling counts too, should it be older."""
        entry = resolve(principal, among)
        if entry in row.acl:
            return entry
        return resolve(normalized(principal, self.shared.normalize), among)


def _known_by(transaction: Transaction, row: ScopeRow, caller: Caller) -> frozenset[Principal]:
    """Return the principals that a caller's plain names may mean in a scope."""
    services = {Principal(SERVICE, each.name) for each in transaction.service_principals()}
    return caller.principals | {Principal(*principal) for principal in row.acl} | services


def _acl_item(row: ScopeRow, principal: Principal, among: frozenset[Principal]) -> AclItem:
    name = shortest(principal, among | {principal})
    if principal not in row.acl:
        raise AclNotFoundError(f"Principal {name} has no ACL on scope {row.name}.")
    return AclItem(name, Permission[row.acl[principal]], principal.kind)
