"""The REST API of a Jupyter server, and where its kernels get their tokens."""

from __future__ import annotations

from jupyter_server.auth.decorator import allow_unauthenticated

from jupyter_secrets.errors import UnauthenticatedError
from jupyter_secrets.rest import (
    ROUTES,
    UNKNOWN_ROUTES,
    WELL_KNOWN,
    WellKnownHandler,
    fields_of_value,
)
from jupyter_secrets.server.api.handlers import ServerHandler, served
from jupyter_secrets.server.kernel_tokens import CodeReusedError


class OpenWellKnownHandler(ServerHandler, WellKnownHandler):
    @allow_unauthenticated
    def get(self) -> None:
        super().get()


class KernelTokenHandler(ServerHandler):
    """Where a kernel exchanges the code in its environment for its token."""

    def check_xsrf_cookie(self) -> None:
        """Do nothing: the code is proof enough, and no cookie is looked at."""

    @allow_unauthenticated
    async def post(self) -> None:
        try:
            token, grant = self.context.tokens.exchange(self.field("code"))
        except CodeReusedError as error:
            self.log.warning("jupyter_secrets: %s", error)
            session = self.context.scopes.session(error.grant.caller)
            await self.run(session.record, "reuse-kernel-code", outcome="deny")
            raise
        except UnauthenticatedError as error:
            self.log.warning("jupyter_secrets: %s", error)
            raise
        disclosed = [
            {"label": version.label, **fields_of_value(version)} for version in grant.environment
        ]
        settings = self.context.settings
        self.answer(
            token=token,
            disclosed=disclosed,
            redaction=settings.redaction_options(),
            databricks_env=settings.databricks_env,
        )


class KernelSecretsHandler(ServerHandler):
    """The labels of the secrets that a kernel of the caller was given; that leaves no record."""

    async def get(self) -> None:
        kernel_id, caller = self.field("kernel_id"), await self.caller()
        self.answer(secrets=self.context.redactors.labels(caller, kernel_id))


SERVER_ROUTES: dict[str, type[ServerHandler]] = {
    **{path: served(handler) for path, handler in ROUTES.items()},
    WELL_KNOWN: OpenWellKnownHandler,
    "jupyter-secrets/kernel-token": KernelTokenHandler,
    "jupyter-secrets/kernel-secrets": KernelSecretsHandler,
    **{path: served(handler) for path, handler in UNKNOWN_ROUTES.items()},
}
