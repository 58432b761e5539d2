"""All scopes at once, as a list of them shows them."""

from __future__ import annotations

from jupyter_secrets.model import Permission, ScopeOverview
from jupyter_secrets.scopes.authorization import may_enter, permission_of
from jupyter_secrets.scopes.base import ServiceBase
from jupyter_secrets.scopes.secrets import details_of
from jupyter_secrets.store import Transaction


class OverviewService(ServiceBase):
    """What a caller may see of all scopes, in one call."""

    def overview(self, *, secrets: bool = False) -> list[ScopeOverview]:
        """Return all scopes with the caller's permission and the number of secrets in each.

        With `secrets` it returns all about those that the caller may READ, but their values. Of a
        scope that fails its integrity check there is the name alone: whatever else is asked of it
        says why.
        """

        def work(transaction: Transaction) -> list[ScopeOverview]:
            names = [row.name for row in transaction.scopes() if may_enter(self.caller, row.name)]
            return [self._overview_of(transaction, name, secrets) for name in names]

        return self._read("list-all" if secrets else "list-scopes", work)

    def _overview_of(self, transaction: Transaction, name: str, secrets: bool) -> ScopeOverview:
        with transaction.passing_over_damage():
            row = transaction.scope(name)
            held = permission_of(self.caller, row) if row else 0
            if row and held:
                count = transaction.count(row)
                if not secrets:
                    return ScopeOverview(name, Permission(held), count)
                listed = tuple(details_of(row, each) for each in transaction.secrets(row))
                return ScopeOverview(name, Permission(held), count, listed)
        return ScopeOverview(name)
