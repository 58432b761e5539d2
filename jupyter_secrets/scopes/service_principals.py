"""Service principals: names for jobs and programs, which tokens can be made for."""

from __future__ import annotations

import re
from collections.abc import Collection

from jupyter_secrets.errors import AlreadyExistsError, InvalidParameterError, NotFoundError
from jupyter_secrets.model import SERVICE, USER, Principal, ServicePrincipalInfo
from jupyter_secrets.scopes.authorization import require_admin
from jupyter_secrets.scopes.base import ServiceBase
from jupyter_secrets.scopes.principals import is_built_in
from jupyter_secrets.scopes.secrets import check_comment
from jupyter_secrets.store import ServicePrincipalRow, Transaction

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-_@.]{0,127}", re.ASCII)


class ServicePrincipalService(ServiceBase):
    """What an administrator does with service principals."""

    def create(
        self, name: str, comment: str | None = None, *, candidates: Collection[Principal] = ()
    ) -> None:
        """Make a service principal.

        Raises `AlreadyExistsError` where anybody else has the name: another service principal, a
        user or a group with an entry in an ACL, the owner of a token, or one of `candidates`, the
        principals that the identity source has under it.
        """
        with self._operation("create-principal", principal=name) as transaction:
            _check_name(name)
            check_comment(comment)
            for text in filter(None, (name, comment)):
                self.shared.audit_redaction.check_new(transaction, self.caller, text)
            others = _named_principals(transaction) | {*candidates, *self.caller.principals}
            for other in sorted(others):
                if other.name.casefold() == name.casefold():
                    raise AlreadyExistsError(
                        f"There is {other} already: choose another name for the service principal."
                    )
            row = ServicePrincipalRow(name, comment or None, transaction.now, self.caller.title)
            transaction.set_service_principals([*transaction.service_principals(), row])
            _remove_tokens(transaction, Principal(SERVICE, name))  # of one before a backup, say
            transaction.notes["about"] = f"{SERVICE}:{name}"

    def list(self) -> list[ServicePrincipalInfo]:
        """Return all service principals, the oldest first."""

        def work(transaction: Transaction) -> list[ServicePrincipalInfo]:
            return [
                ServicePrincipalInfo(row.name, row.comment, row.created_at, row.created_by)
                for row in transaction.service_principals()
            ]

        return self._read("list-principals", work)

    def delete(self, name: str) -> None:
        """Delete a service principal with its tokens, and its permissions on all scopes."""
        with self._operation("delete-principal", principal=name) as transaction:
            principals = transaction.service_principals()
            left = [row for row in principals if row.name != name]
            if len(left) == len(principals):
                raise NotFoundError("There is no service principal of this name.")
            transaction.set_service_principals(left)
            deleted = Principal(SERVICE, name)
            _remove_tokens(transaction, deleted)
            _remove_permissions(transaction, deleted)
            transaction.notes["about"] = str(deleted)

    def _authorize(self) -> None:
        require_admin(self.caller)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or is_built_in(name):
        raise InvalidParameterError(
            "A service principal's name has 1 to 128 ASCII letters, digits, '-', '_', '@' and "
            "'.', begins with a letter or a digit, and is not users or admins."
        )


def _named_principals(transaction: Transaction) -> set[Principal]:
    """Return everybody that the store knows of."""
    principals = {Principal(SERVICE, row.name) for row in transaction.service_principals()}
    principals |= {
        Principal(USER, row.owner) for row in transaction.tokens() if row.owner_kind == USER
    }
    for listed in transaction.scopes():
        with transaction.passing_over_damage():
            row = transaction.scope(listed.name)
            principals |= {Principal(*each) for each in row.acl} if row else set()
    return principals


def _remove_tokens(transaction: Transaction, owner: Principal) -> None:
    tokens = transaction.tokens()
    others = [row for row in tokens if (row.owner_kind, row.owner) != owner]
    if len(others) < len(tokens):
        transaction.set_tokens(others)


def _remove_permissions(transaction: Transaction, principal: Principal) -> None:
    for listed in transaction.scopes():
        with transaction.passing_over_damage():
            row = transaction.scope(listed.name)
            if row is not None and principal in row.acl:
                transaction.set_permission(row, principal, None)
