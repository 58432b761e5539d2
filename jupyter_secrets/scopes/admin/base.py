"""What the calls of an administrator share: the permission, checked here and nowhere else."""

from __future__ import annotations

from jupyter_secrets.scopes.authorization import require_admin
from jupyter_secrets.scopes.base import ServiceBase


class AdminBase(ServiceBase):
    """Refuses each call of whoever is no administrator, and records the refusal."""

    def _authorize(self) -> None:
        require_admin(self.caller)

    def _allow(self, action: str) -> None:
        """Record that the caller may do something before it is done, or the refusal."""
        with self._operation(action):
            pass
