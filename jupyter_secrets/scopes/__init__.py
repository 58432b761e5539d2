"""The service: a caller asks, it authorises, limits, audits and answers. The store's one door."""

from __future__ import annotations

from jupyter_secrets.scopes.audit_file import FileSink
from jupyter_secrets.scopes.audit_sinks import AuditSinks, RecordSink
from jupyter_secrets.scopes.authorization import is_admin
from jupyter_secrets.scopes.name_redaction import NameRedaction
from jupyter_secrets.scopes.principals import has_kind, is_built_in
from jupyter_secrets.scopes.session import Scopes, Session
from jupyter_secrets.scopes.shared_store import Limits

__all__ = [
    "AuditSinks",
    "FileSink",
    "Limits",
    "NameRedaction",
    "RecordSink",
    "Scopes",
    "Session",
    "has_kind",
    "is_admin",
    "is_built_in",
]
