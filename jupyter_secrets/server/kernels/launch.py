"""What a kernel is started with: its environment, its extension and its token."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from jupyter_client.manager import KernelManager
from jupyter_server.base.call_context import CallContext
from jupyter_server.utils import ensure_async
from tornado.web import HTTPError

from jupyter_secrets.environment import (
    AUTOLOAD_VARIABLE,
    CERTIFICATE_VARIABLE,
    CODE_VARIABLE,
    URL_VARIABLE,
)
from jupyter_secrets.errors import PermissionDeniedError, SecretsError
from jupyter_secrets.model import Caller, Permission, SecretVersion
from jupyter_secrets.names import Reference
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.tokens import KernelGrant
from jupyter_secrets.variables import NOTEBOOK_VARIABLE, Origins, text_of, unresolved

_OUR_VARIABLES = (URL_VARIABLE, CODE_VARIABLE, CERTIFICATE_VARIABLE)
_KERNEL_MODULES = ("ipykernel", "ipykernel_launcher")
EXTENSION_ARGUMENT = "--ext=jupyter_secrets"


class KernelNotStartedError(HTTPError):
    """Why a kernel was not started, for whoever asked for it to see."""

    def __init__(self, explanation: str) -> None:
        super().__init__(500, explanation)
        self.explanation = explanation

    def __str__(self) -> str:
        return self.explanation


class KernelLaunch:
    """Prepares each start of one kernel: the first, every restart, and automatic ones.

    It works on the manager's instance, so it composes with whatever class is configured.
    """

    def __init__(
        self,
        manager: KernelManager,
        context: AppContext,
        server: Callable[[], tuple[str, str]],
        log: logging.Logger,
    ) -> None:
        self._manager: Any = manager
        self._context = context
        self._server = server
        self._log = log
        self._starter: Caller | None = None
        self._notebook: str | None = None
        self._started = False
        self._restarting_itself = False
        self._watched: object = None
        wrapped: Any = manager
        self._original_pre_start = wrapped._async_pre_start_kernel
        self._original_cleanup = wrapped._async_cleanup_resources
        self._original_start_restarter = wrapped.start_restarter
        wrapped._async_pre_start_kernel = self._pre_start
        wrapped._async_cleanup_resources = self._cleanup
        wrapped.start_restarter = self._start_restarter

    async def _pre_start(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        requested = dict(options.get("env", os.environ))
        self._notebook = requested.get(NOTEBOOK_VARIABLE)
        command, options = await self._original_pre_start(**options)
        try:
            environment, versions = await self._resolve_environment(requested, options["env"])
        except SecretsError as error:
            explanation = f"The kernel was not started: {error}"
            self._report(explanation)
            raise KernelNotStartedError(explanation) from None
        finally:
            self._restarting_itself = False
        self._started = True
        caller = self._caller()
        if caller is not None:
            environment |= await self._token_variables(caller, versions)
        if not self._context.settings.autoload:
            environment[AUTOLOAD_VARIABLE] = "0"
        elif _is_ipykernel(command):
            command = [*command, EXTENSION_ARGUMENT]
        return command, {**options, "env": environment}

    def _caller(self) -> Caller | None:
        """Return who the kernel acts for: whoever started it first."""
        if self._starter is None:
            handler = CallContext.get(CallContext.JUPYTER_HANDLER)
            self._starter = self._context.identities.of(handler)
        if self._starter is None:
            return None
        return replace(
            self._starter,
            via="kernel",
            limit=Permission[self._context.settings.kernel_permission],
            kernel_id=self._manager.kernel_id,
            notebook=self._notebook,
        )

    async def _resolve_environment(
        self, requested: Mapping[str, str], inherited: Mapping[str, str]
    ) -> tuple[dict[str, str], tuple[SecretVersion, ...]]:
        origins = Origins(
            server=os.environ,
            requested=requested,
            kernelspec=getattr(self._manager.kernel_spec, "env", None) or {},
            configured=self._context.settings.kernel_env,
        )
        found: dict[Reference, SecretVersion] = {}
        environment = {}
        for name, template in origins.templates(inherited).items():
            for reference in template.references:
                found[reference] = found.get(reference) or await self._fetch(name, reference)
            if name not in _OUR_VARIABLES:
                environment[name] = template.resolve(lambda one: found[one].value.decode())
        return environment, tuple(found.values())

    async def _fetch(self, name: str, reference: Reference) -> SecretVersion:
        caller = self._caller()
        try:
            if caller is None:
                raise PermissionDeniedError("The user who starts the kernel is unknown.")
            caller = await self._context.identities.look_up(caller)
            await asyncio.to_thread(self._context.redactors.redactor, caller)
            session = self._context.scopes.session(caller)
            version = await asyncio.to_thread(session.get, reference.scope, reference.key)
        except SecretsError as error:
            raise unresolved(name, reference, str(error)) from None
        text_of(name, reference, version.value)  # or the kernel is not started
        await asyncio.to_thread(self._context.redactors.disclose, caller, version)
        return version

    async def _token_variables(
        self, caller: Caller, versions: tuple[SecretVersion, ...]
    ) -> dict[str, str]:
        tokens, kernel_id = self._context.tokens, self._manager.kernel_id
        tokens.revoke(kernel_id)
        grant = KernelGrant(kernel_id, caller, self._is_alive, versions)
        url, certificate = self._server()
        variables = {URL_VARIABLE: url, CODE_VARIABLE: tokens.mint(grant)}
        if certificate:
            variables[CERTIFICATE_VARIABLE] = certificate
        if self._context.settings.databricks_env == "on":
            token = tokens.mint_exported(grant)
            exported = SecretVersion("kernel", "token", 1, token.encode())
            await asyncio.to_thread(self._context.redactors.disclose, caller, exported)
            variables |= {"DATABRICKS_HOST": url, "DATABRICKS_TOKEN": token}
        return variables

    async def _is_alive(self) -> bool:
        return bool(await ensure_async(self._manager.is_alive()))

    async def _cleanup(self, restart: bool = False) -> None:
        self._forget(restart=restart)
        await self._original_cleanup(restart=restart)

    def _forget(self, *, restart: bool = False) -> None:
        self._context.tokens.revoke(self._manager.kernel_id)
        redactors = self._context.redactors
        forget = redactors.forget_weak if restart else redactors.forget_kernel
        forget(self._manager.kernel_id)

    def _start_restarter(self) -> None:
        self._original_start_restarter()
        restarter = getattr(self._manager, "_restarter", None)
        if restarter is not None and restarter is not self._watched:
            self._watched = restarter
            self._manager.add_restart_callback(self._restarts_itself, "restart")
            self._manager.add_restart_callback(self._forget, "dead")

    def _restarts_itself(self) -> None:
        self._restarting_itself = True

    def _report(self, explanation: str) -> None:
        """Make a failure seen: a first start's is in the answer to whoever asked for it."""
        self._log.error("jupyter_secrets: %s", explanation)
        if self._started:
            self._context.notices.error(explanation, kernel_id=self._manager.kernel_id)
        if self._restarting_itself:
            # jupyter_client would try again every three seconds, for ever.
            self._manager.stop_restarter()
            self._manager._restarter._fire_callbacks("dead")


def _is_ipykernel(command: list[str]) -> bool:
    return any(argument.partition(".")[0] in _KERNEL_MODULES for argument in command)


def install(
    kernel_manager: Any,
    context: AppContext,
    server: Callable[[], tuple[str, str]],
    log: logging.Logger,
) -> None:
    """Prepare every kernel that a multi-kernel manager starts from now on.

    A gateway starts its kernels elsewhere: they get neither environment nor token from here.
    """
    create: Callable[..., KernelManager] = kernel_manager.kernel_manager_factory

    def create_prepared(*args: Any, **options: Any) -> KernelManager:
        manager = create(*args, **options)
        KernelLaunch(manager, context, server, log)
        return manager

    kernel_manager.kernel_manager_factory = create_prepared
