"""The service: a caller asks, it authorises, limits, audits and answers. The store's one door."""

from __future__ import annotations

from jupyter_secrets.scopes.admin import StoreAdmin
from jupyter_secrets.scopes.audit import AuditService
from jupyter_secrets.scopes.audit_file import FileCopy
from jupyter_secrets.scopes.audit_sinks import AuditCopies, RecordCopy
from jupyter_secrets.scopes.base import Limits, is_admin
from jupyter_secrets.scopes.principals import has_kind, is_built_in
from jupyter_secrets.scopes.scopes import ScopeService
from jupyter_secrets.scopes.secrets import SecretService, readable_values

__all__ = [
    "AuditCopies",
    "FileCopy",
    "Limits",
    "RecordCopy",
    "Scopes",
    "has_kind",
    "is_admin",
    "is_built_in",
    "readable_values",
]


class Scopes(ScopeService, SecretService, AuditService, StoreAdmin):
    """Everything that can be done with scopes, for any caller. Safe to use from any thread."""
