"""A session: everything that one caller can do. It is what a client in the same process uses."""

from __future__ import annotations

from jupyter_secrets.model import Caller, StoreStatus
from jupyter_secrets.scopes.admin import StoreAdmin
from jupyter_secrets.scopes.audit import AuditService
from jupyter_secrets.scopes.authentication import NOBODY, authenticate
from jupyter_secrets.scopes.overview import OverviewService
from jupyter_secrets.scopes.readable import ReadableService
from jupyter_secrets.scopes.scopes import ScopeService
from jupyter_secrets.scopes.secrets import SecretService
from jupyter_secrets.scopes.service_principals import ServicePrincipalService
from jupyter_secrets.scopes.shared_store import SharedStore
from jupyter_secrets.scopes.tokens import TokenService


class Session(ScopeService, SecretService, OverviewService, ReadableService, AuditService):
    """Everything that a caller can do with scopes. Safe to use from any thread."""

    @property
    def admin(self) -> StoreAdmin:
        """What the caller can do with the whole store; refused unless it is an administrator."""
        return StoreAdmin(self.shared, self.caller)

    @property
    def tokens(self) -> TokenService:
        """The caller's tokens; an administrator's are all of them."""
        return TokenService(self.shared, self.caller)

    @property
    def service_principals(self) -> ServicePrincipalService:
        """The service principals; refused unless the caller is an administrator."""
        return ServicePrincipalService(self.shared, self.caller)

    def status(self) -> StoreStatus:
        """Return the state of the store; asking changes nothing and leaves no record."""
        return self.shared.status()

    def takes_passphrase(self) -> bool:
        """Tell whether the store is locked, and a passphrase or a recovery key may unlock it."""
        return self.shared.takes_passphrase()

    def lock(self) -> None:
        """Have the store's keys forgotten."""
        self.admin.lock()

    def unlock(self, passphrase: str | None = None) -> None:
        """Unlock the store, with a passphrase or a recovery key if that is what it takes."""
        self.admin.unlock(passphrase)


class Scopes(SharedStore):
    """The scopes of a store, for any caller: each call is made in a session."""

    def session(self, caller: Caller) -> Session:
        """Return what a caller can do; that is cheap, and opens nothing."""
        return Session(self, caller)

    def authenticate(self, token: str, asking: Caller = NOBODY) -> Caller:
        """Return the caller that a ``jst_…`` token speaks for, as `authentication` does."""
        return authenticate(self, token, asking)
