"""The service's parts, put together, and its paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tornado.web import Application, RequestHandler

from jupyter_secrets._version import VERSION
from jupyter_secrets.model import ADMINS, USER, Caller, Principal
from jupyter_secrets.rest import ROUTES, UNKNOWN_ROUTES, WELL_KNOWN
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.service import hub_environment, logs
from jupyter_secrets.service.changes import Changes
from jupyter_secrets.service.context import BulkLimit, ServiceContext, StoreBackend
from jupyter_secrets.service.failures import FailureDelays
from jupyter_secrets.service.handlers import (
    SETTING,
    ChangesHandler,
    HealthHandler,
    MetricsHandler,
    OpenUnknownHandler,
    OpenWellKnownHandler,
    ReadableHandler,
    ReadyHandler,
    ReportHandler,
    ServiceHandler,
    served,
)
from jupyter_secrets.service.hub_login import HubLogin
from jupyter_secrets.service.hub_users import HubUsers
from jupyter_secrets.service.identity import Authentication, Authenticator
from jupyter_secrets.service.page import ROUTES as PAGE_ROUTES
from jupyter_secrets.service.page import SETTING as PAGE_SETTING
from jupyter_secrets.service.page import PageLogin
from jupyter_secrets.service.proxy import ProxyAuthenticator
from jupyter_secrets.service.settings import JupyterSecretsService
from jupyter_secrets.service.tokens import TokenAuthenticator
from jupyter_secrets.settings import JupyterSecrets

SERVICE_ROUTES: Mapping[str, type[RequestHandler]] = {
    **{path: served(handler) for path, handler in ROUTES.items()},
    WELL_KNOWN: OpenWellKnownHandler,
    "jupyter-secrets/readable": ReadableHandler,
    "jupyter-secrets/changes": ChangesHandler,
    "jupyter-secrets/report": ReportHandler,
    "healthz": HealthHandler,
    "readyz": ReadyHandler,
    "metrics": MetricsHandler,
    **PAGE_ROUTES,
    **{path: served(handler) for path, handler in UNKNOWN_ROUTES.items()},
}


class ServiceApplication(Application):
    """All paths, below ``/`` and, behind JupyterHub's proxy, below the service's prefix too."""

    def __init__(self, context: ServiceContext, login: PageLogin) -> None:
        self._context = context
        self._endpoints: dict[type[RequestHandler], str] = {
            handler: path or "page" for path, handler in SERVICE_ROUTES.items()
        }
        handlers = [
            (f"{base}{path}", handler)
            for base in dict.fromkeys(["/", login.path])
            for path, handler in SERVICE_ROUTES.items()
        ]
        super().__init__(
            handlers,
            default_handler_class=OpenUnknownHandler,
        )
        self.settings[SETTING] = context
        self.settings[PAGE_SETTING] = login

    def log_request(self, handler: RequestHandler) -> None:
        """Count and log a request, by the path of its endpoint."""
        endpoint = self._endpoints.get(type(handler), "unknown")
        method = handler.request.method or ""
        known_method = method if method in RequestHandler.SUPPORTED_METHODS else "unknown"
        self._context.metrics.answered(
            known_method, endpoint, handler.get_status(), handler.request.request_time()
        )
        principal = handler.principal if isinstance(handler, ServiceHandler) else None
        logs.log_request(handler, known_method, endpoint, principal)


def make_application(
    scopes: Scopes, settings: JupyterSecrets, service: JupyterSecretsService
) -> tuple[ServiceApplication, ServiceContext]:
    """Return the service's application and its parts; within its event loop."""
    path, hub_api = hub_environment.service_path(), hub_environment.hub_api()
    hub = login = None
    if hub_api is not None:
        names, age = settings.principal_name, service.hub_max_age
        hub = HubUsers(hub_api, hub_environment.service_name(), max_age=age, normalize=names)
        login = HubLogin(hub_api, hub, hub_environment.oauth_client())
    own = frozenset() if hub else frozenset({settings.principal_name(settings.owner)})
    admins = frozenset(service.admins) or own

    async def look_up(caller: Caller) -> Caller:
        is_admin = caller.kind == USER and caller.name in admins
        caller = replace(caller, groups=caller.groups | ({ADMINS} if is_admin else set()))
        return await hub.look_up(caller) if hub else caller

    async def known_as(name: str) -> frozenset[Principal]:
        return await hub.known_as(name) if hub else frozenset()

    may_redact = service.redact_unread_with_tokens
    ways: list[Authenticator] = [TokenAuthenticator(scopes, look_up, may_redact=may_redact)]
    if hub is not None:
        ways.append(hub)
    proxy = None
    if service.proxy_header:
        proxy = ProxyAuthenticator(service, settings.principal_name, admins)
        ways.append(proxy)
    changes = Changes(scopes)
    context = ServiceContext(
        settings=service,
        scopes=scopes,
        authentication=Authentication(ways),
        changes=changes,
        backend=StoreBackend(scopes, changes, VERSION, known_as),
        bulk_limit=BulkLimit(service.redact_unread_per_minute),
        delays=FailureDelays(service.failure_seconds),
    )
    return ServiceApplication(context, PageLogin(path, login, proxy, admins)), context
