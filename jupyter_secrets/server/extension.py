"""The server extension: builds the parts, and installs them in jupyter_server."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timezone
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyter_server.utils import url_path_join

from jupyter_secrets.app import open_scopes, service_scopes
from jupyter_secrets.client import ServiceScopes
from jupyter_secrets.environment import SERVICE_TOKEN_VARIABLE
from jupyter_secrets.scopes import AuditSinks, RecordSink, Scopes
from jupyter_secrets.server import kernels
from jupyter_secrets.server.api import SERVER_ROUTES
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.events.audit import AuditEvents
from jupyter_secrets.server.events.notices import Notices
from jupyter_secrets.server.filters import kernel_client, logs, read_filter, save_hook, websocket
from jupyter_secrets.server.identity import Identities
from jupyter_secrets.server.kernel_tokens import KernelTokens
from jupyter_secrets.server.redactors import RedactorRegistry
from jupyter_secrets.server.service_watch import ServiceWatch
from jupyter_secrets.server.sessions import NotebookKernels
from jupyter_secrets.server.starting_kernels import KernelStarts
from jupyter_secrets.settings import JupyterSecrets, server_settings

# Values that another process stores are redacted within a second.
REFRESH_SECONDS = 0.5
# A server that nobody has used for so long asks for nobody's groups.
ACTIVE_SECONDS = 60.0
_WILDCARDS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "::": "[::1]"}  # noqa: S104


def load(server: Any) -> None:
    """Install the REST API and the filters in a server. Any error here has to stop it."""
    settings = server_settings(server)
    scopes = _scopes(settings)
    identities = Identities(settings, server.identity_provider)
    context = AppContext(
        settings=settings,
        scopes=scopes,
        identities=identities,
        tokens=KernelTokens(),
        redactors=RedactorRegistry(
            scopes,
            at_most=settings.max_known_values,
            options=settings.redaction_options(),
            log=server.log,
            user=identities.remembered,
        ),
        notices=Notices(server.event_logger),
        notebooks=NotebookKernels(server.session_manager),
        starts=KernelStarts(),
        version=version("jupyter-secrets"),
    )
    if isinstance(scopes, Scopes):
        scopes.audit_redaction.redact = context.redactors.redact
    server.web_app.settings["jupyter_secrets"] = context
    websocket.install(server.web_app.settings, context, server.log)
    save_hook.install(server.contents_manager, context, server.log)
    if settings.filter_on_read:
        read_filter.install(server, context, server.log)
    if hasattr(server.kernel_manager, "kernel_manager_factory"):
        kernel_client.install(server.kernel_manager, context, server.log)
        address = partial(_address, server, settings)
        kernels.install(server.kernel_manager, context, address, server.log)
    # Loaded before, for extensions are in the order of their names.
    _resolve_in_jobs(server.web_app.settings.get("scheduler"))
    base_url = server.web_app.settings["base_url"]
    server.web_app.add_handlers(
        ".*$",
        [(url_path_join(base_url, path), handler) for path, handler in SERVER_ROUTES.items()],
    )
    where = settings.service_url or settings.store_path
    server.log.info("jupyter_secrets: outputs are filtered; the store is %s", where)


def _scopes(settings: JupyterSecrets) -> Scopes | ServiceScopes:
    if not settings.service_url:
        return open_scopes(settings)
    scopes = service_scopes(settings)
    os.environ.pop(SERVICE_TOKEN_VARIABLE, None)  # it was read, and no kernel inherits it
    return scopes


async def start(server: Any) -> None:
    """Install the filter again, should another extension have replaced it, and watch the store."""
    settings: dict[str, Any] = server.web_app.settings
    context: AppContext = settings["jupyter_secrets"]
    websocket.install(settings, context, server.log)
    # Says at once what is wrong with a store.
    redactor = await asyncio.to_thread(context.redactors.redactor, context.identities.owner())
    logs.install(redactor)
    if isinstance(context.scopes, ServiceScopes):
        ServiceWatch(context.scopes, context.redactors).start()
    elif context.settings.audit_events:
        _emit_audit_events(server, context.settings, context.scopes)
    # The loop keeps no reference to its tasks.
    settings["jupyter_secrets_watch"] = asyncio.create_task(_watch(server, context))


def _resolve_in_jobs(scheduler: Any) -> None:
    """Have jobs of jupyter-scheduler, where it is installed, resolve references in parameters."""
    if hasattr(scheduler, "execution_manager_class"):
        from jupyter_secrets.scheduler import use_in

        use_in(scheduler)


def _emit_audit_events(server: Any, settings: JupyterSecrets, scopes: Scopes) -> None:
    events = AuditEvents(server.event_logger, asyncio.get_running_loop())
    bookmark = Path(settings.store_path).expanduser().with_name("audit-events.position")
    copy = RecordSink("Jupyter's events", bookmark, events.emit)
    AuditSinks(scopes, [copy]).start()


async def _watch(server: Any, context: AppContext) -> None:
    while True:
        # Extensions that start after this one may have put a class of their own in place.
        websocket.install(server.web_app.settings, context, server.log)
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            _refresh_groups(server, context)
            if isinstance(context.scopes, Scopes):
                await asyncio.to_thread(context.redactors.poll)
        except Exception as error:  # the next change has to be seen all the same
            server.log.error("jupyter_secrets: the store was not read: %s", type(error).__name__)


def _refresh_groups(server: Any, context: AppContext) -> None:
    """Have what is redacted follow changes of groups, on a server that somebody uses."""
    idle = datetime.now(timezone.utc) - server.web_app.last_activity()
    if idle.total_seconds() < ACTIVE_SECONDS:
        context.identities.refresh(context.redactors.users())


def _address(server: Any, settings: JupyterSecrets) -> tuple[str, str]:
    """Return the URL at which kernels reach the server, and its certificate's file."""
    if settings.server_url:
        return settings.server_url, ""  # what answers there has a certificate of its own
    url = server.connection_url
    if server.ip in _WILDCARDS and not server.sock:
        parts = urlsplit(url)
        url = parts._replace(netloc=f"{_WILDCARDS[server.ip]}:{server.port}").geturl()
    return url, server.certfile
