"""Composes the parts: from the settings to the scopes of a store here, or to those of a service.

The server and the service, which run for long, add what concerns them alone: `server.extension`
the filters and the events, `service.process` the HTTP server. A kernel under a server composes
nothing: it has that server's address and a token, see `kernel.connection`.
"""

from __future__ import annotations

from pathlib import Path

from jupyter_secrets.client import Endpoint, ServiceClient, ServiceScopes
from jupyter_secrets.model import ADMINS, Caller
from jupyter_secrets.scopes import AuditSinks, FileSink, Limits, NameRedaction, Scopes, Session
from jupyter_secrets.settings import JupyterSecrets
from jupyter_secrets.store import KeyFile, StorePaths, create_file


def store_paths(settings: JupyterSecrets) -> StorePaths:
    """Return where the settings say that the store is."""
    return StorePaths(
        Path(settings.store_path).expanduser(),
        Path(settings.key_path).expanduser(),
        allow_group=settings.allow_group_permissions,
        anchor_file=Path(settings.anchor_path).expanduser() if settings.anchor_path else None,
    )


def open_scopes(settings: JupyterSecrets) -> Scopes:
    """Return the scopes of the store that the settings name; nothing is opened yet.

    If the settings name a file for the audit log, it is kept up to date from here on.
    """
    limits = Limits(
        scopes=settings.max_scopes,
        scope_creators=settings.scope_creators,
        secrets_per_scope=settings.max_secrets_per_scope,
        value_size=settings.max_value_size,
        retention_days=settings.retention_days,
        token_days=settings.max_token_days,
        refuse_expired=settings.expired == "refuse",
    )
    scopes = Scopes(store_paths(settings), limits, normalize=settings.principal_name)
    if settings.audit_file:
        AuditSinks(scopes, [FileSink(Path(settings.audit_file).expanduser())]).start()
    return scopes


def service_scopes(settings: JupyterSecrets) -> ServiceScopes:
    """Return the scopes of the service that the settings name; nothing is asked yet."""
    endpoint = Endpoint(
        settings.service_url, settings.service_token, timeout=settings.service_timeout
    )
    return ServiceScopes(endpoint, settings.principal_name(settings.owner))


def owner(settings: JupyterSecrets, via: str) -> Caller:
    """Return the owner of the store, who may manage all of it."""
    name = settings.principal_name(settings.owner)
    return Caller(name, frozenset({ADMINS}), via=via)


def local_session(settings: JupyterSecrets, via: str) -> Session:
    """Return what the owner can do with the scopes of this machine, in this process.

    `via` is what the audit log says: ``cli`` or ``kernel``.
    """
    scopes = open_scopes(settings)
    scopes.audit_redaction.redact = NameRedaction().redact
    return scopes.session(owner(settings, via))


def own_session(settings: JupyterSecrets, via: str) -> Session | ServiceClient:
    """Return what the owner can do: with the service that the settings name, or a store here."""
    if settings.service_url:
        return service_scopes(settings).session(owner(settings, via))
    return local_session(settings, via)


def generate_key_file(path: Path) -> None:
    """Write a key for a store that does not exist yet into a new file; no store is opened."""
    create_file(path, KeyFile.create().encode())
